"""The pages: which file or page a path leads to. `GET` and `HEAD` only; the rest is the doors'."""

import gzip
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qs

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from msgspec import Struct

from hilo.entry.accounts import Accounts
from hilo.entry.pages import policy
from hilo.entry.pages.demo import Demo
from hilo.entry.pages.files import ASK_AGAIN, FOREVER, Folder, Found
from hilo.entry.pages.walkin import WalkinPages
from hilo.entry.pages.widget import Widget, spoken
from hilo.entry.state import AppState
from hilo.kit import log
from hilo.kit.messages import LOCALES

STATIC = Path(__file__).parents[1] / "static"
_OWN = Path(__file__).parent / "shop"
_NOT_BUILT = b"The console is not built here. Run: make build\n"
_PLAIN = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_SVG = "image/svg+xml"
_SCRIPT = "text/javascript; charset=utf-8"
_LOG = log.get(__name__)


class Asked(Struct, frozen=True):
    """A request for a page. headers: lower-cased names."""

    path: str
    query: str
    headers: Mapping[str, str]

    @property
    def host(self) -> str:
        """Under which name we were asked."""
        return self.headers.get("host", "")


class Page(Struct, frozen=True, kw_only=True):
    """An answer. csp: empty where nothing is drawn."""

    status: int = 200
    body: bytes
    media_type: str
    cache: str = ASK_AGAIN
    csp: str = ""
    etag: str = ""
    encoding: str = ""
    is_shared: bool = False  # other origins load it: the widget's script and its parts


def pages_app(state: AppState, accounts: Accounts, static: Path = STATIC) -> ASGIApp:
    """Return the application of every path no door took. static: where the clients were built."""
    pages = Pages(state, accounts, static)

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await _answer(pages, scope, send)

    return app


class Pages:
    """Finds the page of a path."""

    def __init__(self, state: AppState, accounts: Accounts, static: Path) -> None:
        """Read nothing yet. static: holds `agent` and `widget`."""
        self._console = Folder(static / "agent")
        self._parts = Folder(static / "widget")
        self._shop_files = Folder(_OWN)
        self._widget = Widget(state, accounts, self._parts)
        self._walkin = WalkinPages(state, accounts, self._parts)
        self._demo = Demo(state)
        self._catalogue = state.catalogue
        self.is_secure = state.config.public_url.startswith("https://")

    async def find(self, asked: Asked) -> Page:
        """Return the page; an unknown path is the console's, which has its own word for it."""
        path = asked.path.lstrip("/")
        first, _, rest = path.partition("/")
        match first:
            case "demo":
                return await self._of_demo(rest, asked)
            case "s" if rest:
                return await self._of_shop(rest, asked)
            case "widget" if rest:
                return await self._of_widget(rest, asked)
            case _:
                return self._of_console_files(path, asked)

    async def _of_demo(self, path: str, asked: Asked) -> Page:
        if path:
            return _of_file(self._shop_files.find(path, _encodings(asked)))
        html = await self._demo.page(asked.query, asked.headers.get("accept-language", ""))
        return Page(body=html.encode(), media_type=_HTML, csp=policy.demo())

    async def _of_widget(self, path: str, asked: Asked) -> Page:
        if path == "loader.js":
            spoken = asked.headers.get("accept-language", "")
            script = await self._widget.loader(asked.query, spoken)
            cache = "public, max-age=60, stale-while-revalidate=600"
            encoding = "gzip" if "gzip" in _encodings(asked) else ""
            body = gzip.compress(script, 9, mtime=0) if encoding else script
            return Page(
                body=body, media_type=_SCRIPT, cache=cache, encoding=encoding, is_shared=True
            )
        if path == "panel.html":
            return await self._of_panel(asked)
        if path == "notify.html":
            html = await self._widget.notify(asked.query, asked.headers.get("accept-language", ""))
            if html is None:
                return _missing()
            return Page(body=html, media_type=_HTML, cache="no-store", csp=policy.notify())
        return _of_file(self._parts.find(path, _encodings(asked)), is_shared=True)

    async def _of_panel(self, asked: Asked) -> Page:
        found = await self._widget.panel(asked.query, asked.headers.get("accept-language", ""))
        if found is None:
            return _missing()
        html, account = found
        # Asked for again with each page, but sent again only when it has changed.
        csp = policy.panel(asked.host, account)
        etag = f'"{hashlib.sha256(html + csp.encode()).hexdigest()[:24]}"'
        is_zipped = "gzip" in _encodings(asked)
        body = gzip.compress(html, 9, mtime=0) if is_zipped else html
        encoding = "gzip" if is_zipped else ""
        return Page(body=body, media_type=_HTML, csp=csp, etag=etag, encoding=encoding)

    async def _of_shop(self, path: str, asked: Asked) -> Page:
        if path.endswith("/code.svg"):
            code = await self._walkin.code(path)
            return Page(body=code, media_type=_SVG, csp=policy.picture()) if code else _missing()
        wanted = parse_qs(asked.query).get("lang", [""])[0]
        locale = wanted if wanted in LOCALES else spoken(asked.headers.get("accept-language", ""))
        found = await self._walkin.page(path, locale)
        if found is None:
            said = self._catalogue.t(locale, "walkin.missing").encode()
            return Page(status=404, body=said, media_type=_PLAIN, cache="no-store")
        html, account = found
        csp = policy.walkin(asked.host, account)
        return Page(body=html, media_type=_HTML, cache="no-store", csp=csp)

    def _of_console_files(self, path: str, asked: Asked) -> Page:
        found = self._console.find(path, _encodings(asked)) if path != "index.html" else None
        if found is not None:
            return _of_file(found)
        if "." in path.rpartition("/")[2]:
            return _missing()
        return self._of_console(asked)

    def _of_console(self, asked: Asked) -> Page:
        html = self._console.text("index.html")
        if html is None:
            return Page(status=503, body=_NOT_BUILT, media_type=_PLAIN, cache="no-store")
        nonce = secrets.token_urlsafe(16)
        meta = f'<head><meta property="csp-nonce" nonce="{nonce}">'
        body = html.replace("<head>", meta, 1).encode()
        csp = policy.console(nonce, asked.host)
        return Page(body=body, media_type=_HTML, cache="no-store", csp=csp)


def _encodings(asked: Asked) -> str:
    return asked.headers.get("accept-encoding", "")


def _of_file(found: Found | None, *, is_shared: bool = False) -> Page:
    if found is None:
        return _missing()
    return Page(
        body=found.body,
        media_type=found.media_type,
        cache=found.cache,
        etag="" if found.cache == FOREVER else found.etag,
        encoding=found.encoding,
        is_shared=is_shared,
    )


def _missing() -> Page:
    return Page(status=404, body=b"", media_type=_PLAIN, cache="no-store")


async def _answer(pages: Pages, scope: HTTPScope, send: Send) -> None:
    headers = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in scope["headers"]}
    if scope["method"] not in {"GET", "HEAD"}:
        page = Page(status=405, body=b"", media_type=_PLAIN, cache="no-store")
    else:
        query = scope["query_string"].decode("utf-8", "replace")
        page = await _guarded(pages.find, Asked(scope["path"], query, headers))
    if page.etag and page.etag in headers.get("if-none-match", ""):
        page = Page(status=304, body=b"", media_type=page.media_type, etag=page.etag)
    pairs = [
        (name.encode(), value.encode("latin-1")) for name, value in _headers(page, pages).items()
    ]
    body = b"" if scope["method"] == "HEAD" else page.body
    await send({"type": "http.response.start", "status": page.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _guarded(find: Callable[[Asked], Awaitable[Page]], asked: Asked) -> Page:
    try:
        return await find(asked)
    except Exception as error:  # noqa: BLE001 - a page is never a 500
        _LOG.error("a page could not be made", path=asked.path, exc_info=error)
        return Page(status=503, body=b"", media_type=_PLAIN, cache="no-store")


def _headers(page: Page, pages: Pages) -> dict[str, str]:
    head = {
        "content-type": page.media_type,
        "content-length": str(len(page.body)),
        "cache-control": page.cache,
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "vary": "accept-encoding, accept-language",
        "cross-origin-resource-policy": "cross-origin" if page.is_shared else "same-origin",
    }
    if page.csp:
        head["content-security-policy"] = page.csp
        # Agents and visitors record voice notes; the browser still asks them.
        head["permissions-policy"] = "camera=(), microphone=(self), geolocation=()"
    if "frame-ancestors 'none'" in page.csp:
        head["cross-origin-opener-policy"] = "same-origin"
        head["x-frame-options"] = "DENY"
    if pages.is_secure:
        head["strict-transport-security"] = "max-age=31536000"
    if page.etag:
        head["etag"] = page.etag
    if page.encoding:
        head["content-encoding"] = page.encoding
    if page.is_shared:
        head["access-control-allow-origin"] = "*"
    return head
