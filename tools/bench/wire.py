"""A load generator that costs little: raw HTTP/1.1 over kept connections, open or closed loop."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Self, cast
from urllib.parse import urlsplit

from msgspec import Struct, field
from typing_extensions import override


class Samples(Struct):
    """Raw times in milliseconds, and how many were refused."""

    times: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0

    def at(self, share: float) -> float:
        """Return a percentile from the raw samples. share: 0.5 is the median."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Wire(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self) -> None:
        """Made by `connect`."""
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._place = ("", 80)
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None

    @classmethod
    async def connect(cls, url: str) -> Self:
        """Open a connection to the server of an address."""
        parts = urlsplit(url)
        loop = asyncio.get_running_loop()
        place = (parts.hostname or "", parts.port or 80)
        _, wire = await loop.create_connection(cls, *place)
        wire._place = place  # noqa: SLF001 - our own
        return wire

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)  # TCP it is

    @override
    def data_received(self, data: bytes) -> None:
        """Collect until the answer is whole."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._waiting is None:
            return
        head = bytes(self._buffer[:end]).lower()
        place = head.find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        self._buffer.clear()
        waiting, self._waiting = self._waiting, None
        if not waiting.done():
            waiting.set_result((int(head[9:12]), body))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self._buffer.clear()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionError("closed"))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send and return status and body; connect again where the server let go meanwhile."""
        if self._transport is None or self._transport.is_closing():
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: self, *self._place)
        assert self._transport is not None  # noqa: S101 - connected
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Close."""
        if self._transport is not None:
            self._transport.close()


def request(
    method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Return a request's bytes."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def closed_loop(url: str, requests: Sequence[bytes], width: int = 64) -> Samples:
    """Send all as fast as they are answered, `width` at a time."""
    wires = [await Wire.connect(url) for _ in range(width)]
    found = Samples()
    ahead = iter(requests)
    started = time.perf_counter()
    await asyncio.gather(*(_drain(wire, ahead, found) for wire in wires))
    found.seconds = time.perf_counter() - started
    for wire in wires:
        wire.close()
    return found


async def _drain(wire: Wire, ahead: Iterator[bytes], found: Samples) -> None:
    for each in ahead:
        started = time.perf_counter()
        status, _ = await wire.ask(each)
        _note(found, status, started)


async def open_loop(url: str, requests: Sequence[bytes], rate: float, width: int = 64) -> Samples:
    """Send by the clock; a time counts from the moment the request was due."""
    free: asyncio.Queue[Wire] = asyncio.Queue()
    for _ in range(width):
        free.put_nowait(await Wire.connect(url))
    found = Samples()
    tasks = []
    started = time.perf_counter()
    for number, each in enumerate(requests):
        due = started + number / rate
        ahead = due - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        tasks.append(asyncio.create_task(_when_free(free, each, due, found)))
    await asyncio.gather(*tasks)
    found.seconds = time.perf_counter() - started
    while not free.empty():
        free.get_nowait().close()
    return found


async def _when_free(free: asyncio.Queue[Wire], each: bytes, due: float, found: Samples) -> None:
    wire = await free.get()
    status, _ = await wire.ask(each)
    free.put_nowait(wire)
    _note(found, status, due)


def _note(found: Samples, status: int, since: float) -> None:
    if status >= 400:  # noqa: PLR2004 - where refusals begin
        found.refused += 1
    else:
        found.times.append((time.perf_counter() - since) * 1000)
