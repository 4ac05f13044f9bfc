"""Keeps the parts of a process running beside each other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from hilo.kit import log

_LOG = log.get(__name__)
_PAUSE_S = 1.0


@asynccontextmanager
async def tended(name: str, work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Keep something running until the block ends; start it again when it breaks."""

    async def tend() -> None:
        while True:
            try:
                await work()
            except Exception:  # noqa: BLE001 - whatever broke, the rest goes on
                _LOG.exception("a part broke and is started again", part=name)
                await asyncio.sleep(_PAUSE_S)
            else:
                return

    task = asyncio.create_task(tend(), name=name)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
