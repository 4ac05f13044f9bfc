"""Accounts as the doors know them: looked up by id alone, remembered for a few seconds."""

import time
from uuid import UUID

from msgspec import Struct

from hilo.domain import inboxes
from hilo.domain.inboxes import CLOSED, AccountRow, Channels
from hilo.kit.bus import Bus
from hilo.kit.db import Database
from hilo.kit.errors import Unavailable
from hilo.sdk.abilities import Greeting
from hilo.sdk.account import Account
from hilo.sdk.channel import ChannelConnector

_REMEMBERED_S = 5.0
_UNKNOWN_S = 1.0
_CLOSED_S = 60
_MOST = 10_000
_TOPIC = "cache"
_MARK = b"account:"


class Known(Struct, frozen=True):
    """An account, open, with its connector.

    greeter: the connector again, where it may answer in its own words.
    """

    row: AccountRow
    account: Account
    connector: ChannelConnector
    greeter: Greeting | None


class Accounts:
    """Remembers accounts; forgets one when told, each after some seconds."""

    def __init__(self, db: Database, channels: Channels, bus: Bus) -> None:
        """bus: other processes say which account changed."""
        self._db = db
        self._channels = channels
        self._bus = bus
        self._known: dict[UUID, tuple[float, Known | None]] = {}

    async def find(self, account: UUID) -> Known | None:
        """Return the account of this id, in whatever workspace; None when there is none.

        Raises: Unavailable while its secrets cannot be opened: nobody can be told from another.
        """
        found = self._known.get(account)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        async with self._db.transaction(None) as tx:
            row = await inboxes.queries.account_anywhere(tx, account)
        known = None
        if row is not None and row.channel in self._channels.connectors:
            if not self._channels.opens(row):
                raise Unavailable(CLOSED, retry_after_s=_CLOSED_S)
            connector = self._channels.of(row)
            greeter = connector if isinstance(connector, Greeting) else None
            known = Known(row, self._channels.opened(row), connector, greeter)
        if len(self._known) >= _MOST:
            self._known.clear()
        until = time.monotonic() + (_UNKNOWN_S if known is None else _REMEMBERED_S)
        self._known[account] = (until, known)
        return known

    def forget(self, account: UUID) -> None:
        """Look it up anew, here and in the other processes."""
        self._known.pop(account, None)
        self._bus.publish(_TOPIC, _MARK + account.bytes)

    async def run(self) -> None:
        """Listen to the other processes until cancelled."""
        with self._bus.subscribe(_TOPIC) as heard:
            async for payload in heard:
                if payload.startswith(_MARK):
                    self._known.pop(UUID(bytes=payload.removeprefix(_MARK)), None)
                elif not payload:
                    self._known.clear()
