"""Rows of conversations and messages as SQL gives them, and the views everybody above knows.

Columns fill a row by position: a query lists its columns in the order of the fields.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain.conversations.models import (
    PRIORITIES,
    AttachmentView,
    Author,
    AuthorKind,
    ContactRef,
    ConversationView,
    LastMessage,
    MessageError,
    MessageKind,
    MessageState,
    MessageView,
    PartView,
    Reaction,
    Status,
)
from hilo.sdk.content import Content, Strange

_LAST = msgspec.json.Decoder(LastMessage)


class ConversationRow(Struct, frozen=True):
    """One conversation with its contact's name. last_message: as JSON, for one reading of it."""

    id: UUID
    number: int
    contact_id: UUID
    contact_name: str
    inbox_id: UUID
    channel: str
    subject: str
    status: Status
    assignee_id: UUID | None
    team_id: UUID | None
    tag_ids: Sequence[UUID]
    snoozed_until: datetime | None
    woken_at: datetime | None
    last_seq: int
    read_seq: int
    unread: bool
    last_message: str | None
    waiting_since: datetime | None
    activity_at: datetime
    version: int
    resolved_at: datetime | None
    created_at: datetime
    priority: int = 0


class MessageRow(Struct, frozen=True):
    """One message; undo_until comes from its first part."""

    id: UUID
    conversation_id: UUID
    seq: int
    kind: MessageKind
    channel: str
    inbox_id: UUID
    author_kind: AuthorKind
    author_id: UUID | None
    author_name: str
    subject: str
    text: str
    html: str | None
    quoted: str | None
    reply_to: UUID | None
    attachments: Sequence[Mapping[str, object]]
    meta: Mapping[str, object]
    state: MessageState
    error: Mapping[str, object] | None
    client_id: str | None
    at: datetime
    created_at: datetime
    content: Mapping[str, object] | None = None
    reactions: Sequence[Mapping[str, object]] = ()
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    parts: Sequence[Mapping[str, object]] = ()
    undo_until: datetime | None = None


def conversation_view(row: ConversationRow) -> ConversationView:
    """Return the row as everybody above knows it."""
    last = row.last_message
    return ConversationView(
        id=row.id,
        number=row.number,
        contact=ContactRef(row.contact_id, row.contact_name),
        inbox_id=row.inbox_id,
        channel=row.channel,
        subject=row.subject,
        status=row.status,
        assignee_id=row.assignee_id,
        team_id=row.team_id,
        tag_ids=row.tag_ids,
        snoozed_until=row.snoozed_until,
        woken_at=row.woken_at,
        last_seq=row.last_seq,
        read_seq=row.read_seq,
        unread=row.unread,
        last_message=None if last is None else _LAST.decode(last),
        waiting_since=row.waiting_since,
        activity_at=row.activity_at,
        version=row.version,
        resolved_at=row.resolved_at,
        created_at=row.created_at,
        priority=PRIORITIES[row.priority],
    )


def message_view(row: MessageRow) -> MessageView:
    """Return the row as everybody above knows it; attachments still without addresses."""
    return MessageView(
        id=row.id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        kind=row.kind,
        channel=row.channel,
        inbox_id=row.inbox_id,
        author=Author(kind=row.author_kind, id=row.author_id, name=row.author_name),
        subject=row.subject,
        text=row.text,
        html=row.html,
        quoted=row.quoted,
        reply_to=row.reply_to,
        attachments=msgspec.convert(row.attachments, list[AttachmentView])
        if row.attachments
        else [],
        meta=row.meta,
        state=row.state,
        error=None if row.error is None else msgspec.convert(row.error, MessageError),
        client_id=row.client_id,
        at=row.at,
        created_at=row.created_at,
        undo_until=row.undo_until,
        content=None if row.content is None else content_of(row.content),
        reactions=msgspec.convert(row.reactions, list[Reaction]) if row.reactions else (),
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        parts=msgspec.convert(row.parts, list[PartView]) if row.parts else (),
    )


def content_of(stored: Mapping[str, object]) -> Content:
    """Return a stored content; one that a newer Hilo wrote is strange to us."""
    try:
        return msgspec.convert(stored, Content)  # type: ignore[no-any-return]
    except msgspec.ValidationError:
        return Strange(kind=str(stored.get("type", "")))
