"""How long people really waited for an answer, and how many wait before one."""

from datetime import timedelta
from uuid import UUID

from cast import CAST, a_conversation
from hilo.domain.conversations import waiting
from hilo.domain.conversations.models import Author, MessageKind
from hilo.domain.conversations.thread.writing import NewMessage, append
from hilo.kit.db import Tx
from hilo.kit.ids import id_at

ADA = Author(kind="agent", id=CAST.ada.id, name="Ada")
CAROL = Author(kind="contact", id=CAST.carol, name="Carol")
ROBOT = Author(kind="system", name="Hilo")


async def say(
    tx: Tx, conversation: UUID, ago: timedelta, kind: MessageKind = "incoming", by: Author = CAROL
) -> None:
    """Write a message that long ago."""
    at = tx.now - ago
    message = NewMessage(
        id=id_at(at),
        conversation_id=conversation,
        kind=kind,
        author=by,
        channel="webchat",
        inbox_id=CAST.inbox,
        state="received" if kind == "incoming" else "sent",
        text="x",
        at=at,
        created_at=at,
    )
    await append(tx, [message])


async def talk(tx: Tx, waited_s: int, days: float = 1) -> None:
    """Let somebody wait so long in a conversation of that long ago."""
    conversation = await a_conversation(tx)
    began = timedelta(days=days)
    await say(tx, conversation, began)
    await say(tx, conversation, began - timedelta(seconds=5))
    await say(tx, conversation, began - timedelta(seconds=waited_s), "outgoing", ADA)


async def test_three_of_four_waited_no_longer(tx: Tx) -> None:
    for waited in (60, 120, 180, 240, 300):
        await talk(tx, waited)
    found = await waiting.reply_time(tx, CAST.inbox)
    assert found is not None
    assert (round(found.seconds), found.answers) == (240, 5)


async def test_only_the_last_seven_days_count_and_only_this_inbox(tx: Tx) -> None:
    for waited in (60, 60, 60, 60, 60):
        await talk(tx, waited)
    await talk(tx, 80_000, days=8)
    found = await waiting.reply_time(tx, CAST.inbox)
    assert found is not None
    assert round(found.seconds) == 60
    assert await waiting.reply_time(tx, CAST.account) is None


async def test_who_was_not_answered_or_only_by_a_machine_says_nothing(tx: Tx) -> None:
    for _ in range(10):
        conversation = await a_conversation(tx)
        await say(tx, conversation, timedelta(hours=2))
        await say(tx, conversation, timedelta(hours=1), "note", ADA)
        await say(tx, conversation, timedelta(hours=1), "outgoing", ROBOT)
    assert await waiting.reply_time(tx, CAST.inbox) is None


async def test_only_the_first_answer_of_a_conversation_counts(tx: Tx) -> None:
    for _ in range(5):
        conversation = await a_conversation(tx)
        for hours, waited in ((20, 100), (10, 9_000)):
            began = timedelta(hours=hours)
            await say(tx, conversation, began)
            await say(tx, conversation, began - timedelta(seconds=waited), "outgoing", ADA)
    found = await waiting.reply_time(tx, CAST.inbox)
    assert found is not None
    assert (round(found.seconds), found.answers) == (100, 5)


async def test_who_was_written_to_first_has_not_waited(tx: Tx) -> None:
    for _ in range(5):
        conversation = await a_conversation(tx)
        await say(tx, conversation, timedelta(hours=3), "outgoing", ADA)
        await say(tx, conversation, timedelta(hours=2))
        await say(tx, conversation, timedelta(hours=1), "outgoing", ADA)
    assert await waiting.reply_time(tx, CAST.inbox) is None


async def test_the_line_holds_whom_nobody_has_taken_the_longest_waiting_first(tx: Tx) -> None:
    late, early, taken, resolved, answered = [await a_conversation(tx) for _ in range(5)]
    changes = {
        late: "waiting_since = now() - interval '1 minute'",
        early: "waiting_since = now() - interval '1 hour'",
        taken: f"waiting_since = now() - interval '2 hours', assignee_id = '{CAST.ada.id}'",
        resolved: "waiting_since = now() - interval '2 hours', status = 'resolved'",
        answered: "waiting_since = null",
    }
    for conversation, change in changes.items():
        await tx.connection.execute(
            f"update conversation set {change} where workspace_id = $1 and id = $2",  # noqa: S608 - our own words
            *(tx.workspace, conversation),
        )
    assert await waiting.queue(tx, CAST.inbox) == [early, late]
    assert await waiting.queue(tx, CAST.account) == []
