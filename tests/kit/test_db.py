"""Transactions: all or nothing, told after the commit, and at home in a world where servers die."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest

from cast import CAST
from hilo.kit.db import Database, transient
from hilo.kit.errors import Bug
from hilo.kit.events import Event
from hilo.kit.ids import new_id
from hilo.kit.sql import query

COUNT = query("count", "select count(*) from event where workspace_id = :workspace_id")
HERE = query("here", "select current_setting('hilo.workspace_id') || current_user")


class Happened(Event, frozen=True, kw_only=True, tag="test.happened", tag_field="type"):
    """Something."""


async def count(db: Database) -> int:
    async with db.transaction(CAST.workspace) as tx:
        return await tx.one(COUNT, int, workspace_id=CAST.workspace)


async def test_what_is_published_is_written_with_the_commit_and_told_after_it(
    db: Database,
) -> None:
    told: list[str] = []
    db.on_commit = told.extend
    before = await count(db)
    async with db.transaction(CAST.workspace) as tx:
        tx.publish(Happened(), new_id())
        tx.after_commit.append(lambda: told.append("after"))
        assert told == []
    assert told == ["after", "test.happened"]
    assert await count(db) == before + 1
    with suppress(RuntimeError):
        async with db.transaction(CAST.workspace) as tx:
            tx.publish(Happened(), new_id())
            tx.after_commit.append(lambda: told.append("never"))
            raise RuntimeError
    assert await count(db) == before + 1
    assert told == ["after", "test.happened"]


async def test_a_failed_attempt_undoes_itself_and_nothing_else(db: Database) -> None:
    before = await count(db)
    async with db.transaction(CAST.workspace) as tx:
        tx.publish(Happened(), new_id())
        with suppress(RuntimeError):
            async with tx.attempt():
                tx.publish(Happened(), new_id())
                await tx.flush()
                raise RuntimeError
    assert await count(db) == before + 1


async def test_a_transaction_is_in_one_workspace_as_the_application(db: Database) -> None:
    async with db.transaction(CAST.workspace) as tx:
        assert await tx.one(HERE, str) == f"{CAST.workspace}hilo_app"
        await tx.enter(CAST.other_workspace)
        assert await tx.one(HERE, str) == f"{CAST.other_workspace}hilo_app"
    async with db.transaction(None) as tx:
        assert await tx.one(HERE, str) == "hilo_app"
        with pytest.raises(Bug):
            assert tx.workspace


async def test_connections_that_died_in_the_pool_are_passed_over(
    db: Database, owner: asyncpg.Connection
) -> None:
    await asyncio.gather(*(count(db) for _ in range(8)))
    for _ in range(3):
        await owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and application_name = 'hilo'"
        )
        assert await count(db) >= 0


async def test_a_connection_that_dies_inside_is_a_passing_fault(
    db: Database, owner: asyncpg.Connection
) -> None:
    async def die() -> None:
        async with db.transaction(CAST.workspace) as tx:
            pid = await tx.connection.fetchval("select pg_backend_pid()")
            await owner.execute("select pg_terminate_backend($1)", pid)
            await asyncio.sleep(0.1)
            await tx.one(COUNT, int, workspace_id=CAST.workspace)

    with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)) as caught:
        await die()
    assert transient(caught.value)
    assert await count(db) >= 0


async def test_a_cancelled_transaction_leaves_its_connection_clean(db: Database) -> None:
    async def slow() -> None:
        async with db.transaction(CAST.workspace) as tx:
            tx.publish(Happened(), new_id())
            await tx.connection.execute("select pg_sleep(10)")

    before = await count(db)
    for after_s in (0, 0.001, 0.1):
        task = asyncio.create_task(slow())
        await asyncio.sleep(after_s)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert await count(db) == before


async def test_reading_sees_one_workspace_and_leaves_nothing_to_the_next(db: Database) -> None:
    for workspace in (CAST.workspace, CAST.other_workspace, CAST.workspace):
        async with db.reading(workspace) as tx:
            assert await tx.one(HERE, str) == f"{workspace}hilo_app"
            other = CAST.other_workspace if workspace == CAST.workspace else CAST.workspace
            assert await tx.one(COUNT, int, workspace_id=other) == 0
        async with db.transaction(None) as tx:
            assert await tx.one(HERE, str) == "hilo_app"
        async with db.transaction(CAST.other_workspace) as tx:
            assert await tx.one(HERE, str) == f"{CAST.other_workspace}hilo_app"


async def test_what_is_noted_while_reading_is_written_and_told(db: Database) -> None:
    told: list[str] = []
    db.on_commit = lambda _kinds: told.append("bus")
    before = await count(db)
    async with db.reading(CAST.workspace) as tx:
        tx.publish(Happened(), new_id())
    assert (await count(db), told) == (before + 1, ["bus"])


async def test_plans_made_once_are_of_one_transaction_only(db: Database) -> None:
    mode = "show plan_cache_mode"
    async with db.transaction(CAST.workspace) as tx:
        usual = await tx.connection.fetchval(mode)
    async with db.transaction(CAST.workspace, plans_once=True) as tx:
        connection = tx.connection
        assert await connection.fetchval(mode) == "force_generic_plan"
        assert await connection.fetchval("select hilo_workspace()") == CAST.workspace
    async with db.pool.acquire() as after:
        assert await after.fetchval(mode) == usual == "auto"
