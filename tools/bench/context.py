"""What every row works with: a running Hilo full of data, and how hard to try."""

import asyncio
import time
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import asyncpg
import httpx2
from msgspec import Struct, structs

from bench import machine
from bench.entrances import Entrance
from bench.wire import request
from rig import Rig

Scale = Literal["small", "default", "full"]


class Effort(Struct, frozen=True):
    """How long and how much, by scale."""

    seconds: float
    messages: int
    reads: int
    agents: int
    visitors: int
    sockets: int
    mails: int


EFFORTS: dict[str, Effort] = {
    "small": Effort(1, 300, 20, 5, 5, 50, 40),
    "default": Effort(5, 20_000, 300, 200, 5_000, 2_000, 1_000),
    "full": Effort(20, 60_000, 1_000, 200, 5_000, 10_000, 1_000),
}


class Cpu(Struct, frozen=True):
    """Seconds of CPU, user and system."""

    hilo: float
    postgres: float
    bench: float

    def each(self, before: "Cpu", count: int) -> str:
        """Say what one of `count` took since `before`, in microseconds."""
        hilo, postgres, bench = (
            (now - then) / max(count, 1) * 1e6
            for now, then in zip(structs.astuple(self), structs.astuple(before), strict=True)
        )
        return (
            f"CPU each {hilo + postgres + bench:.0f} us: Hilo {hilo:.0f}, "
            f"PostgreSQL {postgres:.0f}, load generator {bench:.0f}"
        )


class Bench(Struct, frozen=True):
    """One run."""

    rig: Rig
    client: httpx2.Client
    workspace: UUID
    entrances: Sequence[Entrance]
    effort: Effort

    @property
    def dsn(self) -> str:
        """The owner's way to the private PostgreSQL."""
        return self.rig.postgres.dsn

    @property
    def auth(self) -> dict[str, str]:
        """The header that signs in."""
        return {"authorization": self.client.headers["authorization"]}

    def get(self, path: str) -> bytes:
        """Return the bytes of a signed-in GET below `/api/v1`."""
        return request("GET", f"/api/v1{path}", self.auth)

    def cpu(self) -> "Cpu":
        """Return what was used so far by Hilo, by its PostgreSQL and by this load generator."""
        assert self.rig.process is not None  # noqa: S101 - it runs
        database = self.rig.postgres_pid  # a child of Hilo
        return Cpu(
            machine.cpu_s(self.rig.process.pid, without=database),
            machine.cpu_s(database),
            time.process_time(),
        )

    async def drained(self, within_s: float = 120) -> float:
        """Wait until every delivery is processed; return the seconds waited."""
        started = time.monotonic()
        connection = await asyncpg.connect(self.dsn)
        try:
            while time.monotonic() - started < within_s:
                if not await connection.fetchval(_PENDING):
                    return time.monotonic() - started
                await asyncio.sleep(0.05)
            raise TimeoutError("deliveries still wait: see the log of the bench's Hilo")
        finally:
            await connection.close()


_PENDING = "select exists (select 1 from delivery where state = 'new')"
