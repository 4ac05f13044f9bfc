"""Lists: conversations by any mix of filters, and the messages of one. By keyset, never counted."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from hilo.domain.contacts import END, LAST
from hilo.domain.conversations.models import (
    PRIORITIES,
    SEQ_MOST,
    ConversationView,
    MessageView,
    Priority,
    Status,
)
from hilo.domain.conversations.rows import (
    ConversationRow,
    MessageRow,
    conversation_view,
    message_view,
)
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound
from hilo.kit.page import Page, decode_cursor, decode_keyset, encode_cursor, not_a_cursor
from hilo.kit.sql import Queries, Query

SQL = Queries(__package__, "lists.sql")
_LIST, _RANKED = "conversations", "by-priority"  # what their cursors begin with
_ABOVE = len(PRIORITIES)  # above every rank
_NEWEST = SEQ_MOST
_MOST = 100  # and one more, which the statements have as a number
_SEVERAL_TAGGED = 200  # fewer are read sooner than the newest of all are walked
_COMMON_TAG = 20_000  # so many are not read whole and sorted: the others are walked past

Order = Literal["activity", "priority"]


class Filters(Struct, frozen=True, kw_only=True):
    """What a list is asked for; all must hold. assignee: an agent, or "none" for nobody's.

    order: by activity, the latest first, or by priority, the most pressing first.
    """

    status: Status | None = None
    inbox: UUID | None = None
    assignee: UUID | Literal["none"] | None = None
    team: UUID | None = None
    contact: UUID | None = None
    tag: UUID | None = None
    unread: bool | None = None
    priority: Priority | None = None
    order: Order = "activity"


class _After(Struct, frozen=True):
    """Where a page begins: below this activity, and this rank where there is one."""

    at: datetime
    id: UUID
    rank: int


async def list_conversations(
    tx: Tx, actor: Actor, filters: Filters, *, cursor: str | None = None, limit: int = 25
) -> Page[ConversationView]:
    """Return a page in the order asked for, of a hundred at most.

    Raises: Forbidden; Invalid (cursor).
    """
    actor.must("conversation:read")
    limit = min(limit, _MOST)
    by_priority = filters.order == "priority"
    top = _ABOVE if filters.priority is None else PRIORITIES.index(filters.priority)
    after = _After(END, LAST, top)
    if cursor and by_priority:
        after = _decode(cursor)
    elif cursor:
        after = _After(*decode_keyset(cursor, _LIST), top)
    if by_priority:
        rows = await _by_priority(tx, filters, after, limit + 1)
    else:
        rows = await _list(tx, filters, after, limit + 1)
    kept = rows[:limit]
    next_cursor = None
    if len(rows) > limit:
        rank: tuple[object, ...] = (_RANKED, kept[-1].priority) if by_priority else (_LIST,)
        next_cursor = encode_cursor(*rank, kept[-1].activity_at, kept[-1].id)
    return Page([conversation_view(row) for row in kept], next_cursor)


async def get_conversation(tx: Tx, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Return one conversation. Raises: Forbidden; NotFound."""
    actor.must("conversation:read")
    row = await tx.maybe(
        SQL.one, ConversationRow, workspace=tx.workspace, conversation=conversation_id
    )
    if row is None:
        raise NotFound("no such conversation")
    return conversation_view(row)


async def some_conversations(tx: Tx, actor: Actor, ids: Collection[UUID]) -> list[ConversationView]:
    """Return those of these conversations that are there. Raises: Forbidden."""
    actor.must("conversation:read")
    rows = await tx.all(SQL.some, ConversationRow, workspace=tx.workspace, ids=list(ids))
    return [conversation_view(row) for row in rows]


async def list_messages(
    tx: Tx, actor: Actor, conversation_id: UUID, *, cursor: str | None = None, limit: int = 25
) -> Page[MessageView]:
    """Return a page of the thread, newest first. Raises: Forbidden; NotFound; Invalid (cursor)."""
    actor.must("conversation:read")
    before = _NEWEST
    if cursor:
        (before,) = decode_cursor(cursor, int)  # type: ignore[assignment]
    rows = await tx.all(
        SQL.messages,
        MessageRow,
        workspace=tx.workspace,
        conversation=conversation_id,
        before=min(max(before, 0), _NEWEST),
        most=limit + 1,
        now=tx.now,
    )
    if not rows:
        await _must_exist(tx, conversation_id)
    kept = rows[:limit]
    next_cursor = encode_cursor(kept[-1].seq) if len(rows) > limit else None
    return Page([message_view(row) for row in kept], next_cursor)


async def messages_after(
    tx: Tx, actor: Actor, conversation_id: UUID, after_seq: int, limit: int
) -> list[MessageView]:
    """Return what came after a place in the thread, oldest first. Raises: Forbidden; NotFound."""
    actor.must("conversation:read")
    rows = await tx.all(
        SQL.messages_after,
        MessageRow,
        workspace=tx.workspace,
        conversation=conversation_id,
        after=min(max(after_seq, 0), _NEWEST),
        most=limit,
        now=tx.now,
    )
    if not rows:
        await _must_exist(tx, conversation_id)
    return [message_view(row) for row in rows]


async def some_messages(tx: Tx, actor: Actor, ids: Collection[UUID]) -> list[MessageView]:
    """Return those of these messages that are there. Raises: Forbidden."""
    actor.must("conversation:read")
    rows = await tx.all(
        SQL.some_messages, MessageRow, workspace=tx.workspace, ids=list(ids), now=tx.now
    )
    return [message_view(row) for row in rows]


def leading(filters: Filters) -> Query:  # noqa: C901, PLR0911 - one line per index
    """Return the statement whose index serves these filters best."""
    match filters:
        case Filters(contact=UUID()):
            return SQL.by_contact
        case Filters(priority="low" | "normal" | "high" | "urgent"):
            return SQL.by_priority
        case Filters(assignee=UUID(), status=str()):
            return SQL.by_assignee
        case Filters(tag=UUID()):
            return SQL.by_tag
        case Filters(assignee=UUID()):
            return SQL.by_assignee_any
        case Filters(unread=True):
            return SQL.by_unread
        case Filters(assignee="none", status=str()):
            return SQL.by_nobody
        case Filters(assignee="none"):
            return SQL.by_nobody_any
        case Filters(inbox=UUID(), status=str()):
            return SQL.by_inbox
        case Filters(inbox=UUID()):
            return SQL.by_inbox_any
        case Filters(status=str()):
            return SQL.by_status
        case _:
            return SQL.by_all


async def find_external(tx: Tx, actor: Actor, account: UUID, external_id: str) -> UUID | None:
    """Return the conversation that a message from the outside is in. Raises: Forbidden."""
    actor.must("conversation:read")
    return await tx.maybe(
        SQL.of_external, UUID, workspace=tx.workspace, account=account, external=external_id
    )


async def _walk(
    tx: Tx, query: Query, filters: Filters, after: _After, most: int
) -> list[ConversationRow]:
    values = _values(filters) | {
        "workspace": tx.workspace,
        "before_rank": after.rank,
        "before_at": after.at,
        "before_id": after.id,
        "most": most,
    }
    asked = {name: values[name] for name in query.params}
    rows = await tx.connection.fetch(query.text, *query.arguments(asked))
    return [ConversationRow(*row) for row in rows]


async def _by_priority(tx: Tx, filters: Filters, after: _After, most: int) -> list[ConversationRow]:
    """Return those that have a priority, then the others along the list they are in anyway."""
    rows: list[ConversationRow] = []
    if after.rank > 0 and filters.priority != "none":
        rows = await _walk(tx, SQL.by_priority, filters, after, most)
        after = _After(END, LAST, 0)
    if len(rows) < most and filters.priority in {None, "none"}:
        others = replace(filters, priority="none")
        rows += await _list(tx, others, after, most - len(rows))
    return rows


async def _list(tx: Tx, filters: Filters, after: _After, most: int) -> list[ConversationRow]:
    query = leading(filters)
    if query is not SQL.by_tag:
        return await _walk(tx, query, filters, after, most)
    if await _is_on(tx, filters, _SEVERAL_TAGGED):
        rows = await _walk(tx, SQL.near_by_tag, filters, after, most)
        if len(rows) == most:
            return rows
        if await _is_on(tx, filters, _COMMON_TAG):
            query = leading(replace(filters, tag=None))
    return await _walk(tx, query, filters, after, most)


async def _is_on(tx: Tx, filters: Filters, many: int) -> bool:
    """Say whether the tag is on so many conversations."""
    found = await tx.one(SQL.tag_count, int, workspace=tx.workspace, tag=filters.tag, most=many)
    return found == many


def _decode(cursor: str) -> _After:
    """Return where a list by priority goes on. Raises: Invalid (cursor)."""
    name, rank, at, id_ = decode_cursor(cursor, str, int, datetime, UUID)
    if name != _RANKED or rank not in range(len(PRIORITIES)):
        raise not_a_cursor()
    return _After(at, id_, rank)  # type: ignore[arg-type] # as decoded


def _values(filters: Filters) -> dict[str, object]:
    nobody = filters.assignee == "none"
    values: Mapping[str, object] = {
        "status": filters.status,
        "inbox": filters.inbox,
        "assignee": None if nobody else filters.assignee,
        "nobody": nobody,
        "team": filters.team,
        "contact": filters.contact,
        "tag": filters.tag,
        "unread": filters.unread,
        "priority": None if filters.priority is None else PRIORITIES.index(filters.priority),
    }
    return dict(values)


async def _must_exist(tx: Tx, conversation_id: UUID) -> None:
    if not await tx.one(SQL.exists, bool, workspace=tx.workspace, conversation=conversation_id):
        raise NotFound("no such conversation")
