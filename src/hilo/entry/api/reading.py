"""Reads a request before any transaction is open: bounded, strictly decoded, nothing unknown.

A slow sender therefore holds no connection of the database, and a verb sees only text it can store.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.types import HTTPScope, Receive
from litestar.typing import FieldDefinition
from litestar.utils.scope.state import ScopeState
from msgspec import Struct

from hilo.entry.api import including, problems, sparse
from hilo.entry.api.including import Relations
from hilo.entry.statuses import BadBody, UnsupportedMedia
from hilo.kit.errors import FieldError, Invalid, TooLarge, invalid

BODY_BYTES = 2_000_000
_NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a route that takes none: absent, or without fields."""


NOTHING: msgspec.json.Decoder[object] = msgspec.json.Decoder(Nothing | None)


class Wanted(Struct, frozen=True, kw_only=True):
    """What a route takes. decoder None: the handler reads it. queries: its query parameters.

    texts: those of them that may be any text; for the others `null` is no value.
    choices: the fields that `fields=` may name; relations: what `include=` may.
    object_of: the GET of the path, where that answers one object. answers_object: so does this.
    """

    is_public: bool
    has_transaction: bool
    takes_body: bool
    takes_form: bool
    body_bytes: int
    decoder: msgspec.json.Decoder[object] | None
    queries: frozenset[str]
    choices: frozenset[str]
    relations: Relations
    object_of: HTTPRouteHandler | None
    answers_object: bool
    texts: frozenset[str]


class Shape(Struct, frozen=True):
    """What a request wants of the answer: only these fields (empty: all), and what beside it."""

    fields: frozenset[str] = frozenset()
    include: frozenset[str] = frozenset()


WHOLE = Shape()


def check_query(scope: HTTPScope, wanted: Wanted) -> Shape:
    """Refuse unknown parameters and text that cannot be stored; return the shape asked for.

    Raises: Invalid.
    """
    query = scope["query_string"]
    if not query:
        return WHOLE
    shaping = {sparse.PARAMETER: wanted.choices, including.PARAMETER: wanted.relations.choices}
    shape: dict[str, frozenset[str]] = {}
    unknown = []
    given = set()
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name in given:
            raise invalid(name, "repeated", "must be given once")
        given.add(name)
        if shaping.get(name):
            shape[name] = sparse.chosen(name, value, shaping[name])
        elif name not in wanted.queries:
            unknown.append(FieldError(name, "unknown", "is not a parameter of this request"))
        elif "\0" in value:
            raise invalid(name, "nul", "must not contain the character NUL")
        elif name not in wanted.texts and value.lower() == "null":
            raise invalid(name, "type", "must have a value; leave it out for none")
    if unknown:
        raise Invalid(*unknown)
    return Shape(**shape)


async def read_body(scope: HTTPScope, receive: Receive, wanted: Wanted) -> bytes:
    """Read the body, decode it, and leave both where the handler finds them; return the bytes.

    Raises: TooLarge; UnsupportedMedia; Invalid; BadBody.
    """
    body = await _read(scope, receive, wanted.body_bytes)
    state = ScopeState.from_scope(scope)
    state.body = body
    if wanted.takes_form:
        _check_form(scope)
    elif wanted.decoder is not None and (wanted.takes_body or body):
        state.json = _decoded(scope, body or b"{}", wanted.decoder)
        # An empty body counts as `{}`: then the fields it lacks are named.
        state.body = body or b"{}"
    return body


def query_name(field: FieldDefinition) -> str:
    """Return what a parameter is called in a query."""
    kwarg = field.kwarg_definition
    return (isinstance(kwarg, ParameterKwarg) and kwarg.name) or field.name


def _check_form(scope: HTTPScope) -> None:
    media = header(scope, b"content-type").partition(";")[0].strip().lower()
    if media and media != "multipart/form-data":
        raise UnsupportedMedia(f"send multipart/form-data, not {media}")


def header(scope: HTTPScope, name: bytes) -> str:
    """Return a header's value, empty when it is absent. name: lower case."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _read(scope: HTTPScope, receive: Receive, most: int) -> bytes:
    announced = header(scope, b"content-length")
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise BadBody("the sender went away")
        piece = message.get("body", b"")
        size += len(piece)
        if size > most:
            raise _too_large(most)
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)


def _decoded(scope: HTTPScope, body: bytes, decoder: msgspec.json.Decoder[object]) -> object:
    media = header(scope, b"content-type").partition(";")[0].strip().lower()
    if media and media != "application/json" and not media.endswith("+json"):
        raise UnsupportedMedia(f"send application/json, not {media}")
    if b"\\u0000" in body and _NUL_ESCAPE.search(body):
        raise _holds_nul(body)
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise problems.of_decoding(error, decoder.type) from None


def _holds_nul(body: bytes) -> Exception:
    try:
        found = next(_nul_paths(msgspec.json.decode(body), ""), "")
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return problems.of_decoding(error)
    return invalid(found, "nul", "must not contain the character NUL")


def _nul_paths(value: object, path: str) -> Iterator[str]:
    match value:
        case str() if "\0" in value:
            yield path
        case dict():
            for key, each in value.items():
                yield from _nul_paths(f"{key}", f"{path}.{key}".strip(".\0"))
                yield from _nul_paths(each, f"{path}.{key}".lstrip("."))
        case list():
            for at, each in enumerate(value):
                yield from _nul_paths(each, f"{path}.{at}".lstrip("."))
        case _:
            return


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"the body may have at most {most} bytes", most_bytes=most)
