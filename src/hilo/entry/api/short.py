"""The short way: what consoles and programs read all day, answered without the framework.

It calls the same handlers. Only a plain request goes it: a known path, parameters in their usual
writing, nothing refused. Whatever else, and whatever goes wrong, goes the framework's way, which
alone knows how to say no; to read twice does no harm. Both ways give the same answer, and
`tests/entry/api/test_short.py` holds them to it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from msgspec import Meta, Struct

from hilo.domain.conversations import Order, Priority, Status
from hilo.entry.api import conversations, counts, etags, messages
from hilo.entry.api.frame import visit_of
from hilo.entry.api.reading import header
from hilo.entry.doorman import sight_of
from hilo.entry.state import AppState

_BASE = "/api/v1"
_LONG_WAY = (b"idempotency-key", b"if-none-match", b"if-match")
_ONE = r"/conversations/(?P<conversation_id>[0-9a-f-]{36})"
_Limit = Annotated[int, Meta(ge=1, le=100)]
_Cursor = Annotated[str, Meta(min_length=1, max_length=1000)]
_Handler = Callable[..., Awaitable[object]]


class _Nothing(Struct, forbid_unknown_fields=True):
    """No parameters."""


class _List(Struct, forbid_unknown_fields=True):
    """Those of the list of conversations."""

    status: Status | None = None
    inbox: UUID | None = None
    assignee: Annotated[str, Meta(max_length=40)] | None = None
    team: UUID | None = None
    contact: UUID | None = None
    tag: UUID | None = None
    unread: Literal["true", "false"] | None = None
    priority: Priority | None = None
    sort: Order = "activity"
    cursor: _Cursor | None = None
    limit: _Limit = 25


class _Thread(Struct, forbid_unknown_fields=True):
    """Those of the list of messages."""

    cursor: _Cursor | None = None
    limit: _Limit = 25


class _Way(Struct, frozen=True):
    """One read. gives_state: the handler takes `app_state`, too; has_tag: the answer an ETag."""

    path: re.Pattern[str]
    takes: type[Struct]
    handler: _Handler
    gives_state: bool = False
    has_tag: bool = False


_WAYS: Sequence[_Way] = (
    _Way(re.compile("/conversations"), _List, conversations.list_conversations.fn),
    _Way(re.compile(_ONE), _Nothing, conversations.get_conversation.fn, has_tag=True),
    _Way(re.compile(_ONE + "/messages"), _Thread, messages.list_messages.fn, gives_state=True),
    _Way(re.compile("/counts"), _Nothing, counts.get_counts.fn, has_tag=True),
)


class Short:
    """Stands before the framework, inside the frame."""

    def __init__(self, app: ASGIApp, state: AppState) -> None:
        """app: the framework's."""
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        if scope["type"] == ScopeType.HTTP and scope["method"] == HttpMethod.GET:
            asked = _asked(scope)
            body = None if asked is None else await self._answer(scope, *asked)
            if asked is not None and body is not None:
                headers = [
                    (b"content-type", b"application/json"),
                    (b"content-length", b"%d" % len(body)),
                ]
                if asked[0].has_tag:
                    headers.append((b"etag", etags.tag_of(body).encode()))
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": body, "more_body": False})
                return
        await self._app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, way: _Way, values: dict[str, Any]) -> bytes | None:
        credential = visit_of(scope).credential
        if credential is None:
            return None
        doorman = self._state.doorman
        try:
            known = await doorman.who(credential)
            actor = known.actor
            if way.gives_state:
                values["app_state"] = self._state
            async with self._state.db.reading(
                actor.workspace, by=actor.by, sight=sight_of(actor)
            ) as tx:
                await doorman.touch(tx, credential, known)
                return msgspec.json.encode(await way.handler(actor=actor, tx=tx, **values))
        except Exception:  # noqa: BLE001 - the framework's way meets it again, and tells it
            return None


def _asked(scope: HTTPScope) -> tuple[_Way, dict[str, Any]] | None:
    path = scope["path"].removeprefix(_BASE)
    for way in _WAYS:
        match = way.path.fullmatch(path)
        if match is None:
            continue
        try:
            taken = _taken(scope["query_string"], way.takes)
            ids = {name: UUID(text) for name, text in match.groupdict().items()}
        except (ValueError, msgspec.ValidationError):
            return None
        is_plain = not any(header(scope, name) for name in _LONG_WAY)
        return (way, {**ids, **taken}) if is_plain else None
    return None


def _taken(query: bytes, takes: type[Struct]) -> Mapping[str, object]:
    """Return the parameters as the handler takes them. Raises ValueError: not plain."""
    pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True)
    given = dict(pairs)
    if len(given) < len(pairs) or any(not _is_plain(each) for each in given.values()):
        raise ValueError
    found = msgspec.convert(given, takes, strict=False)
    values = {name: value for name in given if (value := getattr(found, name)) is not None}
    if "unread" in values:
        values["unread"] = values["unread"] == "true"
    return values


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and value != "" and value.lower() != "null"
