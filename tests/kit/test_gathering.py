"""Work done for many at once: together while it is under way, alone when together fails."""

import asyncio
from collections.abc import Sequence

import pytest

from hilo.kit.gathering import Gathering


class Doubling:
    """Doubles numbers; remembers the batches. 13 breaks whatever batch it is in."""

    def __init__(self) -> None:
        """Begin with an open gate."""
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.ended = 0

    async def work(self, asked: Sequence[int]) -> list[int]:
        """Wait for the gate, then answer."""
        self.batches.append(list(asked))
        await self.gate.wait()
        if 13 in asked:
            raise ValueError("thirteen")
        self.ended += 1
        return [2 * each for each in asked]


def gathering(doubling: Doubling, *, most: int = 50, at_once: int = 4) -> Gathering[int, int]:
    """Gather odd numbers and even ones apart."""
    return Gathering(doubling.work, lambda each: each % 2, most=most, at_once=at_once)


async def asking(to: Gathering[int, int], *numbers: int) -> list[asyncio.Task[int]]:
    """Ask for each, and let the first batch begin."""
    tasks = [asyncio.create_task(to.ask(each)) for each in numbers]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_who_asks_while_one_is_done_is_done_next_together() -> None:
    doubling = Doubling()
    doubling.gate.clear()
    tasks = await asking(gathering(doubling), 2, 4, 6, 8)
    assert doubling.batches == [[2]]
    doubling.gate.set()
    assert await asyncio.gather(*tasks) == [4, 8, 12, 16]
    assert doubling.batches == [[2], [4, 6, 8]]


async def test_only_what_is_alike_goes_together_and_never_too_many() -> None:
    doubling = Doubling()
    doubling.gate.clear()
    tasks = await asking(gathering(doubling, most=2), 2, 4, 3, 6, 5, 8)
    doubling.gate.set()
    assert await asyncio.gather(*tasks) == [4, 8, 6, 12, 10, 16]
    assert doubling.batches == [[2], [4, 6], [3, 5], [8]]


async def test_one_that_cannot_be_done_stops_no_other() -> None:
    doubling = Doubling()
    doubling.gate.clear()
    tasks = await asking(gathering(doubling), 1, 3, 13, 5)
    doubling.gate.set()
    one, three, thirteen, five = await asyncio.gather(*tasks, return_exceptions=True)
    assert (one, three, five) == (2, 6, 10)
    assert isinstance(thirteen, ValueError)
    assert doubling.batches == [[1], [3, 13, 5], [3], [13], [5]]


async def test_beside_a_batch_that_takes_long_another_begins() -> None:
    doubling = Doubling()
    doubling.gate.clear()
    to = gathering(doubling, at_once=2)
    tasks = await asking(to, 2, 4)
    while len(doubling.batches) < 2:
        await asyncio.sleep(0.01)
    tasks += await asking(to, 6)
    assert doubling.batches == [[2], [4]]
    doubling.gate.set()
    assert await asyncio.gather(*tasks) == [4, 8, 12]


async def test_work_that_nobody_waits_for_is_abandoned() -> None:
    doubling = Doubling()
    doubling.gate.clear()
    to = gathering(doubling)
    first, left, stays = await asking(to, 2, 4, 6)
    first.cancel()
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert doubling.ended == 0
    doubling.gate.set()
    assert await stays == 12
    assert doubling.batches == [[2], [6]]
    assert doubling.ended == 1
