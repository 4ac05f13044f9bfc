"""Abandons work at an await of its own choice: the n-th that really waits, in any task it starts.

Turns of the loop are no measure of that: most of them go by while one answer is awaited.
"""

import asyncio
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any


class Fuse:
    """Burns down by one at each await; at its end the work is cancelled there and then."""

    def __init__(self, length: int) -> None:
        """length: how many awaits are lived through."""
        self._left = length
        self._task: asyncio.Task[None] | None = None

    async def burn(self, work: Coroutine[Any, Any, None]) -> bool:
        """Do the work as far as the fuse lets it; say whether it came to its end."""
        loop = asyncio.get_running_loop()
        before = loop.get_task_factory()
        loop.set_task_factory(self._start)  # type: ignore[arg-type]
        try:
            self._task = loop.create_task(work)
            await asyncio.wait([self._task])
        finally:
            loop.set_task_factory(before)
        if self._task.cancelled():
            return False
        self._task.result()
        return True

    def tick(self) -> None:
        """Note an await."""
        self._left -= 1
        if self._left == 0 and self._task is not None:
            self._task.cancel()

    def _start(
        self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **more: Any
    ) -> asyncio.Task[Any]:
        return asyncio.Task(_through(_Counted(work, self)), loop=loop, **more)


class _Counted:
    """Awaits the work, and tells the fuse each time it waits."""

    def __init__(self, work: Coroutine[Any, Any, Any], fuse: Fuse) -> None:
        self._work = work
        self._fuse = fuse

    def __await__(self) -> Generator[Any, Any, Any]:
        """Hand on whatever the work waits for."""
        inner = self._work.__await__()
        step = partial(inner.send, None)
        while True:
            try:
                waits_for = step()
            except StopIteration as end:
                return end.value
            self._fuse.tick()
            try:
                yield waits_for
            except BaseException as error:  # noqa: BLE001 - thrown into the work instead
                step = partial(inner.throw, error)
            else:
                step = partial(inner.send, None)


async def _through(counted: _Counted) -> Any:
    return await counted
