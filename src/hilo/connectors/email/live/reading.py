"""The mailbox reader.

A cursor of (UIDVALIDITY, UID) per folder says what was taken; after any gap everything above it is
fetched, never "since a date". Folders are opened read-only and mail is peeked at, so that what
people see in their own mail program does not change. Each read has a deadline: a server that hangs
costs its own mailbox only.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Final

import structlog
from msgspec import Struct

from hilo.connectors.email import imap
from hilo.connectors.email.live import names, probe
from hilo.connectors.email.live.connection import Connection
from hilo.kit import clock
from hilo.kit.errors import AuthExpired, ConnectorError, TemporaryFailure
from hilo.sdk.abilities import Arrive, Cursors
from hilo.sdk.account import Account, Check

_LOG: Final = structlog.get_logger(__name__)
_CONNECT_S: Final = 20
_BODY_S: Final = 300
_IDLE_S: Final = 9 * 60  # servers may hang up after 30 minutes, routers after 10
_RECONNECT_S: Final = 1
_HEALTHY_S: Final = 5  # a connection that lived so long is made again at once
_BATCH: Final = 25
_MOST_TRIES: Final = 5
_MOST_BYTES: Final = 40_000_000  # of a larger mail only the beginning is taken


class Mailbox:
    """The `Live` part of the connector."""

    def wants(self, account: Account) -> bool:
        """Say whether the account has a mailbox to read."""
        return bool(account.settings.get("imap_host"))

    async def hold(self, account: Account, arrive: Arrive, cursors: Cursors) -> None:
        """Read every folder until cancelled, each on its own connection.

        Raises: AuthExpired when an admin must act; TemporaryFailure when trying later may help.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for folder in folders(account):
                    group.create_task(_hold_folder(account, folder, arrive, cursors))
        except BaseExceptionGroup as failures:
            raise _first(failures) from failures

    async def judge(self, raw: bytes, facts: Mapping[str, str]) -> str | None:
        """Return SPF, DKIM and DMARC of a mail at our listener; None where there is no telling."""
        return await names.judge(raw, facts)

    async def check(self, account: Account) -> AsyncIterator[Check]:
        """Try names, servers, sign-in, folders and a mail to ourselves, step by step."""
        if self.wants(account):
            async for step in _check_mailbox(account):
                yield step
        else:
            yield Check(key="listener", ok=None, detail=account.address or "")
        async for step in probe.check_sending(account):
            yield step


def folders(account: Account) -> list[str]:
    """Return the folders to read."""
    named = account.settings.get("imap_folders")
    found = [str(each).strip() for each in named] if isinstance(named, list) else []
    return list(dict.fromkeys(filter(None, found))) or ["INBOX"]


class _Place(Struct, frozen=True):
    """How far a folder was read. since: mails before it are not ours to take (first connection)."""

    uidvalidity: int
    uid: int
    since: str | None = None
    stuck: int = 0
    tries: int = 0

    def kept(self) -> dict[str, object]:
        """Return it as the cursor is stored."""
        return {
            "uidvalidity": self.uidvalidity,
            "uid": self.uid,
            "since": self.since,
            "stuck": self.stuck,
            "tries": self.tries,
        }


async def _hold_folder(account: Account, folder: str, arrive: Arrive, cursors: Cursors) -> None:
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            async with Connection.open(account) as connection:
                await _read_on(connection, account, folder, (arrive, cursors))
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            if loop.time() - began < _HEALTHY_S:
                raise TemporaryFailure(f"{folder}: {error!r}"[:500]) from error
            _LOG.info("mailbox.reconnect", account=str(account.id), folder=folder)
        await asyncio.sleep(_RECONNECT_S)


async def _read_on(
    connection: Connection, account: Account, folder: str, ends: tuple[Arrive, Cursors]
) -> None:
    arrive, cursors = ends
    poll = account.settings.get("imap_poll_s")
    pause = max(1, poll) if isinstance(poll, int) else 60
    state = await connection.examine(folder)
    place = await _place(account, folder, state, cursors)
    while True:
        connection.has_news = False
        place = await _catch_up(connection, folder, place, (arrive, cursors))
        if connection.has_news:
            continue
        if "IDLE" in connection.capabilities:
            await connection.idle(_IDLE_S)
        else:
            await asyncio.sleep(pause)
            await connection.run("NOOP")


async def _place(
    account: Account, folder: str, state: Mapping[str, int], cursors: Cursors
) -> _Place:
    kept = await cursors.get(folder)
    validity = state.get("uidvalidity", 0)
    if kept is None:
        fresh = bool(account.settings.get("imap_since_now", True))
        uid = state.get("uidnext", 1) - 1 if fresh else 0
        place = _Place(validity, uid, clock.now().isoformat() if fresh else None)
        await cursors.put(folder, place.kept())
        return place
    since = str(kept["since"]) if kept.get("since") else None
    if kept.get("uidvalidity") != validity:
        # The numbers mean nothing any more: everything again; what is known is recognised.
        _LOG.warning("mailbox.renumbered", account=str(account.id), folder=folder)
        return _Place(validity, 0, since)
    numbers = (kept.get("uid"), kept.get("stuck"), kept.get("tries"))
    uid, stuck, tries = (each if isinstance(each, int) else 0 for each in numbers)
    return _Place(validity, uid, since, stuck, tries)


async def _catch_up(
    connection: Connection, folder: str, place: _Place, ends: tuple[Arrive, Cursors]
) -> _Place:
    _arrive, cursors = ends
    done = await connection.run(f"UID SEARCH UID {place.uid + 1}:*")
    waiting = [uid for uid in imap.search_result(done.untagged) if uid > place.uid]
    for start in range(0, len(waiting), _BATCH):
        batch = waiting[start : start + _BATCH]
        listed = await connection.run(
            f"UID FETCH {','.join(map(str, batch))} (UID RFC822.SIZE INTERNALDATE)"
        )
        facts = {each.uid: each for each in imap.fetched(listed.untagged)}
        for uid in batch:
            fact = facts.get(uid)
            if fact is not None and not _is_older(fact.received_at, place.since):
                await _take(connection, folder, (fact, place), ends)
            place = _Place(place.uidvalidity, uid, place.since)
        await cursors.put(folder, place.kept())
    return place


def _is_older(received_at: datetime | None, since: str | None) -> bool:
    return (
        since is not None
        and received_at is not None
        and (received_at < datetime.fromisoformat(since))
    )


async def _take(
    connection: Connection,
    folder: str,
    what: tuple[imap.Fetched, _Place],
    ends: tuple[Arrive, Cursors],
) -> None:
    (fact, place), (arrive, cursors) = what, ends
    if place.stuck == fact.uid and place.tries >= _MOST_TRIES:
        _LOG.error("mailbox.unreadable", folder=folder, uid=fact.uid)
        return
    part = f"<0.{_MOST_BYTES}>" if fact.size_bytes > _MOST_BYTES else ""
    try:
        done = await connection.run(
            f"UID FETCH {fact.uid} (UID BODY.PEEK[]{part})", timeout_s=_BODY_S
        )
    except (TemporaryFailure, OSError, TimeoutError):
        tries = place.tries + 1 if place.stuck == fact.uid else 1
        before = _Place(place.uidvalidity, place.uid, place.since, fact.uid, tries)
        await cursors.put(folder, before.kept())
        raise
    body = next((each.body for each in imap.fetched(done.untagged) if each.uid == fact.uid), None)
    if body is None:
        return  # gone in between
    headers = {"folder": folder, "uid": str(fact.uid), "uidvalidity": str(place.uidvalidity)}
    if fact.received_at is not None:
        headers["internal-date"] = fact.received_at.isoformat()
    await arrive(body, headers, f"imap:{hashlib.sha256(body).hexdigest()}")


async def _check_mailbox(account: Account) -> AsyncIterator[Check]:
    host = str(account.settings["imap_host"])
    resolved = await probe.resolves(host)
    yield Check(key="imap_name", ok=resolved, detail=host)
    if not resolved:
        return
    try:
        async with asyncio.timeout(_CONNECT_S), Connection.open(account) as connection:
            yield Check(key="imap_login", ok=True, detail=host)
            for folder in folders(account):
                await connection.examine(folder)
                yield Check(key="imap_folder", ok=True, detail=folder)
            idles = "IDLE" in connection.capabilities
            yield Check(key="imap_idle", ok=True if idles else None, detail=host)
    except (OSError, ConnectorError, asyncio.IncompleteReadError, ValueError) as error:
        yield Check(key="imap_login", ok=False, detail=str(error)[:300])


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    leaves: list[BaseException] = []
    waiting: list[BaseException] = [failures]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseExceptionGroup):
            waiting.extend(each.exceptions)
        else:
            leaves.append(each)
    for kind in (AuthExpired, ConnectorError):
        for each in leaves:
            if isinstance(each, kind):
                return each
    return leaves[0]
