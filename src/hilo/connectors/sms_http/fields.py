"""A body as flat fields, whatever it is written in: JSON, a form, or the query of the address."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec

from hilo.kit.errors import MalformedPayload
from hilo.sdk import payloads

KEY = "key"  # what our secret is called in the address
_DEEPEST = 6


def of(body: bytes, headers: Mapping[str, str], url: str) -> list[dict[str, str]]:
    """Return the records of a request: a list in JSON is several. Raises MalformedPayload."""
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    query.pop(KEY, None)
    if not body:
        return [query]
    if "x-www-form-urlencoded" in headers.get("content-type", ""):
        try:
            return [query | dict(parse_qsl(body.decode(), keep_blank_values=True))]
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
    return [query | flat(each) for each in records]


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
