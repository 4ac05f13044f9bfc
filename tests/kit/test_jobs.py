"""Jobs: in their causer's transaction, at least once, in turn per key, held when given up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import asyncpg
import pytest
from msgspec import Struct

from cast import CAST
from hilo.kit import clock, jobs
from hilo.kit.db import Database
from hilo.kit.errors import Bug, TemporaryFailure
from hilo.kit.jobs import Job, Jobs, Later
from hilo.kit.lock import Locks
from patience import PATIENCE_S, trying

Work = Callable[[Job], Awaitable[None]]


class Note(Struct):
    """A payload."""

    number: int


def policy(error: Exception, failures: int) -> float | None:
    """Try temporary failures three times."""
    return 0.01 if isinstance(error, TemporaryFailure) and failures < 3 else None


@asynccontextmanager
async def working(dsn: str, work: Mapping[str, Work]) -> AsyncIterator[Jobs]:
    """Run a worker beside the test."""
    pool = await jobs.pool(dsn)
    locks = Locks(dsn)
    worker = Jobs(pool, locks, policy)
    for kind, each in work.items():
        worker.handle(kind, each)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        await asyncio.wait_for(running, PATIENCE_S)
        await locks.close()
        await pool.close()


async def until(done: Callable[[], bool], most_s: float = PATIENCE_S) -> None:
    """Wait for it."""
    async with asyncio.timeout(most_s):
        while not done():
            await asyncio.sleep(0.01)


async def add(db: Database, kind: str, number: int, **more: object) -> None:
    async with db.transaction(CAST.workspace) as tx:
        await jobs.enqueue(tx, kind, Note(number), **more)  # type: ignore[arg-type]


async def test_a_job_runs_after_its_transaction_and_not_without_it(db: Database, dsn: str) -> None:
    seen: list[int] = []

    async def work(job: Job) -> None:
        seen.append(job.read(Note).number)

    async with working(dsn, {"note": work}):
        with suppress(RuntimeError):
            async with db.transaction(CAST.workspace) as tx:
                await jobs.enqueue(tx, "note", Note(1))
                raise RuntimeError
        await add(db, "note", 2)
        await until(lambda: bool(seen))
    assert seen == [2]


async def test_a_job_waits_until_it_is_due(db: Database, dsn: str) -> None:
    seen: list[float] = []
    due = clock.now() + timedelta(seconds=0.8)

    async def work(_job: Job) -> None:
        seen.append((clock.now() - due).total_seconds())

    async with working(dsn, {"note": work}):
        await add(db, "note", 1, due=due)
        await until(lambda: bool(seen))
    assert seen[0] >= 0


async def test_jobs_of_one_key_never_run_at_the_same_time(db: Database, dsn: str) -> None:
    running = 0
    most: list[int] = []

    async def work(_job: Job) -> None:
        nonlocal running
        running += 1
        most.append(running)
        await asyncio.sleep(0.05)
        running -= 1

    async with working(dsn, {"note": work}), working(dsn, {"note": work}):
        for number in range(6):
            await add(db, "note", number, key="one")
        await until(lambda: len(most) == 6)
    assert max(most) == 1


async def held_soon(db: Database) -> Sequence[jobs.Held]:
    """Return the held jobs once there are any: the note is written after the work failed."""
    async for _ in trying(0.05):
        found = await jobs.held(db)
        if found:
            return found
    pytest.fail("no job was held")


async def test_a_temporary_failure_is_tried_again_and_then_held(db: Database, dsn: str) -> None:
    tries: list[int] = []

    async def work(job: Job) -> None:
        tries.append(job.failures)
        raise TemporaryFailure("no route")

    async with working(dsn, {"note": work}):
        await add(db, "note", 1)
        await until(lambda: len(tries) == 3)
        (held,) = await held_soon(db)
        assert (held.kind, held.error) == ("note", "TemporaryFailure: no route")
        await jobs.again(db, held.id)
        await until(lambda: len(tries) == 6)
    assert tries == [0, 1, 2, 0, 1, 2]


async def test_asking_for_later_counts_as_nothing(db: Database, dsn: str) -> None:
    tries: list[int] = []

    async def work(job: Job) -> None:
        tries.append(job.failures + job.crashes)
        if len(tries) < 8:
            raise Later(0.01)

    async with working(dsn, {"note": work}):
        await add(db, "note", 1)
        await until(lambda: len(tries) == 8)
        await asyncio.sleep(0.3)
        assert await jobs.held(db) == []
    assert tries == [0] * 8


async def test_a_job_that_kills_its_worker_is_held_in_the_end(
    db: Database, dsn: str, owner: asyncpg.Connection
) -> None:
    seen: list[int] = []

    async def work(job: Job) -> None:
        seen.append(job.crashes)

    await add(db, "note", 1)
    await add(db, "note", 2)
    first, second = await owner.fetch("select id from pgqueuer order by id")
    # What workers leave that were killed five times and once.
    await owner.execute("insert into job_run (job_id, starts) values ($1, 5)", first[0])
    await owner.execute("insert into job_run (job_id, starts) values ($1, 1)", second[0])
    async with working(dsn, {"note": work}):
        await until(lambda: bool(seen))
        (held,) = await held_soon(db)
        await jobs.drop(db, held.id)
        assert await jobs.held(db) == []
    assert seen == [1]


async def test_stopping_finishes_what_runs(db: Database, dsn: str) -> None:
    begun: list[int] = []
    ended: list[int] = []

    async def work(_job: Job) -> None:
        begun.append(1)
        await asyncio.sleep(0.3)
        ended.append(1)

    async with working(dsn, {"note": work}):
        await add(db, "note", 1)
        await until(lambda: bool(begun))
    assert ended == [1]


async def test_a_job_that_is_cut_short_by_the_end_is_done_by_the_next_worker(
    db: Database, dsn: str
) -> None:
    begun: list[int] = []
    may_end = asyncio.Event()

    async def work(job: Job) -> None:
        begun.append(job.read(Note).number)
        await may_end.wait()

    pool, locks = await jobs.pool(dsn), Locks(dsn)
    worker = Jobs(pool, locks, policy)
    worker.handle("note", work)
    running = asyncio.create_task(worker.run())
    await add(db, "note", 1, key="one")
    await until(lambda: begun == [1])
    while not running.done():  # the first time it still waits for what runs
        running.cancel()
        await asyncio.sleep(0.1)
    await locks.close()
    await pool.close()
    may_end.set()
    async with working(dsn, {"note": work}):
        await until(lambda: begun == [1, 1])


async def test_two_workers_for_one_kind_are_a_bug(dsn: str) -> None:
    async def work(_job: Job) -> None: ...

    async with working(dsn, {"note": work}) as worker:
        with pytest.raises(Bug):
            worker.handle("note", work)


async def test_what_was_done_days_ago_is_forgotten(
    db: Database, dsn: str, owner: asyncpg.Connection
) -> None:
    done: list[int] = []

    async def work(_job: Job) -> None:
        done.append(1)

    async with working(dsn, {"note": work}):
        await add(db, "note", 1)
        await until(lambda: bool(done))
    await owner.execute("update pgqueuer_log set created = now() - interval '9 days'")
    await jobs.tidy(db)
    assert await owner.fetchval("select count(*) from pgqueuer_log") == 0


async def test_a_job_whose_note_was_lost_with_the_database_is_taken_up_again(
    db: Database, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_HEARTBEAT_S", 3.0)
    monkeypatch.setattr(jobs, "_POLL_S", 0.1)
    seen: list[int] = []

    async def away(*_: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError("gone")

    async def work(_job: Job) -> None:
        seen.append(1)
        if len(seen) == 1:
            raise TemporaryFailure("the vendor is away")

    async with working(dsn, {"note": work}) as worker:
        monkeypatch.setattr(worker, "_note", away)
        await add(db, "note", 1)
        await until(lambda: len(seen) == 2)
    assert await jobs.held(db) == []
