"""Receipts: a state moves forward only, whatever order they come in.

conformance  test
G-21, G-24   test_a_state_never_goes_back, test_any_order_ends_in_the_same_state
G-22         test_a_receipt_waits_for_its_message
G-23         test_a_receipt_nobody_asked_for_is_dropped_after_a_week
G-25         tests/connectors/test_api.py::test_a_receipt_of_an_unknown_state_is_kept_for_a_person
G-26         test_a_moment_marks_what_was_sent_up_to_it
G-27         test_a_mark_touches_only_that_identity_and_account
"""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies

from cast import CAST, a_conversation
from hilo.domain.contacts import Matched
from hilo.domain.conversations.models import Author
from hilo.domain.conversations.thread import receipts
from hilo.domain.conversations.thread.receipts import ORDER, Moved, Target
from hilo.domain.conversations.thread.writing import NewMessage, append
from hilo.entry import timers, work
from hilo.kit.db import Database, Tx
from hilo.sdk.inbound import SeenIn, SenderIn, StatusIn
from path import events, heard, receipt, rows, state_on

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CAME = [NOW + timedelta(seconds=n) for n in range(10)]


async def a_reply(
    tx: Tx,
    state: str = "sent",
    *,
    name: str | None = None,
    at: datetime = NOW,
    identity: UUID = CAST.carol_identity,
    conversation: UUID | None = None,
) -> UUID:
    """Put a reply and its part there as they stand after sending."""
    where = conversation or await a_conversation(tx)
    ((_, message),) = await append(
        tx,
        [
            NewMessage(
                conversation_id=where,
                kind="outgoing",
                author=Author(kind="agent", id=CAST.ada.id, name="Ada"),
                channel="api",
                inbox_id=CAST.inbox,
                account_id=CAST.account,
                identity_id=identity,
                state=state,  # type: ignore[arg-type]
                text="answer",
                at=at,
            )
        ],
    )
    await tx.connection.execute(
        "insert into part (workspace_id, message_id, number, account_id, conversation_id, state,"
        " external_id) values ($1, $2, 1, $3, $4, $5, $6)",
        *(tx.workspace, message.id, CAST.account, where, state, name),
    )
    return message.id


async def states(tx: Tx, message: UUID) -> tuple[str, str]:
    row = await tx.connection.fetchrow(
        "select m.state, p.state from message m join part p on p.message_id = m.id where m.id = $1",
        message,
    )
    return (row[0], row[1])


async def told(tx: Tx, message: UUID, *given_: str) -> None:
    items = [StatusIn(state=each, message=message) for each in given_]  # type: ignore[arg-type]
    await receipts.apply(tx, CAST.account, list(zip(items, CAME, strict=False)))


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ("read", "delivered", "read"),
        ("delivered", "sent", "delivered"),
        ("delivered", "failed", "delivered"),
        ("sent", "failed", "failed"),
        ("failed", "delivered", "delivered"),
        ("failed", "sent", "failed"),
        ("uncertain", "delivered", "delivered"),
        ("sending", "read", "read"),
        ("queued", "delivered", "delivered"),
    ],
)
async def test_a_state_never_goes_back(tx: Tx, before: str, said: str, after: str) -> None:
    message = await a_reply(tx, before)
    await told(tx, message, said)
    assert (await states(tx, message))[0] == after


async def test_any_order_ends_in_the_same_state(tx: Tx) -> None:
    for order in itertools.permutations(["sent", "delivered", "read", "failed"]):
        one_by_one, at_once = await a_reply(tx), await a_reply(tx)
        for each in order:
            await told(tx, one_by_one, each)
        await told(tx, at_once, *order)
        assert await states(tx, one_by_one) == await states(tx, at_once) == ("read", "read")


async def test_a_failure_says_why(tx: Tx) -> None:
    message = await a_reply(tx, name="theirs-1")
    item = StatusIn(state="failed", external_id="theirs-1", error="E42\x00 unreachable")
    await receipts.apply(tx, CAST.account, [(item, NOW)])
    assert await states(tx, message) == ("failed", "failed")
    (published,) = tx.published
    assert published.event.error.detail == "E42 unreachable"  # type: ignore[attr-defined]


async def test_what_was_received_is_not_sent_again(tx: Tx) -> None:
    message = await a_reply(tx, "queued")
    await told(tx, message, "delivered")
    assert await states(tx, message) == ("delivered", "delivered")


async def test_another_accounts_receipt_changes_nothing(tx: Tx) -> None:
    message = await a_reply(tx, name="theirs-1")
    for item in (
        StatusIn(state="read", message=message),
        StatusIn(state="read", external_id="theirs-1"),
    ):
        await receipts.apply(tx, uuid4(), [(item, NOW)])
    assert (await states(tx, message))[0] == "sent"


async def test_a_receipt_waits_for_its_message(tx: Tx) -> None:
    early = [StatusIn(state="delivered", external_id="x"), StatusIn(state="read", external_id="x")]
    await receipts.apply(tx, CAST.account, [(each, NOW) for each in early])
    message = await a_reply(tx)
    await receipts.lock_names(tx, CAST.account, ["x"])
    waited = await receipts.take_early(tx, CAST.account, ["x"])
    await receipts.settle(tx, receipts.moved_early(waited, Target(message, 1, is_split=False)))
    assert (await states(tx, message))[0] == "read"
    assert not await receipts.take_early(tx, CAST.account, ["x"])


async def test_a_receipt_nobody_asked_for_is_dropped_after_a_week(
    db: Database, tmp_path: Path
) -> None:
    state = state_on(db, tmp_path)
    await heard(state, receipt("never", "read"), receipt("young", "read"))
    async with db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update early_receipt set created_at = now() - interval '8 days'"
            " where external_id = 'never'"
        )
    await timers.tidy(work.tools(state))
    await state.http.close()
    assert await rows(db, "select external_id from early_receipt") == [("young",)]


async def test_a_moment_marks_what_was_sent_up_to_it(tx: Tx) -> None:
    conversation = await a_conversation(tx)
    edge = NOW + timedelta(milliseconds=1)
    before = await a_reply(tx, at=NOW, conversation=conversation)
    at = await a_reply(tx, at=edge, conversation=conversation)
    after = await a_reply(tx, at=edge + timedelta(milliseconds=1), conversation=conversation)
    who = Matched(CAST.carol, "Carol", CAST.carol_identity, blocked=False, is_new=False)
    item = SeenIn(sender=SenderIn(identities=[]), up_to=edge)
    await receipts.seen(tx, CAST.account, [(item, who, NOW)])
    found = [(await states(tx, each))[0] for each in (before, at, after)]
    assert found == ["read", "read", "sent"]


async def test_a_moment_proves_nothing_of_what_may_never_have_arrived(tx: Tx) -> None:
    who = Matched(CAST.carol, "Carol", CAST.carol_identity, blocked=False, is_new=False)
    for state in ("queued", "sending", "uncertain", "failed"):
        message = await a_reply(tx, state)
        item = SeenIn(sender=SenderIn(identities=[]), up_to=NOW + timedelta(days=1))
        await receipts.seen(tx, CAST.account, [(item, who, NOW)])
        assert (await states(tx, message))[0] == state


async def test_a_mark_touches_only_that_identity_and_account(tx: Tx) -> None:
    mine = await a_reply(tx)
    who = Matched(CAST.carol, "Carol", uuid4(), blocked=False, is_new=False)
    item = SeenIn(sender=SenderIn(identities=[]))
    later = NOW + timedelta(days=1)
    await receipts.seen(tx, CAST.account, [(item, who, later)])
    right = Matched(CAST.carol, "Carol", CAST.carol_identity, blocked=False, is_new=False)
    await receipts.seen(tx, uuid4(), [(item, right, later)])
    assert (await states(tx, mine))[0] == "sent"
    await receipts.seen(tx, CAST.account, [(item, right, later)])
    assert (await states(tx, mine))[0] == "read"


async def test_news_without_a_state_is_kept_as_a_notice(tx: Tx) -> None:
    message = await a_reply(tx)
    item = StatusIn(state="sent", message=message, notice="delayed by a day")
    await receipts.apply(tx, CAST.account, [(item, NOW)])
    meta = await tx.connection.fetchval("select meta from message where id = $1", message)
    assert meta == {"notice": "delayed by a day"}


async def test_a_dead_address_is_remembered(tx: Tx) -> None:
    message = await a_reply(tx)
    item = StatusIn(state="failed", message=message, suppress="Gone@X.test", error="5.1.1")
    await receipts.apply(tx, CAST.account, [(item, NOW)])
    row = await tx.connection.fetchrow("select address, reason from suppression")
    assert tuple(row) == ("gone@x.test", "5.1.1")


@given(strategies.lists(strategies.sampled_from(ORDER), min_size=1, max_size=12))
def test_the_furthest_state_of_a_batch_wins(said: list[receipts.State]) -> None:
    message = uuid4()
    last = receipts.furthest([Moved(message, each, NOW) for each in said])
    assert last[message, None].state == max(said, key=ORDER.index)


async def test_the_events_say_what_moved(db: Database, tmp_path: Path) -> None:
    state = state_on(db, tmp_path)
    async with db.transaction(CAST.workspace) as tx:
        message = await a_reply(tx, name="theirs-1")
    await heard(state, receipt("theirs-1", "read"), receipt("theirs-1", "delivered"))
    async with db.transaction(CAST.workspace) as tx:
        (moved,) = await events(tx, "message.state")
    assert (moved["message_id"], moved["state"]) == (str(message), "read")
