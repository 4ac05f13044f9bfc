"""The demo: believable in number and kind, the same each time, and gone when dropped."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct

from cast import CAST, SECRET_KEY, a_contact
from counter import take
from hilo.connectors.email.mime import take_apart
from hilo.domain import contacts, conversations, inboxes, visits
from hilo.domain import people as desk
from hilo.domain.inboxes import Channels, deliveries
from hilo.entry import registry
from hilo.entry.demo import Demo, drop, is_loaded, load
from hilo.entry.demo.door import PARKED
from hilo.entry.demo.plan import DAYS, plan
from hilo.entry.demo.planned import Plan
from hilo.entry.demo.texts import LOCALES, Locale, arcs, people, shop
from hilo.kit.crypto import Vault
from hilo.kit.db import Tx
from hilo.kit.errors import MalformedPayload
from hilo.kit.ids import new_id
from hilo.kit.sql import query
from running import DEMO
from stage import agent

NOW = datetime(2026, 6, 15, 14, 30, tzinfo=UTC)


class Shelf(dict[str, bytes]):
    """A store in memory."""

    async def put(self, key: str, content: bytes) -> None:
        """Keep it."""
        self[key] = content

    async def drop(self, key: str) -> None:
        """Remove it."""
        del self[key]


@pytest.fixture(scope="module")
def told() -> Plan:
    return plan(people(), NOW, "Ada Lovelace")


@pytest.fixture
def demo() -> Demo:
    channels = Channels(registry.connectors(), Vault(SECRET_KEY), "https://hilo.test")
    return Demo(CAST.ada.id, "Ada Lovelace", channels, Shelf())


@pytest.mark.parametrize("locale", LOCALES)
def test_each_language_has_sixty_stories(locale: Locale) -> None:
    stories = arcs(locale)
    assert len({story.subject for story in stories}) >= 60
    assert {story.about for story in stories} <= set(people().tags)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_story_begins_with_the_contact_and_fills_every_slot(locale: Locale) -> None:
    slots = dict.fromkeys(("p", "o", "city", "day", "amt", "track", "me"), "x")
    for story in arcs(locale):
        assert story.turns[0].startswith("c")
        for turn in [story.subject, *story.turns]:
            assert "{" not in turn.format(**slots)


def test_what_stands_at_the_top_crosses_channels(told: Plan) -> None:
    waiting = [each for each in told.conversations if each.status == "open"]
    said = {id(e): max(m.at for m in e.messages if m.kind != "activity") for e in waiting}
    latest = sorted(waiting, key=lambda each: said[id(each)])[-3:]
    assert all(len({message.channel for message in each.messages}) == 2 for each in latest)


def test_the_plan_is_the_same_each_time(told: Plan) -> None:
    assert plan(people(), NOW, "Ada Lovelace") == told


def test_the_plan_has_the_promised_size(told: Plan) -> None:
    assert len(told.contacts) == 200
    assert len(told.conversations) == DEMO
    locales = Counter(told.contacts[each.contact].locale for each in told.conversations)
    assert all(locales[locale] > 150 for locale in LOCALES)
    assert set(Counter(each.status for each in told.conversations)) == {
        *("open", "pending", "snoozed", "resolved")
    }


def test_everything_lies_in_the_ninety_days_before_now(told: Plan) -> None:
    times = [message.at for each in told.conversations for message in each.messages]
    assert min(times) > NOW - timedelta(days=DAYS + 1)
    assert max(times) <= NOW
    assert all(
        [m.at for m in each.messages] == sorted(m.at for m in each.messages)
        for each in told.conversations
    )


def test_stories_do_not_read_as_mail_merge(told: Plan) -> None:
    said = [message.text for each in told.conversations for message in each.messages]
    assert Counter(text for text in said if len(text) > 60).most_common(1)[0][1] <= 12


def test_people_use_both_channels(told: Plan) -> None:
    channels: dict[int, set[str]] = {}
    for each in told.conversations:
        channels.setdefault(each.contact, set()).add(each.channel)
    assert sum(1 for used in channels.values() if len(used) == 2) > 80
    crossing = [c for c in told.conversations if len({m.channel for m in c.messages}) == 2]
    assert len(crossing) > 20


COUNTS = {
    table: query(table, f"select count(*) from {table}")  # noqa: S608 - the names below
    for table in (
        *(
            "contact",
            "conversation",
            "message",
            "part",
            "delivery",
            "file",
            "inbox",
            "agent",
            "tag",
            "visit",
            "shop_queue",
        ),
        "demo_row",
    )
}


async def test_what_went_wrong_in_the_demo_can_be_decided(tx: Tx, demo: Demo) -> None:
    """A failed and an uncertain reply with their reasons; the choice works as on any other."""
    await load(tx, demo)
    trouble = query(
        "trouble",
        "select m.conversation_id, m.id, m.state, m.error ->> 'code', p.state"
        " from message m join part p on p.workspace_id = m.workspace_id and p.message_id = m.id"
        " where m.workspace_id = :workspace and m.state in ('failed', 'uncertain')"
        " order by m.state",
    )
    failed, uncertain = await tx.all(trouble, Trouble, workspace=tx.workspace)
    assert (failed.state, failed.code, failed.part) == ("failed", "rejected", "failed")
    assert (uncertain.state, uncertain.code) == ("uncertain", "unknown-outcome")
    ada = agent(CAST.ada)
    again = await conversations.decide(tx, ada, failed.conversation, failed.message, "resend")
    arrived = await conversations.decide(tx, ada, uncertain.conversation, uncertain.message, "sent")
    assert (again.state, arrived.state) == ("queued", "sent")


async def test_the_quarantined_mail_of_the_demo_cannot_be_read(tx: Tx, demo: Demo) -> None:
    """It is one that intake parks for the same reason."""
    await load(tx, demo)
    (parked,) = await deliveries.list_parked(tx, agent(CAST.ada))
    assert parked.error["code"] == MalformedPayload.code
    assert "till-2@casafaro.example" in parked.summary
    with pytest.raises(MalformedPayload):
        take_apart(PARKED.read_bytes())


class Trouble(Struct, frozen=True):
    """A reply that did not get there."""

    conversation: UUID
    message: UUID
    state: str
    code: str
    part: str


async def counts(tx: Tx) -> dict[str, int]:
    return {table: await tx.one(count, int) for table, count in COUNTS.items()}


async def test_loading_and_dropping_leaves_things_as_they_were(tx: Tx, demo: Demo) -> None:
    before = await counts(tx)
    assert await load(tx, demo) == DEMO
    loaded = await counts(tx)
    assert loaded["contact"] == before["contact"] + 200
    assert loaded["file"] > 40
    assert await is_loaded(tx)
    assert await load(tx, demo) == 0
    assert await drop(tx, demo.store) == DEMO
    assert await counts(tx) == before
    assert isinstance(demo.store, Shelf)
    assert not demo.store


async def test_its_accounts_say_when_they_were_last_used(tx: Tx, demo: Demo) -> None:
    await load(tx, demo)
    silent = query(
        "silent",
        "select count(*) from account a where exists (select 1 from message m"
        " where m.account_id = a.id and m.kind = 'incoming') and a.last_in_at is null",
    )
    assert await tx.one(silent, int) == 0


async def test_counts_are_exact_after_loading(tx: Tx, demo: Demo) -> None:
    await load(tx, demo)
    kept = query(
        "kept",
        "select coalesce((select sum(value) from count_total where view = :view), 0)::bigint"
        " + coalesce((select sum(delta) from count_delta where view = :view), 0)::bigint",
    )
    found = query("found", "select count(*) from conversation where status = 'open' and unread")
    assert await tx.one(kept, int, view="unread") == await tx.one(found, int)


async def test_dropping_spares_what_people_added(tx: Tx, demo: Demo) -> None:
    await load(tx, demo)
    own = await a_contact(tx, "Own")
    touched = query("touched", "select id from conversation where channel = 'email' limit 1")
    conversation = await tx.one(touched, type(own))
    answer = query(
        "answer",
        "insert into message (workspace_id, id, conversation_id, seq, kind, channel, inbox_id,"
        " author_kind, text, state, at) select workspace_id, :id, id, last_seq + 1, 'note',"
        " channel, inbox_id, 'agent', 'mine', 'stored', now() from conversation where id = :c",
    )
    await tx.run(answer, id=own, c=conversation)
    assert await drop(tx, demo.store) == DEMO - 1
    left = await counts(tx)
    assert left["conversation"] == 1
    assert left["contact"] == 3
    assert await load(tx, demo) == DEMO  # the spared inbox is used again


async def test_dropping_spares_accounts_addresses_members_and_drafts_of_people(
    tx: Tx, demo: Demo
) -> None:
    await load(tx, demo)
    ada = agent(CAST.ada)
    first = query("first", "select id from inbox where name = 'Web chat'")
    inbox = await tx.one(first, UUID)
    account = await inboxes.create_account(tx, ada, demo.channels, inbox, ("api", "", {}))
    chosen = query(
        "chosen",
        "select row_id from demo_row where table_name = :table"
        " and not exists (select from conversation c where c.id = row_id and channel = 'webchat')"
        " order by row_id limit 1",
    )
    contact = await tx.one(chosen, UUID, table="contact")
    given = contacts.IdentityGiven(kind="email", value="own@people.test")
    await contacts.add_identity(tx, ada, contact, given)
    team = await tx.one(chosen, UUID, table="team")
    join = query(
        "join", "insert into team_member select workspace_id, :team, :agent from team limit 1"
    )
    await tx.run(join, team=team, agent=CAST.ada.id)
    written = await tx.one(chosen, UUID, table="conversation")
    thought = conversations.Draft("note", "half a thought", {}, tx.now)
    await conversations.save_draft(tx, ada, written, thought)
    assert await drop(tx, demo.store) == DEMO - 1
    kept = query("kept", "select count(*) from account where id = :id")
    assert await tx.one(kept, int, id=account.id) == 1
    assert len((await contacts.get_contact(tx, ada, contact)).identities) > 1
    assert [each.id for each in await desk.list_teams(tx, ada)] == [team]
    assert (await conversations.get_conversation(tx, ada, written)).id == written


async def the_shop(tx: Tx, demo: Demo) -> visits.Shop:
    (found,) = await visits.list_shops(tx, agent(CAST.ada), demo.channels)
    return found


async def test_the_shop_of_the_demo_has_a_queue_that_moves(tx: Tx, demo: Demo) -> None:
    """Who waits can be called, who comes gets the next number, and the wait is known."""
    await load(tx, demo)
    place = await the_shop(tx, demo)
    ada = agent(CAST.ada)
    queue = await visits.get_queue(tx, ada, demo.channels, place.account_id)
    waiting = [each for each in queue.visits if each.state == "waiting"]
    assert [each.state for each in queue.visits[:2]] == ["serving", "called"]
    assert len(waiting) == place.waiting >= 3
    assert queue.wait_s is not None
    assert len(place.counters) == 2
    row = await inboxes.find_account(tx, place.account_id)
    mine = await take(tx, row, ("Dora", "Advice"), new_id(), "c-1")
    zone = ZoneInfo(str(row.settings["time_zone"]))
    last, own = (one.joined_at.astimezone(zone).date() for one in (waiting[-1], mine.visit))
    # At the shop's midnight numbers begin anew, and the demo's people came some minutes ago.
    assert mine.visit.number == (waiting[-1].number if last == own else 0) + 1
    called = await visits.call_next(tx, ada, demo.channels, place.account_id, "Counter 1")
    assert called.id == waiting[0].id


async def test_a_visit_of_the_demo_stands_in_its_conversation(tx: Tx, demo: Demo) -> None:
    await load(tx, demo)
    ada = agent(CAST.ada)
    place = await the_shop(tx, demo)
    over = (await visits.list_visits(tx, ada, demo.channels, place.account_id, limit=100)).items
    assert len(over) == len(
        [one for one in shop().visits if one.end in {"served", "left", "no_show"}]
    )
    for visit in over:
        said = await conversations.list_messages(tx, ada, visit.conversation_id)
        lines = sorted(said.items, key=lambda each: each.seq)
        codes = [each.meta.get("code") for each in lines if each.kind == "activity"]
        assert codes[0] == "visit_joined"
        assert f"visit_{visit.state}" in codes


async def test_dropping_spares_a_shop_in_which_somebody_took_a_turn(tx: Tx, demo: Demo) -> None:
    await load(tx, demo)
    place = await the_shop(tx, demo)
    row = await inboxes.find_account(tx, place.account_id)
    mine = await take(tx, row, ("Dora", "Advice"), new_id(), "c-1")
    assert await drop(tx, demo.store) == DEMO
    queue = await visits.get_queue(tx, agent(CAST.ada), demo.channels, place.account_id)
    assert [each.id for each in queue.visits] == [mine.visit.id]


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_numbers_of_a_day_are_given_once_at_any_hour(hour: int) -> None:
    """Also when the day changes while people wait."""
    now = NOW.replace(hour=hour, minute=20)
    came = [e.visit for e in plan(people(), now, "Ada").conversations if e.visit is not None]
    assert len(came) == len(shop().visits)
    assert len({(each.day, each.number) for each in came}) == len(came)
    for each in came:
        moments = [each.joined_at, each.called_at, each.began_at, each.ended_at]
        known = [moment for moment in moments if moment is not None]
        assert known == sorted(known)
        assert known[-1] <= now
