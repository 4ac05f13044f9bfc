"""The log as agents and programs read it: `/events`, the socket, the hub.

A place in the log is (xid, id); outside it is an opaque cursor. Events are read below the horizon
of running transactions, so what lies behind a cursor never changes.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from hilo.domain import people
from hilo.domain.library import FileLinks, Reader
from hilo.domain.people import Actor, Sight
from hilo.kit.db import Tx
from hilo.kit.page import decode_cursor, encode_cursor, not_a_cursor
from hilo.kit.sql import Queries

SQL = Queries(__package__, "feed.sql")
# What one must be allowed to do to see an event, by the first part of its type; nothing for others.
NEEDS: Mapping[str, str] = {
    "conversation": "conversation:read",
    "message": "conversation:read",
    "contact": "contact:read",
    "account": "inbox:read",
    "inbox": "inbox:read",
    "delivery": "quarantine:read",
    "agent": "agent:read",
    "token": "token:write",
    "visit": "conversation:read",
    "shop": "conversation:read",
}
GONE = "conversation.hidden"  # to who saw it until now; never in the log
_PAIRS = frozenset({"conversation.split", "contact.merged", "contact.parted"})
_HIDEABLE = ("conversation.", "message.", "contact.", "visit.")
_XID_MOST = (1 << 63) - 1
_ID_MOST = (1 << 63) - 1
_HAS_FILES = b'"attachments": [{'


class Place(NamedTuple):
    """A place in the log: everything up to and with it was read."""

    xid: int
    id: int


START = Place(0, 0)


class Row(Struct, frozen=True):
    """An event of the workspace as the queries give it; actor and data are JSON text."""

    id: int
    xid: int
    type: str
    subject: UUID | None
    actor: str
    data: str
    at: datetime


class FeedItem(Struct, frozen=True, kw_only=True):
    """An event. cursor: its place, to go on from. subject: the conversation or contact."""

    cursor: str
    id: int
    type: str
    subject: UUID | None
    actor: Raw
    data: Raw
    at: datetime


class _Standing(Struct, frozen=True):
    inbox_id: UUID


class _Erased(Struct, frozen=True):
    """conversation: what is left of it; None: nothing, and the event holds no more than an id."""

    conversation: _Standing | None = None


class _Named(Struct, frozen=True):
    id: UUID


class _Pair(Struct, frozen=True):
    """The other one, of events that speak of two."""

    into: _Named | None = None
    other: _Named | None = None
    contact: _Named | None = None
    from_id: UUID | None = None


class _Assigned(Struct, frozen=True):
    """What of an assignment tells who saw the conversation before."""

    what: str
    conversation: _Standing
    before: UUID | None = None
    before_team: UUID | None = None


Address = Callable[[UUID], str]


def plain_address(file_id: UUID) -> str:
    """Return the address of a file that the reader's own sign-in opens."""
    return f"/files/{file_id}"


def place_of(cursor: str) -> Place:
    """Return the place. Raises: NotACursor."""
    xid, id_ = decode_cursor(cursor, int, int, field="after")
    if not (isinstance(xid, int) and isinstance(id_, int)):
        raise not_a_cursor("after")
    if not (0 <= xid <= _XID_MOST and 0 <= id_ <= _ID_MOST):
        raise not_a_cursor("after")
    return Place(xid, id_)


def cursor_of(place: Place) -> str:
    """Return the cursor of a place."""
    return encode_cursor(place.xid, place.id)


def is_narrow(type_: str) -> bool:
    """Say whether events of the type are about a conversation or contact, which may be hidden."""
    return type_.startswith(_HIDEABLE)


def may_see(permissions: Collection[str], type_: str) -> bool:
    """Say whether these rights are enough for events of the type."""
    needed = NEEDS.get(type_.partition(".")[0])
    return needed is None or needed in permissions


def spoken_of(row: Row) -> frozenset[UUID]:
    """Return the conversations and contacts an event tells of: its subject, of some another."""
    if row.subject is None or not is_narrow(row.type):
        return frozenset()
    if row.type not in _PAIRS:
        return frozenset((row.subject,))
    pair = msgspec.json.decode(row.data, type=_Pair)
    named = [each.id for each in (pair.into, pair.other, pair.contact) if each is not None]
    return frozenset(each for each in (row.subject, pair.from_id, *named) if each is not None)


def item_of(row: Row, address: Address = plain_address) -> FeedItem:
    """Return the event as clients know it. address: where its files are."""
    return FeedItem(
        cursor=cursor_of(Place(row.xid, row.id)),
        id=row.id,
        type=row.type,
        subject=row.subject,
        actor=Raw(row.actor.encode()),
        data=Raw(with_files(row.data.encode(), address)),
        at=row.at,
    )


def narrow_item_of(
    row: Row, sight: Sight, hidden: Collection[UUID], address: Address
) -> FeedItem | None:
    """Return the event for who does not see all, or None: it is not for these eyes.

    hidden: of what is spoken of, what the sight hides now. A conversation that leaves the sight
    says so, and no more. address: a link for this reader, whom a plain address does not open.
    """
    if not spoken_of(row).intersection(hidden):
        return item_of(row, address)
    if row.type.endswith(".erased"):
        left = msgspec.json.decode(row.data, type=_Erased).conversation
        return item_of(row) if left is None else None
    if row.type != "conversation.changed":
        return None
    changed = msgspec.json.decode(row.data, type=_Assigned)
    if changed.what not in {"assigned", "unassigned"}:
        return None
    if not sight.sees(changed.conversation.inbox_id, changed.before, changed.before_team):
        return None
    gone = {"conversation_id": row.subject}
    hidden_row = Row(row.id, row.xid, GONE, row.subject, "{}", _json(gone), row.at)
    return item_of(hidden_row)


def with_files(data: bytes, address: Address = plain_address) -> bytes:
    """Give the files in an event their address."""
    if _HAS_FILES not in data:
        return data
    decoded = msgspec.json.decode(data)
    for file in decoded.get("message", {}).get("attachments", ()):
        if file.get("state", "stored") == "stored":
            file["url"] = address(UUID(file["id"]))
    return msgspec.json.encode(decoded)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def read(
    tx: Tx, actor: Actor, after: Place, most: int, links: FileLinks
) -> tuple[Sequence[FeedItem], Place]:
    """Return what follows a place and this actor may see, and the place reached."""
    rows = await tx.all(
        SQL.read,
        Row,
        workspace=tx.workspace,
        after_xid=after.xid,
        after_id=after.id,
        most=most,
    )
    if not rows:
        return [], after
    end = Place(rows[-1].xid, rows[-1].id)
    seen = [row for row in rows if may_see(actor.permissions, row.type)]
    sight = actor.sight
    if sight is None:
        return [item_of(row) for row in seen], end
    hidden = await hidden_of(tx, sight, seen)
    address = links.opener(Reader("agent", sight.agent, tx.workspace))
    items = [narrow_item_of(row, sight, hidden, address) for row in seen]
    return [item for item in items if item is not None], end


async def hidden_of(tx: Tx, sight: Sight, rows: Iterable[Row]) -> frozenset[UUID]:
    """Return what the sight hides of what these events speak of."""
    subjects = {each for row in rows for each in spoken_of(row)}
    return await people.hidden(tx, sight, sorted(subjects)) if subjects else frozenset()


async def read_until(tx: Tx, after: Place, until: Place, most: int) -> list[Row]:
    """Return the workspace's events between two places."""
    return await tx.all(
        SQL.read_until,
        Row,
        workspace=tx.workspace,
        after_xid=after.xid,
        after_id=after.id,
        until_xid=until.xid,
        until_id=until.id,
        most=most,
    )


async def newest(tx: Tx) -> Place:
    """Return a place behind which nothing is missed and before which nothing more will come."""
    horizon = await tx.one(SQL.horizon, int)
    return Place(horizon - 1, _ID_MOST)
