"""Replies and notes: to whom they go, what is refused, exactly once, and taken back in time.

conformance  test
G-28         test_the_same_client_id_twenty_times_at_once_is_one_message
G-35         test_a_note_is_not_sent_and_nobody_waits_less
A-09         test_drafts_end_with_what_they_became, test_desk.py: test_drafts_are_ones_own
"""

import asyncio
from uuid import UUID

import pytest

from cast import CAST, a_contact, a_conversation
from hilo.domain import conversations as desk
from hilo.domain.conversations import (
    Author,
    Given,
    NewMessage,
    StaleReply,
    TooLateToWithdraw,
    append,
)
from hilo.domain.conversations.replies.markup import as_text, sanitised
from hilo.domain.library import upload
from hilo.kit.db import Database, Tx
from hilo.kit.errors import Conflict, Gone, Invalid, NotFound
from hilo.kit.ids import new_id
from hilo.kit.sql import query
from stage import CHANNELS, a_matter, agent, hear

ADA, BEN = agent(CAST.ada), agent(CAST.ben)
PARTS = query(
    "parts",
    "select count(*) from part where workspace_id = :workspace and message_id = :message",
)
JOBS = query("carries", "select count(*) from pgqueuer where entrypoint = 'carry'")


async def write(tx: Tx, id_: UUID, given: Given) -> desk.Written:
    return await desk.write(tx, ADA, id_, given, CHANNELS)


async def test_a_reply_goes_back_the_way_the_contact_wrote(tx: Tx) -> None:
    matter = await a_matter(tx)
    sent = (await write(tx, matter, Given(text="Hello"))).message
    assert (sent.kind, sent.state, sent.channel, sent.seq) == ("outgoing", "queued", "api", 2)
    assert await tx.one(PARTS, int, workspace=tx.workspace, message=sent.id) == 1
    assert await tx.one(JOBS, int) == 1
    view = await desk.get_conversation(tx, ADA, matter)
    assert (view.waiting_since, view.last_message and view.last_message.preview) == (None, "Hello")


async def test_a_note_is_not_sent_and_nobody_waits_less(tx: Tx) -> None:
    matter = await a_matter(tx)
    before = await desk.get_conversation(tx, ADA, matter)
    note = (await write(tx, matter, Given(kind="note", text="VIP"))).message
    assert await tx.one(PARTS, int, workspace=tx.workspace, message=note.id) == 0
    after = await desk.get_conversation(tx, ADA, matter)
    assert after.waiting_since == before.waiting_since


async def test_the_same_client_id_twenty_times_at_once_is_one_message(db: Database) -> None:
    async with db.transaction(CAST.workspace) as tx:
        matter = await a_matter(tx)

    async def once() -> desk.Written:
        async with db.transaction(CAST.workspace) as tx:
            return await write(tx, matter, Given(text="Hi", client_id="c1", if_last_seq=1))

    written = await asyncio.gather(*(once() for _ in range(20)))
    assert len({each.message.id for each in written}) == 1
    assert sum(each.is_new for each in written) == 1


async def test_a_visitor_cannot_take_an_agents_client_id(tx: Tx) -> None:
    matter = await a_matter(tx)
    for _ in range(2):
        await append(
            tx,
            [
                NewMessage(
                    conversation_id=matter,
                    kind="incoming",
                    author=Author(kind="contact", id=CAST.carol),
                    channel="api",
                    inbox_id=CAST.inbox,
                    state="received",
                    text="Mine",
                    client_id="c1",
                )
            ],
        )
    assert (await write(tx, matter, Given(text="Ours", client_id="c1"))).is_new


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Given(text=""), "text"),
        (Given(text=" \n"), "text"),
        (Given(text="", html="<p> </p>"), "text"),
        (Given(text="x" * 100_001), "text"),
        (Given(text="x", undo_s=31), "undo_s"),
        (Given(text="x", undo_s=-1), "undo_s"),
        (Given(text="x", client_id=""), "client_id"),
        (Given(text="x", client_id="y" * 101), "client_id"),
        (Given(text="x", client_id="a\x00b"), "client_id"),
        (Given(text="x", attachments=[new_id()]), "attachments.0"),
        (Given(text="x", reply_to=new_id()), "reply_to"),
        (Given(text="x", inbox_id=new_id()), "inbox_id"),
        (Given(text="x", cc=["a@b.test"]), "cc"),
        (Given(text="x", subject="No subject here"), "subject"),
    ],
)
async def test_what_cannot_be_sent_is_refused_by_field(tx: Tx, given: Given, field: str) -> None:
    matter = await a_matter(tx)
    with pytest.raises(Invalid) as caught:
        await write(tx, matter, given)
    assert caught.value.errors[0].field == field
    assert await tx.one(JOBS, int) == 0


async def test_who_cannot_be_reached_is_refused(tx: Tx) -> None:
    matter = await a_conversation(tx, await a_contact(tx))
    with pytest.raises(Invalid) as caught:
        await write(tx, matter, Given(text="Hello"))
    assert caught.value.errors[0].code == "no-recipient"
    with pytest.raises(NotFound):
        await write(tx, new_id(), Given(text="Hello"))


async def test_only_a_word_said_makes_a_reply_stale(tx: Tx) -> None:
    matter = await a_matter(tx)
    await desk.resolve(tx, ADA, matter)
    await write(tx, matter, Given(kind="note", text="aside"))
    await write(tx, matter, Given(text="first", if_last_seq=1))
    with pytest.raises(StaleReply):
        await write(tx, matter, Given(text="second", if_last_seq=3))
    await hear(tx, matter, "Hello?")
    with pytest.raises(StaleReply) as caught:
        await write(tx, matter, Given(text="third", if_last_seq=4))
    assert caught.value.params["last_seq"] == 5


async def test_a_reply_is_withdrawn_only_before_it_leaves(tx: Tx) -> None:
    matter = await a_matter(tx)
    undone = (await write(tx, matter, Given(text="Oops", undo_s=10, client_id="c"))).message
    await desk.withdraw(tx, ADA, matter, undone.id)
    with pytest.raises(Gone):
        await write(tx, matter, Given(text="Oops", client_id="c"))
    left = (await write(tx, matter, Given(text="Gone"))).message
    await tx.connection.execute(
        "update part set state = 'sending', attempts = 1"
        " where workspace_id = $1 and message_id = $2",
        *(tx.workspace, left.id),
    )
    with pytest.raises(TooLateToWithdraw):
        await desk.withdraw(tx, ADA, matter, left.id)
    note = (await write(tx, matter, Given(kind="note", text="x"))).message
    with pytest.raises(TooLateToWithdraw):
        await desk.withdraw(tx, ADA, matter, note.id)


async def test_the_row_shows_again_what_was_there_before_a_withdrawn_reply(tx: Tx) -> None:
    matter = await a_matter(tx)
    await tx.connection.execute(
        "update message set text = '', content = $3"
        " where workspace_id = $1 and conversation_id = $2",
        *(
            tx.workspace,
            matter,
            {"type": "location", "latitude": 1.0, "longitude": 2.0, "name": "Shop"},
        ),
    )
    undone = (await write(tx, matter, Given(text="Oops", undo_s=10))).message
    await desk.withdraw(tx, ADA, matter, undone.id)
    last = (await desk.get_conversation(tx, ADA, matter)).last_message
    assert last is not None
    assert "Shop" in last.preview


async def test_there_is_nothing_to_decide_about_what_was_sent(tx: Tx) -> None:
    matter = await a_matter(tx)
    sent = (await write(tx, matter, Given(text="x"))).message
    with pytest.raises(Conflict):
        await desk.decide(tx, ADA, matter, sent.id, "resend")
    await tx.connection.execute(
        "update message set state = 'failed' where workspace_id = $1 and id = $2",
        *(tx.workspace, sent.id),
    )
    with pytest.raises(Invalid):
        await desk.decide(tx, ADA, matter, sent.id, "sent")


async def test_drafts_end_with_what_they_became(tx: Tx) -> None:
    matter = await a_matter(tx)
    for kind in ("reply", "note"):
        draft = desk.Draft(kind, "so far", {}, tx.now)
        await desk.save_draft(tx, ADA, matter, draft)
        await desk.save_draft(tx, BEN, matter, draft)
    await write(tx, matter, Given(text="done"))
    assert [each.kind for each in await desk.list_drafts(tx, ADA, matter)] == ["note"]
    assert len(await desk.list_drafts(tx, BEN, matter)) == 2


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>"),
        ("<script>x</script>ok", "ok"),
        ('<img src=x onerror="x">ok', "ok"),
        ('<a href="javascript:x">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<p style="position:fixed" onclick="x">a</p>', "<p>a</p>"),
        ('<p>a<img src="https://else.test/seen.gif" alt="a"></p>', "<p>a</p>"),
        ('<img alt="a" src="cid:7">', '<img alt="a" src="cid:7">'),
        ('<a href="cid:7">a</a>', '<a rel="noopener noreferrer">a</a>'),
    ],
)
def test_html_of_agents_is_cleaned(html: str, clean: str) -> None:
    assert sanitised(html) == clean


async def test_a_picture_in_the_text_is_a_file_that_stands_there(tx: Tx) -> None:
    """Only the file that the HTML names is inline; the other one is attached."""
    shown, beside = [
        (await upload(tx, ADA, NoStore(), name, b"GIF89a")).id
        for name in ("shown.gif", "beside.gif")
    ]
    html = f'<p>See <img src="cid:{shown}" alt="shown.gif"></p>'
    given = Given(kind="note", text="See", html=html, attachments=[shown, beside])
    note = (await write(tx, await a_matter(tx), given)).message
    assert [(each.inline, each.content_id) for each in note.attachments] == [
        (True, str(shown)),
        (False, ""),
    ]
    assert note.html == html


class NoStore:
    """A store that keeps nothing."""

    async def put(self, key: str, content: bytes) -> None:
        """Forget it."""

    async def get(self, key: str) -> bytes:
        """Return nothing."""
        return key.encode()[:0]

    async def drop(self, key: str) -> None:
        """Remove nothing."""


def test_html_becomes_text_line_by_line() -> None:
    html = "<p>Dear &amp; good</p><ul><li>one</li><li>two</li></ul><p>Bye<br>Ada</p>"
    assert as_text(html) == "Dear & good\n• one\n• two\nBye\nAda"
