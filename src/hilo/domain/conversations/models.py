"""What a conversation and a message look like to everybody above: API, log, sockets, clients."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from hilo.sdk.content import Content

SEQ_MOST = (1 << 31) - 1  # a place in a conversation is an integer of the database
Status = Literal["open", "pending", "snoozed", "resolved"]
Priority = Literal["none", "low", "normal", "high", "urgent"]
PRIORITIES: Sequence[Priority] = get_args(Priority)  # a rank of the database is a place in it
MessageKind = Literal["incoming", "outgoing", "note", "activity"]
AuthorKind = Literal["contact", "agent", "system"]
MessageState = Literal[
    "received", "queued", "sending", "sent", "delivered", "read", "failed", "uncertain", "stored"
]


class ContactRef(Struct, frozen=True):
    """Enough of a contact to draw a row."""

    id: UUID
    name: str


class LastMessage(Struct, frozen=True, kw_only=True):
    """Enough of the newest message to draw a row. preview: at most 140 characters, one line."""

    id: UUID
    kind: MessageKind
    author_kind: AuthorKind
    author_name: str
    preview: str
    at: datetime


class ConversationView(Struct, frozen=True, kw_only=True):
    """A conversation as lists, events and the reducer know it.

    version grows with every change: a client ignores an older one. channel: of the last message.
    activity_at: the lists' order. unread: a contact's message that no agent has read since.
    """

    id: UUID
    number: int
    contact: ContactRef
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
    last_message: LastMessage | None
    waiting_since: datetime | None
    activity_at: datetime
    version: int
    resolved_at: datetime | None
    created_at: datetime
    priority: Priority = "none"  # what the log told before there was one


class Author(Struct, frozen=True, kw_only=True):
    """Who wrote a message."""

    kind: AuthorKind
    id: UUID | None = None
    name: str = ""


class AttachmentView(Struct, frozen=True, kw_only=True):
    """A file on a message.

    url: signed, for this reader, for a while; state: stored, loading or failed.
    """

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    url: str = ""
    inline: bool = False
    content_id: str = ""
    width: int | None = None
    height: int | None = None
    state: Literal["stored", "loading", "failed"] = "stored"


class MessageError(Struct, frozen=True, kw_only=True):
    """Why it failed or is uncertain.

    code: message key `error.<code>`. reason: message key `why.<reason>`, which says more; "" when
    nothing more is known. said: the outside's own words with its code, "" when it said nothing.
    detail: the same or what we found, in English.
    """

    code: str
    detail: str = ""
    reason: str = ""
    said: str = ""


class Reaction(Struct, frozen=True, kw_only=True):
    """A mark on a message; an author has one at most."""

    emoji: str
    author: Author
    at: datetime


class PartView(Struct, frozen=True, kw_only=True):
    """One of the vendor's calls that carry a message. text: the beginning of its share."""

    number: int
    state: MessageState
    error: MessageError | None = None
    text: str = ""
    files: Sequence[UUID] = ()


class MessageView(Struct, frozen=True, kw_only=True):
    """A message as the thread shows it. seq: 1, 2, … within its conversation.

    html: sanitised on the server. quoted: what a mail repeats, folded away. meta of mail: to, cc,
    bcc, warnings, automatic; sender, the address it comes from; of a reply: degraded, what its
    channel cannot show; of an activity: code and params of its text. undo_until: until when it can
    be withdrawn. content: what it holds beside text. deleted_at: its author took it back, what it
    said is gone. parts: only where there are several; the message stands where the least of them
    does.
    """

    id: UUID
    conversation_id: UUID
    seq: int
    kind: MessageKind
    channel: str
    inbox_id: UUID
    author: Author
    subject: str
    text: str
    html: str | None
    quoted: str | None
    reply_to: UUID | None
    attachments: Sequence[AttachmentView]
    meta: Mapping[str, object]
    state: MessageState
    error: MessageError | None
    client_id: str | None
    at: datetime
    created_at: datetime
    undo_until: datetime | None = None
    content: Content | None = None
    reactions: Sequence[Reaction] = ()
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    parts: Sequence[PartView] = ()
