"""Readers of the log: each walks the events of its kinds in order and acts on them, once.

A reader's place is a cursor per slot, saved in the same transaction as what it did: its effects on
our tables happen exactly once. Order holds within a subject. A batch is handled in rounds with at
most one event per subject. A failing round is halved until the culprit is alone; an event that
fails five times is parked: visible, replayable, and the rest goes on.

A reaction makes no outside call; it writes, and enqueues a job if the world must hear of it.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import asyncpg
from msgspec import Struct

from hilo.kit import log
from hilo.kit.bus import Bus, Subscription
from hilo.kit.db import FAILURES, Database, Tx
from hilo.kit.errors import NotFound
from hilo.kit.events import SLOTS, Event, Logged
from hilo.kit.sql import query

_LOG = log.get(__name__)
TRIES = 5
_SLOTS_AT_ONCE = 16  # of 64: several workers share a reader without waiting for each other
_EVENTS_PER_SLOT = 50
_GATHER_S = 0.02  # under load many events share a transaction; the first never waits
_IDLE_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # the last: what a lost wake-up costs at most

Reaction = Callable[[Tx, Sequence[Logged]], Awaitable[None]]
"""Takes one round: at most one event per subject, all of one type and workspace, in log order."""

_NEWEST = query("newest", "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
_HORIZON = query("horizon", "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_MAKE = query(
    "make_cursors",
    "insert into reader_cursor (reader, slot) select :reader, generate_series(0, :last::int)"
    " on conflict do nothing",
)
_WAITING = query(
    "waiting_slots",
    """
    select e.slot from (
      select array_agg(slot) as slots, array_agg(xid) as xids, array_agg(id) as ids
      from reader_cursor where reader = :reader and slot <> all(:resting::smallint[])
    ) c, hilo_events_ahead(c.slots, c.xids, c.ids, :kinds::text[], 1) e
    """,
)
_LOCK = query(
    "lock_cursors",
    """
    select slot, xid::text, id from reader_cursor
    where reader = :reader and slot = any(:slots::smallint[])
    order by slot for update skip locked
    """,
)
_READ = query(
    "read_events",
    """
    select workspace_id, id, xid::text::bigint, slot, type, subject, actor, data, at
    from hilo_events_ahead(:slots::smallint[], :xids::text[]::xid8[], :ids::bigint[],
                           :kinds::text[], :most)
    order by xid, id
    """,
)
_SAVE = query(
    "save_cursors",
    """
    update reader_cursor c set xid = g.xid::xid8, id = g.id
    from unnest(:slots::smallint[], :xids::text[], :ids::bigint[]) as g(slot, xid, id)
    where c.reader = :reader and c.slot = g.slot
    """,
)
_PARK = query(
    "park_event",
    """
    insert into parked_event (workspace_id, reader, event_id, error)
    values (:workspace_id, :reader, :event_id, :error) on conflict do nothing
    """,
)
_PARKED = query(
    "parked_event",
    """
    delete from parked_event p using event e
    where p.workspace_id = :workspace_id and p.reader = :reader and p.event_id = :event_id
      and (e.workspace_id, e.id) = (p.workspace_id, p.event_id)
    returning e.workspace_id, e.id, e.xid::text::bigint, e.slot, e.type, e.subject, e.actor,
              e.data, e.at
    """,
)


class Reader(Struct, frozen=True):
    """One walker of the log. on: what to do about which event; a list is done in its order."""

    name: str
    on: Mapping[type[Event], Sequence[Reaction]]

    def reactions(self) -> Mapping[str, Sequence[Reaction]]:
        """Return the reactions by the events' dotted names."""
        return {str(kind.__struct_config__.tag): todo for kind, todo in self.on.items()}


class Place(Struct, frozen=True):
    """How far a slot was read. xid as text: it is wider than what the driver knows."""

    slot: int
    xid: str
    id: int


class _Again(Exception):
    """The batch is undone; this slot rests a little before it is tried again."""

    def __init__(self, slot: int, tries: int) -> None:
        super().__init__()
        self.slot = slot
        self.tries = tries


def call_readers(bus: Bus) -> Callable[[frozenset[str]], None]:
    """Return what tells everybody, after a commit, which kinds of events it wrote."""
    return lambda kinds: bus.publish("log", " ".join(sorted(kinds)).encode())


class Readers:
    """All readers of this process."""

    def __init__(self, db: Database, bus: Bus, readers: Sequence[Reader]) -> None:
        """readers: their names are unique and never change, since cursors carry them."""
        self._db = db
        self._bus = bus
        self._readers = {reader.name: reader for reader in readers}
        self._walks = [_Walk(db, reader) for reader in readers]

    async def run(self) -> None:
        """Read until cancelled; a batch under way is undone and read again by the next."""
        async with asyncio.TaskGroup() as group:
            for walk in self._walks:
                group.create_task(walk.run(self._bus))

    async def drain(self, patience_s: float = 10) -> None:
        """Read everything that is committed now; for tests and for a clean start.

        patience_s: how long to wait for transactions that hide events, anywhere on the server.
        """
        ends = time.monotonic() + patience_s
        (began,) = await self._db.alone(_NEWEST, int)
        while True:
            (horizon,) = await self._db.alone(_HORIZON, int)
            for walk in self._walks:
                await walk.prepare()
                while await walk.step():
                    pass
            if horizon >= began or time.monotonic() > ends:
                return
            await asyncio.sleep(0.02)

    async def replay(self, workspace: UUID, reader: str, event_id: int) -> None:
        """Try a parked event again. Raises NotFound; whatever the reaction raises: it stays."""
        async with self._db.transaction(workspace) as tx:
            event = await tx.maybe(
                _PARKED, Logged, workspace_id=workspace, reader=reader, event_id=event_id
            )
            if event is None or reader not in self._readers:
                raise NotFound("no such parked event")
            for react in self._readers[reader].reactions().get(event.type, ()):
                await react(tx, [event])


class _Walk:
    """One reader at work."""

    def __init__(self, db: Database, reader: Reader) -> None:
        self._db = db
        self._name = reader.name
        self._on = reader.reactions()
        self._tries: defaultdict[int, int] = defaultdict(int)
        self._resting: dict[int, float] = {}

    async def run(self, bus: Bus) -> None:
        prepared = False
        idle = 0
        with bus.subscribe("log") as wake:
            while True:
                try:
                    if not prepared:
                        await self.prepare()
                        prepared = True
                    if await self.step():
                        idle = 0
                        await asyncio.sleep(_GATHER_S)
                        continue
                except FAILURES as e:
                    _LOG.warning("a reader lost the database", reader=self._name, error=repr(e))
                    await asyncio.sleep(0.5)
                # Just after a wake-up an older transaction may still hide events: look again soon.
                woken = await self._called(wake, _IDLE_S[idle])
                idle = 0 if woken else min(idle + 1, len(_IDLE_S) - 1)

    async def _called(self, wake: Subscription, most_s: float) -> bool:
        """Wait at most so long; say whether something of its kinds was written."""
        with suppress(TimeoutError):
            async with asyncio.timeout(most_s):
                async for kinds in wake:
                    if not kinds or not self._on.keys().isdisjoint(kinds.decode().split()):
                        wake.drain()
                        return True
        return False

    async def prepare(self) -> None:
        """Make the cursors of a reader that is new."""
        async with self._db.transaction(None) as tx:
            await tx.run(_MAKE, reader=self._name, last=SLOTS - 1)

    async def step(self) -> bool:
        """Handle one batch; say whether there was anything to do."""
        now = time.monotonic()
        self._resting = {slot: until for slot, until in self._resting.items() if until > now}
        waiting = await self._db.alone(
            *(_WAITING, int),
            reader=self._name,
            resting=list(self._resting),
            kinds=list(self._on),
        )
        if not waiting:
            return False
        random.shuffle(waiting)  # so that workers rarely ask for the same slots
        some = [
            await self._take(sorted(waiting[first : first + _SLOTS_AT_ONCE]))
            for first in range(0, len(waiting), _SLOTS_AT_ONCE)
        ]
        return any(some)

    async def _take(self, slots: Sequence[int]) -> bool:
        try:
            async with self._db.transaction(None, plans_once=True) as tx:
                return await self._batch(tx, slots)
        except _Again as again:
            self._resting[again.slot] = time.monotonic() + 0.1 * 2**again.tries
            return True

    async def _batch(self, tx: Tx, slots: Sequence[int]) -> bool:
        places = await tx.all(_LOCK, Place, reader=self._name, slots=slots)
        if not places:
            return False
        events = await tx.all(
            _READ,
            Logged,
            slots=[place.slot for place in places],
            xids=[place.xid for place in places],
            ids=[place.id for place in places],
            most=_EVENTS_PER_SLOT,
            kinds=list(self._on),
        )
        for workspace, mine in _by_workspace(events):
            await tx.enter(workspace)
            for round_ in rounds(mine):
                await self._round(tx, round_)
        last = {event.slot: event for event in events}
        await tx.run(
            _SAVE,
            reader=self._name,
            slots=list(last),
            xids=[str(event.xid) for event in last.values()],
            ids=[event.id for event in last.values()],
        )
        return bool(events)

    async def _round(self, tx: Tx, round_: Sequence[Logged]) -> None:
        try:
            async with tx.attempt():
                for react in self._on[round_[0].type]:
                    await react(tx, round_)
        except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
            raise  # the database went away: nobody's fault, nothing is counted
        except Exception as error:  # noqa: BLE001 - whatever it is, its event is at fault
            if len(round_) > 1:
                half = len(round_) // 2
                await self._round(tx, round_[:half])
                await self._round(tx, round_[half:])
                return
            await self._blame(tx, round_[0], error)

    async def _blame(self, tx: Tx, event: Logged, error: Exception) -> None:
        self._tries[event.id] += 1
        tries = self._tries[event.id]
        if tries < TRIES:
            raise _Again(event.slot, tries) from error
        del self._tries[event.id]
        _LOG.error("event parked", reader=self._name, id=event.id, type=event.type, exc_info=error)
        text = f"{type(error).__name__}: {error}"[:2000]
        await tx.run(
            _PARK, workspace_id=tx.workspace, reader=self._name, event_id=event.id, error=text
        )


def rounds(events: Sequence[Logged]) -> Iterator[Sequence[Logged]]:
    """Yield rounds: of one type, at most one event per subject, each subject's own order kept.

    Events without a subject count as one subject.
    """
    left: Sequence[Logged] = events
    while left:
        kind = left[0].type
        taken: list[Logged] = []
        later: list[Logged] = []
        closed: set[UUID | None] = set()
        for event in left:
            if event.type == kind and event.subject not in closed:
                taken.append(event)
            else:
                later.append(event)
            closed.add(event.subject)
        yield taken
        left = later


def _by_workspace(events: Sequence[Logged]) -> Iterator[tuple[UUID, Sequence[Logged]]]:
    grouped: defaultdict[UUID, list[Logged]] = defaultdict(list)
    for event in events:
        grouped[event.workspace].append(event)
    yield from grouped.items()


_LAG = query(
    "reader_lag",
    """
    select c.reader, extract(epoch from now() - min(e.at))::float8
    from (
      select c.reader, array_agg(c.slot) as slots, array_agg(c.xid) as xids, array_agg(c.id) as ids
      from reader_cursor c group by 1
    ) c
    join (
      select reader, array_agg(kind) as kinds
      from unnest(:readers::text[], :kinds::text[]) as k(reader, kind) group by 1
    ) k using (reader)
    left join lateral hilo_events_ahead(c.slots, c.xids, c.ids, k.kinds, 1) e on true
    group by 1
    """,
)


class _Late(Struct, frozen=True):
    reader: str
    seconds: float | None


async def lag(db: Database, readers: Sequence[Reader]) -> Mapping[str, float]:
    """Return how old the oldest event is that each reader has still to read, in seconds."""
    pairs = [(reader.name, kind) for reader in readers for kind in reader.reactions()]
    with suppress(asyncpg.UndefinedTableError):
        late = await db.alone(
            *(_LAG, _Late), readers=[name for name, _ in pairs], kinds=[kind for _, kind in pairs]
        )
        return {each.reader: each.seconds or 0 for each in late}
    return {}
