"""The held connection against a server of our own that drops, repeats and forgets."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from hilo.connectors.discord.live import Gateway
from hilo.connectors.discord.testing import ACCOUNT
from hilo.kit.errors import AuthExpired, TemporaryFailure
from patience import PATIENCE_S

Play = Callable[[ServerConnection, int], Awaitable[None]]


class Kept:
    """Cursors in memory."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.values: dict[str, Mapping[str, object]] = {}

    async def get(self, key: str) -> Mapping[str, object] | None:
        """Return what was kept."""
        return self.values.get(key)

    async def put(self, key: str, value: Mapping[str, object]) -> None:
        """Keep it."""
        self.values[key] = value


def said(number: int) -> str:
    """Return a message's frame."""
    message = {"id": str(number), "channel_id": "1", "content": str(number)}
    return json.dumps({"op": 0, "s": number, "t": "MESSAGE_CREATE", "d": message})


def ready(number: int, home: str = "") -> str:
    """Return the frame that begins a session."""
    told = {"session_id": f"session-{number}", "resume_gateway_url": home}
    return json.dumps({"op": 0, "s": 1, "t": "READY", "d": told})


async def held(play: Play, wanted: int, kept: Kept, beat_ms: int = 40_000) -> list[tuple[str, str]]:
    """Hold the line against a server until so many events came; return key and words of each."""
    came: list[tuple[str, str]] = []
    enough = asyncio.Event()
    count = 0

    async def arrive(raw: bytes, headers: Mapping[str, str], key: str) -> None:
        assert headers == {}
        came.append((key, json.loads(raw)["d"]["content"]))
        if len(came) >= wanted:
            enough.set()

    async def greet(socket: ServerConnection) -> None:
        nonlocal count
        count += 1
        hello = {"op": 10, "d": {"heartbeat_interval": beat_ms}}
        await socket.send(json.dumps(hello))
        await play(socket, count)

    async with serve(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        gateway = Gateway(f"ws://127.0.0.1:{port}")
        holding = asyncio.create_task(gateway.hold(ACCOUNT, arrive, kept))
        waiting = asyncio.create_task(enough.wait())
        done, _ = await asyncio.wait(
            {holding, waiting}, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
        )
        waiting.cancel()
        if holding in done:
            await holding
        assert done, "nothing more came"
        await asyncio.sleep(0)
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
    return came


async def first(socket: ServerConnection) -> dict[str, Any]:
    """Return what the bot says first, beats left aside."""
    while True:
        frame: dict[str, Any] = json.loads(await socket.recv())
        if frame["op"] != 1:
            return frame


async def test_after_a_drop_it_goes_on_where_it_stopped_without_gap_or_double() -> None:
    greetings: list[dict[str, Any]] = []

    async def play(socket: ServerConnection, count: int) -> None:
        greetings.append(await first(socket))
        if count == 1:
            await socket.send(ready(1))
            for number in (2, 3):
                await socket.send(said(number))
            await asyncio.sleep(0.1)
            socket.transport.abort()
            return
        number = greetings[-1]["d"]["seq"]
        for missed in range(number + 1, 6):
            await socket.send(said(missed))
        await socket.wait_closed()

    kept = Kept()
    came = await held(play, 4, kept)
    assert [words for _, words in came] == ["2", "3", "4", "5"]
    assert len({key for key, _ in came}) == 4
    assert [each["op"] for each in greetings] == [2, 6]
    assert greetings[1]["d"] == {
        "token": ACCOUNT.secrets["bot_token"], "session_id": "session-1", "seq": 3,
    }  # fmt: skip


async def test_a_session_that_is_forgotten_begins_anew() -> None:
    greetings: list[int] = []

    async def play(socket: ServerConnection, count: int) -> None:
        greetings.append((await first(socket))["op"])
        if count == 1:
            await socket.send(json.dumps({"op": 9, "d": False}))
            await socket.wait_closed()
            return
        await socket.send(ready(2))
        await socket.send(said(2))
        await socket.wait_closed()

    kept = Kept()
    kept.values["gateway"] = {"session": "old", "number": 7, "home": ""}
    came = await held(play, 1, kept)
    assert greetings == [6, 2]
    assert came == [("session-2:2", "2")]


async def test_it_beats_and_answers_when_asked() -> None:
    beats: list[object] = []

    async def play(socket: ServerConnection, _count: int) -> None:
        await first(socket)
        await socket.send(ready(1))
        await socket.send(json.dumps({"op": 1}))
        while len(beats) < 3:
            beats.append(json.loads(await socket.recv())["d"])
            await socket.send(json.dumps({"op": 11}))
        await socket.send(said(2))
        await socket.wait_closed()

    assert await held(play, 1, Kept(), beat_ms=50)
    assert len(beats) == 3


async def test_a_line_that_answers_no_beat_is_left() -> None:
    async def play(socket: ServerConnection, count: int) -> None:
        await first(socket)
        if count == 1:
            await socket.send(ready(1))
            await socket.wait_closed()
            return
        await socket.send(said(2))
        await socket.wait_closed()

    assert await held(play, 1, Kept(), beat_ms=50) == [("session-1:2", "2")]


async def test_a_refused_token_is_an_admins_business() -> None:
    async def play(socket: ServerConnection, _count: int) -> None:
        await first(socket)
        await socket.close(4004)

    with pytest.raises(AuthExpired):
        await held(play, 1, Kept())


async def test_a_server_that_is_away_is_come_back_to_later() -> None:
    async def arrive(_raw: bytes, _headers: Mapping[str, str], _key: str) -> None:
        raise AssertionError

    with pytest.raises(TemporaryFailure):
        await Gateway("ws://127.0.0.1:9").hold(ACCOUNT, arrive, Kept())
