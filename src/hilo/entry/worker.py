"""The worker: makes meaning of what arrived, does the jobs, reads the log, minds the clock.

Any number of workers may run; locks and leases in the database share the work among them.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

from hilo.domain.conversations import Intake
from hilo.domain.inboxes.deliveries import PendingAccount
from hilo.entry import wiring, work
from hilo.entry.keeper import Keeper
from hilo.entry.renewing import Renewer
from hilo.entry.state import AppState
from hilo.entry.wiring import Timer
from hilo.entry.work import Tools
from hilo.kit import jobs as queue
from hilo.kit import log
from hilo.kit.db import transient
from hilo.kit.jobs import Job, Jobs
from hilo.kit.lock import Locks
from hilo.kit.readers import Readers

_LOG = log.get(__name__)
_AT_ONCE = 4  # accounts served at the same time
_IDLE_S = 5.0  # a lost wake-up costs at most this
_BUSY_ELSEWHERE_S = 0.2
_FEW = 20  # deliveries of a batch that was hardly worth its statements
_GATHER_S = 0.02
_DRAIN_S = 10.0
_ASIDE_S, _LONGEST_ASIDE_S = 0.03, 1.0


class Worker:
    """One per process. `run` until cancelled; what is under way is finished first."""

    def __init__(self, state: AppState, dsn: str) -> None:
        """dsn: for the queue's connections and the locks."""
        self._state = state
        self._dsn = dsn
        self._intake = Intake(state.db, state.channels, state.files)

    async def run(self) -> None:
        """Work until cancelled."""
        locks = Locks(self._dsn)
        pool = await queue.pool(self._dsn)
        jobs = Jobs(pool, locks, work.retry_after_s)
        tools = work.tools(self._state)
        for kind, do in wiring.JOBS.items():
            jobs.handle(kind, _bound(do, tools))
        readers = Readers(self._state.db, self._state.bus, wiring.READERS)
        keeper = Keeper(self._state, self._state.door, locks)
        renewer = Renewer(self._state, tools.carrier, locks)
        doing = asyncio.create_task(jobs.run(), name="jobs")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_tended("intake", self._take_in))
                group.create_task(_tended("readers", readers.run))
                group.create_task(_tended("keeper", keeper.run))
                group.create_task(_tended("renewer", renewer.run))
                for timer in wiring.TIMERS:
                    group.create_task(_tick(timer, tools))
        finally:
            await jobs.stop()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(doing, _DRAIN_S)
            await pool.close()
            await locks.close()

    async def _take_in(self) -> None:
        """Serve whatever account has deliveries, as soon as they are stored."""
        loop = asyncio.get_running_loop()
        with self._state.bus.subscribe("intake") as arrived:
            while True:
                pending = await self._intake.pending()
                if not pending:
                    await arrived.wait(_IDLE_S)
                    continue
                began = loop.time()
                settled = await self.take_in_once(pending)
                worked_s = loop.time() - began
                if not settled:
                    await asyncio.sleep(_BUSY_ELSEWHERE_S)
                elif settled < _FEW:
                    # A batch costs the same for one as for ten: let what is next come together.
                    await asyncio.sleep(min(worked_s, _GATHER_S))
                await self._let_arrive(worked_s)

    async def _let_arrive(self, worked_s: float) -> None:
        """While senders queue at the door, taking what they bring comes before understanding it.

        worked_s: how long the last batch took; intake keeps a fifth of the time.
        """
        aside_s = min(worked_s * 4, _LONGEST_ASIDE_S)
        while aside_s > 0 and self._state.door.is_pressed:
            await asyncio.sleep(_ASIDE_S)
            aside_s -= _ASIDE_S

    async def take_in_once(self, pending: list[PendingAccount] | None = None) -> int:
        """Serve each account that has deliveries with one batch; return how many were settled."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def serve(each: PendingAccount) -> int:
            async with gate:
                try:
                    return await self._intake.serve(each)
                except Exception as error:  # noqa: BLE001 - one account never stops the others
                    again = transient(error)
                    say = _LOG.warning if again else _LOG.exception
                    say("intake.again", account=str(each.account_id), error=repr(error))
                    return 0

        accounts = await self._intake.pending() if pending is None else pending
        return sum(await asyncio.gather(*(serve(each) for each in accounts)))


def _bound(do: Callable[[Tools, Job], Awaitable[None]], tools: Tools) -> queue.Work:
    return partial(do, tools)


async def _tick(timer: Timer, tools: Tools) -> None:
    every_s = timer.every.total_seconds()
    while True:
        try:
            await timer.do(tools)
        except Exception as error:  # noqa: BLE001 - the clock never stops
            if not transient(error):
                _LOG.exception("timer.broke", timer=timer.name)
        await asyncio.sleep(every_s)


async def _tended(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Start it again when it breaks: the database may be away for a while."""
    while True:
        try:
            await run()
        except Exception as error:  # noqa: BLE001 - whatever it is, the rest goes on
            _LOG.warning("worker.part_broke", part=name, error=repr(error), exc_info=error)
        await asyncio.sleep(0.5)
