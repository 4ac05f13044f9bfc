"""Intake: what arrived becomes contacts, conversations and messages, once.

conformance  test
G-04         test_what_is_not_understood_is_parked_and_replayed
G-05         test_a_bad_item_parks_only_itself
G-05         test_what_a_batch_says_unreadably_waits_and_the_rest_counts
G-08, G-09   test_a_mixed_batch_gives_each_item_its_own_meaning
G-10         test_deliveries_of_an_account_that_is_gone_are_ignored
G-11         test_a_held_account_still_listens
G-13         test_the_same_event_twice_is_one_message
G-14         test_two_workers_never_serve_one_account_at_once
G-15         test_what_fails_before_the_commit_leaves_no_mark
G-16         test_parallel_first_contact_is_one_contact_and_one_conversation
G-18         test_the_same_id_in_two_accounts_is_two_messages
G-20         test_two_workers_never_serve_one_account_at_once
G-41         test_odd_texts_are_kept
G-42         test_markup_stays_text
G-43         test_a_resolved_conversation_opens_again_within_the_window (and test_policy.py)
G-44         test_a_blocked_contact_changes_nothing
G-45         test_receipts_and_marks_make_no_ghosts
G-46         test_a_name_replaces_only_the_raw_address
G-47         test_an_unusable_address_still_gives_a_contact
G-48         tests/domain/contacts/test_matching.py
A-03         test_waiting_since_is_set_by_the_customer
"""

import asyncio
import itertools
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from cast import CAST
from frame import Statements
from fuse import Fuse
from hilo.domain import people
from hilo.domain.conversations.incoming import receiving
from hilo.domain.conversations.incoming.intake import Intake
from hilo.domain.inboxes import Channels, deliveries
from hilo.entry.state import AppState
from hilo.kit import clock
from hilo.kit.db import Database
from hilo.kit.errors import TemporaryFailure
from hilo.sdk.account import Account, Delivery
from hilo.sdk.inbound import (
    ContactChanged,
    IdentityIn,
    Inbound,
    MessageIn,
    SeenIn,
    SenderIn,
    Tracked,
    Unknown,
    Unread,
)
from path import HERE, events, heard, receipt, rows, said, state_on, stored, taken_in, value


@pytest.fixture
def state(db: Database, tmp_path: Path) -> AppState:
    return state_on(db, tmp_path)


class Speaking:
    """The generic channel's connector with another mouth: `parse` says what the test wants."""

    def __init__(self, real: object, items: Sequence[Inbound]) -> None:
        self._real = real
        self._items = items

    def __getattr__(self, name: str) -> object:
        """Pass everything else on."""
        return getattr(self._real, name)

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what the test wants."""
        del delivery, account
        return self._items


def speaking(state: AppState, *items: Inbound) -> Intake:
    connector = Speaking(state.channels.connectors["api"], items)
    channels = Channels({"api": connector}, state.vault, "http://desk.test")  # type: ignore[dict-item]
    return Intake(state.db, channels, state.files)


def sender(value_: str = "u-1", *more: IdentityIn, name: str = "") -> SenderIn:
    return SenderIn(identities=[IdentityIn(kind="external", value=value_), *more], name=name)


def message(id_: str, who: SenderIn | None = None, text: str = "hello") -> MessageIn:
    return MessageIn(external_id=id_, sender=who or sender(), text=text)


async def counts(db: Database) -> tuple[object, ...]:
    """Contacts, conversations, messages; Carol of the cast is not counted."""
    (found,) = await rows(
        db,
        "select (select count(*) from contact) - 1, (select count(*) from conversation),"
        " (select count(*) from message)",
    )
    return found


async def test_a_message_opens_a_conversation(state: AppState) -> None:
    await heard(state, said("where is it?", name="Dora", email="Dora@Example.test", id_="m-1"))
    ((status, unread, channel, seq),) = await rows(
        state.db, "select status, unread, channel, last_seq from conversation"
    )
    assert (status, unread, channel, seq) == ("open", True, "api", 1)
    assert await value(state.db, "select text from message") == "where is it?"
    found = await rows(
        state.db, "select kind, value, verified from identity where not contact_id = $1", CAST.carol
    )
    assert sorted(found) == [("email", "dora@example.test", True), ("external", "u-1", True)]
    kinds = await rows(state.db, "select type from event order by id")
    assert [kind for (kind,) in kinds] == [
        "contact.created",
        "conversation.opened",
        "message.received",
    ]
    assert await value(state.db, "select last_in_at is not null from account") is True


async def test_a_verified_address_joins_the_contact_that_has_it(state: AppState) -> None:
    await heard(state, said(email=CAST.carol_email, name="C."))
    assert await value(state.db, "select contact_id from conversation") == CAST.carol
    assert await value(state.db, "select name from contact where id = $1", CAST.carol) == "Carol"


async def test_the_same_event_twice_is_one_message(state: AppState) -> None:
    await heard(state, said(id_="m-1"), said(id_="m-1"))
    await heard(state, said(id_="m-1", text="changed on the way"))
    assert await counts(state.db) == (1, 1, 1)
    assert await rows(state.db, "select distinct state from delivery") == [("done",)]


async def test_the_same_id_in_two_accounts_is_two_messages(state: AppState) -> None:
    other = uuid4()
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "insert into account (workspace_id, id, inbox_id, channel, secrets)"
            " values ($1, $2, $3, 'api', $4)",
            *(CAST.workspace, other, CAST.inbox, state.channels.seal(other, {})),
        )
    await heard(state, said(id_="m-1"))
    await heard(state, said(id_="m-1"), account=deliveries.PendingAccount(CAST.workspace, other))
    assert await counts(state.db) == (2, 2, 2)


async def test_parallel_first_contact_is_one_contact_and_one_conversation(state: AppState) -> None:
    await stored(state.db, [said(f"part {n}", id_=f"m-{n}", email="new@x.test") for n in range(50)])
    workers = [Intake(state.db, state.channels, state.files) for _ in range(5)]

    async def serve(worker: Intake) -> None:
        while await worker.serve(HERE, most=3) or await worker.pending():
            await asyncio.sleep(0)

    await asyncio.gather(*(serve(worker) for worker in workers))
    assert await counts(state.db) == (1, 1, 50)
    seqs = await rows(state.db, "select seq, text from message order by seq")
    assert seqs == [(n + 1, f"part {n}") for n in range(50)]


async def test_first_contact_over_two_accounts_at_once_is_one_contact(state: AppState) -> None:
    accounts = [CAST.account]
    async with state.db.transaction(CAST.workspace) as tx:
        for _ in range(3):
            id_ = uuid4()
            accounts.append(id_)
            await tx.connection.execute(
                "insert into account (workspace_id, id, inbox_id, channel, secrets)"
                " values ($1, $2, $3, 'api', $4)",
                *(CAST.workspace, id_, CAST.inbox, state.channels.seal(id_, {})),
            )
    for account in accounts:
        bodies = [said(id_=f"{account}-{n}", email="new@x.test") for n in range(5)]
        await stored(state.db, bodies, account=account)

    async def serve(account: UUID) -> None:
        place = deliveries.PendingAccount(CAST.workspace, account)
        intake = Intake(state.db, state.channels, state.files)
        for _ in range(20):
            try:
                if not await intake.serve(place, most=2):
                    return
            except TemporaryFailure:
                continue  # as the worker does

    await asyncio.gather(*(serve(account) for account in accounts))
    assert await counts(state.db) == (1, 1, 20)


async def test_two_workers_never_serve_one_account_at_once(state: AppState) -> None:
    await stored(state.db, [said()])
    async with state.db.transaction(CAST.workspace) as tx:
        assert await deliveries.lock_account(tx, CAST.account)
        assert await taken_in(state) == 0
    assert await taken_in(state) == 1


async def test_what_is_not_understood_is_parked_and_replayed(state: AppState) -> None:
    await heard(state, b"not json at all", said("fine"), b'{"id": "m-2"}')
    actor = people.system(CAST.workspace)
    async with state.db.transaction(CAST.workspace) as tx:
        parked = await deliveries.list_parked(tx, actor)
        assert [each.error["code"] for each in parked] == ["malformed-payload"] * 2
        assert "from" in str(parked[0].error["detail"])
        assert parked[1].summary == "not json at all"
        assert len(await events(tx, "delivery.parked")) == 2
        await deliveries.replay(tx, actor, parked[0].id)
        await deliveries.discard(tx, actor, parked[1].id)
    assert await counts(state.db) == (1, 1, 1)
    assert await speaking(state, message("m-2", text="mended")).serve(HERE) == 1
    assert await rows(state.db, "select text from message order by seq") == [("fine",), ("mended",)]
    assert not await rows(state.db, "select id from delivery where state in ('new', 'parked')")


async def test_a_mixed_batch_gives_each_item_its_own_meaning(state: AppState) -> None:
    await stored(state.db, [b"{}"])
    batch: list[Inbound] = [
        message("m-1"),
        Unknown(kind="dance", reason="no such step"),
        message("m-2", sender("u-2")),
        ContactChanged(sender=sender("u-1", name="Dora")),
        Tracked(sender=sender("u-1"), name="cart.left", data={"total": 7, "odd": "a\x00b"}),
        message("m-3"),
    ]
    assert await speaking(state, *batch).serve(HERE) == 1
    assert await counts(state.db) == (2, 2, 3)
    async with state.db.transaction(CAST.workspace) as tx:
        assert [each["kind"] for each in await events(tx, "delivery.unknown")] == ["dance"]
        (tracked,) = await events(tx, "contact.tracked")
    assert tracked["data"] == {"total": 7, "odd": "ab"}
    assert ("Dora",) in await rows(state.db, "select name from contact")


async def test_a_bad_item_parks_only_itself(
    state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(state.db, [b"{}"])
    real = receiving.receive

    async def poisoned(
        tx: object, place: object, given: Sequence[tuple[receiving.Arrived, object]], *more: object
    ) -> None:
        if any(each.item.external_id == "m-2" for each, _ in given):
            raise ValueError("poison")
        await real(tx, place, given, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(receiving, "receive", poisoned)
    items = [message(f"m-{n}") for n in range(1, 4)]
    assert await speaking(state, *items).serve(HERE) == 1
    assert await rows(state.db, "select external_id from message order by seq") == [
        ("m-1",),
        ("m-3",),
    ]
    ((status, error),) = await rows(state.db, "select state, error from delivery")
    assert (status, error) == ("parked", {"code": "internal", "detail": "poison", "item": "1"})
    monkeypatch.undo()
    async with state.db.transaction(CAST.workspace) as tx:
        parked = await deliveries.list_parked(tx, people.system(CAST.workspace))
        await deliveries.replay(tx, people.system(CAST.workspace), parked[0].id)
    await speaking(state, *items).serve(HERE)
    assert await counts(state.db) == (1, 1, 3)


async def test_what_a_batch_says_unreadably_waits_and_the_rest_counts(state: AppState) -> None:
    await stored(state.db, [b"{}"])
    unread = Unread(
        kind="message", detail="Expected `object`", reason="field-wrong", field="$.text"
    )
    assert await speaking(state, message("m-1"), unread, message("m-3")).serve(HERE) == 1
    assert await rows(state.db, "select external_id from message order by seq") == [
        ("m-1",),
        ("m-3",),
    ]
    ((status, error),) = await rows(state.db, "select state, error from delivery")
    assert status == "parked"
    assert error == {
        "code": "malformed-payload",
        "detail": "message: Expected `object`",
        "reason": "field-wrong",
        "field": "$.text",
        "item": "1",
    }
    async with state.db.transaction(CAST.workspace) as tx:
        assert len(await events(tx, "delivery.parked")) == 1
        parked = await deliveries.list_parked(tx, people.system(CAST.workspace))
        await deliveries.replay(tx, people.system(CAST.workspace), parked[0].id)
    mended = speaking(state, message("m-1"), message("m-2"), message("m-3"))
    assert await mended.serve(HERE) == 1
    assert await counts(state.db) == (1, 1, 3)
    assert not await rows(state.db, "select id from delivery where state in ('new', 'parked')")


async def test_poison_in_a_crowd_is_found_alone(
    state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(state.db, [said(id_=f"m-{n}", who=f"u-{n % 5}") for n in range(40)])
    real = receiving.receive

    async def poisoned(
        tx: object, place: object, given: Sequence[tuple[receiving.Arrived, object]], *more: object
    ) -> None:
        if any(each.item.external_id in {"m-7", "m-31"} for each, _ in given):
            raise ValueError("poison")
        await real(tx, place, given, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(receiving, "receive", poisoned)
    assert await taken_in(state) == 40
    assert await counts(state.db) == (5, 5, 38)
    assert await value(state.db, "select count(*) from delivery where state = 'parked'") == 2


async def test_what_fails_before_the_commit_leaves_no_mark(
    state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(state.db, [said(id_="m-1")])

    async def broken(*_: object) -> None:
        raise ConnectionError("the database went away")

    monkeypatch.setattr(deliveries, "settle", broken)
    with pytest.raises(ConnectionError):
        await taken_in(state)
    monkeypatch.undo()
    assert await counts(state.db) == (0, 0, 0)
    assert await taken_in(state) == 1
    assert await counts(state.db) == (1, 1, 1)


async def test_a_kill_at_any_await_loses_and_doubles_nothing(state: AppState) -> None:
    """Conformance G-19: the task is cancelled at each of its awaits."""

    async def serve() -> None:
        await Intake(state.db, state.channels).serve(HERE)

    wanted = 0
    for length in itertools.count(1):
        await stored(state.db, [said(id_=f"m-{wanted + n}", who=f"u-{n}") for n in range(3)])
        wanted += 3
        is_whole = await Fuse(length).burn(serve())
        await taken_in(state)
        if is_whole:
            break
    assert wanted > 30  # there were awaits to be killed at
    assert await counts(state.db) == (3, 3, wanted)
    told = await value(state.db, "select count(*) from event where type = 'message.received'")
    assert told == wanted
    left = """select 1 from pg_locks l join pg_database d on d.oid = l.database
        where l.locktype = 'advisory' and d.datname = current_database()"""
    assert not await rows(state.db, left)


async def test_a_blocked_contact_changes_nothing(state: AppState) -> None:
    await heard(state, said("first"))
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("update contact set blocked_at = now()")
    await heard(state, said("second"))
    assert await counts(state.db) == (1, 1, 1)
    states = await rows(state.db, "select state from delivery order by id")
    assert states == [("done",), ("ignored",)]


async def test_a_held_account_still_listens(state: AppState) -> None:
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("update account set state = 'held'")
    await heard(state, said())
    assert await counts(state.db) == (1, 1, 1)


async def test_deliveries_of_an_account_that_is_gone_are_ignored(state: AppState) -> None:
    await stored(state.db, [said()])
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("delete from account where id = $1", CAST.account)
    assert await taken_in(state) == 0
    assert await rows(state.db, "select state from delivery") == [("ignored",)]


async def test_receipts_and_marks_make_no_ghosts(state: AppState) -> None:
    await stored(state.db, [b"{}"])
    items: list[Inbound] = [
        SeenIn(sender=sender("u-9")),
        Tracked(sender=sender("u-9"), name="page.viewed"),
    ]
    await speaking(state, *items, ContactChanged(sender=sender("u-9", name="Nobody"))).serve(HERE)
    await heard(state, receipt("nobody-knows", "read"))
    assert await counts(state.db) == (0, 0, 0)


async def test_a_proven_person_may_be_known_before_writing(state: AppState) -> None:
    await stored(state.db, [b"{}"])
    proven = IdentityIn(kind="email", value="new@x.test", verified=True)
    await speaking(state, ContactChanged(sender=sender("u-9", proven, name="New"))).serve(HERE)
    assert await counts(state.db) == (1, 0, 0)


async def test_a_name_replaces_only_the_raw_address(state: AppState) -> None:
    name = "select name from contact where id <> $1"
    for given, kept in (("", "d@x.test"), ("Dora", "Dora"), ("", "Dora"), ("Dorothy", "Dora")):
        await heard(state, said(email="d@x.test", name=given))
        assert await value(state.db, name, CAST.carol) == kept


async def test_an_unusable_address_still_gives_a_contact(state: AppState) -> None:
    await stored(state.db, [b"{}"])
    odd = SenderIn(identities=[IdentityIn(kind="phone", value="call me\x00")])
    await speaking(state, message("m-1", odd), message("m-2", SenderIn(identities=[]))).serve(HERE)
    assert await counts(state.db) == (2, 2, 2)


async def test_odd_texts_are_kept(state: AppState) -> None:
    await heard(
        state,
        said("a\u0000b", name="\u0000N" * 200),
        said("x" * 150_000),
        b'{"id": "m-3", "from": {"id": "u-1"}, "text": "cut \\ud83d"}',
        said("file", attachments=[{"name": "ñ" * 255 + ".txt", "content": "aGk="}]),
        said(id_="y" * 501),
    )
    texts = await rows(state.db, "select text from message order by seq")
    assert [len(str(text)) for (text,) in texts] == [2, 150_000, 5, 4]
    assert await value(state.db, "select count(*) from delivery where state = 'parked'") == 1


async def test_a_sender_with_a_wild_clock_writes_now(state: AppState) -> None:
    wild = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z")
    await heard(state, *(said(at=at) for at in (*wild, "2020-02-02T02:02:02Z")))
    years = await rows(state.db, "select extract(year from at)::int from message order by seq")
    assert [year for (year,) in years] == [*[clock.now().year] * 3, 2020]


async def test_markup_stays_text(state: AppState) -> None:
    await heard(state, said("<script>alert(1)</script>", name="<b>Dora</b>"))
    assert await rows(state.db, "select text, html, author_name from message") == [
        ("<script>alert(1)</script>", None, "<b>Dora</b>")
    ]


async def test_a_resolved_conversation_opens_again_within_the_window(state: AppState) -> None:
    await heard(state, said("one"))
    for ago, conversations in (("6 days", 1), ("8 days", 2)):
        async with state.db.transaction(CAST.workspace) as tx:
            await tx.connection.execute(
                "update conversation set status = 'resolved',"
                " resolved_at = now() - $1::text::interval",
                ago,
            )
        await heard(state, said("again"))
        assert (await counts(state.db))[1] == conversations
    async with state.db.transaction(CAST.workspace) as tx:
        changed = await events(tx, "conversation.changed")
    assert [each["what"] for each in changed] == ["reopened"]


async def test_what_was_put_aside_comes_back_when_the_customer_writes(state: AppState) -> None:
    await heard(state, said("one"))
    for status, what in (("snoozed", "woken"), ("pending", "reopened")):
        async with state.db.transaction(CAST.workspace) as tx:
            await tx.connection.execute("update conversation set status = $1", status)
        await heard(state, said("hello?"))
        assert await value(state.db, "select status from conversation") == "open"
        async with state.db.transaction(CAST.workspace) as tx:
            assert (await events(tx, "conversation.changed"))[-1]["what"] == what


async def test_a_machine_wakes_nobody(state: AppState) -> None:
    await heard(state, said("one"))
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update conversation set status = 'resolved', resolved_at = now(), waiting_since = null"
        )
    await stored(state.db, [b"{}"])
    automatic = MessageIn(external_id="m-9", sender=sender(), text="I am away", automatic=True)
    await speaking(state, automatic).serve(HERE)
    assert await rows(state.db, "select status, last_seq, waiting_since from conversation") == [
        ("resolved", 2, None)
    ]
    assert await value(state.db, "select meta from message where seq = 2") == {"automatic": True}


async def test_waiting_since_is_set_by_the_customer(state: AppState) -> None:
    await heard(state, said("one"))
    first = await value(state.db, "select waiting_since from conversation")
    await heard(state, said("two"))
    assert first is not None
    assert await value(state.db, "select waiting_since from conversation") == first


async def test_a_quoted_message_is_found_by_its_name(state: AppState) -> None:
    await heard(state, said("one", id_="m-1"))
    first = await value(state.db, "select id from message")
    await heard(state, said("two", in_reply_to="m-1"), said("three", in_reply_to=str(first)))
    await heard(state, said("four", in_reply_to="nobody knows"))
    found = await rows(state.db, "select reply_to from message order by seq")
    assert [each for (each,) in found] == [None, first, first, None]


async def test_what_the_vendor_numbered_stands_in_its_order(state: AppState) -> None:
    await stored(state.db, [b"{}"])
    items = [structs.replace(message(f"m-{n}", text=str(n)), order=n) for n in (3, 1, 2)]
    await speaking(state, *items).serve(HERE)
    assert await rows(state.db, "select text from message order by seq") == [("1",), ("2",), ("3",)]


async def test_a_batch_costs_the_same_number_of_statements(
    state: AppState, statements: Statements
) -> None:
    await heard(state, said("the driver learns its types"))
    counted = []
    for size in (2, 40):
        await stored(state.db, [said(who=f"{size}-{n}") for n in range(size)])
        await value(state.db, "select 1")
        statements.clear()
        await Intake(state.db, state.channels).serve(HERE)
        counted.append(await statements.asked())
    assert counted[0] == counted[1]
    assert counted[0] <= 20
