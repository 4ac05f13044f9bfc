"""Is Hilo alive, is it ready, how does it do: /health/live, /health/ready and /metrics.

Ready means: the steps named at the start are all done and the database answers. Nothing secret is
said here, and no other table is read than for counting. The numbers are for this machine, and from
elsewhere for who keeps a workspace.
"""

import resource
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import ip_address

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from hilo.entry import wiring
from hilo.entry.answers import send_bytes
from hilo.entry.api.problems import send_problem
from hilo.entry.doorman import Doorman
from hilo.kit import jobs, readers
from hilo.kit.db import FAILURES, Database
from hilo.kit.errors import HiloError

Read = Callable[[], Awaitable[Mapping[str, float]]]


class Readiness:
    """The steps a start has to take; each is ticked off once."""

    def __init__(self, steps: Sequence[str]) -> None:
        """Begin; steps: for instance migrations, demo, http, smtp."""
        self._waiting = list(steps)
        self.since = time.time()

    def done(self, step: str) -> None:
        """Tick a step off; one that is not waited for is no error."""
        if step in self._waiting:
            self._waiting.remove(step)

    def undone(self, step: str) -> None:
        """Wait for a step again, for instance while stopping."""
        if step not in self._waiting:
            self._waiting.append(step)

    @property
    def waiting(self) -> Sequence[str]:
        """What is still to be done."""
        return tuple(self._waiting)


class Metrics:
    """Numbers for Prometheus, read when asked for. Others add theirs with `add`."""

    def __init__(self, db: Database) -> None:
        """db: its tables of jobs and cursors are counted."""
        self._db = db
        self._reads: dict[str, tuple[str, str, Read]] = {}
        self.add("hilo_reader_lag_seconds", "Age of the oldest unread event.", "reader", self._lag)
        self.add("hilo_jobs", "Jobs by kind and state.", "job", self._jobs)
        self.add("hilo_pool_connections", "Connections of the pool.", "state", self._pool)

    def add(self, name: str, text: str, label: str, read: Read) -> None:
        """Show a family of gauges: `read` gives the values by the label's value."""
        self._reads[name] = (text, label, read)

    async def show(self) -> bytes:
        """Return all numbers in Prometheus' text form; what cannot be read is left out."""
        # Who asks brings it, not the start.
        from prometheus_client import CollectorRegistry, Gauge, generate_latest  # noqa: PLC0415

        registry = CollectorRegistry()
        process = Gauge("hilo_process", "CPU seconds and memory.", ["of"], registry=registry)
        used = resource.getrusage(resource.RUSAGE_SELF)
        process.labels("cpu_seconds").set(used.ru_utime + used.ru_stime)
        # Linux counts kibibytes, macOS bytes.
        scale = 1 if sys.platform == "darwin" else 1024
        process.labels("max_memory_bytes").set(used.ru_maxrss * scale)
        for name, (text, label, read) in self._reads.items():
            try:
                values = await read()
            except FAILURES:
                continue
            gauge = Gauge(name, text, [label], registry=registry)
            for key, value in values.items():
                gauge.labels(key).set(value)
        return generate_latest(registry)

    async def _lag(self) -> Mapping[str, float]:
        return await readers.lag(self._db, wiring.READERS)

    async def _jobs(self) -> Mapping[str, float]:
        return {f"{each.kind}:{each.status}": each.count for each in await jobs.depth(self._db)}

    async def _pool(self) -> Mapping[str, float]:
        pool = self._db.pool
        return {"open": pool.get_size(), "idle": pool.get_idle_size()}


def health_app(readiness: Readiness, db: Database, metrics: Metrics, doorman: Doorman) -> ASGIApp:
    """Return the application for /health/live, /health/ready and /metrics."""

    async def show(scope: Scope, send: Send) -> None:
        try:
            if not _is_near(scope.get("client")):
                headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
                known = await doorman.who(doorman.credential(headers))
                known.actor.must("workspace:write")
        except HiloError as error:
            await send_problem(send, error)
            return
        await send_bytes(send, 200, await metrics.show(), "text/plain; version=0.0.4")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI's shape
        match scope["path"]:
            case "/health/live":
                await _say(send, 200, {"live": True})
            case "/health/ready":
                waiting = list(readiness.waiting)
                if not waiting and not await db.answers():
                    waiting = ["database"]
                status = 503 if waiting else 200
                await _say(send, status, {"ready": not waiting, "waiting_for": waiting})
            case "/metrics":
                await show(scope, send)
            case _:
                await _say(send, 404, {"error": "not found"})

    return app


def _is_near(client: tuple[str, int] | None) -> bool:
    """Say whether it is this machine that asks; behind a proxy the server knows who it is for."""
    try:
        return client is None or ip_address(client[0]).is_loopback
    except ValueError:
        return False


async def _say(send: Send, status: int, body: Mapping[str, object]) -> None:
    await send_bytes(send, status, msgspec.json.encode(body), "application/json")
