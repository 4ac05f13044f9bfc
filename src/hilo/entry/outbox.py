"""What waits for one socket: bounded, in order, dropped as a whole when the client is too slow.

Nothing is sent twice and nothing is skipped: a client that was dropped comes back with its cursor.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from hilo.entry.frames import Frames
from hilo.entry.lines import Line

MOST_FRAMES = 2_000
MOST_BYTES = 1_000_000

Send = Callable[[str], Awaitable[None]]


class Outbox:
    """Frames for one socket."""

    __slots__ = ("_count", "_drop", "_line", "_queue", "_send", "_size", "_task", "is_closed")

    def __init__(self, send: Send, drop: Callable[[], None], line: Line | None = None) -> None:
        """send: waits while the client does not read. drop: called once, when it was too slow.

        line: takes the frames instead of `send`, at once while the client keeps up.
        """
        self._send = send
        self._drop = drop
        self._line = line
        self._queue: deque[Frames] = deque()
        self._count = self._size = 0
        self._task: asyncio.Task[None] | None = None
        self.is_closed = False

    def put(self, frames: Frames) -> None:
        """Add frames; returns at once."""
        if self.is_closed or (self._task is None and self._written(frames)):
            return
        is_full = self._queue and self._size + frames.size > MOST_BYTES  # one may be larger
        if is_full or self._count + len(frames) > MOST_FRAMES:
            self.close()
            self._drop()
            return
        self._queue.append(frames)
        self._count += len(frames)
        self._size += frames.size
        if self._task is None:
            self._task = asyncio.create_task(self._pump())

    def close(self) -> None:
        """Forget what waits; nothing more is sent."""
        self.is_closed = True
        self._forget()
        if self._task is not None:
            self._task.cancel()

    def _written(self, frames: Frames) -> bool:
        """Say whether the line took them, or is gone and wants nothing any more."""
        if self._line is None:
            return False
        try:
            return self._line.write(frames.wire)
        except ConnectionError:
            self.is_closed = True
            return True

    async def _pump(self) -> None:
        """Send what waits, then end: a quiet socket costs no task."""
        try:
            while self._queue:
                if self._line is not None:
                    await self._line.room()
                    if not self._line.write(self._queue[0].wire):
                        continue
                frames = self._queue.popleft()
                self._count -= len(frames)
                self._size -= frames.size
                if self._line is None:
                    for payload in frames.payloads:
                        await self._send(payload.decode())
        except Exception:  # noqa: BLE001 - the connection is gone, whatever the server calls it
            self.is_closed = True
            self._forget()
        finally:
            self._task = None

    def _forget(self) -> None:
        self._queue.clear()
        self._count = self._size = 0
