"""The hub: one reader of the log for all sockets of this process.

Woken by the bus after each commit, with a poll as fall-back; what lies in the log reaches every
socket exactly once and in order. Presence, typing and counts pass by without the log.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain import conversations, people
from hilo.domain.library import FileLinks
from hilo.domain.people import Sight
from hilo.entry import feed, presence
from hilo.entry.attendance import Attendance
from hilo.entry.doorman import Doorman
from hilo.entry.feed import Place, Row
from hilo.entry.frames import Frames, frame
from hilo.entry.presence import Mark
from hilo.entry.recent import Recent
from hilo.entry.rooms import Follower, Heard, Hidden, Listener, Room, Topic
from hilo.kit import log
from hilo.kit.bus import Bus
from hilo.kit.db import Database
from hilo.kit.errors import Unauthenticated

_LOG = log.get(__name__)
_BATCH = 500
_AT_ONCE = 500
_FIRST_POLL_S, _LAST_POLL_S = 0.002, 0.05  # while an older transaction hides news
_POLL_S = 5.0  # a lost wake-up costs at most this
_COUNTS_S = 0.15
_RECHECK_S = 20.0
_JANITOR_S = 2.0
RESYNC_AFTER = 5_000
UNAUTHENTICATED = 4401
_CHANGES_RIGHTS = ("agent.", "token.", "team.", "inbox.")
_CHANGES_COUNTS = ("conversation.", "message.received", "contact.merged")


class Typing(Struct, frozen=True, kw_only=True):
    """A contact is writing."""

    workspace: UUID
    conversation_id: UUID
    until: datetime


class TypingData(Struct, frozen=True, kw_only=True):
    """The same, as clients get it."""

    conversation_id: UUID
    until: datetime


class TypingFrame(Struct, frozen=True, kw_only=True, tag="contact_typing", tag_field="type"):
    """Its frame."""

    data: TypingData


class CountsFrame(Struct, frozen=True, kw_only=True, tag="counts", tag_field="type"):
    """New counts of one agent."""

    data: conversations.Counts


class _Row(Struct, frozen=True):
    """An event. is_hiding: more is committed, but hides behind an older transaction."""

    is_hiding: bool
    workspace: UUID
    id: int
    xid: int
    type: str
    subject: UUID | None
    actor: str
    data: str
    at: datetime


class Hub:
    """Hears the log and tells the sockets. One per process; `run` it beside the doors."""

    def __init__(self, db: Database, bus: Bus, doorman: Doorman, links: FileLinks) -> None:
        """Begin without rooms. links: for files in events."""
        self._db = db
        self._links = links
        self._bus = bus
        self._doorman = doorman
        self._rooms: dict[UUID, Room] = {}
        self._news = asyncio.Event()
        self._recheck: set[UUID] = set()
        self._ready = asyncio.Event()
        self._recent: Recent[_Row] = Recent()
        self._attendance = Attendance(bus, self._attended)
        self.on_typing: Callable[[UUID, UUID], None] | None = None
        self.at = feed.START

    async def run(self) -> None:
        """Work until cancelled; a broken database connection is waited out."""
        async with asyncio.TaskGroup() as group:
            for work in (
                self._tail,
                self._hear_presence,
                self._hear_visitors,
                self._count,
                self._keep_house,
                self._attendance.run,
            ):
                group.create_task(_again(work), name=f"hub{work.__name__}")

    async def ready(self) -> None:
        """Wait until the hub knows its place in the log."""
        await self._ready.wait()

    def room(self, workspace: UUID) -> Room:
        """Return the workspace's room, made when first asked for."""
        return self._rooms.setdefault(workspace, Room(workspace, self._links))

    def is_attended(self, workspace: UUID) -> bool:
        """Say whether an agent has the console open, in whatever process."""
        room = self._rooms.get(workspace)
        is_here = room is not None and room.has_agent
        return is_here or self._attendance.elsewhere(workspace)

    async def catch_up(self, listener: Listener, after: Place, send: "Sender") -> None:
        """Send what the log holds after a place, then let it hear live: no gap, no repeat.

        Too far behind, or a place this log does not know: one `resync` frame, then live.
        """
        await self.ready()
        workspace = listener.actor.workspace
        is_unknown = after > self.at and not await self._is_known(after)
        is_recent = after >= self._recent.after
        if is_unknown or not (is_recent or await self._is_near(workspace, after)):
            after = Place(*self.at)
            await send(_resync(after))
        room = self.room(workspace)
        marked = {mark.conversation_id for mark in room.presence}
        hidden = await self._hidden(workspace, {listener.actor.sight}, marked)
        while after < self.at:
            if after >= self._recent.after:
                after = await self._send_recent(listener, after, send)
            else:
                after = await self._send_page(listener, after, send)
        # Nothing is awaited between the comparison above and here.
        listener.after = after
        room = self.room(workspace)
        room.enter(listener)
        sight = listener.actor.sight
        for mark in room.presence:
            is_shown = sight is None or mark.conversation_id in marked - set(hidden[sight])
            if mark.agent_id != listener.actor.id and is_shown:
                listener.outbox.put(presence.frame_of(mark))
        room.has_new_counts = True
        self._news.set()

    def leave(self, listener: Listener) -> None:
        """Forget a socket; its agent leaves the conversation it looked at."""
        room = self.room(listener.actor.workspace)
        room.leave(listener)
        self.look(listener, None)

    def look(self, listener: Listener, conversation_id: UUID | None) -> None:
        """Note which conversation the socket's agent has open."""
        left, listener.viewing = listener.viewing, conversation_id
        if left is not None and left != conversation_id and not self._others(listener, left):
            self.mark(listener, left, "left")
        if conversation_id is not None:
            self.mark(listener, conversation_id, "viewing")

    def mark(self, listener: Listener, conversation_id: UUID, doing: presence.Doing) -> None:
        """Tell every process what the agent does."""
        actor = listener.actor
        mark = Mark(
            workspace=actor.workspace,
            conversation_id=conversation_id,
            agent_id=actor.agent,
            agent_name=actor.name,
            doing=doing,
        )
        self._bus.publish("presence", msgspec.json.encode(mark))
        if doing == "typing" and self.on_typing is not None:
            self.on_typing(actor.workspace, conversation_id)

    def contact_typing(self, workspace: UUID, conversation_id: UUID, until: datetime) -> None:
        """Tell every process that a contact is writing."""
        typing = Typing(workspace=workspace, conversation_id=conversation_id, until=until)
        self._bus.publish("visitor", msgspec.json.encode(typing))

    def follow(
        self,
        workspace: UUID,
        topics: Iterable[Topic],
        heard: Callable[[Heard], None],
        typing: Callable[[UUID], None] | None = None,
    ) -> Follower:
        """Hear the log about some topics, from now on, until `close`.

        topics: ids of conversations or contacts, or (account, value) of a visitor's identity.
        heard: what happened, whatever its kind: the caller shows only what it may (never a note).
        typing: an agent writes in this conversation.
        """
        room = self.room(workspace)
        follower = Follower(room, heard, typing or (lambda _: None))
        room.guests.add(follower)
        follower.add(topics)
        return follower

    def _attended(self) -> set[UUID]:
        return {workspace for workspace, room in self._rooms.items() if room.has_agent}

    async def _tail(self) -> None:
        if not self._ready.is_set():
            async with self._db.transaction(None) as tx:
                self.at = self._recent.after = await feed.newest(tx)
            self._ready.set()
        delay = _FIRST_POLL_S
        with self._bus.subscribe("log") as wake:
            while True:
                found, is_hiding = await self._step()
                if found == _BATCH:
                    continue
                delay = _FIRST_POLL_S if found or not is_hiding else min(delay * 2, _LAST_POLL_S)
                await wake.wait(delay if is_hiding else _POLL_S)

    async def _step(self) -> tuple[int, bool]:
        """Read on and tell; return how many, and whether more hides. Then nothing is awaited."""
        looked = await self._db.alone(
            feed.SQL.read_all, _Row, after_xid=self.at.xid, after_id=self.at.id, most=_BATCH
        )
        rows = [row for row in looked if row.id]
        news: defaultdict[UUID, list[_Row]] = defaultdict(list)
        for row in rows:
            self._recent.add(row)
            news[row.workspace].append(row)
        hidden: dict[UUID, Hidden] = {}
        while lacking := self._lacking(news, hidden):
            for workspace in lacking:
                hidden[workspace] = await self._hidden_of(workspace, news[workspace])
        for workspace, its in news.items():
            room = self._rooms.get(workspace)
            if room is not None and not room.is_empty:
                self._tell(room, its, hidden.get(workspace, {}))
        if rows:
            self.at = Place(rows[-1].xid, rows[-1].id)
        return len(rows), looked[0].is_hiding

    def _lacking(
        self, news: Mapping[UUID, Sequence[_Row]], hidden: Mapping[UUID, Hidden]
    ) -> list[UUID]:
        """Return the rooms somebody is in of whose sight it is not known yet what it hides."""
        rooms = {workspace: self._rooms.get(workspace) for workspace in news}
        return [
            workspace
            for workspace, room in rooms.items()
            if room is not None and room.sights - hidden.get(workspace, {}).keys()
        ]

    async def _hidden_of(self, workspace: UUID, rows: Sequence[_Row]) -> Hidden:
        subjects = {each for row in rows for each in feed.spoken_of(_heard(row).row)}
        return await self._hidden(workspace, self.room(workspace).sights, subjects)

    async def _hidden(
        self, workspace: UUID, sights: Iterable[Sight | None], subjects: Iterable[UUID]
    ) -> Hidden:
        """Return what each sight hides of these conversations and contacts, as they stand now."""
        narrow, asked = [each for each in sights if each is not None], sorted(subjects)
        if not narrow:
            return {}
        async with self._db.reading(workspace) as tx:
            return {each: await people.hidden(tx, each, asked) for each in narrow}

    def _tell(self, room: Room, rows: Sequence[_Row], hidden: Hidden) -> None:
        room.tell([_heard(row) for row in rows], hidden)
        if any(row.type.startswith(_CHANGES_COUNTS) for row in rows):
            room.has_new_counts = True
            self._news.set()
        if any(
            row.type.startswith(_CHANGES_RIGHTS) and row.type != "agent.signed_in" for row in rows
        ):
            self._recheck.add(room.workspace)

    async def _send_recent(self, listener: Listener, after: Place, send: "Sender") -> Place:
        until = self.at
        rows = self._recent.since(listener.actor.workspace, after)
        await self._send_all(listener, [_heard(row) for row in rows], send)
        return until

    async def _send_page(self, listener: Listener, after: Place, send: "Sender") -> Place:
        until = self.at
        async with self._db.transaction(listener.actor.workspace) as tx:
            rows = await feed.read_until(tx, after, until, _BATCH)
        await self._send_all(listener, [Heard(row) for row in rows], send)
        return Place(rows[-1].xid, rows[-1].id) if len(rows) == _BATCH else until

    async def _send_all(self, listener: Listener, news: Sequence[Heard], send: "Sender") -> None:
        workspace, audience = listener.actor.workspace, listener.audience
        subjects = {each for one in news for each in feed.spoken_of(one.row)}
        hidden = await self._hidden(workspace, {audience.sight}, subjects)
        for _, payload in self.room(workspace).seen(audience, news, hidden):
            await send(payload.decode())

    async def _is_near(self, workspace: UUID, after: Place) -> bool:
        async with self._db.transaction(workspace) as tx:
            found = await tx.one(
                feed.SQL.distance,
                int,
                workspace=workspace,
                after_xid=after.xid,
                after_id=after.id,
                most=RESYNC_AFTER + 1,
            )
        return found <= RESYNC_AFTER

    async def _is_known(self, after: Place) -> bool:
        """Another process may have read further than we; a log that was restored has not."""
        async with self._db.transaction(None) as tx:
            return after <= await feed.newest(tx)

    def _others(self, listener: Listener, conversation_id: UUID) -> bool:
        room = self.room(listener.actor.workspace)
        return any(
            other.viewing == conversation_id and other.actor.id == listener.actor.id
            for other in room.listeners
        )

    async def _hear_presence(self) -> None:
        with self._bus.subscribe("presence") as letters:
            async for letter in letters:
                with contextlib.suppress(msgspec.MsgspecError):
                    await self._show(msgspec.json.decode(letter, type=Mark))

    async def _show(self, mark: Mark) -> None:
        room = self._rooms.get(mark.workspace)
        if room is None or not room.presence.note(mark):
            return
        await self._say(room, presence.frame_of(mark), mark.conversation_id, mark.agent_id)
        if mark.doing == "typing":
            for follower in tuple(room.followers.get(mark.conversation_id, ())):
                follower.typing(mark.conversation_id)

    async def _hear_visitors(self) -> None:
        with self._bus.subscribe("visitor") as letters:
            async for letter in letters:
                with contextlib.suppress(msgspec.MsgspecError):
                    typing = msgspec.json.decode(letter, type=Typing)
                    room = self._rooms.get(typing.workspace)
                    if room is not None:
                        data = TypingData(
                            conversation_id=typing.conversation_id, until=typing.until
                        )
                        said = frame(msgspec.json.encode(TypingFrame(data=data)))
                        await self._say(room, said, typing.conversation_id)

    async def _say(self, room: Room, said: Frames, about: UUID, spare: UUID | None = None) -> None:
        hidden = await self._hidden(room.workspace, room.sights, [about])
        room.say(said, about, hidden, spare)

    async def _count(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(_COUNTS_S)
            self._news.clear()
            for room in tuple(self._rooms.values()):
                if room.has_new_counts:
                    room.has_new_counts = False
                    await self._push_counts(room)

    async def _push_counts(self, room: Room) -> None:
        async with self._db.transaction(room.workspace) as tx:
            numbers = await conversations.all_counts(tx)
        frames: dict[conversations.Counts, Frames] = {}
        for place, listener in enumerate(room.listeners):
            if place % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)  # a large room does not hold up the others
            counts = numbers.of(listener.actor.agent, listener.actor.sight)
            if counts == listener.counts or "conversation:read" not in listener.audience.rights:
                continue
            if counts not in frames:
                frames[counts] = frame(msgspec.json.encode(CountsFrame(data=counts)))
            listener.counts = counts
            listener.outbox.put(frames[counts])

    async def _keep_house(self) -> None:
        elapsed = 0.0
        while True:
            await asyncio.sleep(_JANITOR_S)
            elapsed += _JANITOR_S
            for workspace, room in tuple(self._rooms.items()):
                for mark in room.presence.over():
                    said = presence.frame_of(mark)
                    await self._say(room, said, mark.conversation_id, mark.agent_id)
                if room.is_empty and not room.presence:
                    del self._rooms[workspace]
            if self._recheck or elapsed >= _RECHECK_S:
                wanted = set(self._rooms) if elapsed >= _RECHECK_S else self._recheck
                self._recheck, elapsed = set(), elapsed % _RECHECK_S
                await self._read_rights(wanted)

    async def _read_rights(self, workspaces: Iterable[UUID]) -> None:
        self._doorman.forget_here()
        for workspace in workspaces:
            room = self._rooms.get(workspace)
            for listener in room.listeners if room is not None else ():
                try:
                    known = await self._doorman.who(listener.credential)
                except Unauthenticated:
                    listener.end(UNAUTHENTICATED, "signed out")
                    continue
                if known.actor != listener.actor and room is not None:
                    has_other_sight = known.actor.sight != listener.actor.sight
                    room.readmit(listener, known.actor)
                    if has_other_sight:  # what the client holds may be too much, or too little
                        listener.outbox.put(frame(_resync(self.at).encode()))
                        room.has_new_counts = True
                        self._news.set()


Sender = Callable[[str], Coroutine[Any, Any, None]]


def _heard(row: _Row) -> Heard:
    return Heard(Row(row.id, row.xid, row.type, row.subject, row.actor, row.data, row.at))


def _resync(place: Place) -> str:
    cursor = feed.cursor_of(place)
    return msgspec.json.encode({"type": "resync", "cursor": cursor}).decode()


async def _again(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do the work; after a failure of the database or the bus, again."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it was, the sockets go on
            _LOG.warning(
                "a part of the hub is started again", part=work.__name__, error=repr(error)
            )
        await asyncio.sleep(0.5)


__all__ = ["UNAUTHENTICATED", "Follower", "Heard", "Hub", "Listener", "Room"]
