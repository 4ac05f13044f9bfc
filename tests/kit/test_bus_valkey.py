"""The bus over Valkey, against a server that speaks just enough of its protocol."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from hilo.kit.bus_valkey import Refused, ValkeyBus, _connect


class Server:
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
async def serving() -> AsyncIterator[tuple[Server, str]]:
    server = Server()
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
        assert await ready.wait(5)
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
            async with asyncio.timeout(5):
                assert await anext(mine) == await anext(theirs) == payload
            assert not await mine.wait(0.05)
            server.cut()
            assert await theirs.wait(5)
            await asyncio.sleep(0.7)
            here.publish("a", b"again")
            async with asyncio.timeout(5):
                assert await anext(theirs) == b"again"


async def test_a_wrong_password_is_refused() -> None:
    async with serving() as (_, url):
        (await _connect(url.replace("//", "//:right@"))).close()
        with pytest.raises(Refused):
            await _connect(url.replace("//", "//:wrong@"))
        await asyncio.sleep(0.05)
