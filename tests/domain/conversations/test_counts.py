"""Counts are exact after any sequence of verbs, folded or not."""

import asyncio
from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast import CAST
from hilo.domain import conversations as desk
from hilo.domain.conversations import Assignment, Given
from hilo.domain.people import system
from hilo.kit.db import Database, Tx
from hilo.kit.sql import query
from stage import CHANNELS, a_matter, agent, hear

ADA, BEN = agent(CAST.ada), agent(CAST.ben)
FOLD = query("fold", "select hilo_fold_counts()")
ACTS = (
    "open", "hear", "resolve", "reopen", "pending", "snooze", "unsnooze", "claim", "give",
    "unassign", "read", "unread", "reply", "note", "fold", "merge",
)  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3)), min_size=5, max_size=30)


async def act(tx: Tx, what: str, matters: list[UUID], which: int) -> None:  # noqa: C901, PLR0912
    """Do one step to one of the conversations."""
    if what == "open" or not matters:
        matters.append(await a_matter(tx))
        return
    one = matters[which % len(matters)]
    match what:
        case "hear":
            await hear(tx, one, "again")
        case "resolve":
            await desk.resolve(tx, ADA, one)
        case "reopen":
            await desk.reopen(tx, ADA, one)
        case "pending":
            await desk.set_pending(tx, ADA, one)
        case "snooze":
            until = tx.now + timedelta(hours=1) if which else None
            await desk.snooze(tx, ADA, one, until)
        case "unsnooze":
            await desk.unsnooze(tx, ADA, one)
        case "claim" | "give":
            who = CAST.ada.id if what == "claim" else CAST.ben.id
            await desk.assign(tx, ADA, one, Assignment(agent_id=who))
        case "unassign":
            await desk.unassign(tx, ADA, one)
        case "read":
            await desk.mark_read(tx, ADA, one, which or None)
        case "unread":
            await desk.mark_unread(tx, ADA, one)
        case "reply" | "note":
            kind = Given(text="x", kind="note" if what == "note" else "reply")
            await desk.write(tx, ADA, one, kind, CHANNELS)
        case _:
            await tx.one(FOLD, int)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
async def test_counts_equal_a_recount_after_any_verbs(tx: Tx, steps: list[tuple[str, int]]) -> None:
    await tx.connection.execute("savepoint example")
    matters: list[UUID] = []
    for what, which in steps:
        await act(tx, what, matters, which)
        assert await desk.counts_drift(tx) == []
    assert (await desk.counts(tx, ADA)).open >= (await desk.counts(tx, ADA)).mine
    await tx.connection.execute("rollback to savepoint example")


async def test_counts_are_per_agent(tx: Tx) -> None:
    first, _ = await a_matter(tx), await a_matter(tx)
    await desk.assign(tx, ADA, first, Assignment(agent_id=CAST.ben.id))
    mine, bens = await desk.counts(tx, ADA), await desk.counts(tx, BEN)
    assert (mine.open, mine.unassigned, mine.mine, mine.unread) == (2, 1, 0, 2)
    assert (bens.mine, bens.mine_unread) == (1, 1)
    assert (await desk.all_counts(tx)).of(CAST.ben.id) == bens


async def test_counts_stay_exact_when_verbs_and_folding_race(db: Database) -> None:
    async with db.transaction(CAST.workspace) as tx:
        matters = [await a_matter(tx) for _ in range(6)]

    async def triage(number: int) -> None:
        for step in range(10):
            async with db.transaction(CAST.workspace) as tx:
                one = matters[(number + step) % len(matters)]
                await act(tx, ACTS[(number * 5 + step) % 14], [one], step)

    async def fold() -> None:
        for _ in range(20):
            async with db.transaction(None) as tx:
                await tx.one(FOLD, int)
            await asyncio.sleep(0.005)

    await asyncio.gather(*(triage(number) for number in range(4)), fold())
    async with db.transaction(CAST.workspace) as tx:
        assert await desk.counts_drift(tx) == []
        assert (await desk.counts(tx, system(CAST.workspace))).open <= 6
