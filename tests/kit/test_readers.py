"""Readers: every event once, in order per subject, whatever writers, failures and kills do."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast import CAST
from hilo.kit import clock
from hilo.kit.bus import Local
from hilo.kit.db import Database, Tx
from hilo.kit.errors import NotFound
from hilo.kit.events import Event, Logged, slot_of
from hilo.kit.ids import new_id
from hilo.kit.readers import Reader, Readers, call_readers, lag, rounds
from hilo.kit.sql import query
from patience import PATIENCE_S


class Counted(Event, frozen=True, kw_only=True, tag="test.counted", tag_field="type"):
    """Number n of its subject."""

    n: int


class Other(Event, frozen=True, kw_only=True, tag="test.other", tag_field="type"):
    """Nobody reads it."""


EFFECT = query("effect", "insert into effect (subject, n) values (:subject, :n)")


@pytest.fixture
async def effects(owner: asyncpg.Connection) -> asyncpg.Connection:
    """Give a table in which effects are counted."""
    await owner.execute(
        "create table effect (id bigserial, subject uuid, n int);"
        "grant all on effect to hilo_app; grant usage on sequence effect_id_seq to hilo_app;"
    )
    return owner


async def record(tx: Tx, round_: Sequence[Logged]) -> None:
    """Write each event down."""
    for event in round_:
        await tx.run(EFFECT, subject=event.subject, n=event.read(Counted).n)


def readers_of(db: Database, *reactions: object, bus: Local | None = None) -> Readers:
    on = {Counted: reactions or (record,)}
    return Readers(db, bus or Local(), [Reader("test", on)])  # type: ignore[arg-type]


async def publish(db: Database, subject: UUID, *numbers: int) -> None:
    async with db.transaction(CAST.workspace) as tx:
        for n in numbers:
            tx.publish(Counted(n=n), subject)
        tx.publish(Other(), subject)


async def numbers(effects: asyncpg.Connection) -> dict[UUID, list[int]]:
    """Return what was written down, in its order, by subject."""
    found: defaultdict[UUID, list[int]] = defaultdict(list)
    for row in await effects.fetch("select subject, n from effect order by id"):
        found[row[0]].append(row[1])
    return found


@asynccontextmanager
async def running(readers: Readers) -> AsyncIterator[None]:
    task = asyncio.create_task(readers.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_concurrent_writers_and_readers_make_each_effect_once_and_in_order(
    db: Database, effects: asyncpg.Connection
) -> None:
    subjects = [new_id() for _ in range(12)]
    bus = Local()
    db.on_commit = call_readers(bus)

    async def write(subject: UUID) -> None:
        # Transactions of different length overlap: ids are given long before commits.
        for n in range(0, 20, 2):
            async with db.transaction(CAST.workspace) as tx:
                tx.publish(Counted(n=n), subject)
                await tx.flush()
                await asyncio.sleep(0.001 * (n % 7))
                tx.publish(Counted(n=n + 1), subject)

    one, two = readers_of(db, bus=bus), readers_of(db, bus=bus)
    async with running(one), running(two):
        await asyncio.gather(*(write(subject) for subject in subjects))
        async with asyncio.timeout(PATIENCE_S):
            while await effects.fetchval("select count(*) from effect") < 240:
                await asyncio.sleep(0.05)
    found = await numbers(effects)
    assert found == {subject: list(range(20)) for subject in subjects}


async def test_an_open_transaction_hides_later_events_until_it_ends(
    db: Database, effects: asyncpg.Connection
) -> None:
    early, late = new_id(), new_id()
    readers = readers_of(db)
    async with db.transaction(CAST.workspace) as tx:
        tx.publish(Counted(n=1), early)
        await tx.flush()
        await publish(db, late, 2)
        await readers.drain(patience_s=0)
        assert await numbers(effects) == {}
    await readers.drain()
    assert await numbers(effects) == {early: [1], late: [2]}


async def test_what_an_open_transaction_hides_is_not_walked_past(
    db: Database, effects: asyncpg.Connection
) -> None:
    # All in one slot, which has something to read already.
    first = new_id()
    early, late = [each for each in (new_id() for _ in range(2000)) if _slot(each) == _slot(first)][
        :2
    ]
    readers = readers_of(db)
    await publish(db, first, 1)
    async with db.transaction(CAST.workspace) as tx:
        tx.publish(Counted(n=2), early)
        await tx.flush()
        await publish(db, late, 3)
        await readers.drain(patience_s=0)
    await readers.drain()
    assert await numbers(effects) == {first: [1], early: [2], late: [3]}


async def test_events_of_other_kinds_cost_a_reader_nothing(
    db: Database, effects: asyncpg.Connection
) -> None:
    readers = readers_of(db)
    await readers.drain()
    async with db.transaction(CAST.workspace) as tx:
        for _ in range(3):
            tx.publish(Other(), new_id())
    places = "select slot, xid::text, id from reader_cursor where reader = 'test' order by slot"
    before = await effects.fetch(places)
    await readers.drain()
    assert await effects.fetch(places) == before
    (late,) = (await lag(db, [Reader("test", {Counted: [record]})])).values()
    assert late == 0
    await publish(db, new_id(), 1)
    (late,) = (await lag(db, [Reader("test", {Counted: [record]})])).values()
    assert late > 0


async def test_a_killed_reader_leaves_nothing_half_done(
    db: Database, effects: asyncpg.Connection
) -> None:
    subject = new_id()
    await publish(db, subject, 1, 2, 3)

    async def die(tx: Tx, round_: Sequence[Logged]) -> None:
        await record(tx, round_)
        if round_[0].read(Counted).n == 2:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await readers_of(db, die).drain()
    assert await numbers(effects) == {}
    await readers_of(db).drain()
    assert await numbers(effects) == {subject: [1, 2, 3]}


async def test_an_event_that_always_fails_is_parked_and_the_rest_goes_on(
    db: Database, effects: asyncpg.Connection
) -> None:
    # All in one slot, so that the culprit shares rounds with the innocent.
    bad = new_id()
    good = [each for each in (new_id() for _ in range(2000)) if _slot(each) == _slot(bad)][:5]
    broken = True

    async def fail(tx: Tx, round_: Sequence[Logged]) -> None:
        await record(tx, round_)
        tx.publish(Other(), round_[0].subject)
        if broken and any((e.subject, e.read(Counted).n) == (bad, 2) for e in round_):
            raise ValueError("cannot do this one")

    for subject in (*good, bad):
        await publish(db, subject, 1, 2, 3)
    readers = readers_of(db, fail)
    async with running(readers), asyncio.timeout(PATIENCE_S):
        while await effects.fetchval("select count(*) from effect") < 17:
            await asyncio.sleep(0.05)
    found = await numbers(effects)
    assert found == {bad: [1, 3], **{each: [1, 2, 3] for each in good}}
    parked = await effects.fetchrow("select reader, event_id, error from parked_event")
    assert parked["error"] == "ValueError: cannot do this one"
    # What a failed attempt published is undone with it: one event per round that succeeded.
    with pytest.raises(ValueError, match="this one"):
        await readers.replay(CAST.workspace, "test", parked["event_id"])
    broken = False
    await readers.replay(CAST.workspace, "test", parked["event_id"])
    assert (await numbers(effects))[bad] == [1, 3, 2]
    with pytest.raises(NotFound):
        await readers.replay(CAST.workspace, "test", parked["event_id"])


async def test_the_reactions_of_a_list_run_one_after_another_in_one_transaction(
    db: Database, effects: asyncpg.Connection
) -> None:
    seen: list[str] = []

    async def first(_tx: Tx, round_: Sequence[Logged]) -> None:
        seen.extend(f"first {len(round_)}" for _ in round_[:1])

    async def second(tx: Tx, round_: Sequence[Logged]) -> None:
        seen.extend(f"second {len(round_)}" for _ in round_[:1])
        await record(tx, round_)

    subject = new_id()
    await publish(db, subject, 1, 2)
    await readers_of(db, first, second).drain()
    assert seen == ["first 1", "second 1"] * 2
    assert await numbers(effects) == {subject: [1, 2]}


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b"])), max_size=30))
def test_rounds_keep_each_subjects_order_and_lose_nothing(given_: list[tuple[int, str]]) -> None:
    subjects = [None, *(UUID(int=n) for n in range(1, 4))]
    events = [
        Logged(CAST.workspace, at, 1, 0, kind, subjects[who], {}, {}, clock.now())
        for at, (who, kind) in enumerate(given_)
    ]
    made = list(rounds(events))
    for round_ in made:
        assert len({event.type for event in round_}) == 1
        assert len({event.subject for event in round_}) == len(round_)
    flat = [event for round_ in made for event in round_]
    for subject in subjects:
        ours = [event.id for event in flat if event.subject == subject]
        assert ours == [event.id for event in events if event.subject == subject]


def _slot(subject: UUID) -> int:
    return slot_of(subject, CAST.workspace)
