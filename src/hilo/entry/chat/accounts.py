"""The accounts of our own chats, with the name of the workspace they speak for."""

from uuid import UUID

from msgspec import Struct

from hilo.domain import people
from hilo.entry.accounts import Accounts, Known
from hilo.kit.db import Database
from hilo.kit.errors import NotFound
from hilo.sdk.account import Account

CHANNEL = "webchat"
_MOST = 10_000


class Shop(Struct, frozen=True):
    """The account of a web chat or a shop, and the name of the workspace it speaks for."""

    account: Account
    workspace_name: str


class Shops:
    """Finds accounts by their public id."""

    def __init__(self, db: Database, accounts: Accounts) -> None:
        """accounts: remembers them for a moment."""
        self._db = db
        self._accounts = accounts
        self._kept: dict[UUID, tuple[Account, str]] = {}

    async def get(self, text: str) -> Shop:
        """Return a chat that is switched on. Raises: NotFound for anything else."""
        try:
            known = await self._accounts.find(UUID(text))
        except ValueError:
            known = None
        if known is None or not _is_own(known) or known.row.state == "off":
            raise NotFound("no such chat")
        return Shop(known.account, await self._name(known.account))

    async def _name(self, account: Account) -> str:
        # As fresh as the account itself: it is another object once it was looked up anew.
        kept = self._kept.get(account.workspace)
        if kept is not None and kept[0] is account:
            return kept[1]
        async with self._db.transaction(account.workspace) as tx:
            name = (await people.get_workspace(tx)).name
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[account.workspace] = (account, name)
        return name


def _is_own(known: Known) -> bool:
    """Say whether its other side is a page of ours."""
    return known.row.channel == CHANNEL or known.connector.manifest.has("visits")
