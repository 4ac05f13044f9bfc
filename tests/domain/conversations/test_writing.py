"""Appending: places in order, what it does to the conversation, how many statements it takes."""

from datetime import timedelta
from uuid import UUID

from cast import CAST, a_conversation
from frame import Statements
from hilo.domain.conversations.models import Author, MessageKind
from hilo.domain.conversations.thread.amending import last_said
from hilo.domain.conversations.thread.writing import Key, NewMessage, append, claim, preview
from hilo.kit.db import Tx
from hilo.kit.ids import new_id


def a(kind: MessageKind, conversation: UUID, text: str = "hello", **more: object) -> NewMessage:
    facts: dict[str, object] = {
        "conversation_id": conversation,
        "kind": kind,
        "author": Author(kind="contact" if kind == "incoming" else "agent", name="Carol"),
        "channel": "api",
        "inbox_id": CAST.inbox,
        "state": "received" if kind == "incoming" else "stored",
        "text": text,
    }
    return NewMessage(**{**facts, **more})  # type: ignore[arg-type]


async def test_places_follow_each_other_in_every_conversation(tx: Tx) -> None:
    one, two = await a_conversation(tx), await a_conversation(tx)
    pairs = await append(tx, [a("incoming", each) for each in (one, two, one, one, two)])
    assert [message.seq for _, message in pairs] == [1, 1, 2, 3, 2]
    pairs = await append(tx, [a("note", two), a("incoming", one)])
    assert [message.seq for _, message in pairs] == [3, 4]
    assert [conversation.last_seq for conversation, _ in pairs] == [3, 4]


async def test_the_view_is_what_is_stored(tx: Tx) -> None:
    id_ = await a_conversation(tx)
    ((conversation, message),) = await append(
        tx, [a("incoming", id_, " first\n line ", subject="Parcel", meta={"to": ["x"]})]
    )
    assert conversation.contact.name == "Carol"
    assert conversation.unread
    assert conversation.last_message is not None
    assert conversation.last_message.preview == "first line"
    row = await tx.connection.fetchrow(
        "select seq, text, subject, meta, state, at from message where id = $1", message.id
    )
    assert tuple(row) == (1, " first\n line ", "Parcel", {"to": ["x"]}, "received", message.at)


async def test_notes_and_activity_keep_the_customer_waiting(tx: Tx) -> None:
    id_ = await a_conversation(tx)
    ((first, _),) = await append(tx, [a("incoming", id_)])
    ((noted, _), (told, _)) = await append(tx, [a("note", id_), a("activity", id_, "assigned")])
    assert first.waiting_since == noted.waiting_since == told.waiting_since is not None
    assert told.last_message is not None
    assert told.last_message.kind == "note"
    ((answered, _),) = await append(tx, [a("outgoing", id_, state="queued")])
    assert answered.waiting_since is None
    assert answered.version == 5 - 1


async def test_a_late_message_is_not_the_last(tx: Tx) -> None:
    id_ = await a_conversation(tx)
    await append(tx, [a("incoming", id_, "newer")])
    ((late, _),) = await append(tx, [a("incoming", id_, "older", at=tx.now - timedelta(days=1))])
    assert late.last_message is not None
    assert late.last_message.preview == "newer"


async def test_a_whole_second_is_not_late(tx: Tx) -> None:
    """Many channels tell no fractions: what came within the second of our reply came after it."""
    id_ = await a_conversation(tx)
    second = tx.now.replace(microsecond=0)
    await append(tx, [a("outgoing", id_, "ours", state="queued", at=second.replace(microsecond=7))])
    ((view, _),) = await append(tx, [a("incoming", id_, "theirs", at=second)])
    assert (await last_said(tx, id_)) == view.last_message is not None
    assert view.last_message.preview == "theirs"
    late = second - timedelta(microseconds=1)
    ((view, _), _) = await append(
        tx, [a("incoming", id_, "again", at=second), a("incoming", id_, "late", at=late)]
    )
    assert (await last_said(tx, id_)) == view.last_message is not None
    assert view.last_message.preview == "again"


async def test_only_new_names_are_claimed(tx: Tx) -> None:
    keys = [Key(CAST.account, name, new_id()) for name in ("a", "b", "a")]
    assert set(await claim(tx, keys)) == {keys[0].message_id, keys[1].message_id}
    assert not await claim(tx, [Key(CAST.account, "b", new_id())])
    assert len(await claim(tx, [Key(CAST.inbox, "b", new_id())])) == 1


async def test_many_messages_cost_no_more_statements_than_two(
    tx: Tx, statements: Statements
) -> None:
    ids = [await a_conversation(tx) for _ in range(20)]
    await append(tx, [a("incoming", each) for each in ids[:2]])
    for size in (2, 20):
        await statements.asked()  # the last one is told of late
        statements.clear()
        await append(tx, [a("incoming", each) for each in ids[:size]])
        assert await statements.asked() == 3


def test_a_preview_is_one_short_line() -> None:
    assert preview("one\n\n two") == "one two"
    assert len(preview("word " * 100)) == 140
