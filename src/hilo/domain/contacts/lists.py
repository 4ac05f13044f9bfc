"""Lists of contacts: all, or those whose name, e-mail or phone holds every word of a question."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from hilo.domain.contacts.models import ContactRow, ContactView, contact_view
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.page import Page, decode_keyset, encode_cursor
from hilo.kit.sql import Queries
from hilo.kit.text import clean

SQL = Queries(__package__, "lists.sql")
END = datetime(9999, 12, 31, tzinfo=UTC)
LAST = UUID(int=(1 << 128) - 1)
_LIST = "contacts"  # what its cursors begin with
_QUESTION_CHARS = 200
_WORDS = 8
_NUMBER = re.compile(r"[+(]?[\d\s().-]{5,}")
_LIKE = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def words_of(question: str) -> list[str]:
    """Return the words every hit must hold, longest first. A phone number is one word."""
    given = clean(question)[:_QUESTION_CHARS].strip()
    if _NUMBER.fullmatch(given):
        given = re.sub(r"\D", "", given)
    return sorted(dict.fromkeys(given.split()), key=len, reverse=True)[:_WORDS]


def patterns_of(words: Sequence[str]) -> list[str]:
    """Return what LIKE compares: parts of words, with its signs taken literally."""
    return [f"%{word.translate(_LIKE)}%" for word in words]


async def list_contacts(
    tx: Tx, actor: Actor, *, q: str = "", cursor: str | None = None, limit: int = 25
) -> Page[ContactView]:
    """Return a page, newest change first. q: empty = all. Raises: Forbidden; Invalid (cursor)."""
    actor.must("contact:read")
    before_at, before_id = END, LAST
    if cursor:
        before_at, before_id = decode_keyset(cursor, _LIST)
    words = words_of(q)
    if q.strip() and not words:
        return Page([], None)
    if words:
        rows = await found(tx, words, before_at, before_id, limit + 1)
    else:
        rows = await tx.all(
            SQL.page,
            ContactRow,
            workspace=tx.workspace,
            before_at=before_at,
            before_id=before_id,
            most=limit + 1,
        )
    kept = rows[:limit]
    more = len(rows) > limit
    return Page(
        [contact_view(row) for row in kept],
        encode_cursor(_LIST, kept[-1].updated_at, kept[-1].id) if more else None,
    )


async def some_contacts(tx: Tx, actor: Actor, ids: Collection[UUID]) -> list[ContactView]:
    """Return those of these contacts that are there. Raises: Forbidden."""
    actor.must("contact:read")
    rows = await tx.all(SQL.some, ContactRow, workspace=tx.workspace, ids=list(ids))
    return [contact_view(row) for row in rows]


async def found(
    tx: Tx, words: Sequence[str], before_at: datetime, before_id: UUID, most: int
) -> list[ContactRow]:
    """Return contacts that hold every word, newest change first."""
    return await tx.all(
        SQL.found,
        ContactRow,
        workspace=tx.workspace,
        words=patterns_of(words),
        before_at=before_at,
        before_id=before_id,
        most=most,
    )
