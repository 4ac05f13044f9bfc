"""Every verb proves: the state before and its events make the state after, here and in clients."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cast import CAST, a_contact
from hilo.domain import conversations as desk
from hilo.domain.conversations import Assignment, Author, Given
from hilo.domain.conversations.thread import amending
from hilo.domain.conversations.thread.amending import Change
from hilo.domain.conversations.thread.receipts import Moved, settle
from hilo.domain.library import create_tag
from hilo.domain.people import system
from hilo.kit.db import Tx
from stage import CHANNELS, a_matter, agent, hear, plain, reduced, snapshot, told

CASES = Path(__file__).parents[3] / "build" / "reducer-cases.json"
ADA = agent()
Verb = Callable[[Tx, UUID], Awaitable[object]]


async def reply(tx: Tx, id_: UUID, *, undo_s: int = 0, text: str = "On its way") -> UUID:
    given = Given(text=text, undo_s=undo_s)
    return (await desk.write(tx, ADA, id_, given, CHANNELS)).message.id


async def withdrawn(tx: Tx, id_: UUID) -> None:
    await desk.withdraw(tx, ADA, id_, await reply(tx, id_, undo_s=10))


async def failed(tx: Tx, id_: UUID, state: str) -> UUID:
    """Have a reply fail or be uncertain, as carry leaves it."""
    message = await reply(tx, id_)
    for table in ("part", "message"):
        key = "message_id" if table == "part" else "id"
        await tx.connection.execute(
            f"update {table} set state = $1 where workspace_id = $2 and {key} = $3",  # noqa: S608
            *(state, tx.workspace, message),
        )
    return message


async def tagged(tx: Tx, id_: UUID) -> None:
    tag = await create_tag(tx, system(tx.workspace), "refund")
    await desk.tag(tx, ADA, id_, tag.id)


async def untagged(tx: Tx, id_: UUID) -> None:
    tag = await create_tag(tx, system(tx.workspace), "refund")
    await desk.tag(tx, ADA, id_, tag.id)
    await desk.untag(tx, ADA, id_, tag.id)


async def prioritized(tx: Tx, id_: UUID) -> None:
    for priority in ("high", "high", "none"):
        await desk.prioritize(tx, ADA, id_, priority)


async def woken(tx: Tx, id_: UUID) -> None:
    await desk.snooze(tx, ADA, id_, tx.now + timedelta(seconds=1))
    tx.now += timedelta(seconds=2)
    assert await desk.wake(tx, system(tx.workspace), id_)


async def merged(tx: Tx, id_: UUID) -> None:
    assert id_
    await desk.merge(tx, ADA, CAST.carol, await a_contact(tx, "Dora"))


async def twice(tx: Tx, id_: UUID) -> None:
    for _ in range(2):
        await desk.resolve(tx, ADA, id_)
        await desk.reopen(tx, ADA, id_)


async def amended(tx: Tx, id_: UUID, change: Change) -> None:
    page = await desk.list_messages(tx, ADA, id_)
    await amending.amend(tx, [(page.items[0].id, change)])


async def parts_move(tx: Tx, id_: UUID) -> None:
    """Have a reply of two parts leave; the second is refused."""
    message = await reply(tx, id_)
    await tx.connection.execute(
        "insert into part (workspace_id, message_id, number, account_id, conversation_id, slice)"
        " select workspace_id, message_id, 2, account_id, conversation_id, '{}' from part"
        " where message_id = $1",
        message,
    )
    for number, state in ((1, "sending"), (1, "sent"), (2, "sending"), (2, "failed"), (1, "read")):
        await settle(tx, [Moved(message, state, tx.now, None, number, is_split=True)])  # type: ignore[arg-type]


REACTS = Change(
    what="reacted",
    at=datetime(2026, 11, 22, tzinfo=UTC),
    emoji="👍",
    author=Author(kind="contact", id=CAST.carol, name="Carol"),
)
VERBS: dict[str, Verb] = {
    "reply": reply,
    "reply with undo": lambda tx, id_: reply(tx, id_, undo_s=10),
    "note": lambda tx, id_: desk.write(tx, ADA, id_, Given(kind="note", text="VIP"), CHANNELS),
    "withdraw": withdrawn,
    "assign": lambda tx, id_: desk.assign(tx, ADA, id_, Assignment(agent_id=CAST.ben.id)),
    "claim": lambda tx, id_: desk.assign(
        tx, ADA, id_, Assignment(agent_id=CAST.ada.id, if_unassigned=True)
    ),
    "resolve": lambda tx, id_: desk.resolve(tx, ADA, id_),
    "resolve and reopen twice": twice,
    "pending": lambda tx, id_: desk.set_pending(tx, ADA, id_),
    "snooze": lambda tx, id_: desk.snooze(tx, ADA, id_, tx.now + timedelta(hours=1)),
    "snooze until a reply": lambda tx, id_: desk.snooze(tx, ADA, id_, None),
    "wake": woken,
    "tag": tagged,
    "untag": untagged,
    "prioritize": lambda tx, id_: desk.prioritize(tx, ADA, id_, "urgent"),
    "prioritize and back": prioritized,
    "read": lambda tx, id_: desk.mark_read(tx, ADA, id_),
    "receive": lambda tx, id_: hear(tx, id_, "Hello?", "Anyone?"),
    "merge contacts": merged,
    "edit by the contact": lambda tx, id_: amended(
        tx, id_, Change(what="edited", at=tx.now, text="ZX-4472")
    ),
    "deletion by the contact": lambda tx, id_: amended(tx, id_, Change(what="deleted", at=tx.now)),
    "reaction of the contact": lambda tx, id_: amended(tx, id_, REACTS),
    "several parts move": parts_move,
}
BEFORE: dict[str, Verb] = {
    "resend": lambda tx, id_: failed(tx, id_, "failed"),
    "call it sent": lambda tx, id_: failed(tx, id_, "uncertain"),
    "receive when resolved": lambda tx, id_: desk.resolve(tx, ADA, id_),
    "receive when snoozed": lambda tx, id_: desk.snooze(tx, ADA, id_, None),
    "unread": lambda tx, id_: desk.mark_read(tx, ADA, id_),
    "unassign": lambda tx, id_: desk.assign(tx, ADA, id_, Assignment(agent_id=CAST.ben.id)),
    "reply when back from snooze": woken,
}


async def decided(tx: Tx, id_: UUID, decision: desk.Decision) -> None:
    page = await desk.list_messages(tx, ADA, id_)
    await desk.decide(tx, ADA, id_, page.items[0].id, decision)


AFTER: dict[str, Verb] = {
    "resend": lambda tx, id_: decided(tx, id_, "resend"),
    "call it sent": lambda tx, id_: decided(tx, id_, "sent"),
    "receive when resolved": lambda tx, id_: hear(tx, id_, "Still broken"),
    "receive when snoozed": lambda tx, id_: hear(tx, id_, "News?"),
    "unread": lambda tx, id_: desk.mark_unread(tx, ADA, id_),
    "unassign": lambda tx, id_: desk.unassign(tx, ADA, id_),
    "reply when back from snooze": reply,
}


async def played(tx: Tx, name: str) -> dict[str, Any]:
    """Play one case; return it as the clients replay it."""
    id_ = await a_matter(tx, "Where is my parcel?", "ZX-4471")
    if name in BEFORE:
        await BEFORE[name](tx, id_)
    before, noted = await snapshot(tx, [id_]), len(tx.published)
    await {**VERBS, **AFTER}[name](tx, id_)
    events = told(tx.published[noted:])
    return {"name": name, "before": before, "events": events, "after": await snapshot(tx, [id_])}


@pytest.mark.parametrize("name", [*VERBS, *AFTER])
async def test_state_and_events_make_the_new_state(tx: Tx, name: str) -> None:
    case = await played(tx, name)
    assert case["events"], "it said nothing"
    assert reduced(case["before"], case["events"]) == case["after"]


async def test_the_cases_are_written_for_the_clients(tx: Tx) -> None:
    cases = []
    for name in [*VERBS, *AFTER]:
        await tx.connection.execute("savepoint played")
        cases.append(await played(tx, name))
        await tx.connection.execute("rollback to savepoint played")
    CASES.parent.mkdir(exist_ok=True)
    CASES.write_text(json.dumps(plain(cases), indent=1, ensure_ascii=False), encoding="utf-8")
    assert len(cases) == len({case["name"] for case in cases})
