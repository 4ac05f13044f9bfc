"""Repeated requests: an answer given under an Idempotency-Key is given again, the effect is not.

The answer is kept in the transaction of the effect, sealed, since it may hold a secret shown once.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from litestar.types import HTTPScope
from msgspec import Struct

from hilo.domain import people
from hilo.entry.api.reading import header
from hilo.kit.crypto import Vault
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, Invalid, invalid

KEY_CHARS_MAX = 255
REPLAYED = (b"idempotent-replayed", b"true")
_REPEATABLE = frozenset({"POST", "PATCH"})


class KeyReused(Invalid):
    """The key belongs to another request."""

    code = "idempotency-key-reused"


class Repeat(Struct, frozen=True, kw_only=True):
    """One request under a key."""

    caller: UUID
    key: str
    request_hash: bytes

    @property
    def _context(self) -> str:
        return f"answer:{self.caller}:{self.key}"

    async def earlier(self, tx: Tx, vault: Vault) -> tuple[int, bytes] | None:
        """Return the earlier answer, or None when this is the first.

        Raises: Conflict while the first still runs; KeyReused.
        """
        if not await people.claim(tx, self.caller, self.key):
            raise Conflict("the first request with this key still runs", retry_after_s=1)
        found = await people.recall(tx, self.caller, self.key)
        if found is None:
            return None
        if found.request_hash != self.request_hash:
            raise _reused()
        return found.status, vault.open(found.body, self._context)

    @contextmanager
    def running(self, held: set[tuple[UUID, str]]) -> Iterator[None]:
        """Be the one that runs. held: by this process. Raises: Conflict."""
        name = (self.caller, self.key)
        if name in held:
            raise Conflict("the first request with this key still runs", retry_after_s=1)
        held.add(name)
        try:
            yield
        finally:
            held.discard(name)

    async def keep(self, tx: Tx, vault: Vault, status: int, body: bytes) -> None:
        """Keep the answer for a day."""
        sealed = vault.seal(body, self._context)
        answer = people.Answer(self.request_hash, status, sealed)
        await people.keep(tx, self.caller, self.key, answer)


def repeat_of(scope: HTTPScope, body: bytes, caller: UUID) -> Repeat | None:
    """Return the request under its key; None when it has none. Raises Invalid."""
    if scope["method"] not in _REPEATABLE:
        return None
    key = header(scope, b"idempotency-key")
    if not key and all(name != b"idempotency-key" for name, _ in scope["headers"]):
        return None
    if not 0 < len(key) <= KEY_CHARS_MAX or not key.isprintable():
        text = f"must have 1 to {KEY_CHARS_MAX} printable characters"
        raise invalid("Idempotency-Key", "length", text)
    return Repeat(caller=caller, key=key, request_hash=_hash(scope, body))


def _hash(scope: HTTPScope, body: bytes) -> bytes:
    # A form is cut by a boundary that is drawn anew each time: it does not count.
    _, mark, boundary = header(scope, b"content-type").partition("boundary=")
    if mark:
        body = body.replace(boundary.strip('"; ').encode("latin-1"), b"")
    head = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"]
    return hashlib.sha256(head + b"\n" + body).digest()


def _reused() -> KeyReused:
    error = invalid("Idempotency-Key", "reused", "was used for another request")
    return KeyReused(*error.errors)
