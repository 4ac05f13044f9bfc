"""A comment is answered in private or below it: from the agent's words to the vendor's phone."""

from pathlib import Path
from typing import Any
from typing import cast as cast_type
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

import shelf
from cast import CAST
from hilo.connectors.instagram import CONNECTOR
from hilo.connectors.instagram.testing import ACCOUNT
from hilo.domain import conversations as desk
from hilo.domain.conversations import Author, Given, NewMessage, append
from hilo.domain.conversations.outgoing.letters import Piece, Stationery, compose, read
from hilo.domain.conversations.replies.splitting import Slice
from hilo.domain.inboxes import queries
from hilo.domain.library import FileLinks, FileStore
from hilo.kit import messages
from hilo.kit.crypto import Vault
from hilo.kit.db import Tx
from hilo.kit.errors import Invalid
from hilo.kit.files import Files
from hilo.kit.ids import new_id
from hilo.kit.sql import query
from hilo.sdk.content import Comment, Place
from hilo.sdk.inbound import MessageIn
from hilo.sdk.outbound import MessageOut
from hilo.sdk.simulator import Deed, Simulator
from stage import CHANNELS, agent

SLICES = query(
    "slices",
    "select coalesce(slice::text, '') from part"
    " where workspace_id = :workspace and message_id = :message order by number",
)


async def heard(tx: Tx, item: MessageIn, *, conversation: UUID | None = None) -> UUID:
    """Let it arrive by an account of the channel; return its conversation."""
    account, identity = CAST.account, new_id()
    await tx.connection.execute(
        "update account set channel = 'instagram' where id = $1", CAST.account
    )
    if conversation is None:
        conversation = new_id()
        await tx.connection.execute(
            "insert into identity (workspace_id, id, contact_id, kind, scope, value)"
            " values ($1, $2, $3, 'external', $4, $5)",
            *(tx.workspace, identity, CAST.carol, account, item.sender.identities[0].value),
        )
        await tx.connection.execute(
            "insert into conversation (workspace_id, id, contact_id, inbox_id, channel)"
            " values ($1, $2, $3, $4, 'instagram')",
            *(tx.workspace, conversation, CAST.carol, CAST.inbox),
        )
    else:
        identity = await tx.connection.fetchval(
            "select id from identity where scope = $1 and kind = 'external'", account
        )
    message = NewMessage(
        conversation_id=conversation,
        kind="incoming",
        author=Author(kind="contact", id=CAST.carol, name="Carol"),
        channel="instagram",
        inbox_id=CAST.inbox,
        account_id=account,
        identity_id=identity,
        state="received",
        text=item.text,
        content=item.content,
        external_id=item.external_id,
    )
    ((_, made),) = await append(tx, [message])
    await tx.connection.execute(
        "insert into message_key (workspace_id, account_id, external_id, message_id)"
        " values ($1, $2, $3, $4)",
        *(tx.workspace, account, item.external_id, made.id),
    )
    return conversation


def deed(vendor: Simulator, does: str) -> MessageIn:
    """Do something on phone 7; return what arrives of it."""
    made = vendor.deed(Deed(does=cast_type("Any", does), who="7", text="How much?"), shelf.AT)
    (item,) = shelf.read(CONNECTOR, ACCOUNT, made)
    assert isinstance(item, MessageIn)
    return item


async def letters(tx: Tx, message: UUID, folder: Path) -> list[MessageOut]:
    """Return the parts of a reply as its connector gets them."""
    account = await queries.account(tx, CAST.account)
    assert account is not None
    store = cast_type("FileStore", Files(folder))
    vault = Vault("k" * 32)
    paper = Stationery(store, FileLinks(vault), messages.load(messages.find()))
    found = []
    for number, part in enumerate(
        await tx.all(SLICES, str, workspace=tx.workspace, message=message), 1
    ):
        share = msgspec.json.decode(part, type=Slice) if part else None
        piece = Piece(message, number, share)
        known = await read(tx, [message])
        made = await compose(tx, paper, account, CONNECTOR.manifest, piece, known[message])
        found.append(replace(made, at=shelf.AT, now=shelf.AT, heard_at=shelf.AT))
    return found


@pytest.mark.parametrize("in_public", [True, False])
async def test_a_comment_is_answered_where_the_agent_says(
    tx: Tx, tmp_path: Path, *, in_public: bool
) -> None:
    vendor = CONNECTOR.simulator(ACCOUNT)
    item = deed(vendor, "comment")
    conversation = await heard(tx, item)
    given = Given(text="Seven euros", in_public=in_public)
    written = (await desk.write(tx, agent(), conversation, given, CHANNELS)).message
    assert isinstance(written.content, Comment) is in_public
    (out,) = await letters(tx, written.id, tmp_path)
    assert out.reply_to == item.external_id
    sent = shelf.play(vendor, CONNECTOR.send(out, ACCOUNT))
    assert (sent.external_id or "").startswith("comment:") is in_public
    assert shelf.phone(vendor).bubbles[-1].text == "Seven euros"


async def test_all_of_a_long_answer_stands_below_the_comment(tx: Tx, tmp_path: Path) -> None:
    vendor = CONNECTOR.simulator(ACCOUNT)
    item = deed(vendor, "comment")
    conversation = await heard(tx, item)
    long = "word " * 300
    public = Given(text=long, in_public=True)
    written = (await desk.write(tx, agent(), conversation, public, CHANNELS)).message
    parts = await letters(tx, written.id, tmp_path)
    assert len(parts) == 2
    assert {each.reply_to for each in parts} == {item.external_id}
    assert all(isinstance(each.content, Comment) for each in parts)
    private = (await desk.write(tx, agent(), conversation, Given(text=long), CHANNELS)).message
    named = [each.reply_to for each in await letters(tx, private.id, tmp_path)]
    assert named == [item.external_id, None]


async def test_below_a_comment_there_is_no_window(tx: Tx, tmp_path: Path) -> None:
    conversation = await heard(tx, deed(CONNECTOR.simulator(ACCOUNT), "comment"))
    await tx.connection.execute(
        "update message set at = now() - interval '9 days' where conversation_id = $1",
        conversation,
    )
    with pytest.raises(desk.WindowClosed):
        await desk.write(tx, agent(), conversation, Given(text="late"), CHANNELS)
    public = Given(text="late", in_public=True)
    written = (await desk.write(tx, agent(), conversation, public, CHANNELS)).message
    assert len(await letters(tx, written.id, tmp_path)) == 1


async def test_after_a_direct_message_the_answer_is_one_too(tx: Tx, tmp_path: Path) -> None:
    vendor = CONNECTOR.simulator(ACCOUNT)
    conversation = await heard(tx, deed(vendor, "comment"))
    await heard(tx, deed(vendor, "text"), conversation=conversation)
    written = (await desk.write(tx, agent(), conversation, Given(text="x"), CHANNELS)).message
    (out,) = await letters(tx, written.id, tmp_path)
    assert (written.reply_to, out.reply_to) == (None, None)
    with pytest.raises(Invalid) as refused:
        await desk.write(tx, agent(), conversation, Given(text="x", in_public=True), CHANNELS)
    assert refused.value.errors[0].field == "in_public"


async def test_in_public_there_is_text_alone(tx: Tx) -> None:
    conversation = await heard(tx, deed(CONNECTOR.simulator(ACCOUNT), "comment"))
    place = Place(latitude=1.0, longitude=2.0)
    given = Given(text="here", content=place, in_public=True)
    with pytest.raises(Invalid) as refused:
        await desk.write(tx, agent(), conversation, given, CHANNELS)
    assert refused.value.errors[0].field == "in_public"
