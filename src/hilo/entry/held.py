"""`hilo held`: jobs and events that were given up, and how to try them again after a fix."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from hilo.entry import wiring
from hilo.entry.bootstrap import House
from hilo.kit import db, jobs
from hilo.kit.db import Database
from hilo.kit.errors import NotFound
from hilo.kit.readers import Readers
from hilo.kit.sql import Queries

SQL = Queries("hilo.entry", "held.sql")
_MOST = 100
Say = Callable[[str], None]


class Parked(Struct, frozen=True):
    """An event a reader could not handle."""

    workspace: UUID
    reader: str
    event_id: int
    error: str
    at: datetime


async def show(house: House, say: Say) -> None:
    """Say what is held, and why."""
    held = await jobs.held(house.state.db, _MOST)
    parked = await _parked(house)
    for job in held:
        say(
            f"job {job.id}  {job.kind}  {job.at:%Y-%m-%d %H:%M}  {job.error or 'killed its worker'}"
        )
    for event in parked:
        say(f"event {event.event_id}  {event.reader}  {event.at:%Y-%m-%d %H:%M}  {event.error}")
    if held or parked:
        say("try again: hilo held --again job:<id> or event:<id>")
    else:
        say("nothing is held")


async def again(house: House, what: str, say: Say) -> None:
    """Try one again. what: `job:<id>` or `event:<id>`. Raises NotFound."""
    kind, _, number = what.partition(":")
    if not number.isdecimal() or kind not in ("job", "event"):
        raise NotFound(f"{what} is neither job:<id> nor event:<id>")
    if kind == "job":
        await jobs.again(house.state.db, int(number))
        say("queued again")
        return
    readers = Readers(house.state.db, house.bus, wiring.READERS)
    found = [event for event in await _parked(house) if event.event_id == int(number)]
    for event in found:
        await readers.replay(event.workspace, event.reader, event.event_id)
        say(f"{event.reader} has handled it")
    if not found:
        raise NotFound("no such parked event")


async def _parked(house: House) -> list[Parked]:
    pool = await db.connect(house.store.dsn, min_size=1, max_size=1, role=None)
    try:
        async with Database(pool).transaction(None) as tx:
            return await tx.all(SQL.parked, Parked, most=_MOST)
    finally:
        await pool.close()
