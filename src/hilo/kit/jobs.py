"""Work for later or for the outside: a port over PgQueuer, so that nothing else knows the library.

A job is a row written in its causer's own transaction: rolled back, it never was. It runs at least
once. Jobs of one key never run at the same time. A job that fails is tried again by the given
policy and then *held*: kept, visible, run again by hand. A job that killed its worker five times is
held too.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import msgspec
from msgspec import Struct
from typing_extensions import override

from hilo.kit import log
from hilo.kit.db import COMMAND_S, CONNECT_S, FAILURES, Database, Tx
from hilo.kit.errors import Bug, NotFound
from hilo.kit.lock import Locks
from hilo.kit.sql import query

if TYPE_CHECKING:
    from pgqueuer.core.qm import QueueManager
    from pgqueuer.domain.models import Job as Row

_LOG = log.get(__name__)
Payload = TypeVar("Payload")
MOST_CRASHES = 5
_BATCH = 10
_AT_ONCE = 100  # most of them wait for somebody's answer
_HEARTBEAT_S = 8.0  # a killed worker's job is taken up again after this
_POLL_S = 5.0  # a lost wake-up costs at most this
_KEEP_LOG = timedelta(days=3)

_ENQUEUE = query(
    "enqueue",
    """
    insert into pgqueuer (priority, entrypoint, payload, execute_after, headers, status)
    values (0, :kind, :payload, coalesce(:due::timestamptz, now()), :headers, 'queued')
    """,
)
_BEGUN = """
insert into job_run (job_id) values ($1)
on conflict (job_id) do update set starts = job_run.starts + 1, at = now()
returning starts, failures
"""
_FAILED = "update job_run set starts = 0, failures = failures + 1, error = $2 where job_id = $1"
_ENDED = "delete from job_run where job_id = $1"
_HELD = """
select j.id, j.entrypoint, coalesce(j.payload, '')::bytea, coalesce(r.error, ''), j.updated
from pgqueuer j left join job_run r on r.job_id = j.id
where j.status = 'failed' order by j.id desc limit $1
"""
# What was counted goes in the same statement: a worker may take the job up at once.
_AGAIN = """
with again as (
  update pgqueuer set status = 'queued', execute_after = now(), updated = now(), attempts = 0
  where id = $1 and status = 'failed' returning id),
ended as (delete from job_run using again where job_id = again.id)
select id from again
"""
_DROP = """
with dropped as (delete from pgqueuer where id = $1 and status = 'failed' returning id),
ended as (delete from job_run using dropped where job_id = dropped.id)
select id from dropped
"""
_KEYS = "select distinct headers ->> 'key' from pgqueuer where entrypoint = $1"
_DEPTH = """
select entrypoint, status::text, count(*),
       extract(epoch from now() - min(execute_after))::float8
from pgqueuer group by 1, 2
"""


class Later(Exception):
    """Raised by a job's work: not now. It is asked again after the delay and nothing is counted."""

    def __init__(self, delay_s: float, reason: str = "") -> None:
        """delay_s: seconds."""
        super().__init__(reason)
        self.delay_s = delay_s


class _GivenUp(Exception):
    """The job is held, and the only reason to hold one."""


class Job(Struct, frozen=True):
    """A job at work. failures: times it ended with an error; crashes: times it was killed."""

    id: int
    kind: str
    payload: bytes
    failures: int
    crashes: int

    def read(self, into: type[Payload]) -> Payload:
        """Return the payload as this Struct."""
        return msgspec.json.decode(self.payload, type=into)


class Held(Struct, frozen=True):
    """A job that is not tried any more."""

    id: int
    kind: str
    payload: bytes
    error: str
    at: datetime


class Depth(Struct, frozen=True):
    """How many jobs of a kind are queued, picked or failed (held).

    oldest_s: negative = in future.
    """

    kind: str
    status: str
    count: int
    oldest_s: float


Work = Callable[[Job], Awaitable[None]]
RetryPolicy = Callable[[Exception, int], float | None]
"""(error, failures so far) -> seconds until the next try, None to hold the job."""


async def enqueue(
    tx: Tx,
    kind: str,
    payload: Struct | Mapping[str, object],
    *,
    due: datetime | None = None,
    key: str | None = None,
) -> None:
    """Have it done after this transaction commits.

    due: not before. key: one at a time among equals.
    """
    await tx.run(
        _ENQUEUE,
        kind=kind,
        payload=msgspec.json.encode(payload),
        due=due,
        headers=None if key is None else {"key": key},
    )


class Jobs:
    """The worker's side. `handle` each kind, then `run` until `stop`."""

    def __init__(self, pool: asyncpg.Pool, locks: Locks, retry: RetryPolicy) -> None:
        """pool: made by `pool`; one of its connections listens."""
        self._pool = pool
        self._locks = locks
        self._retry = retry
        self._work: dict[str, Work] = {}
        self._manager: QueueManager | None = None
        self._stopping = asyncio.Event()

    def handle(self, kind: str, work: Work) -> None:
        """Do jobs of this kind so. Raises Bug for a kind named twice."""
        if kind in self._work:
            raise Bug(f"two workers for jobs of kind {kind}")
        self._work[kind] = work

    async def run(self) -> None:
        """Do what is due until stopped; come back by itself when the database does."""
        while not self._stopping.is_set():
            try:
                await self._run_once()
            except FAILURES as error:
                _LOG.warning("the job queue lost the database", error=repr(error))
            except Exception:  # noqa: BLE001 - whatever it is, jobs are done as long as we run
                _LOG.exception("the job queue broke")
            if not self._stopping.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), 1)

    async def stop(self) -> None:
        """Take no more; what runs is finished by `run` before it returns."""
        self._stopping.set()
        if self._manager is not None:
            self._manager.shutdown.set()

    async def _run_once(self) -> None:
        logging.getLogger("pgqueuer").setLevel(logging.CRITICAL)  # we say it, redacted
        manager = _manager(self._pool)
        for kind in self._work:
            manager.entrypoint(kind, on_failure="hold", accepts_context=False)(self._do)
        self._manager = manager
        if self._stopping.is_set():
            return
        await manager.run(
            dequeue_timeout=timedelta(seconds=_POLL_S),
            batch_size=_BATCH,
            max_concurrent_tasks=_AT_ONCE,
            heartbeat_timeout=timedelta(seconds=_HEARTBEAT_S),
            log_aggregation_interval=timedelta(0),
        )

    async def _do(self, row: "Row") -> None:
        try:
            await self._in_turn(row)
        except asyncio.CancelledError:
            # The process ends before the job does. The library would count it as done with.
            raise _retry_of(0) from None

    async def _in_turn(self, row: "Row") -> None:
        key = (row.headers or {}).get("key")
        if key is None:
            await self._guarded(row)
            return
        async with self._locks.attempt(f"job:{row.entrypoint}:{key}") as free:
            if not free:
                raise _retry_of(min(0.05 * 2 ** min(row.attempts, 6), 2.0))
            await self._guarded(row)

    async def _guarded(self, row: "Row") -> None:
        starts, failures = await self._pool.fetchrow(_BEGUN, row.id)
        if starts > MOST_CRASHES:
            await self._note(row, "its worker was killed again and again")
            raise _GivenUp(f"job {row.id} killed its worker {starts - 1} times")
        job = Job(row.id, row.entrypoint, row.payload or b"", failures, starts - 1)
        try:
            await self._work[row.entrypoint](job)
        except Later as later:
            await self._pool.execute(_ENDED, row.id)
            raise _retry_of(later.delay_s) from None
        except Exception as error:
            await self._note(row, f"{type(error).__name__}: {error}"[:1000])
            delay_s = self._retry(error, failures + 1)
            _LOG.warning(
                "job failed",
                kind=row.entrypoint,
                job=row.id,
                failures=failures + 1,
                again_in_s=delay_s,
                exc_info=delay_s is None,
            )
            if delay_s is None:
                raise _GivenUp from error
            raise _retry_of(delay_s) from error
        await self._pool.execute(_ENDED, row.id)

    async def _note(self, row: "Row", error: str) -> None:
        await self._pool.execute(_FAILED, row.id, error)


async def held(db: Database, most: int = 100) -> Sequence[Held]:
    """Return the held jobs, newest first."""
    return [Held(*row) for row in await db.pool.fetch(_HELD, most)]


async def again(db: Database, job_id: int) -> None:
    """Run a held job again. Raises NotFound."""
    if await db.pool.fetchval(_AGAIN, job_id) is None:
        raise NotFound("no such held job")


async def drop(db: Database, job_id: int) -> None:
    """Give a held job up. Raises NotFound."""
    if await db.pool.fetchval(_DROP, job_id) is None:
        raise NotFound("no such held job")


async def keys(db: Database, kind: str) -> set[str]:
    """Return the keys of the jobs of this kind that are there, held ones too."""
    rows = await db.pool.fetch(_KEYS, kind)
    return {row[0] for row in rows if row[0] is not None}


async def depth(db: Database) -> Sequence[Depth]:
    """Return how much waits, per kind."""
    return [Depth(*row) for row in await db.pool.fetch(_DEPTH)]


async def tidy(db: Database) -> None:
    """Forget the library's own log of what was done days ago."""
    await db.pool.execute(
        "delete from pgqueuer_log where created < now() - $1::interval", _KEEP_LOG
    )


async def pool(dsn: str) -> asyncpg.Pool:
    """Return a pool for the queue's own bookkeeping.

    Its commits do not wait for the disk: after a crash of the server a finished job may run once
    more, which jobs must bear anyway.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=2,
        max_size=6,
        server_settings={
            "role": "hilo_app",
            "application_name": "hilo jobs",
            "synchronous_commit": "off",
            # Planning how to take jobs, anew each time, took longer than taking them.
            "plan_cache_mode": "force_generic_plan",
        },
        max_inactive_connection_lifetime=0,
        reset=_leave_as_is,
        timeout=CONNECT_S,
        command_timeout=COMMAND_S,
    )


async def _leave_as_is(_connection: asyncpg.Connection) -> None:
    # Single statements leave nothing behind, so giving a connection back costs no round trip.
    return


def _manager(pool: asyncpg.Pool) -> "QueueManager":
    """Return the library's manager, which holds what failed for good and nothing else."""
    # Imported by workers only: the library takes a third of a second.
    from pgqueuer.adapters.persistence.queries import Queries  # noqa: PLC0415
    from pgqueuer.core.qm import QueueManager  # noqa: PLC0415

    class Manager(QueueManager):
        @override
        async def log_failure(self, job: Any, executor: Any, exc: Exception, jbuff: Any) -> None:
            # Anything else is the bookkeeping, when the database goes away under it. Such a job
            # stays picked, its heartbeat ends, and it is taken up again; held, nobody would look.
            if isinstance(exc, _GivenUp):
                await super().log_failure(job, executor, exc, jbuff)

    return Manager(Queries.from_asyncpg_pool(pool))


def _retry_of(delay_s: float) -> Exception:
    from pgqueuer.domain.errors import RetryRequested  # noqa: PLC0415 - as above

    return RetryRequested(delay=timedelta(seconds=delay_s), reason="again")
