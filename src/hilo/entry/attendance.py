"""In which workspaces an agent is there, in any process: told over the bus, kept in no table.

Each process says which it serves, when that changes and every few seconds besides; one that died is
believed for a moment longer. One that starts asks, so that it need not wait.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.kit.bus import Bus

TOPIC = "attendance"
_LOOK_S = 0.5
BEAT_S = 5.0
BELIEVED_S = 3 * BEAT_S
_AT_ONCE = 60  # a letter on the bus has room for so many ids


class Word(Struct, frozen=True, kw_only=True):
    """What a process says. here: agents are; gone: no longer; asks: say it again, all of you."""

    process: str
    here: Sequence[UUID] = ()
    gone: Sequence[UUID] = ()
    asks: bool = False


class Attendance:
    """Knows what the other processes have said, and says what this one serves."""

    def __init__(self, bus: Bus, here: Callable[[], Collection[UUID]]) -> None:
        """Know of nobody yet. here: the workspaces with an agent in this process, now."""
        self._bus = bus
        self._here = here
        self._me = secrets.token_hex(6)
        self._said: frozenset[UUID] = frozenset()
        self._heard: dict[UUID, dict[str, float]] = {}

    def elsewhere(self, workspace: UUID) -> bool:
        """Say whether an agent of the workspace is in another process."""
        now = time.monotonic()
        return any(until > now for until in self._heard.get(workspace, {}).values())

    async def run(self) -> None:
        """Hear and say until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear())
            group.create_task(self._say())

    async def _hear(self) -> None:
        with self._bus.subscribe(TOPIC) as letters:
            self._tell(Word(process=self._me, asks=True))
            async for letter in letters:
                if not letter:  # the bus was away: what was said meanwhile is said again
                    self._tell(Word(process=self._me, asks=True))
                with suppress(msgspec.MsgspecError):
                    self._note(msgspec.json.decode(letter, type=Word))

    async def _say(self) -> None:
        beat_at = 0.0
        while True:
            here = frozenset(self._here())
            is_time = time.monotonic() >= beat_at
            self._tell_all(here if is_time else here - self._said, self._said - here)
            if is_time:
                beat_at = time.monotonic() + BEAT_S
                self._forget()
            self._said = here
            await asyncio.sleep(_LOOK_S)

    def _note(self, word: Word) -> None:
        if word.process == self._me:
            return
        if word.asks:
            self._tell_all(self._said, ())
        until = time.monotonic() + BELIEVED_S
        for workspace in word.here:
            self._heard.setdefault(workspace, {})[word.process] = until
        for workspace in word.gone:
            self._heard.get(workspace, {}).pop(word.process, None)

    def _forget(self) -> None:
        now = time.monotonic()
        self._heard = {
            workspace: kept
            for workspace, all_ in self._heard.items()
            if (kept := {process: until for process, until in all_.items() if until > now})
        }

    def _tell_all(self, here: Collection[UUID], gone: Collection[UUID]) -> None:
        came, left = sorted(here), sorted(gone)
        for start in range(0, len(came), _AT_ONCE):
            self._tell(Word(process=self._me, here=came[start : start + _AT_ONCE]))
        for start in range(0, len(left), _AT_ONCE):
            self._tell(Word(process=self._me, gone=left[start : start + _AT_ONCE]))

    def _tell(self, word: Word) -> None:
        self._bus.publish(TOPIC, msgspec.json.encode(word))
