"""The one way a message enters a conversation: intake, replies, notes and activity lines.

Set-wise: any number of messages over any number of conversations costs two statements (one more to
lock several conversations in order, one more for client ids). It never publishes: who appends says
what happened.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct, field

from hilo.domain.conversations import plainly
from hilo.domain.conversations.models import (
    AttachmentView,
    Author,
    ConversationView,
    LastMessage,
    MessageError,
    MessageKind,
    MessageState,
    MessageView,
    PartView,
)
from hilo.domain.conversations.rows import ConversationRow, conversation_view
from hilo.kit.db import Tx
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries
from hilo.sdk.content import Content

SQL = Queries(__package__, "writing.sql")
_PREVIEW_CHARS = 140


class NewMessage(Struct, frozen=True, kw_only=True):
    """A message to append.

    channel and inbox_id: of the message; of a note or an activity line, the conversation's own.
    at: the provider's time, else ours. created_at: given only for data older than its row.
    quiet: from a machine (an automatic answer): it wakes no conversation, nobody waits for a reply.
    undo_until: passed through to the view.
    """

    conversation_id: UUID
    kind: MessageKind
    author: Author
    channel: str
    inbox_id: UUID
    state: MessageState
    id: UUID = field(default_factory=new_id)
    account_id: UUID | None = None
    identity_id: UUID | None = None
    subject: str = ""
    text: str = ""
    html: str | None = None
    quoted: str | None = None
    reply_to: UUID | None = None
    attachments: Sequence[AttachmentView] = ()
    meta: Mapping[str, object] = field(default_factory=dict)
    error: MessageError | None = None
    client_id: str | None = None
    external_id: str | None = None
    at: datetime | None = None
    created_at: datetime | None = None
    quiet: bool = False
    undo_until: datetime | None = None
    content: Content | None = None
    parts: Sequence[PartView] = ()


class Key(Struct, frozen=True):
    """A message's name at the outside: unique for ever within its account."""

    account_id: UUID
    external_id: str
    message_id: UUID


async def append(
    tx: Tx, messages: Sequence[NewMessage], *, are_locked: bool = False
) -> list[tuple[ConversationView, MessageView]]:
    """Give each message the next place in its conversation; answer in the given order.

    A contact's message opens what was pending, snoozed or resolved. The views are those after the
    whole batch. The conversations exist and belong to the transaction's workspace.
    are_locked: the caller has locked these rows, in the order of their ids, or made them itself.
    """
    if not messages:
        return []
    groups: dict[UUID, list[NewMessage]] = {}
    for message in messages:
        groups.setdefault(message.conversation_id, []).append(message)
    if len(groups) > 1 and not are_locked:
        await tx.run(SQL.lock_many, workspace=tx.workspace, ids=sorted(groups))
    views = await _bump(tx, groups)
    seqs = _seqs(messages, views, groups)
    await _insert(tx, messages, seqs)
    return [
        (views[message.conversation_id], _view(tx, message, seq))
        for message, seq in zip(messages, seqs, strict=True)
    ]


async def claim(tx: Tx, keys: Sequence[Key]) -> dict[UUID, bool]:
    """Take external ids for ever; return the ids of the messages whose name was free.

    Each with whether something waits for it: a receipt, an edit.
    """
    if not keys:
        return {}
    fresh = await tx.all(
        SQL.claim_keys,
        _Claimed,
        workspace=tx.workspace,
        accounts=[key.account_id for key in keys],
        externals=[key.external_id for key in keys],
        ids=[key.message_id for key in keys],
    )
    return {each.message: each.is_awaited for each in fresh}


def preview(text: str) -> str:
    """Return at most 140 characters in one line."""
    line = " ".join(text[: _PREVIEW_CHARS * 8].split())
    return line if len(line) <= _PREVIEW_CHARS else line[: _PREVIEW_CHARS - 1] + "…"


class _Claimed(Struct, frozen=True):
    message: UUID
    is_awaited: bool


class _Row(Struct, frozen=True, kw_only=True):
    """A message as `insert_messages` takes it."""

    id: UUID
    conversation_id: UUID
    seq: int
    kind: MessageKind
    channel: str
    inbox_id: UUID
    account_id: UUID | None
    identity_id: UUID | None
    author_kind: str
    author_id: UUID | None
    author_name: str
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
    external_id: str | None
    at: datetime
    created_at: datetime
    content: Content | None
    parts: Sequence[PartView]


class _Bump(Struct):
    """What one conversation's share of the batch does to it; as `bump` takes it."""

    id: UUID
    count: int
    incoming: int = 0
    channel: str | None = None
    last_message: LastMessage | None = None
    last_at: datetime | None = None
    activity_at: datetime | None = None
    waiting: Literal["set", "clear", "keep"] = "keep"
    waiting_at: datetime | None = None
    wakes: bool = False


def _bump_of(id_: UUID, messages: Sequence[NewMessage], now: datetime) -> _Bump:
    bump = _Bump(id_, len(messages))
    for place, message in enumerate(messages, 1):
        if message.kind == "activity":
            continue
        last = _last(message, now)
        if bump.last_at is None or last.at >= bump.last_at.replace(microsecond=0):
            bump.last_message = last
            bump.last_at = last.at
        bump.activity_at = message.created_at or now
        if message.kind == "note":
            continue
        bump.channel = message.channel
        if message.kind == "outgoing":
            bump.waiting = "clear"
            continue
        bump.incoming = place
        if not message.quiet:
            bump.wakes = True
            if bump.waiting != "set":
                bump.waiting_at = message.created_at or now
            bump.waiting = "set"
    return bump


async def _bump(
    tx: Tx, groups: Mapping[UUID, Sequence[NewMessage]]
) -> dict[UUID, ConversationView]:
    ids = sorted(groups)
    bumps = [_bump_of(each, groups[each], tx.now) for each in ids]
    rows = await tx.all(
        SQL.bump, ConversationRow, workspace=tx.workspace, now=tx.now, bumps=_json(bumps)
    )
    return {row.id: conversation_view(row) for row in rows}


def _seqs(
    messages: Sequence[NewMessage],
    views: Mapping[UUID, ConversationView],
    groups: Mapping[UUID, Sequence[NewMessage]],
) -> list[int]:
    following = {each: views[each].last_seq - len(given) for each, given in groups.items()}
    seqs = []
    for message in messages:
        following[message.conversation_id] += 1
        seqs.append(following[message.conversation_id])
    return seqs


async def _insert(tx: Tx, messages: Sequence[NewMessage], seqs: Sequence[int]) -> None:
    rows = [_row(message, seq, tx.now) for message, seq in zip(messages, seqs, strict=True)]
    await tx.run(SQL.insert_messages, workspace=tx.workspace, messages=_json(rows))
    # What arrived is known by its external id; its client may not take the agents' names.
    named = [m for m in messages if m.client_id is not None and m.kind != "incoming"]
    if named:
        await tx.run(
            SQL.insert_clients,
            workspace=tx.workspace,
            conversations=[m.conversation_id for m in named],
            clients=[m.client_id for m in named],
            ids=[m.id for m in named],
        )


def _row(message: NewMessage, seq: int, now: datetime) -> _Row:
    return _Row(
        id=message.id,
        conversation_id=message.conversation_id,
        seq=seq,
        kind=message.kind,
        channel=message.channel,
        inbox_id=message.inbox_id,
        account_id=message.account_id,
        identity_id=message.identity_id,
        author_kind=message.author.kind,
        author_id=message.author.id,
        author_name=message.author.name,
        subject=message.subject,
        text=message.text,
        html=message.html,
        quoted=message.quoted,
        reply_to=message.reply_to,
        attachments=message.attachments,
        meta=message.meta,
        state=message.state,
        error=message.error,
        client_id=message.client_id,
        external_id=message.external_id,
        at=message.at or now,
        created_at=message.created_at or now,
        content=message.content,
        parts=message.parts,
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _last(message: NewMessage, now: datetime) -> LastMessage:
    shown = message.text or message.subject
    if not shown:
        shown = plainly.said(message.content)
    if not shown and message.attachments:
        shown = message.attachments[0].name
    return LastMessage(
        id=message.id,
        kind=message.kind,
        author_kind=message.author.kind,
        author_name=message.author.name,
        preview=preview(shown),
        at=message.at or now,
    )


def _view(tx: Tx, message: NewMessage, seq: int) -> MessageView:
    return MessageView(
        id=message.id,
        conversation_id=message.conversation_id,
        seq=seq,
        kind=message.kind,
        channel=message.channel,
        inbox_id=message.inbox_id,
        author=message.author,
        subject=message.subject,
        text=message.text,
        html=message.html,
        quoted=message.quoted,
        reply_to=message.reply_to,
        attachments=message.attachments,
        meta=message.meta,
        state=message.state,
        error=message.error,
        client_id=message.client_id,
        at=message.at or tx.now,
        created_at=message.created_at or tx.now,
        undo_until=message.undo_until,
        content=message.content,
        parts=message.parts,
    )
