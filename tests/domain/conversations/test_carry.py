"""Carrying: a reply leaves once, in order; what may have happened is never repeated by itself.

conformance  test
G-19         test_a_kill_at_any_await_sends_nothing_twice
G-22         test_a_receipt_that_overtakes_the_answer_counts (and test_receipts.py)
G-28         tests/domain/conversations/test_replying.py
G-29         test_silence_after_the_request_is_uncertain_and_never_repeated
G-32         test_a_pause_the_vendor_asks_for_is_kept_and_order_with_it
G-33         test_refused_credentials_hold_the_account_until_it_is_mended
G-34         test_what_its_worker_left_behind_becomes_uncertain
G-35         test_notes_and_messages_of_the_contact_never_leave
G-37         test_a_refusal_is_shown_whatever_it_looks_like
X-09         test_a_private_address_is_refused_at_the_call
"""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cast import CAST
from frame import Statements
from fuse import Fuse
from hilo.domain import conversations, people
from hilo.domain.conversations import Given
from hilo.domain.conversations.outgoing import carry, deciding
from hilo.domain.conversations.outgoing.carry import Carriage
from hilo.domain.conversations.replies.replying import Carry
from hilo.domain.inboxes import AccountChange, Carrier, change_account
from hilo.entry import work
from hilo.entry.state import AppState
from hilo.kit.db import Database
from hilo.kit.jobs import Later
from path import OK, Answer, events, heard, receipt, receiving, rows, said, state_on, value
from patience import PATIENCE_S

ACTOR = people.system(CAST.workspace)
COUNT_JOBS = "select count(*) from pgqueuer where entrypoint = 'carry'"


@pytest.fixture
async def state(db: Database, tmp_path: Path) -> AsyncIterator[AppState]:
    state = state_on(db, tmp_path)
    yield state
    if "http" in state.__dict__:
        await state.http.close()


def carriage(state: AppState) -> Carriage:
    return work.tools(state).carriage


async def point(state: AppState, url: str) -> None:
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("update account set settings = $1", {"callback_url": url})


async def conversation(state: AppState) -> UUID:
    if not await rows(state.db, "select id from conversation"):
        await heard(state, said("hello", name="Dora", id_="m-1"))
    ((found,),) = await rows(state.db, "select id from conversation")
    return UUID(str(found))


async def reply(state: AppState, text: str = "answer", **more: object) -> UUID:
    id_ = await conversation(state)
    given = Given(text=text, **more)  # type: ignore[arg-type]
    async with state.db.transaction(CAST.workspace) as tx:
        return (await conversations.write(tx, ACTOR, id_, given, state.channels)).message.id


async def carried(state: AppState, by: Carriage | None = None) -> float | None:
    """Do the job once; return how long it asks to wait, if it does."""
    try:
        await (by or carriage(state)).carry(Carry(CAST.workspace, await conversation(state)))
    except Later as later:
        return later.delay_s
    return None


async def carried_all(state: AppState, by: Carriage, within_s: float = PATIENCE_S) -> None:
    async with asyncio.timeout(within_s):
        while (wait_s := await carried(state, by)) is not None:
            await asyncio.sleep(wait_s)


async def outgoing(state: AppState) -> list[tuple[str, object]]:
    return [
        (state_, error and error["code"])
        for state_, error in await rows(
            state.db, "select state, error from message where kind = 'outgoing' order by seq"
        )
    ]


async def test_a_reply_leaves_once_and_is_sent(state: AppState) -> None:
    async with receiving((200, {}, b'{"id": 77}')) as receiver:
        await point(state, receiver.url)
        message = await reply(state, "It arrives today.")
        assert await carried(state) is None
        assert await carried(state) is None
    (post,) = receiver.posts
    assert post.headers["webhook-id"] == str(message)
    assert post.body["to"] == {"id": "u-1", "name": "Dora"}
    assert post.body["text"] == "It arrives today."
    assert await outgoing(state) == [("sent", None)]
    assert await rows(state.db, "select state, attempts, external_id from part") == [
        ("sent", 1, "77")
    ]
    async with state.db.transaction(CAST.workspace) as tx:
        moved = [each["state"] for each in await events(tx, "message.state")]
    assert moved == ["sending", "sent"]


async def test_a_reply_alone_costs_twelve_statements(
    state: AppState, statements: Statements
) -> None:
    async with receiving(OK, OK, OK) as receiver:
        await point(state, receiver.url)
        await reply(state)
        await carried(state)  # the connections know their types now
        await reply(state, "second")
        statements.clear()
        await carried(state)
        asked = await statements.asked()
    assert len(receiver.posts) == 2
    assert asked == 12


async def test_every_reply_brings_a_job_so_that_carrying_need_not_look_again(
    state: AppState,
) -> None:
    for jobs in (1, 2):
        await reply(state)
        assert await value(state.db, COUNT_JOBS) == jobs


async def test_without_a_callback_a_reply_counts_as_sent(state: AppState) -> None:
    await reply(state)
    await carried(state)
    assert await outgoing(state) == [("sent", None)]


async def test_silence_after_the_request_is_uncertain_and_never_repeated(state: AppState) -> None:
    async with receiving(None, OK) as receiver:
        await point(state, receiver.url)
        message = await reply(state)
        by = carriage(state)
        await carried_all(state, by)
        await carry.rescue(state.db)
        await carried_all(state, by)
        assert len(receiver.posts) == 1
        assert await outgoing(state) == [("uncertain", "unknown-outcome")]
        async with state.db.transaction(CAST.workspace) as tx:
            await deciding.decide(tx, ACTOR, await conversation(state), message, "resend")
        await carried_all(state, by)
    assert [post.headers["webhook-id"] for post in receiver.posts] == [str(message)] * 2
    assert await outgoing(state) == [("sent", None)]


async def test_a_receipt_resolves_what_is_uncertain(state: AppState) -> None:
    async with receiving(None) as receiver:
        await point(state, receiver.url)
        message = await reply(state)
        await carried(state)
    await heard(state, receipt(message, "delivered"))
    assert await outgoing(state) == [("delivered", None)]
    assert await value(state.db, "select state from part") == "delivered"


async def test_a_receipt_that_overtakes_the_answer_counts(state: AppState) -> None:
    await heard(state, receipt("theirs-1", "read"))
    async with receiving((200, {}, b'{"id": "theirs-1"}')) as receiver:
        await point(state, receiver.url)
        await reply(state)
        await carried(state)
    assert await outgoing(state) == [("read", None)]
    assert not await rows(state.db, "select 1 from early_receipt")


@pytest.mark.parametrize("answer", [OK, None, (503, {}, b""), (422, {}, b"no")])
async def test_a_receipt_that_comes_during_the_call_is_not_taken_back(
    state: AppState, monkeypatch: pytest.MonkeyPatch, answer: Answer | None
) -> None:
    message = await reply(state)
    real = Carrier.send

    async def overtaken(self: Carrier, *given: Any) -> Any:
        try:
            return await real(self, *given)
        finally:
            await heard(state, receipt(message, "read"))

    monkeypatch.setattr(Carrier, "send", overtaken)
    async with receiving(answer) as receiver:
        await point(state, receiver.url)
        await carried_all(state, carriage(state))
    assert len(receiver.posts) == 1
    assert await value(state.db, "select state from part") == "read"
    assert [state_ for state_, _ in await outgoing(state)] == ["read"]


@pytest.mark.parametrize(
    "answer",
    [
        (422, {}, b'{"error": "no such person"}'),
        (404, {}, b""),
        (400, {}, b"<html>\x00 odd</html>"),
        (403, {}, b"\xff\xfe"),
    ],
)
async def test_a_refusal_is_shown_whatever_it_looks_like(
    state: AppState, answer: tuple[int, dict[str, str], bytes]
) -> None:
    async with receiving(answer) as receiver:
        await point(state, receiver.url)
        await reply(state)
        assert await carried(state) is None
    assert len(receiver.posts) == 1
    assert await outgoing(state) == [("failed", "rejected")]
    error = await value(state.db, "select error from message where kind = 'outgoing'")
    assert str(answer[0]) in str(error)


@pytest.mark.parametrize("status", [500, 503, 408, 425])
async def test_what_surely_did_not_happen_is_tried_again(state: AppState, status: int) -> None:
    failing: Answer = (status, {}, b"later")
    async with receiving(failing, failing, OK) as receiver:
        await point(state, receiver.url)
        message = await reply(state)
        await carried_all(state, carriage(state))
    assert [post.headers["webhook-id"] for post in receiver.posts] == [str(message)] * 3
    assert await outgoing(state) == [("sent", None)]


async def test_nobody_at_the_address_is_tried_again(state: AppState) -> None:
    await point(state, "http://127.0.0.1:9/replies")
    await reply(state)
    assert await carried(state) is not None
    assert await outgoing(state) == [("queued", "temporary-failure")]


async def test_a_pause_the_vendor_asks_for_is_kept_and_order_with_it(state: AppState) -> None:
    async with receiving((429, {"Retry-After": "1"}, b""), OK) as receiver:
        await point(state, receiver.url)
        await reply(state, "first")
        await reply(state, "second")
        by = carriage(state)
        began = asyncio.get_running_loop().time()
        wait_s = await carried(state, by)
        assert wait_s is not None
        assert wait_s >= 0.9
        await carried_all(state, by)
        assert asyncio.get_running_loop().time() - began >= 0.9
    assert [post.body["text"] for post in receiver.posts] == ["first", "first", "second"]


async def test_replies_leave_in_the_order_they_were_written(state: AppState) -> None:
    async with receiving() as receiver:
        await point(state, receiver.url)
        for number in range(8):
            await reply(state, f"part {number}")
        await carried_all(state, carriage(state))
    assert [post.body["text"] for post in receiver.posts] == [f"part {n}" for n in range(8)]


async def test_a_reply_waits_for_its_undo(state: AppState) -> None:
    async with receiving() as receiver:
        await point(state, receiver.url)
        message = await reply(state, undo_s=10)
        wait_s = await carried(state)
        assert wait_s is not None
        assert 8 < wait_s <= 10
        async with state.db.transaction(CAST.workspace) as tx:
            await conversations.withdraw(tx, ACTOR, await conversation(state), message)
        assert await carried(state) is None
    assert not receiver.posts


async def test_refused_credentials_hold_the_account_until_it_is_mended(state: AppState) -> None:
    async with receiving((401, {}, b""), OK) as receiver:
        await point(state, receiver.url)
        await reply(state, "first")
        await reply(state, "second")
        by = carriage(state)
        assert await carried(state, by) is None
        assert len(receiver.posts) == 1
        assert await outgoing(state) == [("queued", "auth-expired"), ("queued", None)]
        assert await value(state.db, "select state from account") == "held"
        async with state.db.transaction(CAST.workspace) as tx:
            told = await events(tx, "account.changed")
            assert [each["account"]["state"] for each in told] == ["held"]  # type: ignore[index]
            await change_account(tx, ACTOR, state.channels, CAST.account, AccountChange())
            await carry.resume(tx, CAST.account)
        await carried_all(state, by)
    assert [post.body["text"] for post in receiver.posts] == ["first", "first", "second"]
    assert await outgoing(state) == [("sent", None), ("sent", None)]


async def test_what_its_worker_left_behind_becomes_uncertain(state: AppState) -> None:
    await reply(state)
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update part set state = 'sending', attempts = 1, attempted_at = now()"
        )
        await tx.connection.execute("update message set state = 'sending' where kind = 'outgoing'")
    assert await carried(state) is not None  # its worker may still live
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("update part set attempted_at = now() - interval '1 minute'")
        await tx.connection.execute("delete from pgqueuer")
    assert await carry.rescue(state.db) == 1
    assert await carry.rescue(state.db) == 0  # a job looks after it now
    assert await value(state.db, "select count(*) from pgqueuer where entrypoint = 'carry'") == 1
    assert await carried(state) is None
    assert await outgoing(state) == [("uncertain", "unknown-outcome")]


async def test_a_kill_at_any_await_sends_nothing_twice(state: AppState) -> None:
    killed_after_the_call = 0
    async with receiving() as receiver:
        await point(state, receiver.url)
        job = Carry(CAST.workspace, await conversation(state))
        for length in itertools.count(1):
            await reply(state, f"part {length}")
            before = len(receiver.posts)
            is_whole = await Fuse(length).burn(carriage(state).carry(job))
            if is_whole:
                break
            killed_after_the_call += len(receiver.posts) - before
            async with state.db.transaction(CAST.workspace) as tx:
                # As if the time until it counts as left behind had gone by.
                await tx.connection.execute(
                    "update part set attempted_at = attempted_at - interval '1 minute'"
                )
            await carried_all(state, carriage(state))
    ids = [post.headers["webhook-id"] for post in receiver.posts]
    assert len(ids) == len(set(ids))
    assert killed_after_the_call > 0
    assert {state_ for state_, _ in await outgoing(state)} == {"sent", "uncertain"}


async def test_a_private_address_is_refused_at_the_call(db: Database, tmp_path: Path) -> None:
    state = state_on(db, tmp_path, allow=())
    async with receiving() as receiver:
        await point(state, receiver.url)
        await reply(state)
        await carried(state)
    await state.http.close()
    assert not receiver.posts
    assert await outgoing(state) == [("failed", "private-address")]


async def test_an_account_that_is_gone_fails_its_replies(state: AppState) -> None:
    await reply(state)
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("delete from account")
    await carried(state)
    assert await outgoing(state) == [("failed", "gone")]


async def test_notes_and_messages_of_the_contact_never_leave(state: AppState) -> None:
    async with receiving() as receiver:
        await point(state, receiver.url)
        await reply(state, "between us", kind="note")
        await carried(state)
    assert not receiver.posts
    assert not await rows(state.db, "select 1 from part")


async def test_an_answer_that_names_every_reply_alike_breaks_nothing(state: AppState) -> None:
    async with receiving((200, {}, b'{"id": "ok"}')) as receiver:
        await point(state, receiver.url)
        await reply(state, "first")
        await reply(state, "second")
        await carried_all(state, carriage(state))
    assert await outgoing(state) == [("sent", None), ("sent", None)]
    assert await rows(state.db, "select external_id from part order by message_id") == [
        ("ok",),
        (None,),
    ]
