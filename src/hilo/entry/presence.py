"""Who looks at what and who is typing: kept in memory, told over the bus, never in a table.

A mark that is not renewed goes by itself, so a process that died leaves none behind.
"""

import time
from collections.abc import Iterator
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.entry.frames import Frames, frame

KEPT_S = 60.0
TYPING_S = 8.0
Doing = Literal["viewing", "typing", "left"]


class Mark(Struct, frozen=True, kw_only=True):
    """What one agent does in one conversation."""

    workspace: UUID
    conversation_id: UUID
    agent_id: UUID
    agent_name: str
    doing: Doing


class MarkData(Struct, frozen=True, kw_only=True):
    """A mark as clients get it."""

    conversation_id: UUID
    agent_id: UUID
    agent_name: str
    doing: Doing


class MarkFrame(Struct, frozen=True, kw_only=True, tag="presence", tag_field="type"):
    """The frame of a mark."""

    data: MarkData


class Presence:
    """The marks of one workspace, as far as this process has heard."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._marks: dict[tuple[UUID, UUID], tuple[Mark, float]] = {}

    def note(self, mark: Mark) -> bool:
        """Keep a mark; say whether anybody need be told."""
        key = (mark.conversation_id, mark.agent_id)
        old = self._marks.get(key)
        if mark.doing == "left":
            return self._marks.pop(key, None) is not None
        lasts = TYPING_S if mark.doing == "typing" else KEPT_S
        self._marks[key] = (mark, time.monotonic() + lasts)
        return old is None or old[0] != mark or mark.doing == "typing"

    def over(self) -> list[Mark]:
        """Return the marks that were not renewed; typing falls back to viewing, viewing to left."""
        now = time.monotonic()
        late = [(key, mark) for key, (mark, until) in self._marks.items() if until < now]
        found = []
        for key, mark in late:
            if mark.doing == "typing":
                less = msgspec.structs.replace(mark, doing="viewing")
                self._marks[key] = (less, now + KEPT_S)
            else:
                less = msgspec.structs.replace(mark, doing="left")
                del self._marks[key]
            found.append(less)
        return found

    def __iter__(self) -> Iterator[Mark]:
        """Walk the marks that stand."""
        return (mark for mark, _ in self._marks.values())

    def __len__(self) -> int:
        """Count them."""
        return len(self._marks)


def frame_of(mark: Mark) -> Frames:
    """Return the frame that tells it."""
    data = MarkData(
        conversation_id=mark.conversation_id,
        agent_id=mark.agent_id,
        agent_name=mark.agent_name,
        doing=mark.doing,
    )
    return frame(msgspec.json.encode(MarkFrame(data=data)))
