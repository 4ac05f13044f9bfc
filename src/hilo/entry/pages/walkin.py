"""A shop's pages: `/s/<account>` on a phone, `…/kiosk` and `…/board` in the shop; and its code."""

from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.entry.accounts import Accounts
from hilo.entry.chat.accounts import Shops
from hilo.entry.chat.brand import DEFAULT, Brand, brand
from hilo.entry.chat.looks import text
from hilo.entry.pages.files import Folder
from hilo.entry.state import AppState
from hilo.entry.walkin.drawing import address, drawn
from hilo.kit.errors import NotFound
from hilo.kit.messages import LOCALES
from hilo.sdk.account import Account

Mode = Literal["phone", "kiosk", "board", "poster"]
_MODES: dict[str, Mode] = {"": "phone", "kiosk": "kiosk", "board": "board", "poster": "poster"}
_TOPICS = 12


class Config(Struct, frozen=True, kw_only=True):
    """What the page shows before it has asked anything; the page has the same type."""

    account: UUID
    mode: Mode
    title: str
    logo: str
    brand: Brand
    topics: list[str]
    mail: bool


class WalkinPages:
    """Makes them."""

    def __init__(self, state: AppState, accounts: Accounts, parts: Folder) -> None:
        """parts: the built pages."""
        self._state = state
        self._accounts = accounts
        self._shops = Shops(state.db, accounts)
        self._parts = parts

    async def page(self, path: str, locale: str) -> tuple[bytes, Account] | None:
        """Return the page. path: what follows `/s/`. None: there is no such shop."""
        shop, _, rest = path.rstrip("/").partition("/")
        account = await self._find(shop)
        html = self._parts.text(f"shop-{locale if locale in LOCALES else 'en'}.html")
        if account is None or html is None or rest not in _MODES:
            return None
        async with self._state.db.transaction(account.workspace) as tx:
            mail = await self._state.post.can_send(tx)
        config = msgspec.json.encode(_config(account, _MODES[rest], mail=mail)).decode()
        # No text of an account may end the element it stands in.
        return html.replace("{config}", config.replace("<", "\\u003c")).encode(), account

    async def code(self, path: str) -> bytes | None:
        """Return the code of the shop's address. path: what follows `/s/`."""
        account = await self._find(path.partition("/")[0])
        if account is None:
            return None
        return drawn(address(account)).encode()

    async def _find(self, text_: str) -> Account | None:
        try:
            shop = await self._shops.get(text_)
        except NotFound:
            return None
        connector = self._state.connectors[shop.account.channel].connector
        return shop.account if connector.manifest.has("visits") else None


def _config(account: Account, mode: Mode, *, mail: bool) -> Config:
    topics = account.settings.get("topics", [])
    return Config(
        account=account.id,
        mode=mode,
        title=text(account.settings, "title"),
        logo=text(account.settings, "logo"),
        brand=brand(text(account.settings, "color") or DEFAULT),
        topics=[str(each) for each in topics[:_TOPICS]] if isinstance(topics, list) else [],
        mail=mail,
    )
