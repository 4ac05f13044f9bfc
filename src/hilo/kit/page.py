"""Pages of lists. A cursor says where the next page begins: opaque base64url without padding."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.kit.errors import FieldError, Invalid, invalid

Item = TypeVar("Item")
LIMIT_MAX = 100
LIMIT_DEFAULT = 25


class NotACursor(Invalid):
    """What was given to go on from is no cursor of ours, or another list's."""

    code = "cursor-invalid"


class Page(Struct, Generic[Item], frozen=True):
    """One page. next_cursor None: there is no more."""

    items: Sequence[Item]
    next_cursor: str | None


def encode_cursor(*values: object) -> str:
    """Return the cursor of these sort values (dates, ids, numbers, texts, None)."""
    return urlsafe_b64encode(msgspec.json.encode(values)).rstrip(b"=").decode()


def decode_cursor(text: str, *types: object, field: str = "cursor") -> tuple[object, ...]:
    """Return the sort values, one of each type. field: what the caller calls it.

    Raises: NotACursor.
    """
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        values = msgspec.json.decode(raw, type=list[object])
        if len(values) != len(types):
            raise not_a_cursor(field)
        return tuple(
            msgspec.convert(value, type=kind, strict=True)
            for value, kind in zip(values, types, strict=True)
        )
    except (ValueError, msgspec.DecodeError, msgspec.ValidationError):
        raise not_a_cursor(field) from None


def decode_keyset(text: str, of: str) -> tuple[datetime, UUID]:
    """Return the moment and id a list goes on from. of: the list's name, its cursor's first value.

    Raises: NotACursor, for another list's cursor too.
    """
    name, moment, id_ = decode_cursor(text, str, datetime, UUID)
    if name != of:
        raise not_a_cursor()
    if not isinstance(moment, datetime) or not isinstance(id_, UUID) or moment.tzinfo is None:
        raise not_a_cursor()
    return moment, id_


def page(items: Sequence[Item], limit: int, *sort_of_last: object) -> Page[Item]:
    """Cut a list that was asked for limit + 1 rows. sort_of_last: of the last item kept."""
    if len(items) <= limit:
        return Page(items, None)
    return Page(items[:limit], encode_cursor(*sort_of_last))


def check_limit(limit: int | None, most: int = LIMIT_MAX) -> int:
    """Return the limit to use. Raises Invalid outside 1..most."""
    if limit is None:
        return LIMIT_DEFAULT
    if not 1 <= limit <= most:
        raise invalid("limit", "out-of-range", f"must be from 1 to {most}")
    return limit


def not_a_cursor(field: str = "cursor") -> NotACursor:
    """Return the error of what was given as that field."""
    wrong = FieldError(field, NotACursor.code, "is not a cursor this server gave out")
    return NotACursor(wrong)
