"""What this machine can do at most, measured beside the product, on the same server and disk."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import asyncpg

from hilo.kit.ids import new_id

_TABLE = """
create unlogged table if not exists bench_nothing (x int);
create table if not exists bench_limit (
  id uuid primary key, conversation uuid not null, kind text not null, body text not null,
  at timestamptz not null default now());
create index if not exists bench_limit_conversation on bench_limit (conversation, id);
create index if not exists bench_limit_at on bench_limit (at);
"""
_ONE = "insert into bench_limit (id, conversation, kind, body) values ($1, $2, 'incoming', $3)"
_MANY = """
insert into bench_limit (id, conversation, kind, body)
select id, id, 'incoming', body from unnest($1::uuid[], $2::text[]) as t (id, body)
"""
# What is reserved for administrators, and some room for Hilo's own.
_FREE = """
select current_setting('max_connections')::int - 10 - count(*)::int from pg_stat_activity
where backend_type = 'client backend'
"""
BODY = "Where is my order? It should have been here on Tuesday and nobody answers the phone. " * 3


async def make_table(connection: asyncpg.Connection) -> None:
    """Make the table the limits write to: three indexes, as a message has."""
    await connection.execute(_TABLE)


async def drop_table(connection: asyncpg.Connection) -> None:
    """Remove it."""
    await connection.execute("drop table if exists bench_limit, bench_nothing")


async def commits(dsn: str, clients: int, seconds: float) -> float:
    """Return one-row inserts, each committed, a second. clients: fewer where none are free."""
    connection = await asyncpg.connect(dsn)
    try:
        free: int = await connection.fetchval(_FREE)
    finally:
        await connection.close()
    return await _together(dsn, max(8, min(clients, free)), seconds, _insert_one)


async def unnest(dsn: str, seconds: float, rows: int = 100) -> float:
    """Return rows a second, inserted a hundred to a statement by one connection."""
    connection = await asyncpg.connect(dsn)
    try:
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            await connection.execute(_MANY, [new_id() for _ in range(rows)], [BODY] * rows)
            count += rows
        return count / (time.perf_counter() - started)
    finally:
        await connection.close()


async def commit_ms(dsn: str, times: int = 100) -> float:
    """Return the median of one insert and commit alone."""
    connection = await asyncpg.connect(dsn)
    try:
        return await median_ms(lambda: _insert_one(connection), times)
    finally:
        await connection.close()


async def median_ms(work: Callable[[], Awaitable[object]], times: int) -> float:
    """Return the median duration of something."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        await work()
        found.append((time.perf_counter() - started) * 1000)
    return sorted(found)[len(found) // 2]


async def _insert_one(connection: asyncpg.Connection) -> None:
    id_ = new_id()
    await connection.execute(_ONE, id_, id_, BODY)


async def _together(
    dsn: str,
    clients: int,
    seconds: float,
    work: Callable[[asyncpg.Connection], Awaitable[None]],
) -> float:
    connections = [await asyncpg.connect(dsn) for _ in range(clients)]
    count = 0
    started = time.perf_counter()

    async def one(connection: asyncpg.Connection) -> None:
        nonlocal count
        while time.perf_counter() - started < seconds:
            await work(connection)
            count += 1

    await asyncio.gather(*(one(each) for each in connections))
    passed = time.perf_counter() - started
    for each in connections:
        await each.close()
    return count / passed
