"""One listening visitor: woken by the hub when something may concern it.

It is woken, not told: what it may see is read from the tables, by the one rule of
`conversations.visitors`. That an agent writes is passed on, since it is written nowhere.
"""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from hilo.entry.hub import Heard, Hub
from hilo.sdk.channel import Account


class Ear:
    """Listens to the visitor itself, its contacts and its conversations, until `close`."""

    def __init__(self, hub: Hub, account: Account, visitor: UUID) -> None:
        """visitor: its identity is known to the hub by account and value."""
        self._something = asyncio.Event()
        self._something.set()
        self._writing: set[UUID] = set()
        topics = [(account.id, str(visitor))]
        self._follower = hub.follow(account.workspace, topics, self._heard, self._typing)

    def widen(self, topics: Iterable[UUID]) -> None:
        """Listen to these contacts and conversations, too, and look again if any is new."""
        given = set(topics)
        if not given <= self._follower.topics:
            self._follower.add(given)
            self.wake()  # something may have happened between the look and now

    def wake(self) -> None:
        """There may be something new."""
        self._something.set()

    async def woken(self, most_s: float) -> bool:
        """Wait for it so long; say whether there was something."""
        try:
            async with asyncio.timeout(most_s):
                await self._something.wait()
        except TimeoutError:
            return False
        self._something.clear()
        return True

    def take_writing(self) -> set[UUID]:
        """Return the conversations in which an agent writes, once."""
        found, self._writing = self._writing, set()
        return found

    def close(self) -> None:
        """Listen no more."""
        self._follower.close()

    def _heard(self, event: Heard) -> None:
        if event.type != "message.noted":
            self.wake()

    def _typing(self, conversation: UUID) -> None:
        self._writing.add(conversation)
        self.wake()


def is_there(hub: Hub, workspace: UUID) -> bool:
    """Say whether an agent has the console open."""
    return any(each.actor.kind == "agent" for each in hub.room(workspace).listeners)


def is_writing(hub: Hub, workspace: UUID, conversation: UUID) -> str | None:
    """Return the name of the agent who writes in the conversation, if one does."""
    for mark in hub.room(workspace).presence:
        if mark.conversation_id == conversation and mark.doing == "typing":
            return mark.agent_name
    return None
