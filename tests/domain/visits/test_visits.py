"""A shop's queue on a real database: numbers, places, calls, and what becomes of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
import time_machine

from cast import CAST
from counter import CHANNELS, Counter, age, open_shop
from hilo.domain import contacts, conversations, people, visits
from hilo.domain.conversations import visitors
from hilo.domain.people import Actor
from hilo.domain.visits import (
    NobodyWaits,
    NoTurn,
    QueueClosed,
    QueueFull,
    VisitElsewhere,
    VisitView,
)
from hilo.kit.db import Database
from hilo.kit.errors import Forbidden, Invalid, NotFound
from hilo.kit.events import Event, Logged
from hilo.kit.ids import new_id
from stage import agent

ADA, BEN = agent(), agent(CAST.ben)


@pytest.fixture
async def shop(db: Database) -> Counter:
    """Give an open shop without anybody in it."""
    return await open_shop(db)


async def call_next(shop: Counter, actor: Actor = ADA, counter: str = "2") -> VisitView:
    """Call who is next."""
    async with shop.db.transaction(CAST.workspace, by=actor.by) as tx:
        return await visits.call_next(tx, actor, CHANNELS, shop.row.id, counter)


async def serve(shop: Counter, visit: UUID, actor: Actor = ADA) -> VisitView:
    """Begin to serve."""
    async with shop.db.transaction(CAST.workspace) as tx:
        return await visits.serve(tx, actor, visit)


async def finish(shop: Counter, visit: UUID, note: str = "", actor: Actor = ADA) -> VisitView:
    """End a visit."""
    async with shop.db.transaction(CAST.workspace) as tx:
        return await visits.finish(tx, actor, CHANNELS, visit, note)


async def requeue(shop: Counter, visit: UUID, *, to_the_end: bool = False) -> VisitView:
    """Put a visit back."""
    async with shop.db.transaction(CAST.workspace) as tx:
        return await visits.requeue(tx, ADA, visit, "last" if to_the_end else "first")


async def miss(shop: Counter, visit: UUID) -> VisitView:
    """Say that nobody came."""
    async with shop.db.transaction(CAST.workspace) as tx:
        return await visits.miss(tx, ADA, visit)


async def leave(shop: Counter, visitor: UUID, visit: UUID) -> VisitView:
    """Give a turn up."""
    reader = visitors.Reader(account=shop.row.id, inbox=shop.row.inbox_id, visitor=visitor)
    async with shop.db.transaction(CAST.workspace) as tx:
        return await visits.leave(tx, shop.row, reader, visit)


async def lines(shop: Counter, conversation: UUID) -> list[str]:
    """Return what stands in the thread: texts, and the codes of activity lines."""
    async with shop.db.transaction(CAST.workspace) as tx:
        page = await conversations.list_messages(tx, ADA, conversation)
    said = [str(each.meta.get("code") or each.text) for each in page.items]
    return sorted(said)


async def test_thirty_people_at_once_get_thirty_numbers(shop: Counter) -> None:
    taken = await asyncio.gather(*(shop.take(f"P{n}") for n in range(30)))
    assert sorted(each.visit.number for each in taken) == list(range(1, 31))
    waiting = await shop.queue()
    assert [each.number for each in waiting] == list(range(1, 31))


async def test_a_turn_is_taken_once_however_often_it_is_sent(shop: Counter) -> None:
    visitor = new_id()
    taken = await asyncio.gather(*(shop.take(visitor=visitor) for _ in range(8)))
    assert len({each.visit.id for each in taken}) == 1
    assert sum(each.is_new for each in taken) == 1
    assert len(await shop.queue()) == 1
    assert await lines(shop, taken[0].visit.conversation_id) == ["Returns", "visit_joined"]


async def test_who_waits_already_gets_no_second_turn(shop: Counter) -> None:
    visitor = new_id()
    first = await shop.take(visitor=visitor, client="one")
    second = await shop.take(visitor=visitor, client="two")
    assert (second.visit.id, second.is_new) == (first.visit.id, False)
    await call_next(shop)
    await finish(shop, first.visit.id)
    third = await shop.take(visitor=visitor, client="three")
    assert third.is_new
    assert third.visit.conversation_id == first.visit.conversation_id


async def test_two_who_call_at_once_call_two_people(shop: Counter) -> None:
    await asyncio.gather(*(shop.take(f"P{n}") for n in range(12)))
    calls = [call_next(shop, who, place) for who, place in ((ADA, "1"), (BEN, "2")) * 6]
    called = await asyncio.gather(*calls)
    assert sorted(each.number for each in called) == list(range(1, 13))
    with pytest.raises(NobodyWaits):
        await call_next(shop)


async def test_joining_calling_and_leaving_at_once_leave_exact_places(shop: Counter) -> None:
    early = [(who := new_id(), await shop.take(visitor=who)) for _ in range(10)]
    done = await asyncio.gather(
        *(shop.take(f"P{n}") for n in range(10)),
        *(call_next(shop, each) for each in (ADA, BEN, ADA)),
        *(leave(shop, who, taken.visit.id) for who, taken in early[5:8]),
        return_exceptions=True,
    )
    assert [each for each in done if isinstance(each, BaseException)] == []
    async with shop.db.transaction(CAST.workspace) as tx:
        board = await visits.board(tx, shop.row.id)
    waiting = visits.waiting(board)
    assert len(waiting) == 20 - 3 - 3
    assert [each.number for each in waiting] == sorted(each.number for each in waiting)


async def test_a_visit_from_the_first_tap_to_the_note(shop: Counter) -> None:
    taken = (await shop.take("Dora")).visit
    called = await call_next(shop, BEN, "  Counter   2 ")
    assert (called.id, called.state, called.counter) == (taken.id, "called", "Counter 2")
    assert called.agent_name == CAST.ben.name
    serving = await serve(shop, taken.id, BEN)
    assert (serving.state, serving.counter) == ("serving", "Counter 2")
    served = await finish(shop, taken.id, "Wants the blue one.", BEN)
    assert (served.state, served.began_at) == ("served", serving.began_at)
    assert await finish(shop, taken.id, "Wants the blue one.", BEN) == served
    said = await lines(shop, taken.conversation_id)
    told = ["claimed", "visit_called_to", "visit_joined", "visit_served"]
    assert said == ["Returns", "Wants the blue one.", *told]
    async with shop.db.transaction(CAST.workspace) as tx:
        page = await conversations.timeline(tx, ADA, taken.contact_id)
        over = await visits.list_visits(tx, ADA, CHANNELS, shop.row.id)
    codes = [each.message.meta.get("code") for each in page.items if each.message]
    assert "visit_served" in codes
    assert [each.id for each in over.items] == [taken.id]
    assert await shop.queue() == []


async def test_each_step_is_told_once_and_only_when_it_happened(shop: Counter) -> None:
    taken = (await shop.take()).visit
    await call_next(shop)
    await serve(shop, taken.id)
    await serve(shop, taken.id)
    await finish(shop, taken.id)
    await finish(shop, taken.id)
    async with shop.db.transaction(CAST.workspace) as tx:
        rows = await tx.connection.fetch(
            "select data ->> 'what' as what from event where workspace_id = $1 and type ="
            " 'visit.changed' order by id",
            CAST.workspace,
        )
    assert [each["what"] for each in rows] == ["joined", "called", "serving", "served"]


async def test_who_did_not_come_is_put_back_first_or_last(shop: Counter) -> None:
    one, two, three = [(await shop.take(f"P{n}")).visit for n in range(3)]
    await call_next(shop)
    missed = await miss(shop, one.id)
    assert (missed.state, await miss(shop, one.id)) == ("no_show", missed)
    await requeue(shop, one.id)
    assert [each.id for each in await shop.queue()] == [one.id, two.id, three.id]
    await call_next(shop)
    back = await requeue(shop, one.id, to_the_end=True)
    assert (back.number, back.called_at, back.agent_id) == (1, None, None)
    assert [each.id for each in await shop.queue()] == [two.id, three.id, one.id]


async def test_what_a_state_does_not_bear_is_refused_and_changes_nothing(shop: Counter) -> None:
    visitor = new_id()
    taken = (await shop.take(visitor=visitor)).visit
    with pytest.raises(VisitElsewhere):
        await finish(shop, taken.id)
    with pytest.raises(VisitElsewhere):
        await requeue(shop, (await leave(shop, visitor, taken.id)).id)
    for late in (serve(shop, taken.id), finish(shop, taken.id), miss(shop, taken.id)):
        with pytest.raises(VisitElsewhere) as caught:
            await late
        assert caught.value.params["state"] == "left"


async def test_a_closed_or_full_queue_takes_nobody(db: Database) -> None:
    shop = await open_shop(db, {"most_waiting": 2})
    first = await shop.take()
    await shop.take()
    with pytest.raises(QueueFull):
        await shop.take()
    await call_next(shop)
    await shop.take()
    async with db.transaction(CAST.workspace) as tx:
        closed = await visits.set_open(tx, ADA, CHANNELS, shop.row.id, is_open=False)
    assert not closed.is_open
    await finish(shop, first.visit.id)
    with pytest.raises(QueueClosed):
        await shop.take()
    async with db.transaction(CAST.workspace) as tx:
        none = await tx.connection.fetchval(
            "select count(*) from conversation where workspace_id = $1 and channel = 'store'",
            CAST.workspace,
        )
    assert none == 3  # who was refused left nothing


async def test_numbers_begin_anew_on_the_shops_own_day(db: Database) -> None:
    shop = await open_shop(db, {"time_zone": "America/Sao_Paulo"})
    for moment, number in (
        (datetime(2026, 11, 22, 1, 0, tzinfo=UTC), 1),  # still the 21st there
        (datetime(2026, 11, 22, 2, 30, tzinfo=UTC), 2),
        (datetime(2026, 11, 22, 3, 30, tzinfo=UTC), 1),
    ):
        with time_machine.travel(moment, tick=False):
            assert (await shop.take()).visit.number == number


async def test_a_turn_nobody_ended_lapses(shop: Counter) -> None:
    old = (await shop.take()).visit
    served = (await shop.take()).visit
    await serve(shop, served.id)
    await age(shop, old.id, timedelta(hours=13))
    await age(shop, served.id, timedelta(hours=13))
    assert await shop.queue() == []
    with pytest.raises(NobodyWaits):
        await call_next(shop)
    fresh = (await shop.take()).visit
    assert (await call_next(shop)).id == fresh.id
    async with shop.db.transaction(CAST.workspace) as tx:
        states = [(await visits.get_visit(tx, ADA, each.id)).state for each in (old, served)]
    assert states == ["left", "served"]


async def test_the_wait_is_measured_from_those_who_were_served(shop: Counter) -> None:
    for _ in range(5):
        visit = (await shop.take()).visit
        await serve(shop, visit.id)
        await age(shop, visit.id, timedelta(minutes=4))
        await finish(shop, visit.id)
    for _ in range(3):
        await shop.take()
    async with shop.db.transaction(CAST.workspace) as tx:
        queue = await visits.get_queue(tx, ADA, CHANNELS, shop.row.id)
    assert queue.wait_s is not None
    assert abs(queue.wait_s - 3 * 240) < 10


async def test_only_who_may_serve_calls(shop: Counter) -> None:
    await shop.take()
    bare = Actor(
        kind="agent", id=CAST.ada.id, name="Ada", role="agent",
        permissions=frozenset({"conversation:read"}), workspace=CAST.workspace,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        await call_next(shop, bare)


async def test_another_workspace_sees_and_calls_nobody(shop: Counter) -> None:
    taken = (await shop.take()).visit
    stranger = people.SYSTEM(CAST.other_workspace)
    async with shop.db.transaction(CAST.other_workspace) as tx:
        assert await visits.list_shops(tx, stranger, CHANNELS) == []
        for look in (
            visits.get_visit(tx, stranger, taken.id),
            visits.get_queue(tx, stranger, CHANNELS, shop.row.id),
            visits.miss(tx, stranger, taken.id),
        ):
            with pytest.raises(NotFound):
                await look


async def test_somebody_elses_turn_cannot_be_given_up(shop: Counter) -> None:
    taken = (await shop.take()).visit
    with pytest.raises(NotFound):
        await leave(shop, new_id(), taken.id)


@pytest.mark.parametrize("topic", ["", "   ", "\x00", "x" * 201])
async def test_a_turn_is_about_something(db: Database, topic: str) -> None:
    shop = await open_shop(db)
    with pytest.raises(Invalid):
        await shop.take(topic=topic)


async def test_a_blocked_contact_gets_no_turn(shop: Counter) -> None:
    visitor = new_id()
    taken = (await shop.take(visitor=visitor)).visit
    await leave(shop, visitor, taken.id)
    async with shop.db.transaction(CAST.workspace) as tx:
        patch = contacts.ContactPatch(blocked=True)
        await contacts.change_contact(tx, ADA, taken.contact_id, patch)
    with pytest.raises(NoTurn):
        await shop.take(visitor=visitor, client="again")


async def test_a_visit_goes_with_the_contact_it_is_merged_into(shop: Counter) -> None:
    visitor = new_id()
    taken = (await shop.take(visitor=visitor)).visit
    async with shop.db.transaction(CAST.workspace) as tx:
        await conversations.merge(tx, ADA, taken.contact_id, CAST.carol)
    async with shop.db.transaction(CAST.workspace) as tx:
        reader = visitors.Reader(account=shop.row.id, inbox=shop.row.inbox_id, visitor=visitor)
        mine = await visits.my_visit(tx, shop.row.id, reader)
    assert mine is not None
    assert (mine.id, mine.contact_id) == (taken.id, CAST.carol)


async def test_a_kiosks_turn_goes_on_to_one_phone(shop: Counter) -> None:
    taken = (await shop.take()).visit
    async with shop.db.transaction(CAST.workspace) as tx:
        assert (await visits.pick_up(tx, shop.row.id, taken.id)).id == taken.id
    async with shop.db.transaction(CAST.workspace) as tx:
        with pytest.raises(VisitElsewhere):
            await visits.pick_up(tx, shop.row.id, taken.id)
        with pytest.raises(NotFound):
            await visits.pick_up(tx, new_id(), taken.id)


def logged(event: Event, subject: UUID) -> Logged:
    """Return an event as its reader gets it."""
    data = msgspec.json.decode(msgspec.json.encode(event))
    now = datetime.now(UTC)
    return Logged(CAST.workspace, 1, 1, 0, event.type, subject, {}, data, now)


async def test_a_visit_follows_its_message_into_another_conversation_and_away(
    shop: Counter,
) -> None:
    one, other = (await shop.take()).visit, (await shop.take()).visit
    async with shop.db.transaction(CAST.workspace) as tx:
        page = await conversations.list_messages(tx, ADA, one.conversation_id)
        about = next(each.id for each in page.items if each.kind == "incoming")
        views = [
            await conversations.get_conversation(tx, ADA, each.conversation_id)
            for each in (one, other)
        ]
        split = conversations.ConversationSplit(
            conversation_id=one.conversation_id,
            conversation=views[0],
            into=views[1],
            message_ids=[about],
        )
        for _ in range(2):
            await visits.move_visits(tx, [logged(split, one.conversation_id)])
        moved = await visits.get_visit(tx, ADA, one.id)
        assert moved.conversation_id == other.conversation_id
        erased = conversations.ConversationErased(
            conversation_id=other.conversation_id, conversation=views[1], message_ids=[about]
        )
        await visits.forget_visits(tx, [logged(erased, other.conversation_id)])
        with pytest.raises(NotFound):
            await visits.get_visit(tx, ADA, one.id)
        assert (await visits.get_visit(tx, ADA, other.id)).id == other.id
