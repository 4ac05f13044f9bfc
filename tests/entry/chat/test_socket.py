"""A visitor's socket: live, resumable without gap or repeat, closed with a reason."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import msgspec
import pytest

import chatting
from cast import CAST
from chatting import Chat, begin, signed
from frame import Statements
from patience import PATIENCE_S, trying


class Wire:
    """One socket as a browser holds it."""

    def __init__(self) -> None:
        """Not connected yet."""
        self.to_server: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        self.to_browser: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def frame(self, type_: str = "messages", within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Return the next frame of a type."""
        async with asyncio.timeout(within_s):
            while True:
                message = await self.to_browser.get()
                if message["type"] == "websocket.close":
                    raise ConnectionError(message["code"])
                if message["type"] == "websocket.send":
                    found: dict[str, Any] = msgspec.json.decode(message["text"])
                    if found["type"] == type_:
                        return found

    async def say(self, **frame: object) -> None:
        """Send a frame."""
        text = msgspec.json.encode(frame).decode()
        await self.to_server.put({"type": "websocket.receive", "text": text})


@asynccontextmanager
async def socket(
    chat: Chat, token: str, after: str = "", account: object = ""
) -> AsyncIterator[Wire]:
    """Open a socket and close it again."""
    wire = Wire()
    scope = {
        "type": "websocket",
        "path": f"/chat/{account or chat.account}/socket",
        "query_string": f"visitor_token={token}&after={after}".encode(),
        "headers": [(b"host", b"hilo.test")],
        "client": ("127.0.0.1", 50_000),
    }
    await wire.to_server.put({"type": "websocket.connect"})
    running = asyncio.create_task(chat.app(scope, wire.to_server.get, wire.to_browser.put))
    accepted = await wire.to_browser.get()
    assert accepted["type"] == "websocket.accept"
    try:
        yield wire
    finally:
        await wire.to_server.put({"type": "websocket.disconnect"})
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait_for(running, PATIENCE_S)


async def begun(chat: Chat, text: str = "Hello") -> dict[str, Any]:
    """Begin a conversation; return its session."""
    async with chat.client() as client:
        session = (await client.post("session", json={})).json()
        client.headers["authorization"] = f"Bearer {session['visitor_token']}"
        body = {"client_id": uuid4().hex, "text": text}
        assert (await client.post("messages", json=body)).status_code == 202
        await chat.settle()
        await _read_on(chat)
        found: dict[str, Any] = (await client.post("session", json={})).json()
        return found


_LOOK = "select distinct i.contact_id"


async def _at_rest(statements: Statements) -> None:
    """Wait until a socket has looked up whom it listens for, and looks no more."""
    async with asyncio.timeout(PATIENCE_S):
        before, now = -1, 0
        while now == 0 or now != before:
            await asyncio.sleep(0.5)
            before, now = now, sum(_LOOK in each for each in statements)


async def _read_on(chat: Chat) -> None:
    """Wait until the hub has read the whole log: older transactions of the server may hide it."""
    async with asyncio.timeout(PATIENCE_S), chat.state.db.transaction(CAST.workspace) as tx:
        newest = await tx.connection.fetchval("select max(id) from event")
    async with asyncio.timeout(PATIENCE_S):
        while chat.state.hub.at.id < newest:
            await asyncio.sleep(0.01)


async def test_a_new_visitor_hears_its_first_message_and_the_answer(chat: Chat) -> None:
    async with chat.client() as client:
        session = (await client.post("session", json={})).json()
        client.headers["authorization"] = f"Bearer {session['visitor_token']}"
        async with socket(chat, session["visitor_token"], session["cursor"]) as wire:
            await client.post("messages", json={"client_id": "c-1", "text": "Anybody there?"})
            await chat.settle()
            mine = await wire.frame()
            while not mine["messages"]:
                mine = await wire.frame()
            assert [each["client_id"] for each in mine["messages"]] == ["c-1"]
            conversation = await chatting.conversation_of(chat.state.db, "Anybody there?")
            await chatting.answer(chat.state.db, chat.account, conversation, "Yes")
            frame = await wire.frame()
            assert [each["text"] for each in frame["messages"]] == ["Yes"]


async def test_a_visitors_own_message_comes_back_without_a_look_up(
    chat: Chat, statements: Statements
) -> None:
    session = await begun(chat)
    async with (
        chat.client(authorization=f"Bearer {session['visitor_token']}") as client,
        socket(chat, session["visitor_token"], session["cursor"]) as wire,
    ):
        await wire.frame()
        await _at_rest(statements)
        statements.clear()
        for number in range(5):
            await client.post("messages", json={"client_id": f"own-{number}", "text": f"{number}"})
        await chat.settle()
        heard: list[str] = []
        while len(heard) < 5:
            said = [each["text"] for each in (await wire.frame())["messages"]]
            heard += [text for text in said if text != "Hello"]
        assert heard == [f"{number}" for number in range(5)]
        assert [each for each in statements if _LOOK in each] == []


async def test_a_note_is_not_heard(chat: Chat) -> None:
    session = await begun(chat)
    conversation = await chatting.conversation_of(chat.state.db, "Hello")
    async with socket(chat, session["visitor_token"]) as wire:
        await chatting.write(chat.state.db, conversation, "note", "Careful with this one")
        await chatting.answer(chat.state.db, chat.account, conversation, "Good morning")
        heard: list[str] = []
        while "Good morning" not in heard:  # the log is told in order: the note would come before
            heard += [each["text"] for each in (await wire.frame())["messages"]]
        assert [text for text in heard if text != "Hello"] == ["Good morning"]


async def test_a_hundred_cuts_leave_no_gap_and_no_repeat(chat: Chat) -> None:
    session = await begun(chat)
    conversation = await chatting.conversation_of(chat.state.db, "Hello")
    chance = random.Random(7)  # noqa: S311 - a seed, not a secret
    cursor, heard, sent = session["cursor"], [], []

    async def speak() -> None:
        for number in range(200):
            sent.append(f"Line {number}")
            await chatting.answer(chat.state.db, chat.account, conversation, sent[-1])

    speaking = asyncio.create_task(speak())
    for _ in range(100):
        async with socket(chat, session["visitor_token"], cursor) as wire:
            with contextlib.suppress(TimeoutError):
                while True:
                    frame = await wire.frame(within_s=chance.random() * 0.05)
                    heard += [each["text"] for each in frame["messages"]]
                    cursor = frame["cursor"]
    await speaking
    async with socket(chat, session["visitor_token"], cursor) as wire:
        while len([text for text in heard if text != "Hello"]) < len(sent):
            frame = await wire.frame()
            heard += [each["text"] for each in frame["messages"]]
    # The session may have given the first message while an older transaction hid its event.
    assert [text for text in heard if text != "Hello"] == sent


async def test_a_visitor_writing_is_told_to_the_agents(chat: Chat) -> None:
    session = await begun(chat)
    with chat.state.bus.subscribe("visitor") as told:
        async with socket(chat, session["visitor_token"]) as wire:
            heard = asyncio.create_task(told.__anext__())
            async for _ in trying():  # what is typed before it listens is worth nothing
                await wire.say(type="typing")
                if heard.done():
                    break
            letter = await heard
    assert msgspec.json.decode(letter)["workspace"] == str(CAST.workspace)


async def test_rubbish_is_passed_over_and_a_ping_answered(chat: Chat) -> None:
    session = await begun(chat)
    async with socket(chat, session["visitor_token"]) as wire:
        for text in ("", "{", "[]", "\ud800", '{"type":"fly"}', "[" * 3000):
            await wire.to_server.put({"type": "websocket.receive", "text": text})
        await wire.say(type="ping")
        assert await wire.frame("pong")


@pytest.mark.parametrize(
    ("token", "account", "code"),
    [("nobody", "", 4401), ("", "", 4401), (None, "x", 4404), (None, str(CAST.account), 4404)],
)
async def test_a_socket_that_may_not_be_is_told_why(
    chat: Chat, token: str | None, account: str, code: int
) -> None:
    session = await begun(chat)
    given = session["visitor_token"] if token is None else token
    async with socket(chat, given, account=account) as wire:
        with pytest.raises(ConnectionError, match=str(code)):
            await wire.frame()


async def test_a_token_of_another_workspace_opens_no_socket(chat: Chat) -> None:
    session = await begun(chat)
    async with socket(chat, session["visitor_token"], account=chat.other) as wire:
        with pytest.raises(ConnectionError, match="4401"):
            await wire.frame()


async def test_what_is_erased_is_told_to_the_persons_other_device(
    chat: Chat, statements: Statements
) -> None:
    async with chat.client() as one, chat.client() as two:
        await begin(one, identity_jwt=signed())
        body = {"client_id": uuid4().hex, "text": "Forget me"}
        assert (await one.post("messages", json=body)).status_code == 202
        await chat.settle()
        await _read_on(chat)
        there = await begin(two, identity_jwt=signed())
        statements.clear()
        async with socket(chat, there["visitor_token"], there["cursor"]) as wire:
            await wire.say(type="ping")
            await wire.frame("pong")
            await _at_rest(statements)  # by now it follows its conversations
            assert (await one.post("erase", json={})).status_code == 202
            await chat.settle()
            await wire.frame("erased")
        assert (await begin(two))["messages"] == []
