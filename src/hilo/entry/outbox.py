"""What waits for one socket: bounded, in order, dropped as a whole when the client is too slow.

Nothing is sent twice and nothing is skipped: a client that was dropped comes back with its cursor.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

MOST_FRAMES = 2_000
MOST_BYTES = 1_000_000

Send = Callable[[str], Awaitable[None]]


class Outbox:
    """Frames for one socket."""

    __slots__ = ("_drop", "_queue", "_send", "_size", "_task", "is_closed")

    def __init__(self, send: Send, drop: Callable[[], None]) -> None:
        """send: waits while the client does not read. drop: called once, when it was too slow."""
        self._send = send
        self._drop = drop
        self._queue: deque[str] = deque()
        self._size = 0
        self._task: asyncio.Task[None] | None = None
        self.is_closed = False

    def put(self, frame: str) -> None:
        """Add a frame; returns at once."""
        if self.is_closed:
            return
        is_full = self._queue and self._size + len(frame) > MOST_BYTES  # one may be larger
        if is_full or len(self._queue) >= MOST_FRAMES:
            self.close()
            self._drop()
            return
        self._queue.append(frame)
        self._size += len(frame)
        if self._task is None:
            self._task = asyncio.create_task(self._pump())

    def close(self) -> None:
        """Forget what waits; nothing more is sent."""
        self.is_closed = True
        self._queue.clear()
        self._size = 0
        if self._task is not None:
            self._task.cancel()

    async def _pump(self) -> None:
        """Send what waits, then end: a quiet socket costs no task."""
        try:
            while self._queue:
                frame = self._queue.popleft()
                self._size -= len(frame)
                await self._send(frame)
        except Exception:  # noqa: BLE001 - the connection is gone, whatever the server calls it
            self.is_closed = True
            self._queue.clear()
        finally:
            self._task = None
