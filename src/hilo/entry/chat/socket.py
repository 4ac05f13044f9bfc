"""A visitor's socket: what is new is pushed, what the visitor does in passing comes in.

It resumes by cursor: first everything after it, then what comes. A frame is sent once per change,
a slow reader holds only its own task. Codes: 4401 the token is not ours, 4403 and 4404 as in HTTP.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

import msgspec
from litestar.types import Receive, Send, WebSocketAcceptEvent
from msgspec import Struct

from hilo.connectors.webchat import Visitor
from hilo.domain.conversations import visitors
from hilo.entry.chat.accounts import Shop
from hilo.entry.chat.ear import Ear, Own, is_writing
from hilo.entry.chat.http import Request
from hilo.entry.chat.session import (
    BadVisitor,
    Batch,
    Expectation,
    Sessions,
    newest,
    place_of,
)
from hilo.entry.hub import Hub
from hilo.kit import clock, log
from hilo.kit.errors import Forbidden, HiloError, NotFound

TYPING_S = 6
_PRESENCE_S = 15.0  # how late a visitor may learn that an agent came or left
_LINE_S = 4.0  # or that somebody before it was answered
FRAME_CHARS = 16_000
_FRAMES_A_MINUTE = 120
_SEND_S = 20
_LOOKS = 4  # at the tables at once: when thousands come back, others need the database, too
_CODES: Mapping[type[HiloError], int] = {BadVisitor: 4401, Forbidden: 4403, NotFound: 4404}
_LOG = log.get(__name__)

_ACCEPT: WebSocketAcceptEvent = {"type": "websocket.accept", "subprotocol": None, "headers": []}


class MessagesFrame(Struct, frozen=True, kw_only=True, tag="messages", tag_field="type"):
    """What is new."""

    messages: Sequence[object]
    conversations: Sequence[object]
    cursor: str
    more: bool


class TypingFrame(Struct, frozen=True, kw_only=True, tag="typing", tag_field="type"):
    """An agent writes."""

    name: str
    until: datetime


class ExpectationFrame(Struct, frozen=True, kw_only=True, tag="expectation", tag_field="type"):
    """An agent came, or the last one left; or the line before the visitor grew shorter."""

    online: bool
    reply_s: int | None
    back_at: datetime | None
    before: int | None


class ErasedFrame(Struct, frozen=True, kw_only=True, tag="erased", tag_field="type"):
    """Something that was shown is gone for good; a new session tells what is left."""


class Said(Struct, frozen=True, kw_only=True):
    """What a browser says in passing."""

    type: Literal["ping", "typing", "read", "got"]
    message_id: UUID | None = None
    ids: Sequence[UUID] = ()


class Keeper(Protocol):
    """The doors that a socket shares with HTTP."""

    async def enter(self, request: Request) -> Shop:
        """Return the account asked for."""
        ...

    async def looked(self, shop: Shop, visitor: Visitor, token: str, message: UUID) -> None:
        """Store that a visitor has looked."""
        ...

    async def got(self, shop: Shop, visitor: Visitor, token: str, given: Sequence[UUID]) -> None:
        """Store that messages arrived."""
        ...


class Socket:
    """Serves the sockets of all visitors."""

    def __init__(self, keeper: Keeper, sessions: Sessions, hub: Hub) -> None:
        """hub: tells what happens, and the agents that a visitor writes."""
        self._keeper = keeper
        self._sessions = sessions
        self._hub = hub
        self._looks = asyncio.Semaphore(_LOOKS)

    async def serve(self, request: Request, receive: Receive, send: Send) -> None:
        """Serve one socket to its end."""
        await receive()  # websocket.connect
        try:
            if request.path[2:] != ["socket"]:
                raise NotFound("no such address")
            shop = await self._keeper.enter(request)
            visitor = self._sessions.visitor(request.token, shop)
            after = request.query.get("after", "")
            place = place_of(after) if after else None
        except HiloError as error:
            # Accepted first: a browser is told the code of a close, never that of a refusal.
            await send(_ACCEPT)
            await _close(send, _code(error), error.code)
            return
        await send(_ACCEPT)
        ear = Ear(self._hub, shop.account, visitor.id)
        talk = _Talk(request, shop, visitor, ear, place)
        try:
            await self._both(talk, receive, send)
        finally:
            ear.close()

    async def typed(self, shop: Shop, visitor: Visitor) -> None:
        """Tell the agents that a visitor writes in its newest open conversation."""
        seen = await self._sessions.standing(shop, visitor)
        self._tell_typing(shop, newest(seen))

    def _tell_typing(self, shop: Shop, conversation: UUID | None) -> None:
        if conversation is not None:
            until = clock.now() + timedelta(seconds=TYPING_S)
            self._hub.contact_typing(shop.account.workspace, conversation, until)

    async def _both(self, talk: "_Talk", receive: Receive, send: Send) -> None:
        pushing = asyncio.create_task(self._push(talk, send))
        hearing = asyncio.create_task(self._hear(talk, receive, send))
        done, waiting = await asyncio.wait((pushing, hearing), return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for task in done:
            error = task.exception()
            if error is not None and not isinstance(error, ConnectionError | TimeoutError):
                _LOG.error("a visitor's socket broke", exc_info=error)
        if hearing not in done:
            with contextlib.suppress(Exception):
                await _close(send, 1011)

    async def _push(self, talk: "_Talk", send: Send) -> None:
        while True:
            await talk.ear.woken(_PRESENCE_S if talk.newest is None else _LINE_S)
            if talk.ear.take_has_erased():
                await _send(send, ErasedFrame())
            if talk.ear.take_must_look():
                await self._tell_news(talk, send)
            elif own := talk.ear.take_own():
                await self._tell_own(talk, own, send)
            expectation = await self._sessions.expectation(talk.shop, talk.newest)
            if expectation != talk.expectation:
                talk.expectation = expectation
                await _send(send, _told(expectation))
            for writing in talk.ear.take_writing():
                name = is_writing(self._hub, talk.shop.account.workspace, writing)
                if name is not None:
                    until = clock.now() + timedelta(seconds=TYPING_S)
                    await _send(send, TypingFrame(name=name, until=until))

    async def _tell_news(self, talk: "_Talk", send: Send) -> None:
        is_first = talk.place is None
        async with self._looks:
            if talk.place is None:  # the session has just given everything
                seen = await self._sessions.standing(talk.shop, talk.visitor)
            else:
                seen = await self._sessions.since(talk.shop, talk.visitor, talk.place)
        talk.ear.widen([*seen.contacts, *(each.id for each in seen.conversations)])
        talk.newest = newest(seen)
        talk.place = seen.place
        state = [(each.id, each.read_seq) for each in seen.conversations]
        if not is_first and (seen.messages or state != talk.told):
            batch = self._sessions.batch(seen, talk.visitor, talk.shop.account)
            await _send(send, _frame(batch))
        talk.told = state
        if seen.more:
            talk.ear.wake()

    async def _tell_own(self, talk: "_Talk", own: Sequence[Own], send: Send) -> None:
        """Pass on what the visitor wrote itself, here or on another tab, without a look-up.

        Nothing else happened since the last look, so the place may move on to it.
        """
        place = talk.place or visitors.Place(0, 0)
        own = [each for each in own if (each.place.xid, each.place.id) > (place.xid, place.id)]
        if not own:
            return  # the look before has shown them
        talk.place = own[-1].place
        talks = {each.conversation.id: each.conversation for each in own}
        seen = visitors.Seen(
            messages=[each.message for each in own],
            conversations=list(talks.values()),
            contacts=(),
            place=talk.place,
        )
        talk.newest = newest(seen) or talk.newest
        await _send(send, _frame(self._sessions.batch(seen, talk.visitor, talk.shop.account)))

    async def _hear(self, talk: "_Talk", receive: Receive, send: Send) -> None:
        heard = 0
        began = clock.now()
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            if clock.now() - began > timedelta(minutes=1):
                began, heard = clock.now(), 0
            heard += 1
            raw = message.get("text")
            if heard > _FRAMES_A_MINUTE or not isinstance(raw, str) or len(raw) > FRAME_CHARS:
                await _close(send, 4429)
                return
            try:
                said = msgspec.json.decode(raw, type=Said)
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                continue  # not ours to understand; a newer panel may say more
            await self._answer(talk, said, send)

    async def _answer(self, talk: "_Talk", said: Said, send: Send) -> None:
        token = talk.request.token
        match said.type:
            case "ping":
                await _send(send, {"type": "pong"})
            case "typing":
                self._tell_typing(talk.shop, talk.newest)
            case "read":
                if said.message_id is not None:
                    await self._keeper.looked(talk.shop, talk.visitor, token, said.message_id)
            case "got":
                await self._keeper.got(talk.shop, talk.visitor, token, said.ids)


class _Talk:
    """One open socket. newest: the conversation not resolved, if any; told: what it knows."""

    def __init__(
        self, request: Request, shop: Shop, visitor: Visitor, ear: Ear, place: visitors.Place | None
    ) -> None:
        self.request = request
        self.shop = shop
        self.visitor = visitor
        self.ear = ear
        self.place = place
        self.newest: UUID | None = None
        self.told: object = None
        self.expectation: object = None


def _frame(batch: Batch) -> MessagesFrame:
    return MessagesFrame(
        messages=batch.messages,
        conversations=batch.conversations,
        cursor=batch.cursor,
        more=batch.more,
    )


def _told(expectation: Expectation) -> ExpectationFrame:
    return msgspec.convert(expectation, ExpectationFrame, from_attributes=True)


async def _send(send: Send, frame: object) -> None:
    """Send one frame; a browser that takes none for long is gone, and resumes by cursor."""
    text = msgspec.json.encode(frame).decode()
    async with asyncio.timeout(_SEND_S):
        await send({"type": "websocket.send", "bytes": None, "text": text})


async def _close(send: Send, code: int, reason: str = "") -> None:
    await send({"type": "websocket.close", "code": code, "reason": reason})


def _code(error: HiloError) -> int:
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), 4400)
