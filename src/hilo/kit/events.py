"""The event log: what a verb says happened, written in the verb's own transaction.

An event is a frozen Struct tagged with its dotted name (`tag="message.received"`). Its fields are
the data.
Readers are in `kit.readers`; who reads what is in `entry/wiring.py`.
"""

import builtins
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

SLOTS = 64


class Event(Struct, frozen=True, kw_only=True):
    """The base of all events: subclass with `tag="noun.verbed"`, `tag_field="type"`, kw_only."""

    @property
    def type(self) -> str:
        """The dotted name."""
        return str(self.__struct_config__.tag)


Kind = TypeVar("Kind", bound=Event)


class By(Struct, frozen=True, omit_defaults=True):
    """Who did it and why. cause: id of the event that led here; depth: how many such steps."""

    kind: str = "system"
    id: UUID | None = None
    name: str = ""
    cause: int | None = None
    depth: int = 0


class Logged(Struct, frozen=True):
    """An event as read from the log. (xid, id) is its place; data is JSON as decoded."""

    workspace: UUID
    id: int
    xid: int
    slot: int
    type: str
    subject: UUID | None
    actor: Mapping[str, object]
    data: Mapping[str, object]
    at: datetime

    def read(self, kind: builtins.type[Kind]) -> Kind:
        """Return the data as this event."""
        return msgspec.convert(self.data, type=kind)


def slot_of(subject: UUID | None, workspace: UUID) -> int:
    """Return 0..63: events of one subject keep their order because they share a slot."""
    return ((subject or workspace).int & 0xFFFFFFFF) % SLOTS
