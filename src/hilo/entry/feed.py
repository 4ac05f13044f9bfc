"""The log as agents and programs read it: `/events`, the socket, the hub.

A place in the log is (xid, id); outside it is an opaque cursor. Events are read below the horizon
of running transactions, so what lies behind a cursor never changes.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import invalid
from hilo.kit.page import decode_cursor, encode_cursor
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
}
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


def place_of(cursor: str) -> Place:
    """Return the place. Raises: Invalid with code cursor-invalid."""
    xid, id_ = decode_cursor(cursor, int, int)
    if not (isinstance(xid, int) and isinstance(id_, int)):
        raise invalid("after", "cursor-invalid", "is not a cursor this server gave out")
    if not (0 <= xid <= _XID_MOST and 0 <= id_ <= _ID_MOST):
        raise invalid("after", "cursor-invalid", "is not a cursor this server gave out")
    return Place(xid, id_)


def cursor_of(place: Place) -> str:
    """Return the cursor of a place."""
    return encode_cursor(place.xid, place.id)


def may_see(permissions: Collection[str], type_: str) -> bool:
    """Say whether these rights are enough for events of the type."""
    needed = NEEDS.get(type_.partition(".")[0])
    return needed is None or needed in permissions


def item_of(row: Row) -> FeedItem:
    """Return the event as clients know it."""
    return FeedItem(
        cursor=cursor_of(Place(row.xid, row.id)),
        id=row.id,
        type=row.type,
        subject=row.subject,
        actor=Raw(row.actor.encode()),
        data=Raw(with_files(row.data.encode())),
        at=row.at,
    )


def with_files(data: bytes) -> bytes:
    """Give the files in an event their plain address: the reader's own sign-in opens it."""
    if _HAS_FILES not in data:
        return data
    decoded = msgspec.json.decode(data)
    for file in decoded.get("message", {}).get("attachments", ()):
        if file.get("state", "stored") == "stored":
            file["url"] = f"/files/{file['id']}"
    return msgspec.json.encode(decoded)


async def read(tx: Tx, actor: Actor, after: Place, most: int) -> tuple[Sequence[FeedItem], Place]:
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
    seen = [item_of(row) for row in rows if may_see(actor.permissions, row.type)]
    return seen, Place(rows[-1].xid, rows[-1].id)


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
