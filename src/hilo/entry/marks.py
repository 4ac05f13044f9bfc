"""Shows contacts that their message was read and that somebody writes, where their channel can.

Tried once, never recorded, never waited for: a sign that fails is forgotten.
"""

import asyncio
import time
from uuid import UUID

from msgspec import Struct

from hilo.domain import inboxes
from hilo.domain.inboxes import Carrier, Channels
from hilo.kit import clock, log
from hilo.kit.db import Database
from hilo.kit.errors import HiloError
from hilo.kit.sql import Queries
from hilo.sdk.abilities import Marking
from hilo.sdk.inbound import IdentityKind
from hilo.sdk.outbound import MarkOut, Recipient

SQL = Queries(__package__, "marks.sql")
_LOG = log.get(__name__)
_TYPING_S, _READ_S = 8.0, 2.0  # at most one sign in so many seconds
_AT_ONCE = 50
_MOST = 10_000


class _Last(Struct, frozen=True):
    """The contact's last message. name: its id outside."""

    account: UUID
    kind: IdentityKind
    value: str
    name: str | None


class Marker:
    """One per web process."""

    def __init__(self, db: Database, channels: Channels, carrier: Carrier) -> None:
        """carrier: makes the calls."""
        self._db = db
        self._channels = channels
        self._carrier = carrier
        self._last: dict[tuple[UUID, str], float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._marks = any(isinstance(each, Marking) for each in channels.connectors.values())

    def typing(self, workspace: UUID, conversation: UUID) -> None:
        """Show that an agent writes; return at once."""
        self._begin(workspace, conversation, "typing_on", _TYPING_S)

    def read(self, workspace: UUID, conversation: UUID) -> None:
        """Show that an agent has read; return at once."""
        self._begin(workspace, conversation, "read", _READ_S)

    async def close(self) -> None:
        """Forget what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Return when nothing is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, workspace: UUID, conversation: UUID, does: str, every_s: float) -> None:
        key, now = (conversation, does), time.monotonic()
        if not self._marks or len(self._tasks) >= _AT_ONCE:
            return
        if now - self._last.get(key, -every_s) < every_s:
            return
        if len(self._last) >= _MOST:
            self._last.clear()
        self._last[key] = now
        task = asyncio.create_task(self._show(workspace, conversation, does))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show(self, workspace: UUID, conversation: UUID, does: str) -> None:
        try:
            async with self._db.reading(workspace) as tx:
                last = await tx.maybe(
                    SQL.last_heard, _Last, workspace=workspace, conversation=conversation
                )
                row = None if last is None else await inboxes.queries.account(tx, last.account)
            if last is None or row is None or row.state != "active":
                return
            connector = self._channels.of(row)
            if not isinstance(connector, Marking):
                return
            mark = MarkOut(
                does="read" if does == "read" else "typing_on",
                to=Recipient(kind=last.kind, value=last.value),
                external_id=last.name,
                now=clock.now(),
            )
            account = self._channels.opened(row)
            await self._carrier.aside(connector.mark(mark, account), account)
        except HiloError as error:
            _LOG.debug("mark.failed", conversation=str(conversation), error=repr(error))
