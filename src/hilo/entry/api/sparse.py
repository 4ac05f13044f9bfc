"""`fields=`: only those fields of an object, or of each item of a page."""

from collections.abc import Set as AbstractSet
from typing import get_args, get_origin

import msgspec
from litestar.handlers import HTTPRouteHandler
from msgspec import Raw, Struct, structs

from hilo.kit.errors import FieldError, Invalid
from hilo.kit.page import Page

PARAMETER = "fields"
BESIDE = "included"
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_OBJECTS = msgspec.json.Decoder(list[dict[str, Raw]])


def choices_of(handler: HTTPRouteHandler) -> frozenset[str]:
    """Return what may be chosen; empty where a route answers neither an object nor a page."""
    kind: object = handler.parsed_fn_signature.return_type.annotation
    if get_origin(kind) is Page:
        (kind,) = get_args(kind)
    if not (isinstance(kind, type) and issubclass(kind, Struct)):
        return frozenset()
    fields = {field.encode_name: field.type for field in structs.fields(kind)}
    if "items" not in fields:
        return frozenset(fields)
    (item,) = get_args(fields["items"])
    return frozenset(field.encode_name for field in structs.fields(item))


def chosen(parameter: str, text: str, choices: AbstractSet[str]) -> frozenset[str]:
    """Return what a request chose: names between commas. Raises Invalid, naming the choices."""
    names = frozenset(each.strip() for each in text.split(","))
    if not names <= choices:
        raise Invalid(
            FieldError(parameter, "choice", f"must be some of {', '.join(sorted(choices))}")
        )
    return names


def cut(body: bytes, names: AbstractSet[str], beside: Struct | None) -> bytes:
    """Return the answer with these fields only (none: all); what is around the items stays.

    beside: what is included in it.
    """
    whole: dict[str, object] = {**_OBJECT.decode(body)}
    items = whole.get("items")
    if names and isinstance(items, Raw) and "items" not in names:
        whole["items"] = [_some(each, names) for each in _OBJECTS.decode(items)]
    elif names:
        whole = {name: value for name, value in whole.items() if name in names}
    return msgspec.json.encode(whole if beside is None else {**whole, BESIDE: beside})


def _some(whole: dict[str, Raw], names: AbstractSet[str]) -> dict[str, Raw]:
    return {name: value for name, value in whole.items() if name in names}
