"""How long people really waited for an answer: three of four, of the last seven days."""

from datetime import timedelta
from uuid import UUID

from cast import CAST, a_conversation
from hilo.domain.conversations import visitors
from hilo.domain.conversations.models import Author, MessageKind
from hilo.domain.conversations.writing import NewMessage, append
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


async def turn(tx: Tx, waited_s: int, days: float = 1) -> None:
    """Let somebody wait so long in a conversation of that long ago."""
    conversation = await a_conversation(tx)
    began = timedelta(days=days)
    await say(tx, conversation, began)
    await say(tx, conversation, began - timedelta(seconds=5))
    await say(tx, conversation, began - timedelta(seconds=waited_s), "outgoing", ADA)


async def test_three_of_four_waited_no_longer(tx: Tx) -> None:
    for waited in (60, 120, 180, 240, 300):
        await turn(tx, waited)
    found = await visitors.reply_time(tx, CAST.inbox)
    assert found is not None
    assert (round(found.seconds), found.turns) == (240, 5)


async def test_only_the_last_seven_days_count_and_only_this_inbox(tx: Tx) -> None:
    for waited in (60, 60, 60, 60, 60):
        await turn(tx, waited)
    await turn(tx, 80_000, days=8)
    found = await visitors.reply_time(tx, CAST.inbox)
    assert found is not None
    assert round(found.seconds) == 60
    assert await visitors.reply_time(tx, CAST.account) is None


async def test_who_was_not_answered_or_only_by_a_machine_says_nothing(tx: Tx) -> None:
    for _ in range(10):
        conversation = await a_conversation(tx)
        await say(tx, conversation, timedelta(hours=2))
        await say(tx, conversation, timedelta(hours=1), "note", ADA)
        await say(tx, conversation, timedelta(hours=1), "outgoing", ROBOT)
    assert await visitors.reply_time(tx, CAST.inbox) is None


async def test_a_turn_begins_with_the_first_message_after_an_answer(tx: Tx) -> None:
    conversation = await a_conversation(tx)
    for number in range(5):
        began = timedelta(hours=20 - number)
        await say(tx, conversation, began)
        await say(tx, conversation, began - timedelta(seconds=30))
        await say(tx, conversation, began - timedelta(seconds=100), "outgoing", ADA)
        await say(tx, conversation, began - timedelta(seconds=200), "outgoing", ADA)
    found = await visitors.reply_time(tx, CAST.inbox)
    assert found is not None
    assert (round(found.seconds), found.turns) == (100, 5)
