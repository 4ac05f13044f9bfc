"""Who of the visitors is listening, and whom an event of the log concerns.

An ear is woken, not told: what it may see is read from the tables by the one rule of
`conversations.visitors`. Typing alone is passed on as it is, since it is written nowhere.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

Key = tuple[str, UUID]


class Happened(Protocol):
    """An event of the log, its data as JSON text or decoded."""

    @property
    def type(self) -> str:
        """The dotted name."""
        ...

    @property
    def subject(self) -> UUID | None:
        """The conversation."""
        ...

    @property
    def data(self) -> object:
        """The event's fields."""
        ...


class TypingFrame(Struct, frozen=True, kw_only=True, tag="typing", tag_field="type"):
    """An agent writes."""

    name: str
    until: datetime


class Ear:
    """One listening visitor. keys: what it listens to: the visitor, its contacts, conversations."""

    def __init__(self, visitor: UUID) -> None:
        """Made by a socket."""
        self.keys: set[Key] = {("visitor", visitor)}
        self.typing: TypingFrame | None = None
        self._something = asyncio.Event()
        self._something.set()

    def wake(self) -> None:
        """There may be something new."""
        self._something.set()

    async def woken(self) -> None:
        """Wait for it."""
        await self._something.wait()
        self._something.clear()


class Feed:
    """All ears of this process."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._ears: defaultdict[Key, set[Ear]] = defaultdict(set)

    def join(self, ear: Ear) -> None:
        """Listen from now on."""
        for key in ear.keys:
            self._ears[key].add(ear)

    def widen(self, ear: Ear, contacts: Iterable[UUID], conversations: Iterable[UUID]) -> None:
        """Listen to these, too."""
        found = {("contact", each) for each in contacts}
        found |= {("conversation", each) for each in conversations}
        for key in found - ear.keys:
            self._ears[key].add(ear)
        ear.keys |= found

    def leave(self, ear: Ear) -> None:
        """Listen no more."""
        for key in ear.keys:
            ears = self._ears.get(key)
            if ears is not None:
                ears.discard(ear)
                if not ears:
                    del self._ears[key]

    def heard(self, events: Iterable[Happened]) -> None:
        """Wake whom the events concern."""
        if not self._ears:
            return
        for event in events:
            if event.type.startswith(("message.", "conversation.")):
                for key in _keys(event):
                    for ear in self._ears.get(key, ()):
                        ear.wake()

    def typing(self, conversation: UUID, name: str, until: datetime) -> None:
        """Pass on that an agent writes in a conversation."""
        for ear in self._ears.get(("conversation", conversation), ()):
            ear.typing = TypingFrame(name=name, until=until)
            ear.wake()


class _Contact(Struct):
    id: UUID


class _Conversation(Struct):
    contact: _Contact


class _Meta(Struct):
    visitor: UUID | None = None


class _Message(Struct):
    meta: _Meta | None = None


class _Data(Struct):
    conversation: _Conversation | None = None
    message: _Message | None = None


def _keys(event: Happened) -> list[Key]:
    keys: list[Key] = []
    if event.subject is not None:
        keys.append(("conversation", event.subject))
    data = _data(event.data)
    if data.conversation is not None:
        keys.append(("contact", data.conversation.contact.id))
    if data.message is not None and data.message.meta is not None and data.message.meta.visitor:
        keys.append(("visitor", data.message.meta.visitor))
    return keys


def _data(given: object) -> _Data:
    """Read the few fields that matter; whatever else an event says is nothing to us."""
    try:
        if isinstance(given, str | bytes):
            return msgspec.json.decode(given, type=_Data)
        if isinstance(given, msgspec.Raw):
            return msgspec.json.decode(bytes(given), type=_Data)
        return msgspec.convert(given, _Data)
    except msgspec.ValidationError:
        return _Data()
