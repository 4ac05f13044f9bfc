"""The demo shop: a page somebody else could own, with the chat of this Hilo in its corner."""

import re
from html import escape
from importlib import resources
from secrets import token_hex
from urllib.parse import parse_qs
from uuid import UUID

from hilo.domain.inboxes import queries
from hilo.entry import demo
from hilo.entry.chat.accounts import CHANNEL
from hilo.entry.pages.widget import spoken
from hilo.entry.state import AppState
from hilo.kit.messages import LOCALES

_PLACE = re.compile(r"\{(?:(t|price):)?([\w.]+)\}")
_GOODS = (
    ("lamp", "lamp", 89),
    ("coffee", "coffee", 46),
    ("chair", "chair", 149),
    ("blanket", "blanket", 72),
    ("table", "table", 420),
    ("shelf_faro", "shelf", 210),
    ("kettle", "kettle", 58),
    ("basket", "basket", 34),
)


class Demo:
    """Writes the page."""

    def __init__(self, state: AppState) -> None:
        """state: where the texts and the account are."""
        self._state = state
        folder = resources.files(__package__).joinpath("shop")
        self._template = folder.joinpath("page.html").read_text(encoding="utf-8")

    async def page(self, query: str, accept_language: str) -> str:
        """Return the page in the language asked for, else the browser's, else English.

        query: `lang`; `account` puts another chat in the corner, for the preview of its settings.
        """
        asked = {name: values[0] for name, values in parse_qs(query[:500]).items()}
        lang = asked.get("lang", "")
        locale = lang if lang in LOCALES else spoken(accept_language)
        account = await self._account(asked.get("account", ""))
        missing = f'<aside class="notice">{self._t(locale, "demo.no_chat")}</aside>'
        parts = {
            "locale": locale,
            "chat": _chat(account, locale),
            "languages": _languages(locale),
            "goods": self._goods(locale),
            "note": "" if account else missing,
        }

        def fill(match: re.Match[str]) -> str:
            kind, name = match.groups()
            if kind == "t":
                return self._t(locale, name)
            if kind == "price":
                return price(int(name), locale)
            return parts.get(name, match[0])

        return _PLACE.sub(fill, self._template)

    def _t(self, locale: str, key: str) -> str:
        return escape(self._state.catalogue.t(locale, key))

    def _goods(self, locale: str) -> str:
        return "".join(
            f'<li><svg viewBox="0 0 120 120" aria-hidden="true"><use href="#{drawing}"/></svg>'
            f"<h3>{self._t(locale, f'demo.{name}')}<span>{price(euros, locale)}</span></h3>"
            f"<p>{self._t(locale, f'demo.{name}_about')}</p></li>"
            for name, drawing, euros in _GOODS
        )

    async def _account(self, wanted: str) -> UUID | None:
        """Return the chat asked for, else the demo workspace's, else any."""
        async with self._state.db.transaction(None) as tx:
            refs = await queries.accounts_of_channel(tx, CHANNEL)
        active = [each for each in refs if each.state != "off"]
        for each in active:
            if str(each.id) == wanted:
                return each.id
        for each in active:
            async with self._state.db.transaction(each.workspace_id) as tx:
                if await demo.is_loaded(tx):
                    return each.id
        return active[0].id if active else None


def price(euros: int, locale: str) -> str:
    """Write a whole price as the language does."""
    from babel.numbers import format_currency  # noqa: PLC0415 - for this page alone

    pattern = "¤#,##0" if locale == "en" else "#,##0\u00a0¤"
    return escape(format_currency(euros, "EUR", pattern, locale=locale, currency_digits=False))


def _chat(account: UUID | None, locale: str) -> str:
    if account is None:
        return ""
    # Asked for anew each time: here one looks at what one has just changed in the settings.
    source = f"/widget/loader.js?account={account}&amp;lang={locale}&amp;v={token_hex(4)}"
    return f'<script src="{source}" async></script>'


def _languages(locale: str) -> str:
    return "".join(
        f'<a href="/demo?lang={each}" hreflang="{each}" lang="{each}"'
        f"{' aria-current=page' if each == locale else ''}>{each.upper()}</a>"
        for each in LOCALES
    )
