"""Triage: rights, races, and that repeating is no error.

conformance  test
A-10         test_of_twenty_claims_one_wins
"""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from cast import CAST
from hilo.domain import conversations as desk
from hilo.domain.conversations import AlreadyTaken, Assignment
from hilo.domain.people import Actor, system
from hilo.kit.db import Database, Tx
from hilo.kit.errors import Forbidden, Invalid, NotFound
from hilo.kit.ids import new_id
from hilo.kit.sql import query
from stage import a_matter, agent, hear

ADA = agent()
JOIN = query(
    "team", "insert into team (workspace_id, id, name) values (:workspace, :id, 'Returns')"
)


async def test_of_twenty_claims_one_wins(db: Database) -> None:
    async with db.transaction(CAST.workspace) as tx:
        matter = await a_matter(tx)

    async def claim(who: UUID) -> str:
        try:
            async with db.transaction(CAST.workspace) as tx:
                given = Assignment(agent_id=who, if_unassigned=True)
                await desk.assign(tx, ADA, matter, given)
        except AlreadyTaken as lost:
            return str(lost.params["assignee_id"])
        return "won"

    people = [CAST.ada.id, CAST.ben.id] * 10
    outcome = await asyncio.gather(*map(claim, people))
    async with db.transaction(CAST.workspace) as tx:
        owner = (await desk.get_conversation(tx, ADA, matter)).assignee_id
        lines = await desk.list_messages(tx, ADA, matter)
    others = [said for who, said in zip(people, outcome, strict=True) if who != owner]
    # The winner's own repeated claims are no error.
    assert others == [str(owner)] * 10
    assert sum(1 for each in lines.items if each.kind == "activity") == 1


async def test_a_team_takes_it_from_its_agent(tx: Tx) -> None:
    matter, team = await a_matter(tx), new_id()
    await tx.run(JOIN, workspace=tx.workspace, id=team)
    await desk.assign(tx, ADA, matter, Assignment(agent_id=CAST.ben.id))
    view = await desk.assign(tx, ADA, matter, Assignment(team_id=team))
    assert (view.assignee_id, view.team_id) == (None, team)
    view = await desk.assign(tx, ADA, matter, Assignment(agent_id=CAST.ada.id))
    assert (view.assignee_id, view.team_id) == (CAST.ada.id, team)
    view = await desk.assign(tx, ADA, matter, Assignment(agent_id=None))
    assert (view.assignee_id, view.team_id) == (None, team)
    view = await desk.unassign(tx, ADA, matter)
    assert (view.assignee_id, view.team_id) == (None, None)


@pytest.mark.parametrize(
    "given",
    [
        Assignment(),
        Assignment(agent_id=new_id()),
        Assignment(team_id=new_id()),
        Assignment(agent_id=CAST.mallory.id),
    ],
)
async def test_only_to_agents_and_teams_of_the_workspace(tx: Tx, given: Assignment) -> None:
    with pytest.raises(Invalid):
        await desk.assign(tx, ADA, await a_matter(tx), given)


async def test_repeating_changes_nothing(tx: Tx) -> None:
    matter = await a_matter(tx)
    for verb in (desk.resolve, desk.reopen, desk.set_pending, desk.unassign, desk.mark_read):
        once = await verb(tx, ADA, matter)
        count = len(tx.published)
        assert await verb(tx, ADA, matter) == once
        assert len(tx.published) == count


@pytest.mark.parametrize("verb", [desk.resolve, desk.reopen, desk.unassign, desk.mark_read])
async def test_what_is_not_there_cannot_be_changed(tx: Tx, verb: object) -> None:
    with pytest.raises(NotFound):
        await verb(tx, ADA, new_id())  # type: ignore[operator]


async def test_each_verb_needs_its_permission(tx: Tx) -> None:
    matter = await a_matter(tx)
    nobody = Actor(
        kind="token",
        id=CAST.ben.id,
        name="Ben",
        role="agent",
        permissions=frozenset({"conversation:read"}),
        workspace=CAST.workspace,
    )
    for verb in (desk.resolve, desk.reopen, desk.set_pending, desk.unassign, desk.unsnooze):
        with pytest.raises(Forbidden):
            await verb(tx, nobody, matter)
    await desk.mark_read(tx, nobody, matter)


@pytest.mark.parametrize("hours", [-1, 0, 24 * 366 * 6])
async def test_a_snooze_lies_ahead(tx: Tx, hours: int) -> None:
    with pytest.raises(Invalid):
        await desk.snooze(tx, ADA, await a_matter(tx), tx.now + timedelta(hours=hours))


async def test_a_snooze_wakes_once_and_not_early(tx: Tx) -> None:
    matter = await a_matter(tx)
    clock = system(tx.workspace)
    await desk.snooze(tx, ADA, matter, tx.now + timedelta(hours=1))
    assert not await desk.wake(tx, clock, matter)
    tx.now += timedelta(hours=1)
    assert await desk.wake(tx, clock, matter)
    assert not await desk.wake(tx, clock, matter)
    view = await desk.get_conversation(tx, ADA, matter)
    assert (view.status, view.woken_at) == ("open", tx.now)


async def test_a_snooze_until_a_reply_ends_with_it(tx: Tx) -> None:
    matter = await a_matter(tx)
    await desk.snooze(tx, ADA, matter, None)
    await hear(tx, matter, "News?")
    view = await desk.get_conversation(tx, ADA, matter)
    assert (view.status, view.woken_at is not None) == ("open", True)


async def test_reopening_gives_way_to_the_conversation_that_took_its_place(tx: Tx) -> None:
    old = await a_matter(tx, key="contact:x")
    await desk.resolve(tx, ADA, old)
    await a_matter(tx, key="contact:x")
    assert (await desk.reopen(tx, ADA, old)).status == "open"


async def test_reading_never_goes_back(tx: Tx) -> None:
    matter = await a_matter(tx, "one", "two", "three")
    assert (await desk.mark_read(tx, ADA, matter, 2)).unread
    assert not (await desk.mark_read(tx, ADA, matter)).unread
    assert (await desk.mark_read(tx, ADA, matter, 1)).read_seq == 3
    view = await desk.mark_unread(tx, ADA, matter)
    assert (view.unread, view.read_seq) == (True, 2)
