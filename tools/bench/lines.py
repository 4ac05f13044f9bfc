"""WebSocket clients that cost little: a handshake, then frames are counted or looked into."""

import asyncio
import base64
import os
import time
from collections.abc import Callable
from typing import Self, cast
from urllib.parse import urlsplit

from typing_extensions import override

_LONG = 126
_LONGER = 127
_PATIENCE_S = 60.0  # thousands that open at once wait for each other
_RECEIVED = b'"type":"message.received"'
_PING, _PONG, _MASKED = 0x89, 0x8A, 0x80


class Line(asyncio.Protocol):
    """One socket. hear: called with each text frame's bytes; None = bytes are thrown away.

    It answers pings, as every client does: who does not is taken for dead within a minute.
    """

    def __init__(self, request: bytes, hear: Callable[[bytes], None] | None) -> None:
        """Made by `open_line`."""
        self._request = request
        self._hear = hear
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_lost = False

    @classmethod
    async def open_line(cls, url: str, hear: Callable[[bytes], None] | None = None) -> Self:
        """Connect to a `ws:` address and return once the server has agreed."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            f"GET {path} HTTP/1.1\r\nhost: {parts.netloc}\r\nupgrade: websocket\r\n"
            f"connection: Upgrade\r\nsec-websocket-key: {key}\r\nsec-websocket-version: 13\r\n\r\n"
        ).encode()
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(
            lambda: cls(request, hear), parts.hostname or "", parts.port or 80
        )
        await asyncio.wait_for(line.ready, _PATIENCE_S)
        return line

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the socket."""
        self._transport = cast("asyncio.Transport", transport)  # TCP it is
        self._transport.write(self._request)

    @override
    def data_received(self, data: bytes) -> None:
        """Finish the handshake, then hand over frames."""
        if self.ready.done() and self._hear is None:
            if data[0] == _PING:  # it comes alone, on a quiet line
                self._pong(data[2 : 2 + data[1]])
            return
        self._buffer += data
        if not self.ready.done():
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in self._buffer[:20]:
                self.ready.set_exception(ConnectionError(bytes(self._buffer[:200]).decode()))
                return
            del self._buffer[: end + 4]
            self.ready.set_result(None)
        if self._hear is not None:
            self._frames(self._hear)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for the handshake."""
        self.is_lost = True
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("closed"))

    def close(self) -> None:
        """Close."""
        if self._transport is not None:
            self._transport.close()

    def _frames(self, hear: Callable[[bytes], None]) -> None:
        while len(self._buffer) >= 2:  # noqa: PLR2004 - the shortest head
            length, start = self._buffer[1] & 127, 2
            if length == _LONG:
                length, start = int.from_bytes(self._buffer[2:4], "big"), 4
            elif length == _LONGER:
                length, start = int.from_bytes(self._buffer[2:10], "big"), 10
            if len(self._buffer) < start + length:
                return
            content = bytes(self._buffer[start : start + length])
            if self._buffer[0] == _PING:
                self._pong(content)
            else:
                hear(content)
            del self._buffer[: start + length]

    def _pong(self, content: bytes) -> None:
        # Masked with zeros, which changes nothing; a ping's content is short.
        if self._transport is not None:
            head = bytes((_PONG, _MASKED | len(content)))
            self._transport.write(head + bytes(4) + content)


class Ear:
    """Remembers when each marked text was heard. mark: what stands before a number in it."""

    def __init__(self, mark: str) -> None:
        """Listen with `hear`."""
        self._mark = f"{mark}-".encode()
        self.heard: dict[int, float] = {}
        self.repeated = 0

    def hear(self, frame: bytes) -> None:
        """Note when a message came, and whether it came before."""
        place = frame.find(self._mark)
        if place >= 0 and _RECEIVED in frame:
            digits = frame[place + len(self._mark) : place + len(self._mark) + 6]
            self.repeated += int(digits) in self.heard
            self.heard.setdefault(int(digits), time.perf_counter())
