"""Whom replies are posted to: addresses that take them, take them slowly, or never answer."""

import asyncio
import time
from collections.abc import Callable
from typing import cast

from typing_extensions import override

_TAKEN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
_REFUSED = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n"
_SLOW_S = 1.0


class Targets:
    """One server. `/taken` answers at once, `/slow` after a second, `/silent` never.

    is_open: until then `/taken` refuses our signature, so that what is written waits for it.
    """

    def __init__(self) -> None:
        """Call `start`."""
        self.is_open = False
        self.taken: list[float] = []  # when each came to `/taken`
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Caller(self._answer), "127.0.0.1", 0)

    def stop(self) -> None:
        """Close."""
        if self._server is not None:
            self._server.close()

    def url(self, kind: str) -> str:
        """Return an address. kind: taken, slow or silent."""
        assert self._server is not None  # noqa: S101 - started
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/{kind}"

    def _answer(self, head: bytes, transport: asyncio.Transport) -> None:
        kind = head[6 : head.find(b" ", 6)]
        if kind == b"taken" and self.is_open:
            self.taken.append(time.perf_counter())
            transport.write(_TAKEN)
        elif kind == b"taken":
            transport.write(_REFUSED)
        elif kind == b"slow":
            asyncio.get_running_loop().call_later(_SLOW_S, transport.write, _TAKEN)


class _Caller(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self, answer: Callable[[bytes, asyncio.Transport], None]) -> None:
        self._answer = answer
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # TCP it is

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._transport is None:
            return
        head = bytes(self._buffer[:end]).lower()
        place = head.find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self._buffer) >= end + 4 + length:
            self._buffer.clear()
            self._answer(head, self._transport)
