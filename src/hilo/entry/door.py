"""The door for whatever arrives: stored and committed before anybody is told it was taken.

Group commit: requests that wait at the same moment share one statement and one commit. The queue
is bounded; when it is full, or the database is away, the sender is told to come again.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence

from hilo.domain.inboxes import NewDelivery, deliveries
from hilo.kit import log
from hilo.kit.bus import Bus
from hilo.kit.db import Database, transient
from hilo.kit.errors import Unavailable

_LOG = log.get(__name__)
_BATCH = 100
_BATCH_BYTES = 8_000_000
_LINGER_S = 0.002  # a lone request waits this long for company, while others are on their way
_MOST = 5_000
_MOST_BYTES = 256_000_000
_RETRY_AFTER_S = 2
_LATELY_S = 0.2
_CROWD = 12

_Waiting = tuple[NewDelivery, asyncio.Future[bool]]


class Door:
    """One per process. `run` writes; without it nothing is stored."""

    def __init__(self, db: Database, bus: Bus) -> None:
        """bus: is told `intake` when something new was stored."""
        self._db = db
        self._bus = bus
        self._queue: deque[_Waiting] = deque()
        self._bytes = 0
        self._some = asyncio.Event()
        self._last = 0.0
        self._company = 0.0  # how many shared a commit lately
        self.stored = 0
        self.refused = 0

    @property
    def is_pressed(self) -> bool:
        """Whether many requests wait here at the same moment, and did so a moment ago."""
        lately = time.monotonic() - self._last < _LATELY_S
        return lately and self._company >= _CROWD

    @property
    def depth(self) -> int:
        """How many wait."""
        return len(self._queue)

    async def numbers(self) -> Mapping[str, float]:
        """Return what operators watch."""
        return {"waiting": self.depth, "stored": self.stored, "turned_away": self.refused}

    async def store(self, delivery: NewDelivery) -> bool:
        """Return when it is durable: True when it is new, False when it was here before.

        Raises: Unavailable when the queue is full or the database is away; the sender comes again.
        """
        size = len(delivery.body)
        if len(self._queue) >= _MOST or self._bytes + size > _MOST_BYTES:
            self.refused += 1
            raise Unavailable("too much arrives at once", retry_after_s=_RETRY_AFTER_S)
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.append((delivery, done))
        self._bytes += size
        self._some.set()
        return await done

    async def run(self) -> None:
        """Write what waits until cancelled; whoever waits then is told to come again."""
        try:
            while True:
                await self._some.wait()
                if len(self._queue) == 1 and time.monotonic() - self._last < _LINGER_S:
                    await asyncio.sleep(_LINGER_S)
                batch = self._take()
                await self._write(batch)
                self._company += (len(batch) - self._company) / 4
                self._last = time.monotonic()
        finally:
            while self._queue:
                _fail(self._take(), Unavailable("stopping", retry_after_s=_RETRY_AFTER_S))

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._queue and len(batch) < _BATCH:
            size += len(self._queue[0][0].body)
            if batch and size > _BATCH_BYTES:
                break
            batch.append(self._queue.popleft())
        self._bytes -= sum(len(each.body) for each, _ in batch)
        if not self._queue:
            self._some.clear()
        return batch

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        try:
            fresh = await deliveries.store(self._db, [each for each, _ in batch])
        except asyncio.CancelledError:
            _fail(batch, Unavailable("stopping", retry_after_s=_RETRY_AFTER_S))
            raise
        except Exception as error:  # noqa: BLE001 - each sender is told below
            await self._not_written(batch, error)
            return
        for each, done in batch:
            if not done.done():
                done.set_result(each.id in fresh)
        if fresh:
            self.stored += len(fresh)
            self._bus.publish("intake")

    async def _not_written(self, batch: Sequence[_Waiting], error: Exception) -> None:
        """One that cannot be stored must not refuse the others: they go one by one."""
        if transient(error):
            _LOG.warning("door.away", error=type(error).__name__, waiting=len(batch))
            _fail(batch, Unavailable("cannot store now", retry_after_s=_RETRY_AFTER_S))
        elif len(batch) == 1:
            _LOG.error("door.refused", exc_info=error)
            _fail(batch, error)
        else:
            for each in batch:
                await self._write([each])


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for _, done in batch:
        if not done.done():
            done.set_exception(error)
