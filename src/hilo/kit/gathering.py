"""Work that costs little more for many than for one, done for all who wait for it.

Nobody waits for company: the first is served at once, and who asks meanwhile is served next,
together. One batch at a time, since that is what makes company; beside one that takes long,
another, so that who waits for a lock holds nobody else up.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import Generic, TypeVar

from msgspec import Struct

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
_LONG_S = 0.1


class _Waiting(Struct, Generic[Asked, Answer]):
    """Who asks for what."""

    asked: Asked
    done: asyncio.Future[Answer]


class Gathering(Generic[Asked, Answer]):
    """One for a kind of work."""

    def __init__(
        self,
        work: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]],
        alike: Callable[[Asked], Hashable],
        *,
        most: int,
        at_once: int,
    ) -> None:
        """work: answers in order, all or nothing. alike: what those have in common who go together.

        most: of a batch. at_once: batches, where all but the newest take long.
        """
        self._work = work
        self._alike = alike
        self._most = most
        self._at_once = at_once
        self._waiting: deque[_Waiting[Asked, Answer]] = deque()
        self._under_way: dict[asyncio.Task[None], float] = {}  # since when

    async def ask(self, asked: Asked) -> Answer:
        """Return the answer. Raises what the work raises for this one alone.

        A batch goes on as long as anybody waits for it.
        """
        each = _Waiting[Asked, Answer](asked, asyncio.get_running_loop().create_future())
        self._waiting.append(each)
        self._begin()
        return await each.done

    def _begin(self) -> None:
        while self._has_room() and (batch := self._take()):
            task = asyncio.create_task(self._do(batch))
            loop = task.get_loop()
            self._under_way[task] = loop.time()
            loop.call_later(_LONG_S, self._begin)
            task.add_done_callback(self._ended)
            for each in batch:
                each.done.add_done_callback(partial(_abandon, task, batch))

    def _has_room(self) -> bool:
        lately = asyncio.get_running_loop().time() - _LONG_S
        take_long = all(since <= lately for since in self._under_way.values())
        return take_long and len(self._under_way) < self._at_once

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._begin()

    def _take(self) -> list[_Waiting[Asked, Answer]]:
        """Take the first who still waits, and those like it."""
        batch: list[_Waiting[Asked, Answer]] = []
        left: deque[_Waiting[Asked, Answer]] = deque()
        for each in self._waiting:
            if each.done.done():
                continue
            is_next = len(batch) < self._most and (
                not batch or self._alike(each.asked) == self._alike(batch[0].asked)
            )
            (batch if is_next else left).append(each)
        self._waiting = left
        return batch

    async def _do(self, batch: Sequence[_Waiting[Asked, Answer]]) -> None:
        try:
            answers = await self._work([each.asked for each in batch])
        except Exception as error:  # noqa: BLE001 - told to who asked
            if len(batch) > 1:
                for each in batch:  # one that cannot be done stops no other
                    if not each.done.done():
                        await self._do([each])
            elif not batch[0].done.done():
                batch[0].done.set_exception(error)
            return
        for each, answer in zip(batch, answers, strict=True):
            if not each.done.done():
                each.done.set_result(answer)


def _abandon(
    task: asyncio.Task[None],
    batch: Sequence[_Waiting[Asked, Answer]],
    _done: asyncio.Future[Answer],
) -> None:
    """Stop the work when nobody waits for it any more."""
    if all(each.done.done() for each in batch):
        task.cancel()
