"""The bus over Valkey: a double that can cut every line, and a real server where there is one."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from hilo.kit.bus_valkey import Refused, ValkeyBus, _connect
from mailserver import free_port
from patience import PATIENCE_S, trying

PROGRAM = shutil.which("valkey-server") or shutil.which("redis-server")
MISSING = (
    "neither valkey-server nor redis-server is installed (package redis-server): the bus over a "
    "real server, its sign-in and its restart stay unproved here"
)
_SETTINGS = """
port {port}
bind 127.0.0.1
unixsocket {socket}
save ""
appendonly no
user default off
user hilo on >s@crit &* +@pubsub +@connection
"""
real = pytest.mark.skipif(PROGRAM is None, reason=MISSING)


class Double:
    """SUBSCRIBE, PUBLISH and AUTH, nothing else."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.listening: set[asyncio.StreamWriter] = set()
        self.everybody: set[asyncio.StreamWriter] = set()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.everybody.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                words = await self._words(reader)
                match words:
                    case [b"SUBSCRIBE", channel]:
                        self.listening.add(writer)
                        writer.write(b"*3\r\n$9\r\nsubscribe\r\n" + _bulk(channel) + b":1\r\n")
                    case [b"PUBLISH", channel, body]:
                        for each in self.listening:
                            each.write(b"*3\r\n$7\r\nmessage\r\n" + _bulk(channel) + _bulk(body))
                        writer.write(b":%d\r\n" % len(self.listening))
                    case [b"AUTH", b"right"]:
                        writer.write(b"+OK\r\n")
                    case _:
                        writer.write(b"-ERR no\r\n")
                await writer.drain()
        self.listening.discard(writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _words(self, reader: asyncio.StreamReader) -> list[bytes]:
        count = int((await reader.readuntil(b"\r\n"))[1:])
        words = []
        for _ in range(count):
            size = int((await reader.readuntil(b"\r\n"))[1:])
            words.append((await reader.readexactly(size + 2))[:-2])
        return words

    def cut(self) -> None:
        """Break every connection."""
        for each in self.everybody:
            each.close()
        self.everybody.clear()


def _bulk(text: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(text), text)


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Double, str]]:
    server = Double()
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield server, f"valkey://127.0.0.1:{port}"
    finally:
        listening.close()
        server.cut()


@asynccontextmanager
async def running(url: str) -> AsyncIterator[ValkeyBus]:
    bus = ValkeyBus(url)
    with bus.subscribe("ready") as ready:
        task = asyncio.create_task(bus.run())
        assert await ready.wait(PATIENCE_S)
    try:
        yield bus
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_message_is_heard_here_once_and_elsewhere_also_after_a_break() -> None:
    payload = bytes(range(256))
    async with serving() as (server, url), running(url) as here, running(url) as there:
        with here.subscribe("a") as mine, there.subscribe("a") as theirs:
            here.publish("a", payload)
            async with asyncio.timeout(PATIENCE_S):
                assert await anext(mine) == await anext(theirs) == payload
            assert not await mine.wait(0.05)
            server.cut()
            assert await theirs.wait(PATIENCE_S)
            heard = asyncio.create_task(theirs.__anext__())
            async for _ in trying():  # the other one may not be back yet
                here.publish("a", b"again")
                if heard.done():
                    break
            assert await heard == b"again"


async def test_a_wrong_password_is_refused() -> None:
    async with serving() as (_, url):
        (await _connect(url.replace("//", "//:right@"))).close()
        with pytest.raises(Refused):
            await _connect(url.replace("//", "//:wrong@"))
        await asyncio.sleep(0.05)


class Real:
    """One server of the test's own, on a port and on a socket, with a password."""

    def __init__(self, folder: Path) -> None:
        """folder: for the socket; nothing is kept."""
        self.port = free_port()
        self.socket = folder / "bus"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """How Hilo is told of it."""
        return f"valkey://hilo:s%40crit@127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it and wait until it answers."""
        assert PROGRAM is not None
        settings = self.socket.with_suffix(".conf")
        settings.write_text(_SETTINGS.format(port=self.port, socket=self.socket))
        self._process = await asyncio.create_subprocess_exec(
            *(PROGRAM, str(settings)), cwd=self.socket.parent, stdout=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with suppress(OSError):
                    (await _connect(self.url)).close()
                    return
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Real]:
    made = Real(tmp_path)
    await made.start()
    yield made
    await made.kill()


async def _tells(one: ValkeyBus, other: ValkeyBus, payload: bytes) -> None:
    with one.subscribe("a") as mine, other.subscribe("a") as theirs:
        one.publish("a", payload)
        async with asyncio.timeout(PATIENCE_S):
            assert await anext(mine) == await anext(theirs) == payload
        assert not await mine.wait(0.05), "ours comes back from the server and is not told again"


@real
async def test_any_bytes_pass_also_after_the_server_was_killed(server: Real) -> None:
    async with running(server.url) as here, running(server.url) as there:
        await _tells(here, there, bytes(range(256)))
        await _tells(there, here, b"x" * 3_000)
        with there.subscribe("a") as theirs:
            await server.kill()
            await server.start()
            assert await theirs.wait(10), "something may have been missed: look for yourself"
        with there.subscribe("b") as theirs:
            async with asyncio.timeout(PATIENCE_S):
                while True:  # the one who tells connects by itself, a moment later
                    here.publish("b", b"again")
                    if await theirs.wait(0.2):
                        break


@real
async def test_a_thousand_messages_come_in_order(server: Real) -> None:
    async with running(server.url) as here, running(server.url) as there:
        with there.subscribe("n") as theirs:
            heard: list[int] = []
            for n in range(1_000):
                here.publish("n", str(n).encode())
                if n % 100 == 99:
                    await asyncio.sleep(0.01)
            async with asyncio.timeout(PATIENCE_S):
                while len(heard) < 1_000:
                    heard.append(int(await anext(theirs)))
            assert heard == list(range(1_000))


@real
async def test_a_socket_of_the_machine_will_do(server: Real) -> None:
    by_socket = f"unix://hilo:s%40crit@{server.socket}"
    async with running(by_socket) as here, running(server.url) as there:
        await _tells(here, there, b"near")


@real
@pytest.mark.parametrize("who", ["", "hilo:wrong@", "nobody:s%40crit@"])
async def test_who_may_not_is_refused_and_says_so(server: Real, who: str) -> None:
    async def publish() -> None:
        line = await _connect(f"valkey://{who}127.0.0.1:{server.port}")
        try:
            await line.ask(b"PUBLISH", b"hilo", b"")
        finally:
            line.close()

    with pytest.raises(Refused):
        await publish()
