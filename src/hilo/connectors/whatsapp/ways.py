"""The two ways to WhatsApp: Meta's own Cloud API, and 360dialog, which speaks the same words.

Source: 360dialog, "Messaging API v2" (read 2026-11): the number follows from the key, files come
from its own host, and nothing it posts is signed, but it repeats headers that were agreed on.
"""

from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from hilo.connectors._graph import calls
from hilo.connectors._graph.calls import Graph
from hilo.sdk import verdicts
from hilo.sdk.account import Account

CLOUD = "cloud"
DIALOG = "360dialog"
DIALOG_HOST = "https://waba-v2.360dialog.io"
KEY_HEADER = "D360-API-KEY"
VERDICTS = verdicts.read(__package__)


class Way(Struct, frozen=True, kw_only=True):
    """One account's way. number, business: what stands before the paths about either."""

    graph: Graph
    by: str
    number: str = ""
    business: str = ""

    @property
    def messages(self) -> str:
        """Where messages go."""
        return f"{self.number}/messages" if self.number else "messages"

    @property
    def media(self) -> str:
        """Where files go."""
        return f"{self.number}/media" if self.number else "media"

    def file_url(self, given: str) -> str:
        """Return where a file is fetched: the go-between serves it in the vendor's stead."""
        if self.by != DIALOG:
            return given
        parts = urlsplit(given)
        return urlunsplit(urlsplit(DIALOG_HOST)._replace(path=parts.path, query=parts.query))


def by(account: Account) -> str:
    """Return which way the account goes."""
    return DIALOG if account.settings.get("by") == DIALOG else CLOUD


def of(account: Account) -> Way:
    """Return the account's way."""
    token = account.secrets.get("access_token", "")
    if by(account) == DIALOG:
        graph = Graph(base=DIALOG_HOST, headers={KEY_HEADER: token}, verdicts=VERDICTS)
        return Way(graph=graph, by=DIALOG)
    headers = {"authorization": f"Bearer {token}"}
    graph = Graph(base=f"{calls.HOST}/{calls.VERSION}", headers=headers, verdicts=VERDICTS)
    return Way(
        graph=graph,
        by=CLOUD,
        number=account.address or "",
        business=str(account.settings.get("business_account_id") or ""),
    )
