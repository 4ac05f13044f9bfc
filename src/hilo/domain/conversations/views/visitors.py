"""What a visitor of the web chat reads: its own conversations, nothing the team keeps to itself.

Reading only. Whatever a visitor does arrives as a delivery, like everything from outside.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain.conversations.models import (
    AttachmentView,
    AuthorKind,
    MessageState,
    Status,
)
from hilo.kit.db import Tx
from hilo.kit.sql import Queries

SQL = Queries(__package__, "visitors.sql")
_MOST_CHANGES = 500


class Reader(Struct, frozen=True, kw_only=True):
    """Whose eyes. external and email: proven by a signature, else empty."""

    account: UUID
    inbox: UUID
    visitor: UUID
    external: str = ""
    email: str = ""

    @property
    def is_verified(self) -> bool:
        """Say whether the company vouches for who this is."""
        return bool(self.external or self.email)


class VisitorAuthor(Struct, frozen=True):
    """Who wrote, as a visitor knows it."""

    kind: AuthorKind
    name: str


class VisitorMessage(Struct, frozen=True, kw_only=True):
    """A message as a visitor sees it."""

    id: UUID
    conversation_id: UUID
    seq: int
    channel: str
    author: VisitorAuthor
    text: str
    attachments: Sequence[AttachmentView]
    at: datetime
    state: MessageState
    client_id: str | None


class VisitorConversation(Struct, frozen=True):
    """How far a conversation is, and how far the team has read it."""

    id: UUID
    last_seq: int
    read_seq: int
    status: Status


class Place(Struct, frozen=True, array_like=True):
    """A place in the log."""

    xid: int
    id: int


class Seen(Struct, frozen=True, kw_only=True):
    """What a visitor gets. place: where to go on; more: there is something after it already."""

    messages: Sequence[VisitorMessage]
    conversations: Sequence[VisitorConversation]
    contacts: Sequence[UUID]
    place: Place
    more: bool = False


class _Row(Struct, frozen=True):
    id: UUID
    conversation_id: UUID
    seq: int
    kind: Literal["incoming", "outgoing"]
    channel: str
    author_kind: AuthorKind
    author_name: str
    text: str
    attachments: Sequence[Mapping[str, object]]
    state: MessageState
    client_id: str | None
    at: datetime


class _Change(Struct, frozen=True):
    xid: int
    id: int
    type: str
    conversation: UUID
    message: UUID | None


async def contacts(tx: Tx, reader: Reader) -> list[UUID]:
    """Return the contacts this reader is; none before the first message was understood."""
    return await tx.all(
        SQL.contacts,
        UUID,
        workspace=tx.workspace,
        account=reader.account,
        visitor=str(reader.visitor),
        external=reader.external or None,
        email=reader.email or None,
    )


async def stray(tx: Tx, account: UUID, visitor: UUID) -> UUID | None:
    """Return the visitor's contact if no other address leads to it; None when there is none."""
    return await tx.maybe(
        SQL.stray, UUID, workspace=tx.workspace, account=account, visitor=str(visitor)
    )


async def conversations(tx: Tx, who: Sequence[UUID]) -> list[VisitorConversation]:
    """Return these contacts' newest conversations."""
    if not who:
        return []
    return await tx.all(
        SQL.conversations, VisitorConversation, workspace=tx.workspace, contacts=who
    )


async def latest(tx: Tx, reader: Reader, most: int, before: UUID | None = None) -> Seen:
    """Return the newest messages, oldest of them first; before: only what is older than that one.

    most: how many; 0: where everything stands, without messages.
    The place is taken first, so that nothing can happen between it and the messages.
    """
    horizon = await tx.one(SQL.horizon, int)
    who = await contacts(tx, reader)
    talks = await conversations(tx, who)
    rows: list[_Row] = []
    if talks and most > 0:
        rows = await tx.all(
            SQL.latest,
            _Row,
            workspace=tx.workspace,
            conversations=[talk.id for talk in talks],
            account=reader.account,
            inbox=reader.inbox,
            verified=reader.is_verified,
            before=before,
            most=most,
        )
    return Seen(
        messages=[_message(row) for row in reversed(rows)],
        conversations=talks,
        contacts=who,
        place=Place(horizon, 0),
    )


async def since(tx: Tx, reader: Reader, place: Place) -> Seen:
    """Return every message that came or changed after a place, once, as it is now."""
    horizon = await tx.one(SQL.horizon, int)
    who = await contacts(tx, reader)
    talks = await conversations(tx, who)
    if not talks:
        end = max(place, Place(horizon, 0), key=_order)
        return Seen(messages=(), conversations=(), contacts=who, place=end)
    ids = [talk.id for talk in talks]
    changes = await tx.all(
        SQL.changes,
        _Change,
        workspace=tx.workspace,
        conversations=ids,
        xid=str(place.xid),
        id=place.id,
        horizon=str(horizon),
        most=_MOST_CHANGES,
    )
    named = list({change.message for change in changes if change.message is not None})
    messages = await named_messages(tx, reader, ids, named)
    more = len(changes) == _MOST_CHANGES
    end = Place(changes[-1].xid, changes[-1].id) if more else Place(horizon, 0)
    return Seen(
        messages=messages,
        conversations=talks,
        contacts=who,
        place=max(place, end, key=_order),
        more=more,
    )


async def named_messages(
    tx: Tx, reader: Reader, talks: Sequence[UUID], ids: Sequence[UUID]
) -> list[VisitorMessage]:
    """Return those of the messages that the reader may see, oldest first."""
    if not (ids and talks):
        return []
    rows = await tx.all(
        SQL.named,
        _Row,
        workspace=tx.workspace,
        ids=ids,
        conversations=talks,
        account=reader.account,
        inbox=reader.inbox,
        verified=reader.is_verified,
    )
    return [_message(row) for row in rows]


async def visible(tx: Tx, reader: Reader, ids: Sequence[UUID]) -> list[VisitorMessage]:
    """Return those of the messages that the reader may see, oldest first."""
    talks = await conversations(tx, await contacts(tx, reader))
    return await named_messages(tx, reader, [talk.id for talk in talks], ids)


def _order(place: Place) -> tuple[int, int]:
    return place.xid, place.id


def _message(row: _Row) -> VisitorMessage:
    return VisitorMessage(
        id=row.id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        channel=row.channel,
        author=VisitorAuthor(row.author_kind, row.author_name),
        text=row.text,
        attachments=msgspec.convert(row.attachments, list[AttachmentView]),
        at=row.at,
        state=row.state,
        client_id=row.client_id,
    )
