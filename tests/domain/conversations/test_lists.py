"""Lists: any mix of filters, pages that stay whole while rows arrive, few statements, plans."""

import itertools
import json
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from cast import CAST, a_contact
from frame import Statements
from hilo.domain import conversations as desk
from hilo.domain.conversations import PRIORITIES, Assignment, ConversationView, Filters
from hilo.domain.conversations.views.lists import SQL, leading
from hilo.domain.library import create_tag
from hilo.domain.people import system
from hilo.kit.db import Tx
from hilo.kit.errors import Invalid, NotFound
from hilo.kit.ids import new_id
from stage import a_matter, agent, hear

ADA = agent()


async def pages(tx: Tx, filters: Filters, limit: int) -> list[ConversationView]:
    """Walk all pages."""
    found: list[ConversationView] = []
    cursor = None
    while True:
        page = await desk.list_conversations(tx, ADA, filters, cursor=cursor, limit=limit)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def holds(view: ConversationView, filters: Filters) -> bool:
    """Say the same as the SQL, in Python."""
    checks = (
        filters.status in (None, view.status),
        filters.inbox in (None, view.inbox_id),
        filters.team in (None, view.team_id),
        filters.contact in (None, view.contact.id),
        filters.tag is None or filters.tag in view.tag_ids,
        filters.unread in (None, view.unread),
        filters.priority in (None, view.priority),
        view.assignee_id is None
        if filters.assignee == "none"
        else filters.assignee in (None, view.assignee_id),
    )
    return all(checks)


async def some(tx: Tx) -> tuple[UUID, UUID]:
    """Make thirty conversations in every state; return a tag and a contact they have."""
    chance = random.Random(3)  # noqa: S311 - a seed for a test
    tag = (await create_tag(tx, system(tx.workspace), "refund")).id
    dora = await a_contact(tx, "Dora")
    for number in range(30):
        tx.now += timedelta(seconds=number % 3)
        matter = await a_matter(tx, contact=chance.choice([CAST.carol, dora]))
        if chance.random() < 0.6:
            who = chance.choice([CAST.ada.id, CAST.ben.id])
            await desk.assign(tx, ADA, matter, Assignment(agent_id=who))
        if chance.random() < 0.4:
            await desk.tag(tx, ADA, matter, tag)
        if chance.random() < 0.5:
            await desk.mark_read(tx, ADA, matter)
        if chance.random() < 0.5:
            await desk.prioritize(tx, ADA, matter, chance.choice(PRIORITIES))
        verb = chance.choice([desk.resolve, desk.set_pending, None, None])
        if verb is not None:
            await verb(tx, ADA, matter)
    return tag, dora


async def test_every_mix_of_filters_says_what_python_says(tx: Tx) -> None:
    tag, dora = await some(tx)
    every = await pages(tx, Filters(), 7)
    assert len(every) == 30
    choices: dict[str, Sequence[Any]] = {
        "status": (None, "open", "resolved"),
        "inbox": (None, CAST.inbox, new_id()),
        "assignee": (None, "none", CAST.ada.id),
        "contact": (None, dora),
        "tag": (None, tag),
        "unread": (None, True, False),
        "priority": (None, "none", "urgent"),
    }
    used = set()
    for mix in itertools.product(*choices.values()):
        filters = Filters(**dict(zip(choices, mix, strict=True)))
        used.add(leading(filters).name)
        expected = [view.id for view in every if holds(view, filters)]
        assert [view.id for view in await pages(tx, filters, 4)] == expected, filters
        pressing = sorted(
            (view for view in every if holds(view, filters)),
            key=lambda view: (PRIORITIES.index(view.priority), view.activity_at, view.id),
            reverse=True,
        )
        ranked = await pages(tx, replace(filters, order="priority"), 4)
        assert [view.id for view in ranked] == [view.id for view in pressing], filters
    assert used == {name for name in SQL if name.startswith("by_")}


async def test_a_list_by_priority_refuses_the_cursor_of_another(tx: Tx) -> None:
    for _ in range(3):
        await a_matter(tx)
    page = await desk.list_conversations(tx, ADA, Filters(), limit=1)
    with pytest.raises(Invalid):
        await desk.list_conversations(tx, ADA, Filters(order="priority"), cursor=page.next_cursor)
    page = await desk.list_conversations(tx, ADA, Filters(order="priority"), limit=1)
    with pytest.raises(Invalid):
        await desk.list_conversations(tx, ADA, Filters(), cursor=page.next_cursor)


async def test_a_common_tag_gives_the_same_list(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    tag, _ = await some(tx)
    rare = await pages(tx, Filters(tag=tag, status="open"), 4)
    for bound in ("_SEVERAL_TAGGED", "_COMMON_TAG"):
        monkeypatch.setattr(f"hilo.domain.conversations.views.lists.{bound}", 1)
        assert await pages(tx, Filters(tag=tag, status="open"), 4) == rare != []


async def test_pages_stay_whole_while_conversations_arrive(tx: Tx) -> None:
    first = [await a_matter(tx) for _ in range(20)]
    seen, cursor = [], None
    while True:
        page = await desk.list_conversations(tx, ADA, Filters(), cursor=cursor, limit=3)
        seen += [view.id for view in page.items]
        tx.now += timedelta(seconds=1)
        await a_matter(tx)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(first)


async def test_messages_come_newest_first_and_forwards(tx: Tx) -> None:
    matter = await a_matter(tx, *map(str, range(60)))
    seen, cursor = [], None
    while True:
        page = await desk.list_messages(tx, ADA, matter, cursor=cursor, limit=25)
        seen += [message.text for message in page.items]
        await hear(tx, matter, "late")
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [str(n) for n in reversed(range(60))]
    after = await desk.messages_after(tx, ADA, matter, 58, 2)
    assert [message.text for message in after] == ["58", "59"]
    with pytest.raises(NotFound):
        await desk.list_messages(tx, ADA, new_id())
    with pytest.raises(Invalid):
        await desk.list_messages(tx, ADA, matter, cursor="x")


@pytest.mark.parametrize(
    ("filters", "most"),
    [
        (Filters(), 1),
        (Filters(status="open", assignee="none"), 1),
        (Filters(contact=CAST.carol), 1),
        (Filters(tag=new_id()), 2),
    ],
)
async def test_a_page_costs_few_statements(
    tx: Tx, statements: Statements, filters: Filters, most: int
) -> None:
    await a_matter(tx)
    await statements.asked()
    statements.clear()
    await desk.list_conversations(tx, ADA, filters, limit=50)
    assert await statements.asked() <= most


async def test_a_thread_costs_one_statement(tx: Tx, statements: Statements) -> None:
    matter = await a_matter(tx)
    await statements.asked()
    statements.clear()
    await desk.list_messages(tx, ADA, matter, limit=50)
    assert await statements.asked() == 1


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every node of a plan."""
    return [plan, *(each for part in plan.get("Plans", ()) for each in nodes(part))]


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(status="open"),
        Filters(assignee=CAST.ada.id, status="open"),
        Filters(assignee=CAST.ada.id),
        Filters(assignee="none", status="open"),
        Filters(assignee="none"),
        Filters(inbox=CAST.inbox, status="open"),
        Filters(inbox=CAST.inbox),
        Filters(contact=CAST.carol),
        Filters(unread=True),
        Filters(priority="high"),
        Filters(tag=new_id()),
    ],
)
async def test_no_list_reads_a_whole_table(tx: Tx, filters: Filters) -> None:
    query = leading(filters)
    # Small tables are read whole, and sorted, whatever the index; what counts is whether there is
    # another way. The tables' statistics come and go while tests run.
    for way in ("seqscan", "sort"):
        await tx.connection.execute(f"set local enable_{way} = off")
    await tx.connection.execute("set local plan_cache_mode = force_generic_plan")
    types = {"most": "int", "status": "text", "nobody": "bool", "unread": "bool"}
    types |= dict.fromkeys(("priority", "before_rank"), "int")
    types |= dict.fromkeys(("before_at",), "timestamptz")
    given = ", ".join(types.get(name, "uuid") for name in query.params)
    await tx.connection.execute(f"prepare list ({given}) as {query.text}")
    values = ", ".join("null" for _ in query.params)
    (row,) = await tx.connection.fetch(f"explain (format json) execute list({values})")
    plan = json.loads(row[0])[0]["Plan"]
    await tx.connection.execute("deallocate list")
    read = {node.get("Relation Name") for node in nodes(plan) if node["Node Type"] == "Seq Scan"}
    assert read <= {None}
    sorted_whole = [node for node in nodes(plan) if node["Node Type"] == "Sort"]
    if query.name not in {"by_tag", "by_assignee_any", "by_nobody_any", "by_inbox_any"}:
        assert not sorted_whole
