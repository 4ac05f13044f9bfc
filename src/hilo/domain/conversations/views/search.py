"""Search: messages and contacts that hold every word of a question, newest first.

A word with a digit or a sign in it (ZX-4471, ana@x.org) counts also as a part of a longer one. When
no message has all words as words, they may be parts: `devol` finds `devolución`.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.domain.contacts import (
    END,
    LAST,
    ContactRow,
    ContactView,
    contact_view,
    found,
    words_of,
)
from hilo.domain.conversations.models import MessageView
from hilo.domain.conversations.rows import MessageRow, message_view
from hilo.domain.conversations.views import highlight
from hilo.domain.conversations.views.highlight import Piece
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import Forbidden, invalid
from hilo.kit.ids import NIL
from hilo.kit.page import Page, decode_cursor, encode_cursor, not_a_cursor
from hilo.kit.sql import Queries
from hilo.kit.text import clean

SQL = Queries(__package__, "search.sql")
_QUESTION_CHARS = 500
_WORDS = 16
_PART_CHARS = 3  # a trigram
_EDGES = re.compile(r"^\W+|\W+$")
_CODE = re.compile(r"\d|\w[@._/#:+&-]+\w")
_COLUMNS_OF_MESSAGE = 26
Kind = Literal["message", "contact"]


class Question(Struct, frozen=True, kw_only=True):
    """What is looked for. kind: None = both; since and until: when messages were stored."""

    q: str
    kind: Kind | None = None
    inbox: UUID | None = None
    channel: str | None = None
    since: UUID = NIL
    until: UUID = LAST


class Hit(Struct, frozen=True, kw_only=True):
    """One result: a whole message or a contact. highlights: pieces to show, never HTML."""

    type: Kind
    contact_id: UUID
    highlights: Sequence[Piece]
    at: datetime
    conversation_id: UUID | None = None
    message: MessageView | None = None
    contact: ContactView | None = None


class _Words(Struct, frozen=True):
    """The question taken apart: plain words, codes, and parts of words."""

    words: list[str]
    codes: list[str]
    parts: list[str]


class _Place(Struct, frozen=True):
    """Where the next page begins, in both streams. by_parts: how messages are found."""

    by_parts: bool
    before_id: UUID
    contact_at: datetime
    contact_id: UUID


async def search(
    tx: Tx, actor: Actor, question: Question, *, cursor: str | None = None, limit: int = 25
) -> Page[Hit]:
    """Return a page of hits. Raises: Forbidden; Invalid when there is nothing to look for."""
    actor.must("search:read")
    given = _given(question.q)
    place = _place(cursor)
    wants_messages, wants_contacts = _wants(actor, question)
    messages: list[tuple[MessageView, UUID]] = []
    words = _words(given, by_parts=place.by_parts)
    if wants_messages:
        messages = await _messages(tx, question, words, place.before_id, limit + 1)
        if not messages and cursor is None:
            place = _Place(True, place.before_id, place.contact_at, place.contact_id)  # noqa: FBT003
            words = _words(given, by_parts=True)
            messages = await _messages(tx, question, words, place.before_id, limit + 1)
    rows: list[ContactRow] = []
    terms = words_of(question.q)
    if wants_contacts and terms:
        rows = await found(tx, terms, place.contact_at, place.contact_id, limit + 1)
    hits = [*await _of_messages(tx, messages, words), *_of_contacts(rows, terms)]
    hits.sort(key=lambda hit: hit.at, reverse=True)
    kept = hits[:limit]
    return Page(kept, _next(place, kept) if len(hits) > limit else None)


def _given(q: str) -> list[str]:
    """Return the words asked for. Raises: Invalid."""
    asked = clean(q).strip()
    if not asked:
        raise invalid("q", "required", "must not be blank")
    if len(asked) > _QUESTION_CHARS:
        raise invalid("q", "length", f"must have at most {_QUESTION_CHARS} characters")
    words = [_EDGES.sub("", each) for each in asked.split()]
    words = list(dict.fromkeys(each for each in words if each))
    if len(words) > _WORDS:
        raise invalid("q", "too-many", f"must have at most {_WORDS} words")
    return words


def _words(given: Sequence[str], *, by_parts: bool) -> _Words:
    codes = [each for each in given if _CODE.search(each) and len(each) >= _PART_CHARS]
    plain = [each for each in given if each not in codes]
    if not by_parts:
        return _Words(plain, codes, [])
    parts = [each for each in given if len(each) >= _PART_CHARS]
    return _Words([each for each in given if each not in parts], [], parts)


def _place(cursor: str | None) -> _Place:
    if cursor is None:
        return _Place(False, LAST, END, LAST)  # noqa: FBT003 - a plain record
    by_parts, before_id, contact_at, contact_id = decode_cursor(cursor, bool, UUID, datetime, UUID)
    place = _Place(by_parts, before_id, contact_at, contact_id)  # type: ignore[arg-type]
    if place.contact_at.tzinfo is None:
        raise not_a_cursor()
    return place


def _wants(actor: Actor, question: Question) -> tuple[bool, bool]:
    """Return whether to look for messages and contacts. Raises: Forbidden when for neither."""
    messages = question.kind != "contact" and actor.may("conversation:read")
    only_messages = question.inbox is not None or question.channel is not None
    contacts = question.kind != "message" and actor.may("contact:read")
    if not messages and not contacts:
        needed = "contact:read" if question.kind == "contact" else "conversation:read"
        raise Forbidden(f"this needs the permission {needed}", permission=needed)
    return messages, contacts and not (only_messages and question.kind is None)


async def _messages(
    tx: Tx, question: Question, words: _Words, before_id: UUID, most: int
) -> list[tuple[MessageView, UUID]]:
    query = SQL.messages
    rows = await tx.connection.fetch(
        query.text,
        *query.arguments(
            {
                "workspace": tx.workspace,
                "words": words.words,
                "codes": words.codes,
                "parts": words.parts,
                "inbox": question.inbox,
                "channel": question.channel,
                "first_id": question.since,
                "before_id": min(before_id, question.until),
                "most": most,
            }
        ),
    )
    return [
        (message_view(MessageRow(*row[:_COLUMNS_OF_MESSAGE])), row[_COLUMNS_OF_MESSAGE])
        for row in rows
    ]


async def _of_messages(
    tx: Tx, messages: Sequence[tuple[MessageView, UUID]], words: _Words
) -> list[Hit]:
    asked = [*words.words, *words.codes, *words.parts]
    shown = [_shown(message) for message, _ in messages]
    near = {word for text in shown for word in highlight.candidates(text, asked)}
    forms = (
        set(await tx.all(SQL.hits, str, candidates=sorted(near), words=asked)) if near else set()
    )
    parts = [highlight.folded(each) for each in [*words.codes, *words.parts]]
    return [
        Hit(
            type="message",
            conversation_id=message.conversation_id,
            contact_id=contact_id,
            message=message,
            highlights=highlight.pieces(text, forms, parts),
            at=message.created_at,
        )
        for (message, contact_id), text in zip(messages, shown, strict=True)
    ]


def _of_contacts(rows: Sequence[ContactRow], terms: Sequence[str]) -> list[Hit]:
    parts = [highlight.folded(each) for each in terms]
    hits = []
    for contact in map(contact_view, rows):
        lines = [contact.name, *(each.value for each in contact.identities)]
        folded = [highlight.folded(line) for line in lines]
        best = next(
            (line for line, bare in zip(lines, folded, strict=True) if parts[0] in bare), lines[0]
        )
        hits.append(
            Hit(
                type="contact",
                contact_id=contact.id,
                contact=contact,
                highlights=highlight.pieces(best, (), parts),
                at=contact.updated_at,
            )
        )
    return hits


def _shown(message: MessageView) -> str:
    return f"{message.subject} — {message.text}" if message.subject else message.text


def _next(place: _Place, kept: Sequence[Hit]) -> str:
    before_id, contact_at, contact_id = place.before_id, place.contact_at, place.contact_id
    for hit in kept:
        if hit.message is not None:
            before_id = hit.message.id
        elif hit.contact is not None:
            contact_at, contact_id = hit.contact.updated_at, hit.contact.id
    return encode_cursor(place.by_parts, before_id, contact_at, contact_id)
