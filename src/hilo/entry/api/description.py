"""The description of the API: the document, and a page to read it that works offline.

The page is made here from the same document, without a script.
"""

from html import escape
from typing import Any

import msgspec
from litestar import Request, Response, get

from hilo.entry.api import codes, openapi
from hilo.entry.api.forms import PUBLIC, Shared
from hilo.entry.state import AppState
from hilo.kit.messages import LOCALES

_CSP = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
_PAGE_HEADERS = {"content-security-policy": _CSP, "cache-control": "no-cache"}
_STYLE = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; text-transform: capitalize; }
details { border: 1px solid color-mix(in srgb, currentColor 20%, transparent);
  border-radius: 6px; margin: .5rem 0; }
summary { cursor: pointer; padding: .5rem .75rem; }
summary b { display: inline-block; min-width: 4.5rem; }
details > div { padding: 0 .75rem .75rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { overflow: auto; padding: .75rem; border-radius: 6px;
  background: color-mix(in srgb, currentColor 8%, transparent); }
td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
"""


@get("/openapi.json", opt=PUBLIC, include_in_schema=False)
async def document(request: Request[Any, Any, Any], app_state: Shared) -> Response[bytes]:
    """Return the document."""
    body = msgspec.json.encode(_document(request, app_state))
    headers = {"cache-control": "no-cache", "access-control-allow-origin": "*"}
    return Response(body, media_type="application/json", headers=headers)


@get("/docs", opt=PUBLIC, include_in_schema=False)
async def page(request: Request[Any, Any, Any], app_state: Shared) -> Response[bytes]:
    """Return the page."""
    asked = request.headers.get("accept-language", "")[:2].lower()
    writer = _Writer(app_state, asked if asked in LOCALES else "en")
    text = writer.page(_document(request, app_state))
    return Response(text.encode(), media_type="text/html", headers=_PAGE_HEADERS)


@get("/docs.css", opt=PUBLIC, include_in_schema=False)
async def style() -> Response[bytes]:
    """Return the page's style."""
    return Response(_STYLE.encode(), media_type="text/css", headers={"cache-control": "no-cache"})


def _document(request: Request[Any, Any, Any], app_state: AppState) -> openapi.Json:
    kept = request.app.state
    if "document" not in kept:
        cookie = app_state.doorman.cookie
        kept["document"] = openapi.describe(request.app, app_state.config.public_url, cookie)
    found: openapi.Json = kept["document"]
    return found


class _Writer:
    """Writes the page in one language."""

    def __init__(self, app_state: AppState, locale: str) -> None:
        self._catalogue = app_state.catalogue
        self._locale = locale

    def page(self, it: openapi.Json) -> str:
        title = self._t("title")
        sections = "".join(self._section(it, tag["name"]) for tag in it["tags"])
        return (
            f'<!doctype html><html lang="{self._locale}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{title}</title>"
            '<link rel="stylesheet" href="docs.css"></head><body>'
            f"<h1>{title}</h1><p>{self._t('intro')}</p>"
            f'<p><a href="openapi.json">{self._t("document")}</a></p>'
            f"<pre>{escape(it['info']['description'])}</pre>{sections}{self._problems()}"
            "</body></html>"
        )

    def _section(self, it: openapi.Json, tag: str) -> str:
        found = [
            self._operation(path, method, operation)
            for path, methods in it["paths"].items()
            for method, operation in methods.items()
            if tag in operation["tags"]
        ]
        return f"<h2>{escape(tag)}</h2>{''.join(found)}"

    def _operation(self, path: str, method: str, it: openapi.Json) -> str:
        summary = f"<b>{method.upper()}</b> <code>{escape(path)}</code> {escape(it['summary'])}"
        public = "" if it["security"] else f"<p>{self._t('public')}</p>"
        body = ""
        for media, content in it.get("requestBody", {}).get("content", {}).items():
            body += f"<h4>{self._t('body')} {escape(media)}</h4>{_example(content)}"
        return (
            f'<details id="{it["operationId"]}"><summary>{summary}</summary><div>'
            f"<p>{escape(it['description'])}</p>{public}{self._parameters(it)}{body}"
            f"{self._answers(it)}</div></details>"
        )

    def _parameters(self, it: openapi.Json) -> str:
        rows = "".join(
            f"<tr><td><code>{escape(each['name'])}</code></td><td>{each['in']}</td>"
            f"<td>{self._t('required') if each['required'] else ''}</td>"
            f"<td>{escape(each.get('description', ''))}</td></tr>"
            for each in it["parameters"]
        )
        return f"<h4>{self._t('parameters')}</h4><table>{rows}</table>" if rows else ""

    def _answers(self, it: openapi.Json) -> str:
        found = ""
        for status, answer in it["responses"].items():
            if "$ref" not in answer:
                shown = "".join(_example(each) for each in answer.get("content", {}).values())
                found += f"<h4>{self._t('answer')} {status}</h4>{shown}"
        return found

    def _problems(self) -> str:
        rows = "".join(
            f'<tr id="problem-{code}"><td><code>{code}</code></td><td>{escape(text)}</td></tr>'
            for code, text in codes.told().items()
        )
        intro = self._t("problems_intro")
        return f"<h2>{self._t('problems')}</h2><p>{intro}</p><table>{rows}</table>"

    def _t(self, key: str) -> str:
        return escape(self._catalogue.t(self._locale, f"apidocs.{key}"))


def _example(content: openapi.Json) -> str:
    if "example" not in content:
        return ""
    text = msgspec.json.format(msgspec.json.encode(content["example"]), indent=2).decode()
    return f"<pre>{escape(text)}</pre>"


ROUTES = [document, page, style]
