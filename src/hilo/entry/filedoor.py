"""`GET /files/{id}`: contents of files, never as part of our pages.

By a signed link (for its reader, for a while) or by an agent's own sign-in. Whatever the file is,
the browser is told not to guess, and what could act in it is handed over as a download.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, quote
from uuid import UUID

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from hilo.domain import library
from hilo.domain.library import StoredFile, shown_inline
from hilo.entry.api.problems import send_problem
from hilo.entry.state import AppState
from hilo.kit.errors import HiloError, NotFound

_PATH = re.compile(r"/files/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
_PDF = "application/pdf"


def file_app(state: AppState) -> ASGIApp:
    """Return the door."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        try:
            file, content = await _find(state, scope)
        except HiloError as error:
            await send_problem(send, error)
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        status, head, body = answer(file, content, headers)
        if scope["method"] == "HEAD":
            body = b""
        raw = [(name.encode(), value.encode("latin-1")) for name, value in head.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return app


async def _find(state: AppState, scope: HTTPScope) -> tuple[StoredFile, bytes]:
    """Return the file. Raises: NotFound, also to whom it is not meant for; Unauthenticated."""
    path = _PATH.fullmatch(scope["path"])
    if path is None or scope["method"] not in {"GET", "HEAD"}:
        raise NotFound("no such file")
    file_id = UUID(path[1])
    query = {k: v[0] for k, v in parse_qs(scope["query_string"].decode("latin-1")).items()}
    workspace = await _workspace(state, scope, file_id, query)
    async with state.db.transaction(workspace) as tx:
        file = await library.find_file(tx, file_id)
    return file, await library.content_of(state.files, file)


async def _workspace(
    state: AppState, scope: HTTPScope, file_id: UUID, query: Mapping[str, str]
) -> UUID:
    """Return whose file may be read. An agent's link opens for that agent only."""
    reader = state.file_links.check(file_id, query) if "sig" in query else None
    if reader is not None and reader.kind != "agent":
        return reader.workspace
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    actor = (await state.doorman.who(state.doorman.credential(headers))).actor
    actor.must("conversation:read")
    if reader is not None and (reader.id, reader.workspace) != (actor.id, actor.workspace):
        raise NotFound("the link is another agent's")
    if reader is None and actor.sight is not None:
        # Links are given with what the agent sees; which messages hold a file is not looked up.
        raise NotFound("no such file")
    return actor.workspace


def answer(
    file: StoredFile, content: bytes, headers: Mapping[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body; pure."""
    inline = shown_inline(file.media_type)
    media_type = file.media_type if inline else "application/octet-stream"
    head = {
        "content-type": media_type,
        "content-disposition": _disposition(file.name, "inline" if inline else "attachment"),
        "x-content-type-options": "nosniff",
        # The browser's own PDF viewer does not start in a sandbox.
        "content-security-policy": _POLICY + ("" if media_type == _PDF else "; sandbox"),
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "cache-control": "private, max-age=600, immutable",
        "accept-ranges": "bytes",
    }
    span = _span(headers.get("range", ""), len(content))
    if span is None:
        head["content-length"] = str(len(content))
        return 200, head, content
    first, last = span
    if first > last or first >= len(content):
        head |= {"content-range": f"bytes */{len(content)}", "content-length": "0"}
        return 416, head, b""
    body = content[first : last + 1]
    head["content-range"] = f"bytes {first}-{last}/{len(content)}"
    head["content-length"] = str(len(body))
    return 206, head, body


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte of a single range, None for everything."""
    match = _RANGE.fullmatch(asked.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return max(size - int(match[2]), 0), size - 1
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    return int(match[1]), last


def _disposition(name: str, how: str) -> str:
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
