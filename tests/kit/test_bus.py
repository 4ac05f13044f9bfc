"""The bus: at once here, soon elsewhere, and 'look for yourself' after a broken connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from hilo.kit.bus import PostgresBus, _envelopes
from patience import PATIENCE_S, trying


@asynccontextmanager
async def running(dsn: str, *, is_heard: bool = True) -> AsyncIterator[PostgresBus]:
    """Hold a bus's connection beside the test."""
    bus = PostgresBus(dsn, is_heard=is_heard)
    with bus.subscribe("ready") as ready:
        task = asyncio.create_task(bus.run())
        assert await ready.wait(PATIENCE_S)  # connected
    try:
        yield bus
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_message_is_heard_here_once_and_elsewhere(dsn: str) -> None:
    async with running(dsn) as here, running(dsn) as there:
        with here.subscribe("presence") as mine, there.subscribe("presence") as theirs:
            here.publish("presence", '{"é": 1}'.encode())
            async with asyncio.timeout(PATIENCE_S):
                assert await anext(mine) == await anext(theirs) == '{"é": 1}'.encode()
            assert not await mine.wait(0.1)


async def test_who_is_not_heard_hears_all_the_same(dsn: str) -> None:
    async with running(dsn, is_heard=False) as server, running(dsn) as command:
        with server.subscribe("log") as here, command.subscribe("log") as there:
            server.publish("log")
            assert await here.wait(PATIENCE_S)
            assert not await there.wait(0.1)
            command.publish("log")
            assert await here.wait(PATIENCE_S)


async def test_topics_are_apart_and_a_closed_subscription_hears_nothing(dsn: str) -> None:
    async with running(dsn) as bus:
        with bus.subscribe("a") as a:
            bus.publish("b", b"1")
            assert not await a.wait(0.05)
        bus.publish("a", b"1")
        assert a.drain() == []


async def test_a_broken_connection_comes_back_and_says_so(
    dsn: str, owner: asyncpg.Connection
) -> None:
    async with running(dsn) as here, running(dsn) as there:
        with there.subscribe("log") as log:
            await owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'hilo bus' and datname = current_database()"
            )
            assert await log.wait(PATIENCE_S)
            async for _ in trying():  # the other one may not be back yet
                here.publish("log")
                if await log.wait(0.5):
                    return
    raise AssertionError("it was never heard again")


async def test_a_slow_reader_loses_the_oldest(dsn: str) -> None:
    bus = PostgresBus(dsn)
    with bus.subscribe("a") as a:
        for number in range(1_005):
            bus.publish("a", str(number).encode())
        assert a.drain()[0] == b"5"


def test_letters_share_notifies_below_the_servers_limit() -> None:
    letters = [("a", "x" * 3_000), ("b", ""), ("b", ""), ("c", "y" * 4_000), ("d", "z" * 4_000)]
    packed = _envelopes("me", [*letters, ("e", "!" * 9_000)])
    assert len(packed) == 2
    assert all(len(each) < 8_000 for each in packed)
