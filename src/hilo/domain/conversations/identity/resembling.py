"""Why two contacts may be one person. Pure: facts in, reasons out.

A proven mail or phone joins by itself when it arrives; here is what is weaker and wants somebody's
look: an address that was only said, a fact of one that the other named, a name and something more.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.domain import contacts
from hilo.domain.contacts import ContactView

Kind = Literal["email", "phone", "fact", "name", "code"]
_RANK: Mapping[Kind, int] = {"email": 0, "phone": 0, "code": 1, "fact": 2, "name": 3}
_WORD = re.compile(r"[^\W_][\w#/-]{2,58}[^\W_]")
_EMAIL = re.compile(r"[^\s@<>,;\"']{1,64}@[^\s@<>,;\"']+\.[^\s@<>,;\"'.]+")
_PHONE = re.compile(r"\+[\d ().-]{7,20}\d")
_MOST_WORDS = 200
_COMMON = 3  # more people than these share it: it tells nobody from anybody
_FULL_NAME = 2  # words


class Reason(Struct, frozen=True, kw_only=True, order=True):
    """Why. detail: what is the same; name: of the attribute, or what goes with the same name."""

    kind: Kind
    detail: str
    name: str = ""


class Named(Struct, frozen=True):
    """What somebody wrote that could be another's: addresses by kind, and words with a digit."""

    addresses: Sequence[tuple[str, str]]
    facts: Sequence[str]


def named_in(texts: Sequence[str], locale: str) -> Named:
    """Read what was written."""
    addresses: dict[tuple[str, str], None] = {}
    facts: dict[str, None] = {}
    for text in texts:
        for kind, pattern in (("email", _EMAIL), ("phone", _PHONE)):
            for found in pattern.findall(text):
                value = contacts.normal(kind, found, locale)  # type: ignore[arg-type]
                if value is not None:
                    addresses.setdefault((kind, value))
        for word in _WORD.findall(text):
            if _tells(word):
                facts.setdefault(word.lower())
                facts.setdefault(word.lower().lstrip("#"))
    return Named(list(addresses)[:_MOST_WORDS], list(facts)[:_MOST_WORDS])


def facts_of(contact: ContactView) -> list[str]:
    """Return what the workspace keeps of somebody, as texts that tell people apart."""
    values = (str(each) for each in contact.attributes.values() if isinstance(each, str | int))
    return [each.lower() for each in values if _tells(each)]


def resemblance(
    one: ContactView, others: Sequence[ContactView], named: Named
) -> dict[UUID, list[Reason]]:
    """Return by contact what facts and names say."""
    words = {*named.facts, *facts_of(one)}
    shared = {other.id: _facts(other, words) for other in others}
    common = Counter(value for facts in shared.values() for value in set(facts.values()))
    found: dict[UUID, list[Reason]] = {}
    for other in others:
        reasons = [
            Reason(kind="fact", detail=value, name=name)
            for name, value in shared[other.id].items()
            if common[value] <= _COMMON
        ]
        also = _also(one, other)
        if also and _same_name(one.name, other.name):
            reasons.append(Reason(kind="name", detail=other.name, name=also))
        if reasons:
            found[other.id] = reasons
    return found


def strength(reasons: Sequence[Reason]) -> tuple[int, int]:
    """Return what proposals are ordered by: the best reason, then how many."""
    return min(_RANK[each.kind] for each in reasons), -len(reasons)


def _tells(word: str) -> bool:
    return 4 <= len(word) <= 60 and any(each.isdigit() for each in word)  # noqa: PLR2004 - hilo_facts


def _facts(contact: ContactView, words: set[str]) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in contact.attributes.items()
        if isinstance(value, str | int) and str(value).lower() in words
    }


def _same_name(one: str, other: str) -> bool:
    mine, theirs = one.casefold().split(), other.casefold().split()
    return mine == theirs and len(mine) >= _FULL_NAME


def _also(one: ContactView, other: ContactView) -> str:
    """Return what goes with a name, for a name alone says nothing: a mail domain, a time zone."""
    mine, theirs = _domains(one), _domains(other)
    both = sorted(mine & theirs)
    if both:
        return both[0]
    same = {
        name
        for name, value in one.attributes.items()
        if value not in (None, "", True, False) and other.attributes.get(name) == value
    }
    if same:
        return min(same)
    return one.time_zone if one.time_zone and one.time_zone == other.time_zone else ""


def _domains(contact: ContactView) -> set[str]:
    return {each.value.rpartition("@")[2] for each in contact.identities if each.kind == "email"}
