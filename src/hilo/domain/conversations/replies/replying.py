"""Replying and noting. A reply is queued in the verb's transaction and carried out later.

What the channel cannot do is refused here, before anything is queued.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from hilo.domain.conversations.errors import StaleReply
from hilo.domain.conversations.events import MessageQueued, NoteAdded
from hilo.domain.conversations.models import AttachmentView, Author, AuthorKind, MessageView
from hilo.domain.conversations.replies import looping, markup
from hilo.domain.conversations.replies.attaching import attachable
from hilo.domain.conversations.replies.commenting import answering, below
from hilo.domain.conversations.replies.given import Given, check, content
from hilo.domain.conversations.replies.planning import (
    Way,
    facts_of,
    parts_of,
    planned,
    refuse_beyond,
    refuse_closed,
    slices_of,
    with_template,
)
from hilo.domain.conversations.replies.senders import with_sender
from hilo.domain.conversations.replies.ways import reaching
from hilo.domain.conversations.rows import ConversationRow, MessageRow, message_view
from hilo.domain.conversations.thread.changes import lock
from hilo.domain.conversations.thread.writing import NewMessage, append
from hilo.domain.inboxes import Channels
from hilo.domain.library import StoredFile
from hilo.domain.people import Actor
from hilo.kit import jobs
from hilo.kit.db import Tx
from hilo.kit.errors import Gone, NotFound, invalid
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries

SQL = Queries(__package__, "replies.sql")
CARRY = "carry"


class Written(Struct, frozen=True):
    """The message. is_new: False when the same client id came before."""

    message: MessageView
    is_new: bool


async def write_automatically(
    tx: Tx, actor: Actor, conversation_id: UUID, given: Given, channels: Channels
) -> Written | None:
    """Reply as a machine, ours or one that speaks by the API: every answer no person wrote.

    The message says so, to its channel and to the desk. None: a loop guard stops it, since a
    machine seems to write back. Raises: as `write`.
    Publishes: MessageQueued, or ConversationChanged when the guard trips.
    """
    actor.must("conversation:reply")
    if given.kind != "reply":
        raise invalid("kind", "choice", "must be reply: nobody writes notes back")
    machine = replace(actor, kind="system")
    if await looping.stops(tx, machine, conversation_id):
        return None
    return await write(tx, machine, conversation_id, given, channels)


class Carry(Struct, frozen=True):
    """The job that takes a conversation's due parts to the outside."""

    workspace: UUID
    conversation: UUID


async def write(
    tx: Tx, actor: Actor, conversation_id: UUID, given: Given, channels: Channels
) -> Written:
    """Add a reply or a note to the conversation. A reply marks what the contact wrote as read.

    Raises: NotFound; Forbidden; Invalid (field by field); StaleReply; WindowClosed; Gone when the
    same client id named a reply that was withdrawn.
    Publishes: MessageQueued or NoteAdded.
    """
    actor.must("conversation:note" if given.kind == "note" else "conversation:reply")
    check(given)
    row = await lock(tx, conversation_id)
    earlier = await _earlier(tx, conversation_id, given.client_id)
    if earlier is not None:
        return Written(earlier, is_new=False)
    await _refuse_stale(tx, row, given.if_last_seq)
    if given.reply_to is not None:
        await _must_hold(tx, conversation_id, given.reply_to)
    files = await attachable(tx, actor, given)
    write_ = _note if given.kind == "note" else _reply
    message = await write_(tx, actor, row, given, files, channels)
    if actor.kind == "agent":
        await tx.run(
            SQL.drop_draft,
            workspace=tx.workspace,
            conversation=row.id,
            agent=actor.agent,
            kind=given.kind,
        )
    return Written(message, is_new=True)


async def find_message(tx: Tx, conversation_id: UUID, message_id: UUID) -> MessageView:
    """Return one message of the conversation. Raises: NotFound."""
    row = await tx.maybe(
        SQL.message,
        MessageRow,
        workspace=tx.workspace,
        conversation=conversation_id,
        message=message_id,
        now=tx.now,
    )
    if row is None:
        raise NotFound("no such message")
    return message_view(row)


async def queue_carry(tx: Tx, conversation_id: UUID, due: datetime) -> None:
    """Have the conversation's due parts carried. Rolled back with the transaction."""
    await jobs.enqueue(
        tx,
        CARRY,
        Carry(tx.workspace, conversation_id),
        due=due,
        key=key_of(conversation_id),
    )


def key_of(conversation_id: UUID) -> str:
    """Return the key of a conversation's jobs: one at a time."""
    return f"conversation:{conversation_id}"


async def _note(
    tx: Tx,
    actor: Actor,
    row: ConversationRow,
    given: Given,
    files: Sequence[StoredFile],
    _channels: Channels,
) -> MessageView:
    text, html = content(given, keeps_html=True)
    message = NewMessage(
        conversation_id=row.id,
        kind="note",
        author=_author(actor),
        channel=row.channel,
        inbox_id=row.inbox_id,
        state="stored",
        text=text,
        html=html,
        reply_to=given.reply_to,
        attachments=_attachments(files, html),
        client_id=given.client_id,
    )
    ((conversation, view),) = await append(tx, [message])
    tx.publish(NoteAdded(conversation=conversation, message=view), subject=row.id, by=actor.by)
    return view


async def _reply(
    tx: Tx,
    actor: Actor,
    row: ConversationRow,
    given: Given,
    files: Sequence[StoredFile],
    channels: Channels,
) -> MessageView:
    way = await with_sender(tx, channels, await _way(tx, row, given, channels), given)
    manifest = channels.named(way.channel).manifest
    given = await with_template(tx, manifest, way, given)
    given, comment = await answering(tx, row.id, way, manifest, given)
    text, html = content(given, keeps_html=manifest.has("html"))
    refuse_beyond(manifest, given, text, files)
    if comment is None:  # in public there is no window
        await refuse_closed(tx, row, way, manifest, given)
    plan = below(await planned(tx, way, manifest, given, text, files), comment)
    due = tx.now + timedelta(seconds=given.undo_s)
    message = NewMessage(
        id=new_id(),
        conversation_id=row.id,
        kind="outgoing",
        author=_author(actor),
        channel=way.channel,
        inbox_id=way.inbox_id,
        account_id=way.account_id,
        identity_id=way.identity_id,
        state="queued",
        subject=given.subject or "",
        text=text,
        html=html,
        reply_to=given.reply_to,
        attachments=_attachments(files, html),
        meta=facts_of(given, way, manifest, plan),
        content=comment or given.content,
        parts=parts_of(plan),
        client_id=given.client_id,
        undo_until=due if given.undo_s else None,
    )
    if row.woken_at is not None or row.unread:
        await tx.run(SQL.note_answered, workspace=tx.workspace, conversation=row.id)
    ((conversation, view),) = await append(tx, [message])
    await tx.run(
        SQL.insert_parts,
        workspace=tx.workspace,
        message=view.id,
        account=way.account_id,
        conversation=row.id,
        due=due,
        slices=slices_of(plan, given, text),
    )
    await queue_carry(tx, row.id, due)
    tx.publish(MessageQueued(conversation=conversation, message=view), subject=row.id, by=actor.by)
    return view


async def _earlier(tx: Tx, conversation_id: UUID, client_id: str | None) -> MessageView | None:
    if client_id is None:
        return None
    found = await tx.maybe(
        SQL.earlier, UUID, workspace=tx.workspace, conversation=conversation_id, client=client_id
    )
    if found is None:
        return None
    try:
        return await find_message(tx, conversation_id, found)
    except NotFound:
        raise Gone("the message of this client_id was withdrawn", client_id=client_id) from None


async def _refuse_stale(tx: Tx, row: ConversationRow, seen: int | None) -> None:
    if seen is None or seen >= row.last_seq:
        return
    last = await tx.maybe(SQL.last_spoken, int, workspace=tx.workspace, conversation=row.id)
    if last is not None and seen < last:
        raise StaleReply("someone wrote after what you have seen", last_seq=last)


async def _must_hold(tx: Tx, conversation_id: UUID, message_id: UUID) -> None:
    try:
        await find_message(tx, conversation_id, message_id)
    except NotFound:
        raise invalid("reply_to", "not-found", "is not a message of the conversation") from None


async def _way(tx: Tx, row: ConversationRow, given: Given, channels: Channels) -> Way:
    named = {"account": given.account_id, "identity": given.identity_id}
    way = await tx.maybe(
        SQL.way_back,
        Way,
        workspace=tx.workspace,
        conversation=row.id,
        inbox=given.inbox_id,
        **named,
    )
    if way is None:
        way = await tx.maybe(
            SQL.way_out,
            Way,
            workspace=tx.workspace,
            contact=row.contact_id,
            inbox=given.inbox_id or row.inbox_id,
            mails=reaching(channels, "email"),
            phones=reaching(channels, "phone"),
            **named,
        )
    if way is None:
        raise invalid("inbox_id", "no-recipient", "the contact cannot be reached by this inbox")
    return way


def _author(actor: Actor) -> Author:
    kind: AuthorKind = "system" if actor.kind == "system" else "agent"
    return Author(kind=kind, id=actor.id, name=actor.name)


def _attachments(files: Sequence[StoredFile], html: str | None) -> list[AttachmentView]:
    return [
        AttachmentView(
            id=file.id,
            name=file.name,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            inline=markup.shows(html, file.id),
            content_id=str(file.id) if markup.shows(html, file.id) else "",
            width=file.width,
            height=file.height,
        )
        for file in files
    ]
