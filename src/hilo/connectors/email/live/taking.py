"""Takes one mail of a folder after the other: whole where it fits, else left there, never silently.

A mail over the account's limit, or one the server cannot give, is told to the domain by its
beginning alone, which lands in the quarantine and says where the mail still is. What was too large
is taken when the limit was raised; any mail that is moved out of the folder and back is a new one.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, Self
from weakref import WeakKeyDictionary

import structlog
from msgspec import Struct, structs

from hilo.connectors.email import imap
from hilo.connectors.email.live.connection import Connection
from hilo.kit.errors import TemporaryFailure
from hilo.sdk.abilities import Arrive, Cursors
from hilo.sdk.account import Account

_LOG: Final = structlog.get_logger(__name__)
_BODY_S: Final = 300
_MOST_TRIES: Final = 5
_MEGABYTE: Final = 1_000_000
_USUAL_MB: Final = 50
_HEAD_BYTES: Final = 65_536  # of a mail that is left: enough for its headers and first words
_HEAVY_BYTES: Final = 5 * _MEGABYTE
_HEAVY_AT_ONCE: Final = 2  # of all mailboxes of a process: this bounds the memory
_MOST_LEFT: Final = 500

# One semaphore for each event loop, because a semaphore serves no second one.
_HEAVY: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]] = WeakKeyDictionary()


class Place(Struct, frozen=True, kw_only=True):
    """How far a folder was read.

    since, old_to: after renumbering, mails up to old_to that came before `since` are not ours to
    take. stuck, tries: the mail the server could not give, and how often. left: uid and size of
    what was too large.
    """

    uidvalidity: int
    uid: int
    since: str | None = None
    old_to: int = 0
    stuck: int = 0
    tries: int = 0
    left: Sequence[Sequence[int]] = ()

    @classmethod
    def read(cls, kept: Mapping[str, object]) -> Self:
        """Return it from a stored cursor, whatever is in there."""
        numbers = {
            name: value
            for name in ("uidvalidity", "uid", "old_to", "stuck", "tries")
            if isinstance(value := kept.get(name), int)
        }
        left = kept.get("left")
        since = kept.get("since")
        return cls(
            uidvalidity=numbers.pop("uidvalidity", 0),
            uid=numbers.pop("uid", 0),
            since=str(since) if since else None,
            left=left if isinstance(left, list) else (),
            **numbers,
        )

    def kept(self) -> dict[str, object]:
        """Return it as the cursor is stored."""
        return structs.asdict(self)

    def after(self, uid: int) -> "Place":
        """Return the place behind a mail."""
        return structs.replace(self, uid=uid, stuck=0, tries=0)


class Taker:
    """Serves one folder of an account over one connection."""

    def __init__(
        self, connection: Connection, account: Account, folder: str, ends: tuple[Arrive, Cursors]
    ) -> None:
        """Begin. ends: where mails and the cursor go."""
        self.connection = connection
        self._folder = folder
        self._arrive, self._cursors = ends
        given = account.settings.get("imap_most_mb")
        self._most_bytes = _MEGABYTE * (given if isinstance(given, int) else _USUAL_MB)

    async def keep(self, place: Place) -> None:
        """Store the cursor."""
        await self._cursors.put(self._folder, place.kept())

    async def take(self, fact: imap.Fetched, place: Place) -> Place:
        """Store one mail, or what is to be known of it; return the place behind it."""
        if _is_old(fact, place):
            return place.after(fact.uid)
        if fact.size_bytes > self._most_bytes:
            await self._leave(fact, place, "too-large")
            left = [*place.left, [fact.uid, fact.size_bytes]][-_MOST_LEFT:]
            return structs.replace(place.after(fact.uid), left=left)
        if place.stuck == fact.uid and place.tries >= _MOST_TRIES:
            await self._leave(fact, place, "unreadable")
            return place.after(fact.uid)
        try:
            await self._whole(fact, place)
        except (TemporaryFailure, OSError, TimeoutError, asyncio.IncompleteReadError):
            tries = place.tries + 1 if place.stuck == fact.uid else 1
            await self.keep(structs.replace(place, stuck=fact.uid, tries=tries))
            raise
        return place.after(fact.uid)

    async def take_left(self, place: Place) -> Place:
        """Take what was too large once and fits by now."""
        fitting = [each for each in place.left if each[1] <= self._most_bytes]
        for each in fitting:
            await self._whole(imap.Fetched(uid=each[0], size_bytes=each[1]), place)
            place = structs.replace(place, left=[other for other in place.left if other != each])
            await self.keep(place)
        return place

    async def _whole(self, fact: imap.Fetched, place: Place) -> None:
        async with _room(fact.size_bytes):
            body = await self._body(fact.uid, "")
            if body is None:
                return  # gone in between
            key = f"imap:{hashlib.sha256(body).hexdigest()}"
            await self._arrive(body, self._facts(fact, place), key)

    async def _leave(self, fact: imap.Fetched, place: Place, why: str) -> None:
        try:
            head = await self._body(fact.uid, f"<0.{_HEAD_BYTES}>") or b""
        except TemporaryFailure:
            head = b""  # not even that; the notice alone must do
        _LOG.error("mailbox.left", folder=self._folder, uid=fact.uid, why=why)
        facts = {**self._facts(fact, place), "left": why, "left-bytes": str(fact.size_bytes)}
        key = f"{self._folder}:{place.uidvalidity}:{fact.uid}"
        await self._arrive(head, facts, f"imap-left:{hashlib.sha256(key.encode()).hexdigest()}")

    async def _body(self, uid: int, part: str) -> bytes | None:
        done = await self.connection.run(
            f"UID FETCH {uid} (UID BODY.PEEK[]{part})", timeout_s=_BODY_S
        )
        return next((each.body for each in imap.fetched(done.untagged) if each.uid == uid), None)

    def _facts(self, fact: imap.Fetched, place: Place) -> dict[str, str]:
        facts = {
            "folder": self._folder,
            "uid": str(fact.uid),
            "uidvalidity": str(place.uidvalidity),
        }
        if fact.received_at is not None:
            facts["internal-date"] = fact.received_at.isoformat()
        return facts


def _is_old(fact: imap.Fetched, place: Place) -> bool:
    if place.since is None or fact.received_at is None or fact.uid > place.old_to:
        return False
    return fact.received_at < datetime.fromisoformat(place.since)


@asynccontextmanager
async def _room(size_bytes: int) -> AsyncIterator[None]:
    if size_bytes <= _HEAVY_BYTES:
        yield
        return
    loop = asyncio.get_running_loop()
    async with _HEAVY.setdefault(loop, asyncio.Semaphore(_HEAVY_AT_ONCE)):
        yield
