"""How many people are before one: the line of an inbox, asked once for all who look at it."""

import time
from asyncio import Lock
from collections.abc import Mapping
from uuid import UUID

from hilo.domain.conversations import waiting
from hilo.kit.db import Database
from hilo.sdk.account import Account

KEPT_S = 3.0
_MOST = 10_000


class Lines:
    """The lines of all inboxes, each a few seconds old at most."""

    def __init__(self, db: Database) -> None:
        """Know of no line yet."""
        self._db = db
        self._kept: dict[UUID, tuple[float, Mapping[UUID, int]]] = {}
        self._asking = Lock()

    async def before(self, account: Account, conversation: UUID | None) -> int | None:
        """Return how many wait longer than this conversation; None when it is not in line."""
        if conversation is None:
            return None
        line = self._fresh(account.inbox)
        if line is None:
            async with self._asking:  # who waited for it need not ask again
                line = self._fresh(account.inbox) or await self._ask(account)
        return line.get(conversation)

    def _fresh(self, inbox: UUID) -> Mapping[UUID, int] | None:
        until, line = self._kept.get(inbox, (0.0, None))
        return line if until > time.monotonic() else None

    async def _ask(self, account: Account) -> Mapping[UUID, int]:
        async with self._db.reading(account.workspace) as tx:
            found = await waiting.queue(tx, account.inbox)
        line = {conversation: place for place, conversation in enumerate(found)}
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[account.inbox] = (time.monotonic() + KEPT_S, line)
        return line
