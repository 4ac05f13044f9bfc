"""The agents' socket: `WS /api/v1/socket?after=`. Plain ASGI; what it tells comes from the hub.

Signed in by the cookie (then the page's origin must be ours) or by a token. The first frame is
`hello` with a cursor; events follow with theirs, so that a client resumes where it stopped.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct

from hilo.domain.people import Actor
from hilo.entry import feed
from hilo.entry.api.problems import send_problem
from hilo.entry.doorman import Credential
from hilo.entry.feed import Place
from hilo.entry.frames import frame
from hilo.entry.hub import UNAUTHENTICATED, Hub
from hilo.entry.lines import Line, line_of
from hilo.entry.outbox import Outbox
from hilo.entry.rooms import Listener
from hilo.entry.state import AppState
from hilo.entry.statuses import UpgradeRequired
from hilo.kit.errors import Forbidden, Invalid, Unauthenticated

FORBIDDEN = 4403
TOO_SLOW = 4408
_FRAMES_PER_S = 20
_PONG = frame(b'{"type":"pong"}')


class Said(Struct, frozen=True):
    """What a client may say."""

    type: Literal["viewing", "typing", "left", "ping"]
    conversation_id: UUID | None = None


def socket_app(state: AppState) -> ASGIApp:
    """Return the door."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.WEBSOCKET:
            await send_problem(send, UpgradeRequired("open a WebSocket at this address"))
            return
        await receive()
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        query = parse_qs(scope["query_string"].decode("latin-1"))
        token = query.get("token", [None])[0]
        credential = state.doorman.credential(headers, token)
        try:
            actor = (await state.doorman.who(credential)).actor
            actor.must("event:read")
            if credential is None or credential.kind == "session":
                _check_origin(headers, state.config.public_url)
        except Unauthenticated:
            await _refuse(send, UNAUTHENTICATED, "sign in first")
            return
        except Forbidden as error:
            await _refuse(send, FORBIDDEN, error.message)
            return
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        shown = credential or Credential("token", b"")
        call = _Call(state.hub, actor, shown, send, line_of(scope))
        await call.serve(receive, query.get("after", [""])[0])

    return app


class _Call:
    """One open socket."""

    def __init__(
        self, hub: Hub, actor: Actor, credential: Credential, send: Send, line: Line | None
    ) -> None:
        """line: written to directly, where there is one."""
        self._hub = hub
        self._send = send
        self._ended: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        outbox = Outbox(self._text, lambda: self.end(TOO_SLOW, "too slow; resume by cursor"), line)
        self._listener = Listener(actor, credential, outbox, self.end)
        self._tokens, self._filled_at = float(_FRAMES_PER_S), time.monotonic()

    def end(self, code: int, reason: str) -> None:
        """Close from our side."""
        if not self._ended.done():
            self._ended.set_result((code, reason))

    async def serve(self, receive: Receive, after: str) -> None:
        """Speak until either side ends."""
        working = asyncio.ensure_future(self._work(receive, after))
        try:
            either: set[asyncio.Future[Any]] = {working, self._ended}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            working.cancel()
            self._listener.outbox.close()
            self._hub.leave(self._listener)
        if self._ended.done():
            code, reason = self._ended.result()
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        elif not working.cancelled() and (error := working.exception()) is not None:
            raise error

    async def _work(self, receive: Receive, after: str) -> None:
        await self._hub.ready()
        place = self._place(after)
        if place is None:
            place = self._hub.at
            await self._text(_hello(place))
            if after:
                await self._text(
                    msgspec.json.encode(
                        {"type": "resync", "cursor": feed.cursor_of(place)}
                    ).decode()
                )
        else:
            await self._text(_hello(place))
        await self._hub.catch_up(self._listener, place, self._text)
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return
            self._hear(message.get("text") or message.get("bytes") or "")

    def _place(self, after: str) -> Place | None:
        try:
            return feed.place_of(after) if after else None
        except Invalid:
            return None

    def _hear(self, text: str | bytes) -> None:
        if not self._may_speak():
            return
        try:
            said = msgspec.json.decode(text, type=Said)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return
        listener = self._listener
        match said:
            case Said("ping"):
                listener.outbox.put(_PONG)
                if listener.viewing is not None:
                    self._hub.mark(listener, listener.viewing, "viewing")
            case Said("viewing", UUID() as conversation_id):
                self._hub.look(listener, conversation_id)
            case Said("typing", UUID() as conversation_id):
                listener.viewing = conversation_id
                self._hub.mark(listener, conversation_id, "typing")
            case Said("left"):
                self._hub.look(listener, None)
            case _:
                return

    def _may_speak(self) -> bool:
        """Let a client say twenty things a second; more is not heard."""
        now = time.monotonic()
        filled = self._tokens + (now - self._filled_at) * _FRAMES_PER_S
        self._tokens, self._filled_at = min(filled, _FRAMES_PER_S), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    async def _text(self, frame: str) -> None:
        await self._send({"type": "websocket.send", "text": frame, "bytes": None})


def _hello(place: Place) -> str:
    cursor = feed.cursor_of(place)
    return msgspec.json.encode({"type": "hello", "cursor": cursor}).decode()


def _check_origin(headers: Mapping[str, str], public_url: str) -> None:
    """Refuse another site's page: a browser sends our cookie along. Raises Forbidden."""
    origin = headers.get("origin")
    if origin is None:
        return
    theirs = urlsplit(origin)
    ours = urlsplit(public_url)
    if (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc):
        return
    if theirs.netloc and theirs.netloc == headers.get("host"):
        return
    raise Forbidden("this origin may not open a socket", permission="origin")


async def _refuse(send: Send, code: int, reason: str) -> None:
    """Accept and close at once, so that a browser learns the code."""
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    await send({"type": "websocket.close", "code": code, "reason": reason})
