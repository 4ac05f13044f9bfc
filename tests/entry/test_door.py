"""The door: stored before anybody is told, shared commits, refusals that tell the sender to return.

conformance  test
G-06         test_a_database_that_is_away_refuses_everybody
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from cast import CAST
from frame import Statements
from hilo.domain.inboxes import NewDelivery, deliveries
from hilo.entry import door as module
from hilo.entry.door import Door
from hilo.kit.bus import Local
from hilo.kit.db import Database
from hilo.kit.errors import Unavailable
from hilo.kit.ids import new_id
from path import rows


def delivery(key: str | None = None, body: bytes = b"{}", **headers: str) -> NewDelivery:
    return NewDelivery(
        CAST.workspace, new_id(), CAST.account, "hook", headers, body, key or str(uuid4())
    )


@asynccontextmanager
async def opened(db: Database) -> AsyncIterator[Door]:
    door = Door(db, Local())
    task = asyncio.create_task(door.run())
    try:
        yield door
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_waits_together_is_stored_together(db: Database, statements: Statements) -> None:
    async with opened(db) as door:
        await door.store(delivery())
        statements.clear()
        fresh = await asyncio.gather(*(door.store(delivery()) for _ in range(100)))
        assert await statements.asked() <= 2
    assert all(fresh)
    assert len(await rows(db, "select id from delivery where state = 'new'")) == 101


async def test_a_key_is_stored_once_and_said_to_be_known(db: Database) -> None:
    async with opened(db) as door:
        together = await asyncio.gather(*(door.store(delivery("k")) for _ in range(5)))
        assert sorted(together) == [False] * 4 + [True]
        assert await door.store(delivery("k")) is False
    assert len(await rows(db, "select id from delivery")) == 1


async def test_nobody_is_told_before_the_commit(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    real = deliveries.store

    async def slow(db: Database, given: Sequence[NewDelivery]) -> object:
        await gate.wait()
        return await real(db, given)

    monkeypatch.setattr("hilo.domain.inboxes.deliveries.store", slow)
    async with opened(db) as door:
        waiting = asyncio.ensure_future(door.store(delivery()))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        gate.set()
        assert await waiting is True


async def test_a_database_that_is_away_refuses_everybody(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise ConnectionRefusedError

    async with opened(db) as door:
        monkeypatch.setattr("hilo.domain.inboxes.deliveries.store", away)
        told = await asyncio.gather(
            *(door.store(delivery()) for _ in range(5)), return_exceptions=True
        )
        assert all(isinstance(each, Unavailable) for each in told)
        monkeypatch.undo()
        assert await door.store(delivery()) is True


async def test_one_that_cannot_be_stored_refuses_only_itself(db: Database) -> None:
    async with opened(db) as door:
        given = [delivery(), delivery(odd="nul \x00"), delivery()]
        told = await asyncio.gather(*(door.store(e) for e in given), return_exceptions=True)
    assert [isinstance(each, Exception) for each in told] == [False, True, False]


async def test_a_full_queue_refuses(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    door = Door(db, Local())
    waiting = [asyncio.ensure_future(door.store(delivery())) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await door.store(delivery())
    task = asyncio.create_task(door.run())
    assert all(await asyncio.gather(*waiting))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_stopping_leaves_nobody_waiting(db: Database) -> None:
    door = Door(db, Local())
    task = asyncio.create_task(door.run())
    await asyncio.sleep(0)
    waiting = asyncio.ensure_future(door.store(delivery()))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(Unavailable):
        await waiting
