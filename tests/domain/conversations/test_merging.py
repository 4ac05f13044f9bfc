"""Merging contacts: everything moves, collisions stay open, the timeline is one.

conformance  test
A-08         test_a_large_merge_is_one_step_and_one_event
"""

from datetime import timedelta
from uuid import UUID

import pytest

from cast import CAST, a_contact
from frame import Statements
from hilo.domain import conversations as desk
from hilo.domain.conversations import Given
from hilo.kit.db import Tx
from hilo.kit.errors import Invalid
from hilo.kit.ids import moment_of
from hilo.kit.sql import query
from stage import CHANNELS, a_matter, agent, hear

ADA = agent()
KEYS = query(
    "keys",
    "select joining_key from conversation where workspace_id = :workspace and id = :id",
)


def key(contact: UUID) -> str:
    return f"inbox:{CAST.inbox}:{contact}"


async def test_everything_moves_and_what_collides_stays_open(tx: Tx) -> None:
    dora = await a_contact(tx, "Dora")
    carols = await a_matter(tx, contact=CAST.carol, key=key(CAST.carol))
    doras = await a_matter(tx, contact=dora, key=key(dora))
    old = await a_matter(tx, contact=CAST.carol, key=f"thread:{CAST.carol}-like")
    preview = await desk.preview_merge(tx, ADA, CAST.carol, dora)
    assert (preview.conversations, len(preview.identities)) == (2, 3)
    assert [(c.conversation_id, c.survivor_id) for c in preview.collisions] == [(carols, doras)]
    await desk.merge(tx, ADA, CAST.carol, dora)
    for id_ in (carols, doras, old):
        view = await desk.get_conversation(tx, ADA, id_)
        assert (view.contact.id, view.status) == (dora, "open")
    assert await tx.maybe(KEYS, str, workspace=tx.workspace, id=carols) is None
    assert await tx.one(KEYS, str, workspace=tx.workspace, id=doras) == key(dora)


async def test_a_merge_without_collision_keeps_joining(tx: Tx) -> None:
    dora = await a_contact(tx, "Dora")
    carols = await a_matter(tx, contact=CAST.carol, key=key(CAST.carol))
    await desk.merge(tx, ADA, CAST.carol, dora)
    assert await tx.one(KEYS, str, workspace=tx.workspace, id=carols) == key(dora)
    reply = await desk.write(tx, ADA, carols, Given(text="Still me"), CHANNELS)
    assert reply.message.state == "queued"


async def test_a_large_merge_is_one_step_and_one_event(tx: Tx, statements: Statements) -> None:
    dora = await a_contact(tx, "Dora")
    matters = [await a_matter(tx, contact=CAST.carol) for _ in range(60)]
    await hear(tx, matters[0], *map(str, range(200)))
    noted = len(tx.published)
    await statements.asked()
    statements.clear()
    await desk.merge(tx, ADA, CAST.carol, dora)
    # Messages name their conversation, never the contact: however many, none is touched.
    assert await statements.asked() <= 13  # three of them note the way back
    assert [each.event.type for each in tx.published[noted:]] == ["contact.merged"]


async def test_the_timeline_is_one_over_all_conversations(tx: Tx) -> None:
    dora = await a_contact(tx, "Dora")
    await a_matter(tx, "one", "two", contact=CAST.carol)
    await a_matter(tx, "three", contact=dora)
    await desk.merge(tx, ADA, CAST.carol, dora)
    await tx.flush()
    seen: list[str] = []
    cursor = None
    while True:
        page = await desk.timeline(tx, ADA, dora, cursor=cursor, limit=2)
        seen += [item.message.text for item in page.items if item.message]
        seen += [item.event.type for item in page.items if item.event]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == ["contact.merged", "one", "three", "two"]
    newest = await desk.timeline(tx, ADA, dora, limit=1)
    until = moment_of(newest.items[0].message.id) if newest.items[0].message else tx.now
    earlier = await desk.timeline(tx, ADA, dora, until=until - timedelta(days=1))
    later = await desk.timeline(tx, ADA, dora, until=until + timedelta(days=1))
    assert (len(earlier.items), len(later.items)) == (0, 4)
    with pytest.raises(Invalid):
        await desk.timeline(tx, ADA, dora, until=until.replace(tzinfo=None))
