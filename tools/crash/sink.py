"""The other side of the generic channel: takes replies and remembers every one of them."""

import asyncio
import json
from collections import Counter
from contextlib import suppress

_HEAD = b"\r\n\r\n"


class Sink:
    """A tiny HTTP server that answers 200 to every POST. got: how often each message came."""

    def __init__(self) -> None:
        """Call `start`."""
        self.got: Counter[str] = Counter()
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close."""
        if self._server is not None:
            self._server.close()

    @property
    def url(self) -> str:
        """The callback address."""
        return f"http://127.0.0.1:{self.port}/callback"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(_HEAD)).decode("latin-1").lower()
                length = int(head.partition("content-length:")[2].split("\r\n")[0] or 0)
                self._note(head, await reader.readexactly(length))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                await writer.drain()
        writer.close()

    def _note(self, head: str, body: bytes) -> None:
        id_ = head.partition("webhook-id:")[2].split("\r\n")[0].strip()
        with suppress(ValueError):
            self.got[json.loads(body).get("id") or id_] += 1
