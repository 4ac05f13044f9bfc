"""What was joined and parted, and what it takes to undo it: ids, never what somebody said."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.domain import contacts
from hilo.domain.contacts import Taken
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries

SQL = Queries(__package__, "journal.sql")
_MOST = 50
Kind = Literal["merge", "unlink"]
Reason = Literal["", "code", "signed"]


class Moved(Struct, frozen=True):
    """A conversation that went as a whole, with the key it had."""

    id: UUID
    key: str | None


class Split(Struct, frozen=True, kw_only=True):
    """Messages that went from one conversation into another, under the numbers they had."""

    conversation: UUID
    into: UUID
    messages: Sequence[UUID]


class Trail(Struct, frozen=True, kw_only=True):
    """What it takes to undo. crossings: codes whose bond was cut, each with its identity.

    by_code: how the address was marked.
    """

    taken: Taken
    moved: Sequence[Moved] = ()
    split: Sequence[Split] = ()
    crossings: Sequence[tuple[UUID, UUID]] = ()
    by_code: bool = False


class LinkView(Struct, frozen=True, kw_only=True):
    """Two contacts that were made one, or an address that was parted from one.

    from_id: what went or was parted from; into_id: whose it became. reason: why nobody's hand did
    it. undone_at: when it was undone; null: it holds.
    """

    id: UUID
    kind: Kind
    from_id: UUID
    into_id: UUID
    reason: Reason
    by: Mapping[str, object]
    at: datetime
    undone_at: datetime | None


class LinkRow(Struct, frozen=True):
    """One line of the journal."""

    id: UUID
    kind: Kind
    from_id: UUID
    into_id: UUID
    reason: Reason
    by: Mapping[str, object]
    at: datetime
    undone_at: datetime | None
    moved: Mapping[str, object]


async def note(  # noqa: PLR0913, PLR0917 - a line of the journal
    tx: Tx, actor: Actor, kind: Kind, from_id: UUID, into_id: UUID, trail: Trail, reason: Reason
) -> UUID:
    """Write a line; return its id."""
    id_ = new_id()
    await tx.run(
        SQL.note,
        workspace=tx.workspace,
        id=id_,
        kind=kind,
        **{"from": from_id, "into": into_id},
        reason=reason,
        moved=trail,
        by=actor.by,
        now=tx.now,
    )
    return id_


async def hold(tx: Tx, link: UUID) -> LinkRow:
    """Hold a line until the end of the transaction. Raises: NotFound."""
    row = await tx.maybe(SQL.hold, LinkRow, workspace=tx.workspace, id=link)
    if row is None:
        raise NotFound("no such link")
    return row


async def list_links(tx: Tx, actor: Actor, contact_id: UUID) -> list[LinkView]:
    """Return what joined or parted the contact, newest first. Raises: Forbidden; NotFound; Gone."""
    await contacts.get_contact(tx, actor, contact_id)
    rows = await tx.all(
        SQL.of_contact, LinkRow, workspace=tx.workspace, contact=contact_id, most=_MOST
    )
    return [view_of(row) for row in rows]


def view_of(row: LinkRow) -> LinkView:
    """Return the row as everybody above knows it."""
    return LinkView(
        id=row.id,
        kind=row.kind,
        from_id=row.from_id,
        into_id=row.into_id,
        reason=row.reason,
        by=row.by,
        at=row.at,
        undone_at=row.undone_at,
    )
