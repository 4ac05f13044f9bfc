"""What the team looks at: its shops, a queue as it stands, visits that are over."""

from datetime import UTC, datetime
from uuid import UUID

from hilo.domain import contacts
from hilo.domain.inboxes import Channels
from hilo.domain.people import Actor
from hilo.domain.visits import queries
from hilo.domain.visits.models import Queue, Shop, VisitView
from hilo.domain.visits.queries import SQL
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound
from hilo.kit.page import Page, decode_keyset, page

_RIGHT = "conversation:read"
_LIST = "visits"
_NEWEST = datetime(9999, 1, 1, tzinfo=UTC)


async def list_shops(tx: Tx, actor: Actor, channels: Channels) -> list[Shop]:
    """Return the shops that are switched on, by name. Raises: Forbidden."""
    actor.must(_RIGHT)
    return await queries.shops(tx, channels)


async def get_queue(tx: Tx, actor: Actor, channels: Channels, account: UUID) -> Queue:
    """Return a shop's queue. Raises: Forbidden; NotFound."""
    actor.must(_RIGHT)
    return await queries.queue(tx, channels, account)


async def get_visit(tx: Tx, actor: Actor, visit_id: UUID) -> VisitView:
    """Return one visit. Raises: Forbidden; NotFound."""
    actor.must(_RIGHT)
    found = await queries.views(tx, [visit_id])
    if not found:
        raise NotFound("no such visit")
    return found[0]


async def list_visits(
    tx: Tx,
    actor: Actor,
    channels: Channels,
    account: UUID,
    *,
    cursor: str | None = None,
    limit: int = 25,
) -> Page[VisitView]:
    """Return a page of visits that are over, the newest first. Raises: Forbidden; NotFound."""
    actor.must(_RIGHT)
    await queries.shop(tx, channels, account)
    before_at, before = decode_keyset(cursor, _LIST) if cursor else (_NEWEST, contacts.LAST)
    rows = await tx.all(
        SQL.over,
        VisitView,
        workspace=tx.workspace,
        account=account,
        before_at=before_at,
        before=before,
        most=limit + 1,
    )
    last = rows[min(limit, len(rows)) - 1] if rows else None
    return page(rows, limit, _LIST, *((last.ended_at, last.id) if last else ()))
