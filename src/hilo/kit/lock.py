"""Locks by name across all processes, held for as long as a piece of outside work takes.

One connection per process holds them all (session-level advisory locks), so waiting work does not
occupy the pool. If that connection breaks, the locks are gone: what they guard must also be safe
without them, only slower or out of order.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from hilo.kit.db import CONNECT_S, FAILURES


def number_of(name: str) -> int:
    """Return the advisory lock's number for a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


class Locks:
    """The locks of this process."""

    def __init__(self, dsn: str) -> None:
        """dsn: of the database that all processes share."""
        self._dsn = dsn
        self._connection: asyncpg.Connection | None = None
        self._held: set[int] = set()
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def attempt(self, name: str) -> AsyncIterator[bool]:
        """Take the lock if it is free; yields whether it was. Never waits for it."""
        number = number_of(name)
        taken = number not in self._held
        if taken:
            self._held.add(number)  # before the await: two tasks of this process never both pass
            try:
                taken = bool(await self._ask("select pg_try_advisory_lock($1)", number))
            except BaseException:
                self._held.discard(number)
                raise
            if not taken:
                self._held.discard(number)
        try:
            yield taken
        finally:
            if taken:
                with suppress(*FAILURES):
                    await self._ask("select pg_advisory_unlock($1)", number)
                self._held.discard(number)

    async def close(self) -> None:
        """Let everything go."""
        if self._connection is not None:
            await self._connection.close(timeout=2)
            self._connection = None

    async def _ask(self, query: str, number: int) -> object:
        async with self._one_at_a_time:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(
                    self._dsn,
                    timeout=CONNECT_S,
                    command_timeout=CONNECT_S,
                    server_settings={"application_name": "hilo locks"},
                )
            try:
                answer: object = await self._connection.fetchval(query, number)
            except TimeoutError:
                self._connection.terminate()  # with whatever lock it may have got
                raise
            return answer
