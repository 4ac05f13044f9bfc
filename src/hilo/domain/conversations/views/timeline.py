"""One timeline per contact: messages of all conversations and channels, and what happened to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Raw, Struct

from hilo.domain import contacts
from hilo.domain.contacts import LAST
from hilo.domain.conversations.models import MessageView
from hilo.domain.conversations.rows import MessageRow, message_view
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import invalid
from hilo.kit.ids import first_id
from hilo.kit.page import Page, decode_cursor, encode_cursor
from hilo.kit.sql import Queries

SQL = Queries(__package__, "timeline.sql")
_NEWEST_EVENT = (1 << 63) - 1


class TimelineEvent(Struct, frozen=True, kw_only=True):
    """Something that happened to the contact: entered, changed, merged, a page viewed."""

    id: int
    type: str
    actor: Raw
    data: Raw
    at: datetime


class TimelineItem(Struct, frozen=True, kw_only=True):
    """One entry. message or event, as type says; an event has no conversation."""

    type: Literal["message", "event"]
    at: datetime
    conversation_id: UUID | None = None
    channel: str | None = None
    message: MessageView | None = None
    event: TimelineEvent | None = None


class _EventRow(Struct, frozen=True):
    id: int
    type: str
    actor: str
    data: str
    at: datetime


async def timeline(
    tx: Tx,
    actor: Actor,
    contact_id: UUID,
    *,
    cursor: str | None = None,
    until: datetime | None = None,
    limit: int = 25,
) -> Page[TimelineItem]:
    """Return a page, newest first. until: only what was before.

    Raises: Forbidden; NotFound; Gone; Invalid (cursor, before).
    """
    actor.must("conversation:read")
    await contacts.get_contact(tx, actor, contact_id)
    before, event_before = LAST, _NEWEST_EVENT
    if cursor:
        before, event_before = decode_cursor(cursor, UUID, int)  # type: ignore[assignment]
    if until is not None:
        if until.tzinfo is None:
            raise invalid("before", "format", "must say its offset from UTC")
        before = min(before, first_id(until))
    rows = await tx.all(
        SQL.messages,
        MessageRow,
        workspace=tx.workspace,
        contact=contact_id,
        before=before,
        most=limit + 1,
    )
    events = await tx.all(
        SQL.events,
        _EventRow,
        workspace=tx.workspace,
        contact=contact_id,
        before=min(max(event_before, 0), _NEWEST_EVENT),
        until=until,
        most=limit + 1,
    )
    items = [*map(_of_message, rows), *map(_of_event, events)]
    items.sort(key=_order, reverse=True)
    kept = items[:limit]
    more = len(items) > limit
    return Page(kept, _next(before, event_before, kept) if more else None)


def _order(item: TimelineItem) -> datetime:
    return item.at if item.message is None else item.message.created_at


def _of_message(row: MessageRow) -> TimelineItem:
    view = message_view(row)
    return TimelineItem(
        type="message",
        at=view.at,
        conversation_id=view.conversation_id,
        channel=view.channel,
        message=view,
    )


def _of_event(row: _EventRow) -> TimelineItem:
    event = TimelineEvent(
        id=row.id,
        type=row.type,
        actor=Raw(row.actor.encode()),
        data=Raw(row.data.encode()),
        at=row.at,
    )
    return TimelineItem(type="event", at=row.at, event=event)


def _next(before: UUID, event_before: int, kept: Sequence[TimelineItem]) -> str:
    for item in kept:
        if item.message is not None:
            before = item.message.id
        elif item.event is not None:
            event_before = item.event.id
    return encode_cursor(before, event_before)
