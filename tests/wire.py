"""A WebSocket client that speaks ASGI straight to the door, and may be cut at any moment."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar.types import ASGIApp

from patience import PATIENCE_S

Frame = dict[str, Any]


class Wire:
    """One connection."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str], query: Mapping[str, str]) -> None:
        """headers: lower-case names."""
        self._in: asyncio.Queue[Frame] = asyncio.Queue()
        self._out: asyncio.Queue[Frame] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        scope = {
            "type": "websocket",
            "path": "/api/v1/socket",
            "query_string": urlencode(query).encode(),
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
            "client": ("127.0.0.1", 1),
            "subprotocols": [],
        }
        self._in.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.ensure_future(app(scope, self._in.get, self._take))  # type: ignore[arg-type]

    async def _take(self, message: Any) -> None:
        await self.reads.wait()
        self._out.put_nowait(dict(message))

    async def opened(self) -> Frame:
        """Wait for what the door says first."""
        return await asyncio.wait_for(self._out.get(), PATIENCE_S)

    async def frame(self, wait_s: float = PATIENCE_S) -> Frame:
        """Return the next frame; `{"type": "websocket.close", …}` at the end."""
        message = await asyncio.wait_for(self._out.get(), wait_s)
        text = message.get("text")
        return msgspec.json.decode(text) if text else message

    async def until(self, type_: str, wait_s: float = PATIENCE_S) -> Frame:
        """Return the next frame of a type; skip the others."""
        async with asyncio.timeout(wait_s):
            while True:
                found = await self.frame(wait_s)
                if found["type"] == type_:
                    return found

    def waiting(self) -> list[Frame]:
        """Return the frames that have come, without waiting."""
        found = []
        while not self._out.empty():
            message = self._out.get_nowait()
            found.append(msgspec.json.decode(message["text"]) if message.get("text") else message)
        return found

    def say(self, frame: Frame | str) -> None:
        """Send a frame."""
        text = frame if isinstance(frame, str) else msgspec.json.encode(frame).decode()
        self._in.put_nowait({"type": "websocket.receive", "text": text})

    async def cut(self) -> None:
        """Break the connection."""
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1006})
        self.reads.set()
        await asyncio.wait_for(self._task, PATIENCE_S)
