"""The chat on somebody's site: the loader, with the account's looks in it, and the panel."""

from collections.abc import Sequence
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.entry.accounts import Accounts
from hilo.entry.chat.accounts import CHANNEL, Shops
from hilo.entry.chat.brand import DEFAULT, brand
from hilo.entry.chat.looks import Looks, looks_of
from hilo.entry.pages.files import Folder
from hilo.entry.state import AppState
from hilo.kit.errors import NotFound
from hilo.kit.messages import LOCALES
from hilo.sdk.account import Account

# Without an account in its address the loader reads `data-account` of its own tag and comes again.
_AGAIN = b"""(()=>{const s=document.currentScript,a=s&&s.dataset.account;if(!a)return;
const n=document.createElement("script");
n.src=s.src.split("?")[0]+"?account="+encodeURIComponent(a);
n.async=true;document.head.append(n)})();
"""
_NOTHING = b"/* There is no web chat of this id, or it is switched off. */\n"
_HIDDEN_MOST = 50


class Boot(Struct, frozen=True, kw_only=True):
    """What the launcher must know before the panel is there; the loader has the same type."""

    account: UUID
    fill: str
    on: str
    position: str
    text: str
    lang: str
    hide: Sequence[str]
    pages: bool
    words: tuple[str, str, str]


class Ask(Struct, frozen=True):
    """What the page must know that asks for notifications. key: who will call."""

    title: str
    key: str


class Widget:
    """Makes both."""

    def __init__(self, state: AppState, accounts: Accounts, parts: Folder) -> None:
        """parts: the built widget."""
        self._accounts = accounts
        self._shops = Shops(state.db, accounts)
        self._parts = parts
        self._state = state

    async def loader(self, query: str, accept_language: str) -> bytes:
        """Return the script. It leaves no name on the page but `hilo`."""
        wanted = _account(query)
        if wanted is None:
            return _AGAIN
        account = await self._find(wanted)
        script = self._parts.text("loader.js")
        if account is None or script is None:
            return _NOTHING
        boot = msgspec.json.encode(self._boot(account, _lang(query), accept_language)).decode()
        return f"(()=>{{const hiloBoot={boot};\n{script}\n}})();\n".encode()

    async def notify(self, query: str, accept_language: str) -> bytes | None:
        """Return the page that asks for notifications; None: there is no such chat."""
        try:
            shop = await self._shops.get(str(_account(query)))
        except NotFound:
            return None
        title = looks_of(shop, self._state.connectors).title
        return self._filled("notify", query, accept_language, Ask(title, self._state.push.public))

    async def panel(self, query: str, accept_language: str) -> tuple[bytes, Account] | None:
        """Return the panel's page, with the account's looks in it; None: there is no such chat."""
        try:
            shop = await self._shops.get(str(_account(query)))
        except NotFound:
            return None
        looks = looks_of(shop, self._state.connectors)
        html = self._filled("panel", query, accept_language, looks)
        return None if html is None else (html, shop.account)

    def _filled(
        self, stem: str, query: str, accept_language: str, config: Looks | Ask
    ) -> bytes | None:
        """Return a page in the visitor's language with what it must know in it."""
        wanted = _lang(query)
        locale = wanted if wanted in LOCALES else spoken(accept_language)
        html = self._parts.text(f"{stem}-{locale}.html")
        if html is None:
            return None
        # No text of an account may end the element it stands in.
        told = msgspec.json.encode(config).decode().replace("<", "\\u003c")
        return html.replace("{config}", told).encode()

    async def _find(self, account: UUID) -> Account | None:
        known = await self._accounts.find(account)
        if known is None or known.row.channel != CHANNEL or known.row.state == "off":
            return None
        return known.account

    def _boot(self, account: Account, lang: str, accept_language: str) -> Boot:
        settings = account.settings
        colors = brand(str(settings.get("color") or DEFAULT))
        hide = settings.get("hide_on", [])
        t = self._state.catalogue
        # The account's choice, else the page's, else the browser's.
        chosen = [each for each in (settings.get("language"), lang) if each in LOCALES]
        locale = str(chosen[0]) if chosen else spoken(accept_language)
        return Boot(
            account=account.id,
            fill=colors.fill,
            on=colors.on,
            position="left" if settings.get("position") == "left" else "right",
            text=str(settings.get("launcher_text") or ""),
            lang=locale,
            hide=[str(each) for each in hide[:_HIDDEN_MOST]] if isinstance(hide, list) else [],
            pages=settings.get("page_history", True) is not False,
            words=(
                t.t(locale, "widget.open"),
                t.t(locale, "widget.close"),
                t.t(locale, "widget.unread", count="{count}"),
            ),
        )


def spoken(accept_language: str) -> str:
    """Return the first of our languages that a browser asks for."""
    for piece in accept_language[:200].split(","):
        tag = piece.partition(";")[0].strip().lower()[:2]
        if tag in LOCALES:
            return tag
    return "en"


def _lang(query: str) -> str:
    return parse_qs(query).get("lang", [""])[0]


def _account(query: str) -> UUID | None:
    try:
        return UUID(parse_qs(query).get("account", [""])[0])
    except ValueError:
        return None
