"""The server lends its line: what is written there arrives as whole frames, and lag is told."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn
from litestar.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect

from hilo.entry.frames import Frames, frame
from hilo.entry.lines import LentLine, Line, line_of
from patience import PATIENCE_S

_BIG = b"x" * 300_000


@asynccontextmanager
async def served(app: Callable[[Scope, Receive, Send], object]) -> AsyncIterator[ClientConnection]:
    """Serve the application as Hilo does, and connect."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        loop="none",
        ws=LentLine,
        lifespan="off",
        log_config=None,
        ws_per_message_deflate=False,
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        url = f"ws://127.0.0.1:{listening.getsockname()[1]}/"
        async with connect(url, compression=None, max_queue=1) as client:
            yield client
    finally:
        server.should_exit = True
        await running


@pytest.fixture
async def lent() -> asyncio.Future[Line]:
    """Give the line, once somebody is connected."""
    return asyncio.get_running_loop().create_future()


@pytest.fixture
def app(lent: asyncio.Future[Line]) -> Callable[[Scope, Receive, Send], object]:
    """Accept and hand the line out."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        await send({"type": "websocket.send", "text": "hello", "bytes": None})
        line = line_of(scope)
        assert line is not None
        lent.set_result(line)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    return serve


async def test_frames_written_to_the_line_arrive_after_those_sent_before(
    app: Callable[[Scope, Receive, Send], object], lent: asyncio.Future[Line]
) -> None:
    async with served(app) as client:
        line = await lent
        assert line.write(Frames([b"one", "dos ñ".encode(), b"y" * 70_000]).wire)
        assert [await client.recv() for _ in range(4)] == ["hello", "one", "dos ñ", "y" * 70_000]


async def test_a_client_that_does_not_read_is_told_apart_and_may_go_on_later(
    app: Callable[[Scope, Receive, Send], object], lent: asyncio.Future[Line]
) -> None:
    async with served(app) as client:
        line = await lent
        taken = 0
        while line.write(frame(_BIG).wire):
            taken += 1
            assert taken < 1_000
            await asyncio.sleep(0)
        assert await client.recv() == "hello"
        for _ in range(taken):
            assert await client.recv() == _BIG.decode()
        await asyncio.wait_for(line.room(), PATIENCE_S)
        assert line.write(frame(b"more").wire)
        assert await client.recv() == "more"


async def test_a_line_that_is_cut_says_so(
    app: Callable[[Scope, Receive, Send], object], lent: asyncio.Future[Line]
) -> None:
    async with served(app) as client:
        line = await lent
        await client.close()
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(write_on(line), PATIENCE_S)


async def write_on(line: Line) -> None:
    """Write until it is refused."""
    while True:
        line.write(frame(b"{}").wire)
        await asyncio.sleep(0.01)
