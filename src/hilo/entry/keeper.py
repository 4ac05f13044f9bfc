"""Keeps the connections that must be held (mailboxes): one reader for each account, in one process.

A lock by name says which process holds it. What arrives goes through the same door as everything.
"""

import asyncio
import contextlib
import random
from collections.abc import Mapping
from uuid import UUID

from hilo.domain import inboxes
from hilo.domain.inboxes import AccountRow, NewDelivery
from hilo.entry.door import Door
from hilo.entry.state import AppState
from hilo.kit import log
from hilo.kit.db import Database
from hilo.kit.errors import AuthExpired
from hilo.kit.ids import new_id
from hilo.kit.lock import Locks
from hilo.sdk.abilities import Live

_LOG = log.get(__name__)
_LOOK_S = 10.0
_FIRST_PAUSE_S = 2.0
_LONGEST_PAUSE_S = 300.0
_STEADY_S = 120.0  # held for so long: the next pause is short again


class KeptCursors:
    """Where a held connection stopped, in the account's rows."""

    def __init__(self, db: Database, row: AccountRow) -> None:
        """row: whose."""
        self._db = db
        self._row = row

    async def get(self, key: str) -> Mapping[str, object] | None:
        """Return what was kept."""
        async with self._db.transaction(self._row.workspace_id) as tx:
            return await inboxes.queries.cursor_get(tx, self._row.id, key)

    async def put(self, key: str, value: Mapping[str, object]) -> None:
        """Keep it; durable when it returns."""
        async with self._db.transaction(self._row.workspace_id) as tx:
            await inboxes.queries.cursor_put(tx, self._row.id, key, value)


class Keeper:
    """Holds what this process may hold."""

    def __init__(self, state: AppState, door: Door, locks: Locks) -> None:
        """door: where arrivals are stored."""
        self._state = state
        self._door = door
        self._locks = locks
        self._held: dict[UUID, tuple[AccountRow, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Look every few seconds which accounts want a connection, until cancelled."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(_LOOK_S)
        finally:
            for _, task in self._held.values():
                task.cancel()
            for _, task in self._held.values():
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _look(self) -> None:
        wanted = {row.id: row for row in await self._wanting()}
        for id_, (row, task) in list(self._held.items()):
            if task.done() or not _is_same(wanted.get(id_), row):
                task.cancel()
                del self._held[id_]
        for id_, row in wanted.items():
            if id_ not in self._held:
                self._held[id_] = (row, asyncio.create_task(self._hold(row), name=f"live {id_}"))

    async def _wanting(self) -> list[AccountRow]:
        found = []
        for channel, connector in self._state.channels.connectors.items():
            if not isinstance(connector, Live):
                continue
            async with self._state.db.transaction(None) as tx:
                refs = await inboxes.queries.accounts_of_channel(tx, channel)
                for ref in refs:
                    if ref.state != "active":
                        continue
                    row = await inboxes.queries.account_anywhere(tx, ref.id)
                    if row is None or row.is_sandbox:
                        continue  # a held connection goes to the vendor itself
                    channels = self._state.channels
                    if channels.opens(row) and connector.wants(channels.opened(row)):
                        found.append(row)
        return found

    async def _hold(self, row: AccountRow) -> None:
        """Hold one connection for as long as the lock is ours; come back after failures."""
        pause_s = _FIRST_PAUSE_S
        loop = asyncio.get_running_loop()
        while True:
            async with self._locks.attempt(f"live:{row.id}") as ours:
                if ours:
                    began = loop.time()
                    try:
                        await self._read(row)
                    except AuthExpired as error:
                        await self._mark(row, error)
                        return
                    except Exception as error:  # noqa: BLE001 - a mailbox never stops the others
                        _LOG.warning("live.broke", account=str(row.id), error=repr(error))
                    if loop.time() - began > _STEADY_S:
                        pause_s = _FIRST_PAUSE_S
            # Not all at once: many mailboxes of one server break at the same moment.
            await asyncio.sleep(pause_s * random.uniform(0.5, 1))  # noqa: S311 - no secret
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _read(self, row: AccountRow) -> None:
        connector = self._state.channels.of(row)
        if not isinstance(connector, Live):
            return

        async def arrive(raw: bytes, headers: Mapping[str, str], key: str) -> None:
            await self._door.store(
                NewDelivery(
                    workspace_id=row.workspace_id,
                    id=new_id(),
                    account_id=row.id,
                    source="mail",
                    headers=headers,
                    body=raw,
                    dedupe_key=key,
                )
            )

        cursors = KeptCursors(self._state.db, row)
        await connector.hold(self._state.channels.opened(row), arrive, cursors)

    async def _mark(self, row: AccountRow, error: AuthExpired) -> None:
        problem = {"code": error.code, "detail": str(error)}
        async with self._state.db.transaction(row.workspace_id) as tx:
            await inboxes.hold_account(tx, self._state.channels, row.id, problem)


def _is_same(now: AccountRow | None, then: AccountRow) -> bool:
    return now is not None and (now.settings, now.secrets, now.state, now.inbox_id) == (
        then.settings,
        then.secrets,
        then.state,
        then.inbox_id,
    )
