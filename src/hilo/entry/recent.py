"""The newest events in memory, so that many sockets can come back at once without asking the log.

Bounded in number and bytes; `after` is the place from which on nothing is missing.
"""

from collections import deque
from typing import Protocol, TypeVar
from uuid import UUID

from hilo.entry.feed import START, Place

MOST = 2_000
MOST_BYTES = 4_000_000


class Placed(Protocol):
    """What is remembered."""

    @property
    def workspace(self) -> UUID:
        """Whose it is."""
        ...

    @property
    def id(self) -> int:
        """The second half of its place."""
        ...

    @property
    def xid(self) -> int:
        """The first half of its place."""
        ...

    @property
    def data(self) -> str:
        """What is large about it."""
        ...


Event = TypeVar("Event", bound=Placed)


class Recent(deque[Event]):
    """Events in the order of the log; the oldest make room."""

    def __init__(self) -> None:
        """Begin with nothing; set `after` before the first is added."""
        super().__init__()
        self.after = START
        self._bytes = 0

    def add(self, event: Event) -> None:
        """Remember the next event."""
        self.append(event)
        self._bytes += len(event.data)
        while len(self) > MOST or (self._bytes > MOST_BYTES and len(self) > 1):
            gone = self.popleft()
            self._bytes -= len(gone.data)
            self.after = Place(gone.xid, gone.id)

    def since(self, workspace: UUID, place: Place) -> list[Event]:
        """Return what the workspace's events after a place are. place: not before `after`."""
        found = []
        for event in reversed(self):
            if (event.xid, event.id) <= place:
                break
            if event.workspace == workspace:
                found.append(event)
        found.reverse()
        return found
