"""A body as flat fields, whatever it is written in: JSON, a form, or the query of the address."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct

from hilo.kit.errors import MalformedPayload
from hilo.sdk import payloads

KEY = "key"  # what our secret is called in the address
_DEEPEST = 6


class Record(Struct, frozen=True):
    """What one thing that is told holds, by path.

    words: a text each. lists: every text there is at a path, also where a field repeats or lists
    lie on the way.
    """

    words: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]


def of(body: bytes, headers: Mapping[str, str], url: str) -> list[Record]:
    """Return the records of a request: a list in JSON is several. Raises MalformedPayload."""
    asked = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    query = [(name, value) for name, value in asked if name != KEY]
    if not body:
        return [_form(query)]
    if "x-www-form-urlencoded" in headers.get("content-type", ""):
        try:
            return [_form([*query, *parse_qsl(body.decode(), keep_blank_values=True)])]
        except UnicodeDecodeError as error:
            raise MalformedPayload("the form is no UTF-8", reason="no-text") from error
    try:
        given = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise payloads.misread(error) from error
    records = given if isinstance(given, list) else [given]
    if not all(isinstance(each, dict) for each in records):
        raise MalformedPayload(
            "an object, or a list of objects, is expected", reason="field-wrong", field="$"
        )
    return [_record(_form(query), each) for each in records]


def _form(pairs: Sequence[tuple[str, str]]) -> Record:
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return Record(dict(pairs), lists)


def _record(query: Record, given: Mapping[str, object]) -> Record:
    lists: dict[str, list[str]] = {}
    _gather(given, "", 0, lists)
    return Record({**query.words, **flat(given)}, {**query.lists, **lists})


def _gather(value: object, path: str, depth: int, into: dict[str, list[str]]) -> None:
    """Put every text at its path, through lists as if they were not there."""
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        into.setdefault(path, []).append(value)
    elif isinstance(value, list):
        for each in value:
            _gather(each, path, depth + 1, into)
    elif isinstance(value, dict):
        for name, each in value.items():
            _gather(each, f"{path}.{name}" if path else name, depth + 1, into)


def flat(value: Mapping[str, object], prefix: str = "", depth: int = 0) -> dict[str, str]:
    """Return the leaves by their path: `{"message": {"id": 7}}` is `message.id`."""
    found: dict[str, str] = {}
    for name, each in value.items():
        path = f"{prefix}{name}"
        if isinstance(each, dict) and depth < _DEEPEST:
            found |= flat(each, f"{path}.", depth + 1)
        elif isinstance(each, str):
            found[path] = each
        elif isinstance(each, int | float) and not isinstance(each, bool):
            found[path] = str(each)
    return found


def named(settings: Mapping[str, object], setting: str) -> str:
    """Return what a field is called: as the settings say, else by its own name."""
    usual = setting.removeprefix("in_").removeprefix("answer_").removesuffix("_field")
    return str(settings.get(setting) or usual)
