"""Replying and noting. A reply is queued in the verb's transaction and carried out later.

What the channel cannot do is refused here, before anything is queued.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hilo.domain import library
from hilo.domain.conversations import copies, markup
from hilo.domain.conversations.changes import lock
from hilo.domain.conversations.errors import StaleReply, WindowClosed
from hilo.domain.conversations.events import MessageQueued, NoteAdded
from hilo.domain.conversations.models import (
    SEQ_MOST,
    AttachmentView,
    Author,
    AuthorKind,
    MessageView,
)
from hilo.domain.conversations.rows import ConversationRow, MessageRow, message_view
from hilo.domain.conversations.writing import NewMessage, append
from hilo.domain.inboxes import Channels
from hilo.domain.library import StoredFile
from hilo.domain.people import Actor
from hilo.kit import jobs
from hilo.kit.db import Tx
from hilo.kit.errors import Gone, NotFound, invalid
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries
from hilo.kit.text import clean
from hilo.sdk.manifest import Feature, Manifest

SQL = Queries(__package__, "replies.sql")
UNDO_MOST_S = 30
CARRY = "carry"
_TEXT_CHARS = 100_000
_CLIENT_ID_CHARS = 100
_COPIES = 50
_SUBJECT_CHARS = 500


class Given(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agent writes.

    client_id: the client's own name for it; the same name is the same message, for ever.
    html: beside text; a picture in it is `<img src="cid:{id}">` of one of the attachments.
    undo_s: 0-30, how long it can be withdrawn. if_last_seq: the newest place the writer has seen.
    inbox_id: by which inbox it leaves; None = the way the contact wrote last.
    cc: who gets a copy; None = everybody who was on the mail that is answered.
    """

    kind: Literal["reply", "note"] = "reply"
    text: str = ""
    html: str | None = None
    attachments: Sequence[UUID] = ()
    inbox_id: UUID | None = None
    client_id: str | None = None
    undo_s: int = 0
    if_last_seq: Annotated[int, Meta(ge=0, le=SEQ_MOST)] | None = None
    reply_to: UUID | None = None
    subject: str | None = None
    cc: Sequence[str] | None = None
    bcc: Sequence[str] = ()


class Written(Struct, frozen=True):
    """The message. is_new: False when the same client id came before."""

    message: MessageView
    is_new: bool


class Way(Struct, frozen=True):
    """By which account, to which identity.

    since: when the contact wrote last by it. value: the identity's. answered: facts of the message
    that is answered. ours: addresses of the workspace's accounts.
    """

    account_id: UUID
    inbox_id: UUID
    channel: str
    state: str
    identity_id: UUID
    since: datetime | None
    subject: str
    value: str
    answered: Mapping[str, object]
    ours: Sequence[str]


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
    _check(given)
    row = await lock(tx, conversation_id)
    earlier = await _earlier(tx, conversation_id, given.client_id)
    if earlier is not None:
        return Written(earlier, is_new=False)
    await _refuse_stale(tx, row, given.if_last_seq)
    if given.reply_to is not None:
        await _must_hold(tx, conversation_id, given.reply_to)
    files = await library.find_files(tx, given.attachments)
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
    text, html = _content(given, keeps_html=True)
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
    way = await _way(tx, row, given.inbox_id)
    manifest = channels.named(way.channel).manifest
    text, html = _content(given, keeps_html=manifest.has("html"))
    _refuse_beyond(manifest, given, text, files)
    _refuse_late(manifest, way, tx.now)
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
        meta=_copies(given, way, manifest),
        client_id=given.client_id,
        undo_until=due if given.undo_s else None,
    )
    if row.woken_at is not None or row.unread:
        await tx.run(SQL.note_answered, workspace=tx.workspace, conversation=row.id)
    ((conversation, view),) = await append(tx, [message])
    await tx.run(
        SQL.insert_part,
        workspace=tx.workspace,
        message=view.id,
        account=way.account_id,
        conversation=row.id,
        due=due,
    )
    await queue_carry(tx, row.id, due)
    tx.publish(MessageQueued(conversation=conversation, message=view), subject=row.id, by=actor.by)
    return view


def _check(given: Given) -> None:
    if not 0 <= given.undo_s <= UNDO_MOST_S:
        raise invalid("undo_s", "out-of-range", f"must be from 0 to {UNDO_MOST_S}")
    if given.client_id is not None and not 1 <= len(given.client_id) <= _CLIENT_ID_CHARS:
        raise invalid("client_id", "length", f"must have 1 to {_CLIENT_ID_CHARS} characters")
    if given.client_id is not None and clean(given.client_id) != given.client_id:
        raise invalid("client_id", "format", "must not contain control characters")
    if len(given.text) > _TEXT_CHARS or len(given.html or "") > _TEXT_CHARS:
        field = "text" if len(given.text) > _TEXT_CHARS else "html"
        raise invalid(field, "length", f"must have at most {_TEXT_CHARS} characters")
    if len(given.cc or ()) + len(given.bcc) > _COPIES:
        raise invalid("cc", "too-many", f"must be at most {_COPIES} with bcc")
    if given.subject is not None and len(given.subject) > _SUBJECT_CHARS:
        raise invalid("subject", "length", f"must have at most {_SUBJECT_CHARS} characters")


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


async def _way(tx: Tx, row: ConversationRow, inbox_id: UUID | None) -> Way:
    way = await tx.maybe(
        SQL.way_back, Way, workspace=tx.workspace, conversation=row.id, inbox=inbox_id
    )
    if way is None:
        way = await tx.maybe(
            SQL.way_out,
            Way,
            workspace=tx.workspace,
            contact=row.contact_id,
            inbox=inbox_id or row.inbox_id,
        )
    if way is None:
        raise invalid("inbox_id", "no-recipient", "the contact cannot be reached by this inbox")
    return way


def _content(given: Given, *, keeps_html: bool) -> tuple[str, str | None]:
    """Return text and HTML as stored. Raises: Invalid when there is nothing to send."""
    text, html = clean(given.text), None
    if given.html is not None:
        html = markup.sanitised(clean(given.html))
        text = text if text.strip() else markup.as_text(html)
    if not text.strip() and not given.attachments:
        raise invalid("text", "required", "must not be empty without an attachment")
    return text, html if keeps_html else None


def _refuse_beyond(
    manifest: Manifest, given: Given, text: str, files: Sequence[StoredFile]
) -> None:
    limits = manifest.limits
    if len(text) > limits.text_chars:
        raise invalid("text", "length", f"must have at most {limits.text_chars} characters here")
    if len(files) > limits.attachments:
        raise invalid("attachments", "too-many", f"must be at most {limits.attachments} here")
    for place, file in enumerate(files):
        _refuse_file(manifest, f"attachments.{place}", file)
    if (given.cc or given.bcc) and not manifest.has("copies"):
        raise invalid("cc" if given.cc else "bcc", "unsupported", "this channel has no copies")
    if given.subject and not manifest.has("subject"):
        raise invalid("subject", "unsupported", "this channel has no subject")


def _refuse_file(manifest: Manifest, field: str, file: StoredFile) -> None:
    family = file.media_type.partition("/")[0]
    needed: Feature = "image" if family == "image" else "audio" if family == "audio" else "file"
    if not manifest.has(needed) and not manifest.has("file"):
        raise invalid(field, "unsupported", f"this channel takes no {needed}")
    if file.size_bytes > manifest.limits.file_bytes:
        most = manifest.limits.file_bytes
        raise invalid(field, "too-large", f"must have at most {most} bytes")


def _refuse_late(manifest: Manifest, way: Way, now: datetime) -> None:
    window_s = manifest.limits.window.free_s
    if window_s and way.since is not None and now > way.since + timedelta(seconds=window_s):
        raise WindowClosed(
            "the channel takes no free reply any more",
            since=way.since.isoformat(),
            window_s=window_s,
        )


def _copies(given: Given, way: Way, manifest: Manifest) -> dict[str, object]:
    cc, bcc = copies.named("cc", given.cc or ()), copies.named("bcc", given.bcc)
    if given.cc is None and manifest.has("copies"):
        cc = copies.kept(way.answered, way.value, [*way.ours, *bcc])
    return {name: found for name, found in (("cc", cc), ("bcc", bcc)) if found}


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
