"""The way to PostgreSQL: a pool, transactions bound to one workspace, and typed rows.

A transaction is opened at a door (request, round, job, command) and nowhere below: verbs never
commit.
Inside it `tx.publish` notes events; they are written by the last statement before the commit, and
the
bus is told after it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from hilo.kit import clock, events
from hilo.kit.errors import Bug, TemporaryFailure
from hilo.kit.refusals import translated
from hilo.kit.sql import Query

Row = TypeVar("Row")

# What a call may raise when the server is away or unwell.
FAILURES = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
# A pooled connection whose server is gone; nothing was sent on it.
_DEAD = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)
_DEAD_MOST = 20
# Longer than the server lets a statement run: a server that says nothing any more is gone.
COMMAND_S = 40.0
CONNECT_S = 10.0

# One round trip opens the transaction and the workspace; a UUID's text cannot carry SQL.
_BEGIN = "BEGIN; SET LOCAL hilo.workspace_id = '{workspace}'"
_SEE = "; SET LOCAL hilo.sight = '{sight}'"
_PLAN_ONCE = "; SET LOCAL plan_cache_mode = force_generic_plan"
_SIGHT = frozenset("0123456789abcdef-{}, ")
_PUBLISH = """
insert into event (workspace_id, slot, type, subject, actor, data)
select $1, * from unnest($2::smallint[], $3::text[], $4::uuid[], $5::jsonb[], $6::jsonb[])
"""


class Published(Struct, frozen=True):
    """An event waiting for the end of its transaction."""

    event: events.Event
    subject: UUID | None
    by: events.By


class Tx:
    """One transaction.

    `workspace` is None only for work that has none (sign-in, the hub's reading).
    """

    def __init__(self, connection: asyncpg.Connection, workspace: UUID | None) -> None:
        """Made by `Database.transaction` only."""
        self.connection = connection
        self._workspace = workspace
        self.now: datetime = clock.now()
        self.by = events.By()
        self.after_commit: list[Callable[[], None]] = []
        self.written: frozenset[str] = frozenset()
        self._published: list[Published] = []

    @property
    def workspace(self) -> UUID:
        """The workspace of this transaction. Raises Bug where there is none."""
        if self._workspace is None:
            raise Bug("this transaction has no workspace")
        return self._workspace

    async def all(self, query: Query, into: type[Row], **values: object) -> list[Row]:
        """Return every row as `into` (a Struct: columns by position; or a scalar: first column)."""
        with translated():
            rows = await self.connection.fetch(query.text, *query.arguments(values))
        return [_shape(row, into) for row in rows]

    async def maybe(self, query: Query, into: type[Row], **values: object) -> Row | None:
        """Return the first row, or None."""
        with translated():
            row = await self.connection.fetchrow(query.text, *query.arguments(values))
        return None if row is None else _shape(row, into)

    async def one(self, query: Query, into: type[Row], **values: object) -> Row:
        """Return the first row. Raises Bug when there is none."""
        found = await self.maybe(query, into, **values)
        if found is None:
            raise Bug(f"{query.name} returned no row")
        return found

    async def run(self, query: Query, **values: object) -> int:
        """Run a statement; return how many rows it touched."""
        with translated():
            status = await self.connection.execute(query.text, *query.arguments(values))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    def publish(
        self, event: events.Event, subject: UUID | None = None, by: events.By | None = None
    ) -> None:
        """Note what happened.

        subject: the conversation where there is one. by: `tx.by` unless given.
        """
        self._published.append(Published(event, subject, by or self.by))

    @property
    def published(self) -> Sequence[Published]:
        """What is noted so far, in order."""
        return self._published

    async def enter(self, workspace: UUID) -> None:
        """Go on in another workspace; for readers, whose round trips serve several."""
        await self.flush()
        await self.connection.execute(f"SET LOCAL hilo.workspace_id = '{workspace}'")
        self._workspace = workspace

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Undo what the block did when it fails, and only that."""
        noted, written, told = list(self._published), self.written, len(self.after_commit)
        await self.connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            await _undo(self.connection, "ROLLBACK TO SAVEPOINT attempt")
            # Also what was noted before and written inside: its rows are gone with the rest.
            self._published, self.written = noted, written
            del self.after_commit[told:]
            raise
        await self.connection.execute("RELEASE SAVEPOINT attempt")

    async def flush(self) -> None:
        """Write the noted events. Called by the transaction itself."""
        if not self._published:
            return
        given = self._published
        await self.connection.execute(
            _PUBLISH,
            self.workspace,
            [events.slot_of(each.subject, self.workspace) for each in given],
            [each.event.type for each in given],
            [each.subject for each in given],
            [each.by for each in given],
            [each.event for each in given],
        )
        self._published = []
        self.written |= {each.event.type for each in given}


def _shape(row: asyncpg.Record, into: type[Row]) -> Row:
    if isinstance(into, type) and issubclass(into, Struct):
        return into(*row)
    value: Row = row[0]
    return value


class Database:
    """The pool. on_commit is told which kinds of events a transaction wrote (the bus listens)."""

    def __init__(
        self, pool: asyncpg.Pool, on_commit: Callable[[frozenset[str]], None] | None = None
    ) -> None:
        """pool: made by `connect`."""
        self.pool = pool
        self.on_commit = on_commit

    async def answers(self, most_s: float = 2) -> bool:
        """Say whether the server answers in time."""
        try:
            async with asyncio.timeout(most_s):
                await self.pool.fetchval("select 1")
        except FAILURES:
            return False
        return True

    @asynccontextmanager
    async def transaction(
        self,
        workspace: UUID | None,
        *,
        by: events.By | None = None,
        sight: str = "",
        plans_once: bool = False,
    ) -> AsyncIterator[Tx]:
        """Open, commit on success, roll back on any error.

        Events are flushed just before the commit. sight: as for `reading`; what is written cannot
        leave it. plans_once: for work that finds its rows by their ids. Left to itself PostgreSQL
        plans a statement over the months anew for each value, which takes longer than to run it.
        """
        begin = _BEGIN.format(workspace=workspace or "") + (_PLAN_ONCE if plans_once else "")
        async with self._connection(begin, _plain_sight(sight)) as connection:
            tx = Tx(connection, workspace)
            if by is not None:
                tx.by = by
            try:
                yield tx
                await tx.flush()
                await connection.execute("COMMIT")
            except BaseException:
                await _undo(connection, "ROLLBACK")
                raise
        self._tell(tx)

    @asynccontextmanager
    async def reading(
        self, workspace: UUID, *, by: events.By | None = None, sight: str = ""
    ) -> AsyncIterator[Tx]:
        """Read without a transaction around it: each statement sees what is committed.

        For answers that change nothing; two round trips less. What is written all the same (a mark
        of use) is committed at once. sight: what the policies hide from this reader; empty =
        nothing.
        """
        async with self.pool.acquire() as connection:
            if connection.reads != (workspace, sight):
                await connection.read(workspace, sight)
            tx = Tx(connection, workspace)
            if by is not None:
                tx.by = by
            yield tx
            await tx.flush()
        self._tell(tx)

    def _tell(self, tx: Tx) -> None:
        for call in tx.after_commit:
            call()
        if tx.written and self.on_commit is not None:
            self.on_commit(tx.written)

    @asynccontextmanager
    async def _connection(self, first: str, sight: str) -> AsyncIterator[asyncpg.Connection]:
        """Give a connection on which `first` was run; dead ones of the pool are passed over."""
        for left in range(_DEAD_MOST, -1, -1):
            async with self.pool.acquire() as connection:
                has_another = connection.reads is not None and connection.reads[1] != sight
                see = _SEE.format(sight=sight) if sight or has_another else ""
                try:
                    await connection.execute(first + see)
                except _DEAD:
                    _throw_away(connection)
                    if left == 0:
                        raise
                    continue
                except BaseException:
                    await _undo(connection, "ROLLBACK")
                    raise
                yield connection
                return

    async def alone(self, query: Query, into: type[Row], **values: object) -> list[Row]:
        """Run one statement as a transaction of its own, of no workspace: one round trip."""
        async with self.pool.acquire() as connection:
            rows = await connection.fetch(query.text, *query.arguments(values))
        return [_shape(row, into) for row in rows]


# The server went away, or two transactions met: the same work may succeed later.
_TRANSIENT = (
    OSError,
    TimeoutError,
    TemporaryFailure,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
)


def transient(error: BaseException) -> bool:
    """Say whether the same transaction may succeed later, unchanged."""
    return isinstance(error, _TRANSIENT)


async def _undo(connection: asyncpg.Connection, statement: str) -> None:
    """Roll back; a connection that cannot is thrown away, which rolls back too."""
    try:
        if not connection.is_closed():
            await connection.execute(statement)
    except FAILURES:
        _throw_away(connection)


def _throw_away(connection: asyncpg.Connection) -> None:
    with suppress(asyncpg.InterfaceError):  # the pool was quicker
        connection.terminate()


async def prepare(connection: asyncpg.Connection) -> None:
    """Set a new connection up: jsonb is decoded by msgspec, given as JSON text or as plain data.

    Binary: as text each document of an array is quoted and read twice (measured: 33 us, not 17).
    """
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_jsonb, decoder=_plain, format="binary"
    )


async def _leave_as_is(_connection: asyncpg.Connection) -> None:
    # Everything here is set per transaction, so giving a connection back costs no round trip.
    return


_JSONB = b"\x01"  # the version of the wire's format; JSON text follows
_NO_LIST = _JSONB + b"[]"


def _jsonb(value: object) -> bytes:
    return _JSONB + (value.encode() if isinstance(value, str) else msgspec.json.encode(value))


def _plain(wire: bytes) -> object:
    if wire == _NO_LIST:  # as most are
        return []
    return msgspec.json.decode(memoryview(wire)[1:])


class _Session(asyncpg.Connection):  # type: ignore[misc] # the driver has no types
    """A connection that remembers whose rows it sees outside transactions; at first nobody's.

    A transaction says for itself where it is, so what is remembered never reaches into one.
    """

    reads: tuple[UUID, str] | None = None

    async def read(self, workspace: UUID, sight: str) -> None:
        """See this workspace from now on, but for what the sight hides."""
        self.reads = None
        hidden = _plain_sight(sight)
        await self.execute(f"SET hilo.workspace_id = '{workspace}'; SET hilo.sight = '{hidden}'")
        self.reads = (workspace, sight)


def _plain_sight(sight: str) -> str:
    """Return it when it is ids in arrays and nothing else, so that it cannot carry SQL."""
    if not _SIGHT.issuperset(sight):
        raise Bug("a sight is made of ids")
    return sight


async def connect(
    dsn: str, *, min_size: int = 2, max_size: int = 10, role: str | None = "hilo_app"
) -> asyncpg.Pool:
    """Return a pool whose connections wear the application's role, under row-level security.

    role: None stays the owner, who sees every workspace; for the operator's commands only.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=min_size,
        max_size=max_size,
        init=prepare,
        connection_class=_Session,
        reset=_leave_as_is,
        timeout=CONNECT_S,
        command_timeout=COMMAND_S,
        server_settings={
            **({} if role is None else {"role": role}),
            "application_name": "hilo",
            "jit": "off",  # costs more than it gives on short queries
            "statement_timeout": "30000",
            # A forgotten transaction would hold every reader of the log back.
            "idle_in_transaction_session_timeout": "60000",
        },
        max_inactive_connection_lifetime=0,
    )


@asynccontextmanager
async def as_owner(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Open one connection of the schema's owner: for commands on the whole installation only."""
    connection: asyncpg.Connection = await asyncpg.connect(dsn, timeout=30)
    try:
        yield connection
    finally:
        await connection.close()
