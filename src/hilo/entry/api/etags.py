"""ETag and If-Match: what one has read, and a change refused when it has become something else.

A tag holds a short hash of each field of the object, so that a refusal can name what has changed.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, get_origin

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.types import HTTPScope
from msgspec import Raw, Struct

from hilo.domain.people import Actor
from hilo.entry.api.reading import header
from hilo.entry.state import AppState
from hilo.entry.statuses import VersionMismatch
from hilo.kit.db import Tx
from hilo.kit.errors import invalid
from hilo.kit.sql import query

_GIVEN = {"actor", "tx", "app_state"}
_FIELD_BYTES = 6
_FIELD_CHARS = 8
_FIELDS = msgspec.json.Decoder(dict[str, Raw])
# Two who have read the same may write at once: the second waits, and then sees the first's.
_IN_TURN = query(
    "in_turn", "select pg_advisory_xact_lock(hashtextextended(:workspace || :path, 0))"
)


def answers_object(handler: HTTPRouteHandler) -> bool:
    """Say whether a route answers one object, neither a page nor bytes, and can be asked here."""
    kind = kind_of(handler)
    if not isinstance(kind, type) or get_origin(kind) is not None or not issubclass(kind, Struct):
        return False
    parameters = handler.parsed_fn_signature.parameters
    places = {name for name in parameters if name.endswith("_id")}
    return "items" not in kind.__struct_fields__ and parameters.keys() <= _GIVEN | places


def kind_of(handler: HTTPRouteHandler) -> object:
    """Return the type of what it answers."""
    return handler.parsed_fn_signature.return_type.annotation


def tag_of(body: bytes) -> str:
    """Return the tag of an object as it is answered."""
    return f'"{"".join(_hashes(body).values())}"'


def matches(given: str, tag: str) -> bool:
    """Say whether a tag is among those of an If-Match or If-None-Match."""
    tags = {each.strip().removeprefix("W/") for each in given.split(",")}
    return "*" in tags or tag in tags


async def check(
    scope: HTTPScope, tx: Tx, actor: Actor, state: AppState, read: HTTPRouteHandler | None
) -> None:
    """Refuse a change of what is no longer as its writer has read it. read: the path's GET.

    Raises: VersionMismatch; Invalid where a path has no single object.
    """
    given = header(scope, b"if-match")
    if not given:
        return
    if read is None:
        raise invalid("If-Match", "unsupported", "is not known on this path; leave it out")
    await tx.run(_IN_TURN, workspace=str(tx.workspace), path=scope["path"])
    taken: Mapping[str, object] = {
        "actor": actor,
        "tx": tx,
        "app_state": state,
        **scope["path_params"],
    }
    wanted = read.parsed_fn_signature.parameters
    get: Callable[..., Any] = read.fn
    found = await get(**{name: value for name, value in taken.items() if name in wanted})
    body = msgspec.json.encode(found)
    if not matches(given, tag_of(body)):
        raise VersionMismatch(
            "it has changed since it was read; read it again",
            changed=_changed(given, _hashes(body)),
        )


def _hashes(body: bytes) -> Mapping[str, str]:
    return {name: _hash(bytes(value)) for name, value in _FIELDS.decode(body).items()}


def _hash(value: bytes) -> str:
    return urlsafe_b64encode(blake2b(value, digest_size=_FIELD_BYTES).digest()).decode()


def _changed(given: str, now: Mapping[str, str]) -> list[str]:
    then = given.strip().removeprefix("W/").strip('"')
    pieces = [then[at : at + _FIELD_CHARS] for at in range(0, len(then), _FIELD_CHARS)]
    if len(pieces) != len(now):
        return []  # a tag of another release, or several
    pairs = zip(pieces, now.items(), strict=True)
    return [name for piece, (name, hash_) in pairs if piece != hash_]
