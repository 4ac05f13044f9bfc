"""The mailbox reader.

A cursor of (UIDVALIDITY, UID) per folder says what was taken; after any gap everything above it is
fetched, never "since a date". Folders are opened read-only and mail is peeked at, so that what
people see in their own mail program does not change. Each read has a deadline: a server that hangs
costs its own mailbox only. A folder that was renamed or made anew under us is noticed when the
server is next asked, and opened again.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from typing import Final

import structlog

from hilo.connectors.email import imap
from hilo.connectors.email.live import names, probe, taking
from hilo.connectors.email.live.connection import Connection, FolderMissing
from hilo.connectors.email.live.taking import Place
from hilo.kit import clock
from hilo.kit.errors import AuthExpired, ConnectorError, TemporaryFailure
from hilo.sdk.abilities import Arrive, Cursors
from hilo.sdk.account import Account, Check

_LOG: Final = structlog.get_logger(__name__)
_CONNECT_S: Final = 20
_IDLE_S: Final = 9 * 60  # servers may hang up after 30 minutes, routers after 10
_RECONNECT_S: Final = 1
_HEALTHY_S: Final = 5  # a connection that lived so long is made again at once
_BATCH: Final = 25
_MISSING_S: Final = 20  # between looks for a folder that was there before
_MISSING_LOOKS: Final = 30  # then an admin is told


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


async def _hold_folder(account: Account, folder: str, arrive: Arrive, cursors: Cursors) -> None:
    loop = asyncio.get_running_loop()
    missed = 0
    while True:
        began = loop.time()
        pause_s = _RECONNECT_S
        try:
            async with Connection.open(account) as connection:
                await _read_on(connection, account, folder, (arrive, cursors))
        except FolderMissing:
            # Somebody may be renaming it; the other folders are read on meanwhile.
            missed += 1
            if missed > _MISSING_LOOKS or await cursors.get(folder) is None:
                raise
            _LOG.warning("mailbox.folder_missing", account=str(account.id), folder=folder)
            pause_s = _MISSING_S
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            missed = 0
            if loop.time() - began < _HEALTHY_S:
                raise TemporaryFailure(f"{folder}: {error!r}"[:500]) from error
            _LOG.info("mailbox.reconnect", account=str(account.id), folder=folder)
        # Not all at once: a server that comes back has every reader at its door.
        await asyncio.sleep(pause_s * random.uniform(0.5, 2))  # noqa: S311 - no secret


async def _read_on(
    connection: Connection, account: Account, folder: str, ends: tuple[Arrive, Cursors]
) -> None:
    arrive, cursors = ends
    poll = account.settings.get("imap_poll_s")
    pause = max(1, poll) if isinstance(poll, int) else 60
    taker = taking.Taker(connection, account, folder, (arrive, cursors))
    place = await _open(connection, account, folder, cursors)
    place = await taker.take_left(place)
    while True:
        connection.has_news = False
        place = await _catch_up(taker, place)
        if connection.has_news:
            continue
        if "IDLE" in connection.capabilities:
            await connection.idle(_IDLE_S)
        else:
            await asyncio.sleep(pause)
        if not connection.has_news:
            # What we opened may have another name by now, and another folder its name.
            place = await _open(connection, account, folder, cursors)


async def _open(connection: Connection, account: Account, folder: str, cursors: Cursors) -> Place:
    state = await connection.examine(folder)
    kept = await cursors.get(folder)
    validity, last = state.get("uidvalidity", 0), state.get("uidnext", 1) - 1
    if kept is None:
        fresh = bool(account.settings.get("imap_since_now", True))
        place = Place(
            uidvalidity=validity,
            uid=last if fresh else 0,
            since=clock.now().isoformat() if fresh else None,
        )
        await cursors.put(folder, place.kept())
        return place
    place = Place.read(kept)
    if place.uidvalidity == validity:
        return place
    # The numbers mean nothing any more: everything again; what is known is recognised.
    _LOG.warning("mailbox.renumbered", account=str(account.id), folder=folder)
    return Place(uidvalidity=validity, uid=0, since=place.since, old_to=last)


async def _catch_up(taker: taking.Taker, place: Place) -> Place:
    connection = taker.connection
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
            place = place.after(uid) if fact is None else await taker.take(fact, place)
        await taker.keep(place)
    return place


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
        yield probe.failed("imap_login", error)


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
