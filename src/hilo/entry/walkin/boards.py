"""A shop's board, read once for all who follow it.

Everybody in the shop is woken by the same event and needs the same rows. Who asks gets a reading
that began after it asked, shared with all who asked before it began: never an older one.
"""

import asyncio
from uuid import UUID

from hilo.domain import visits
from hilo.domain.visits import Board
from hilo.kit.db import Database
from hilo.sdk.account import Account


class Boards:
    """Reads boards, one at a time for each shop."""

    def __init__(self, db: Database) -> None:
        """db: where they stand."""
        self._db = db
        self._next: dict[UUID, asyncio.Task[Board]] = {}
        self._locks: dict[UUID, asyncio.Lock] = {}

    async def read(self, account: Account) -> Board:
        """Return the board as it is now or later."""
        waiting = self._next.get(account.id)
        if waiting is None:
            waiting = asyncio.create_task(self._read(account))
            self._next[account.id] = waiting
        return await asyncio.shield(waiting)

    async def _read(self, account: Account) -> Board:
        lock = self._locks.setdefault(account.id, asyncio.Lock())
        try:
            async with lock:
                # From here on who asks is too late for this reading.
                self._next.pop(account.id, None)
                async with self._db.reading(account.workspace) as tx:
                    return await visits.board(tx, account.id)
        finally:
            if not lock.locked() and account.id not in self._next:
                self._locks.pop(account.id, None)
