"""Questions before the first message: what an account asks, and what counts as an answer.

An answer is what a stranger says of itself: it becomes an attribute of the contact or its name,
never an identity.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from hilo.kit.errors import FieldError, Invalid
from hilo.kit.text import clean

FIELD = "settings.questions"
Kind = Literal["name", "email", "phone", "text", "choice"]
_LANGUAGES = ("en", "es", "pt")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"\+?[\d\s().-]{6,30}")
_PHONE_DIGITS = 6
_MOST = 10
_LABEL_CHARS = 200
_OPTION_CHARS = 100
_OPTIONS = range(2, 21)
_ANSWER_CHARS = 500


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question. key: of a text or choice, the attribute its answer becomes.

    label and options: by language; the options of all languages in one order. Name, e-mail and
    phone need no label: the chat has its own words for them.
    """

    kind: Kind
    key: str = ""
    required: bool = False
    label: Mapping[str, str] = {}
    options: Mapping[str, Sequence[str]] = {}

    @property
    def name(self) -> str:
        """By which name it is answered and kept."""
        return self.key if self.kind in {"text", "choice"} else self.kind

    @property
    def values(self) -> Sequence[str]:
        """What an answer to a choice may be: its options in the first language that has any."""
        return next((self.options[each] for each in _LANGUAGES if self.options.get(each)), ())


class Option(Struct, frozen=True):
    """value: what is kept, whatever language was read."""

    value: str
    label: str


class Posed(Struct, frozen=True, kw_only=True):
    """A question as one visitor reads it. label: empty where the chat has its own words."""

    name: str
    kind: Kind
    required: bool
    label: str
    options: Sequence[Option]


class Answers(Struct, frozen=True, kw_only=True):
    """What was answered: the name, and everything else as attributes."""

    name: str = ""
    attributes: Mapping[str, str] = {}


def problems(value: object) -> list[FieldError]:
    """Say what is wrong with the setting."""
    try:
        questions = msgspec.convert(value, list[Question])
    except msgspec.ValidationError as error:
        return [FieldError(FIELD, "invalid", f"Questions are expected: {error}")]
    found = [
        FieldError(f"{FIELD}.{place}.{field}", code, problem)
        for place, each in enumerate(questions)
        for field, code, problem in _faults(each)
    ]
    names = [each.name for each in questions]
    if len(set(names)) < len(names):
        found.append(FieldError(FIELD, "duplicate", "Each may be asked once."))
    if len(questions) > _MOST:
        found.append(FieldError(FIELD, "too-many", f"At most {_MOST} questions are allowed."))
    return found


def questions_of(settings: Mapping[str, object]) -> Sequence[Question]:
    """Return an account's questions; none when they cannot be read any more."""
    try:
        return msgspec.convert(settings.get("questions", []), list[Question])
    except msgspec.ValidationError:
        return ()


def posed(question: Question, locale: str) -> Posed:
    """Return the question in the visitor's language, or the first that has it."""
    labels = question.options.get(locale) or question.values
    return Posed(
        name=question.name,
        kind=question.kind,
        required=question.required,
        label=question.label.get(locale)
        or next((question.label[each] for each in _LANGUAGES if question.label.get(each)), ""),
        options=[
            Option(value, label) for value, label in zip(question.values, labels, strict=False)
        ],
    )


def answered(
    questions: Sequence[Question], given: Mapping[str, str], *, known: Sequence[str] = ()
) -> Answers:
    """Check answers. known: names that need no answer. Raises: Invalid naming `answers.<name>`."""
    told = {name: " ".join(clean(value).split()) for name, value in given.items()}
    errors = [
        FieldError(f"answers.{name}", "unknown", "is not asked here")
        for name in sorted(told.keys() - {each.name for each in questions})
    ]
    for each in questions:
        problem = _wrong(each, told.get(each.name, ""))
        if problem and not (problem[0] == "required" and each.name in known):
            errors.append(FieldError(f"answers.{each.name}", *problem))
    if errors:
        raise Invalid(*errors)
    kept = {name: value for name, value in told.items() if value}
    return Answers(name=kept.pop("name", ""), attributes=kept)


def _wrong(question: Question, answer: str) -> tuple[str, str] | None:
    """Return code and text of what is wrong with an answer."""
    if not answer:
        return ("required", "an answer is expected") if question.required else None
    if len(answer) > _ANSWER_CHARS:
        return "length", f"at most {_ANSWER_CHARS} characters are expected"
    match question.kind:
        case "email" if not _EMAIL.fullmatch(answer):
            return "format", "an e-mail address is expected"
        case "phone" if (
            not _PHONE.fullmatch(answer) or sum(c.isdecimal() for c in answer) < _PHONE_DIGITS
        ):
            return "format", "a phone number is expected"
        case "choice" if answer not in question.values:
            return "choice", f"one of {', '.join(question.values)} is expected"
        case _:
            return None


def _faults(question: Question) -> list[tuple[str, str, str]]:
    """Return field, code and text of what is wrong with a question."""
    found = []
    for field, texts in (("label", question.label), ("options", question.options)):
        if set(texts) - set(_LANGUAGES):
            found.append(
                (field, "invalid", f"Texts by language are expected: {', '.join(_LANGUAGES)}.")
            )
    if any(len(each) > _LABEL_CHARS for each in question.label.values()):
        found.append(("label", "length", f"At most {_LABEL_CHARS} characters are allowed."))
    if question.kind in {"name", "email", "phone"}:
        return found
    if not _KEY.fullmatch(question.key) or question.key in {"name", "email", "phone"}:
        found.append(("key", "format", "A name of its own like order_number is expected."))
    if not any(each.strip() for each in question.label.values()):
        found.append(("label", "required", "A text in one language at least is expected."))
    if question.kind == "choice":
        found += [("options", "invalid", problem) for problem in _option_faults(question)]
    return found


def _option_faults(question: Question) -> list[str]:
    given = [each for each in question.options.values() if each]
    if not given or any(len(each) not in _OPTIONS for each in given):
        return [f"From {_OPTIONS.start} to {_OPTIONS.stop - 1} options are expected."]
    if len({len(each) for each in given}) > 1:
        return ["As many options in each language are expected."]
    if any(len(set(each)) < len(each) for each in given):
        return ["Each option may stand once."]
    if any(not (0 < len(text.strip()) <= _OPTION_CHARS) for each in given for text in each):
        return [f"Options of 1 to {_OPTION_CHARS} characters are expected."]
    return []
