"""One listening visitor: woken by the hub when something may concern it.

It is woken, not told: what it may see is read from the tables, by the one rule of
`conversations.visitors`. Two things are passed on as they come: the visitor's own messages, which
are its own for certain, and that an agent writes, which is written nowhere.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain.conversations import AttachmentView, visitors
from hilo.entry.hub import Heard, Hub
from hilo.sdk.account import Account

_SEEN_STATES = {"sent", "delivered", "read"}
_TELLING_CHANGES = {"read", "resolved", "reopened", "moved"}


class Own(Struct, frozen=True):
    """A message of the visitor's own, as the log gave it. place: where in the log."""

    message: visitors.VisitorMessage
    conversation: visitors.VisitorConversation
    place: visitors.Place


class Ear:
    """Listens to the visitor itself, its contacts and its conversations, until `close`."""

    def __init__(self, hub: Hub, account: Account, visitor: UUID) -> None:
        """visitor: its identity is known to the hub by account and value."""
        self._something = asyncio.Event()
        self._something.set()
        self._visitor = str(visitor)
        self._must_look = True
        self._own: list[Own] = []
        self._writing: set[UUID] = set()
        self._has_erased = False
        topics = [(account.id, self._visitor)]
        self._follower = hub.follow(account.workspace, topics, self._heard, self._typing)

    def widen(self, topics: Iterable[UUID]) -> None:
        """Listen to these contacts and conversations, too, and look again if any is new."""
        given = set(topics)
        if not given <= self._follower.topics:
            self._follower.add(given)
            self.wake()  # something may have happened between the look and now

    def wake(self) -> None:
        """There may be something new."""
        self._must_look = True
        self._something.set()

    async def woken(self, most_s: float) -> None:
        """Wait for something, at most so long."""
        try:
            async with asyncio.timeout(most_s):
                await self._something.wait()
        except TimeoutError:
            return
        self._something.clear()

    def take_must_look(self) -> bool:
        """Say, once, whether the tables have to be asked; that covers own messages, too."""
        found, self._must_look = self._must_look, False
        if found:
            self._own.clear()
        return found

    def take_own(self) -> list[Own]:
        """Return the visitor's own new messages, once."""
        found, self._own = self._own, []
        return found

    def take_writing(self) -> set[UUID]:
        """Return the conversations in which an agent writes, once."""
        found, self._writing = self._writing, set()
        return found

    def take_has_erased(self) -> bool:
        """Say, once, whether something of what was told is gone for good."""
        found, self._has_erased = self._has_erased, False
        return found

    def close(self) -> None:
        """Listen no more."""
        self._follower.close()

    def _heard(self, event: Heard) -> None:
        match event.type:
            case "message.noted" | "message.withdrawn":
                return
            case "message.queued":
                # Not to be seen before it has left; what tells that names only the conversation.
                if event.row.subject is not None:
                    self._follower.add([event.row.subject])
            case "message.state" if event.data.get("state") not in _SEEN_STATES:
                return
            case "conversation.changed" if event.data.get("what") not in _TELLING_CHANGES:
                return
            case "conversation.erased":
                self._has_erased = True
                self.wake()
            case "message.received" if (own := _own(event, self._visitor)) is not None:
                self._own.append(own)
                self._something.set()
            case _:
                self.wake()

    def _typing(self, conversation: UUID) -> None:
        self._writing.add(conversation)
        self._something.set()


class _Meta(Struct):
    visitor: str = ""


class _Message(Struct, kw_only=True):
    id: UUID
    conversation_id: UUID
    seq: int
    channel: str
    author: visitors.VisitorAuthor
    text: str
    attachments: list[AttachmentView]
    at: datetime
    state: str
    client_id: str | None
    meta: _Meta = msgspec.field(default_factory=_Meta)


class _Received(Struct):
    message: _Message
    conversation: visitors.VisitorConversation


def _own(event: Heard, visitor: str) -> Own | None:
    """Return the message if this very visitor wrote it."""
    if visitor not in event.row.data:
        return None
    try:
        found = msgspec.json.decode(event.row.data, type=_Received)
        message = msgspec.convert(found.message, visitors.VisitorMessage, from_attributes=True)
    except msgspec.ValidationError:
        return None  # of another shape than we know: the tables will tell
    if found.message.meta.visitor != visitor:
        return None
    return Own(message, found.conversation, visitors.Place(event.place.xid, event.place.id))


def is_writing(hub: Hub, workspace: UUID, conversation: UUID) -> str | None:
    """Return the name of the agent who writes in the conversation, if one does."""
    for mark in hub.room(workspace).presence:
        if mark.conversation_id == conversation and mark.doing == "typing":
            return mark.agent_name
    return None
