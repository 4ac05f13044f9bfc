"""The accounts of the web chat, opened, and remembered for a moment."""

import time
from uuid import UUID

from msgspec import Struct

from hilo.domain import people
from hilo.domain.inboxes import Channels, queries
from hilo.kit.db import Database
from hilo.kit.errors import NotFound
from hilo.sdk.channel import Account

CHANNEL = "webchat"
_REMEMBERED_S = 3.0
_MOST = 10_000


class Shop(Struct, frozen=True):
    """A web chat's account and the name of the workspace it speaks for."""

    account: Account
    workspace_name: str
    locale: str


class Accounts:
    """Finds accounts by their public id."""

    def __init__(self, db: Database, channels: Channels) -> None:
        """channels: opens the secrets."""
        self._db = db
        self._channels = channels
        self._known: dict[UUID, tuple[float, Shop | None]] = {}

    async def get(self, text: str) -> Shop:
        """Return a web chat that is switched on. Raises: NotFound for anything else."""
        try:
            account = UUID(text)
        except ValueError:
            raise NotFound("no such chat") from None
        now = time.monotonic()
        until, shop = self._known.get(account, (0.0, None))
        if until <= now:
            shop = await self._look_up(account)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[account] = (now + _REMEMBERED_S, shop)
        if shop is None:
            raise NotFound("no such chat")
        return shop

    async def _look_up(self, account: UUID) -> Shop | None:
        async with self._db.transaction(None) as tx:
            row = await queries.account_anywhere(tx, account)
        if row is None or row.channel != CHANNEL or row.state == "off":
            return None
        async with self._db.transaction(row.workspace_id) as tx:
            workspace = await people.get_workspace(tx)
        return Shop(self._channels.opened(row), workspace.name, workspace.locale)
