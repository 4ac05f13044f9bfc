"""Migrations: plain steps in order, once, whoever starts at the same time; a ready one is cheap."""

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from frame import named
from hilo.kit import db, migrations
from hilo.kit.errors import Bug
from hilo.kit.migrations import NewerDatabase

NAME = "hilo_migrated"


@pytest.fixture
async def empty(server_dsn: str) -> str:
    """Give the address of a database without anything in it."""
    admin = await asyncpg.connect(server_dsn)
    await admin.execute(f"drop database if exists {NAME} with (force)")
    await admin.execute(f"create database {NAME}")
    await admin.close()
    return named(server_dsn, NAME)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give three steps, the second of which waits for the new code."""
    for name, text in (
        ("0001_pre_one", "create table t (a int); insert into t values (1);"),
        ("0002_post_two", "-- a colon :name and 'a :b' stay\nupdate t set a = a + 1"),
        ("0003_pre_three", "do $$ begin perform 1; end $$; update t set a = a * 10"),
    ):
        (tmp_path / f"{name}.sql").write_text(text)
    return tmp_path


async def value(dsn: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval("select a from t")
    finally:
        await connection.close()


async def test_steps_run_in_order_and_once_whoever_starts(empty: str, folder: Path) -> None:
    counts = await asyncio.gather(*(migrations.migrate(empty, folder) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 3]
    assert await value(empty) == 20
    assert await migrations.is_current(empty, folder)


async def test_pre_stops_before_what_must_wait_for_the_new_code(empty: str, folder: Path) -> None:
    assert await migrations.migrate(empty, folder, until="pre") == 1
    assert not await migrations.is_current(empty, folder)
    assert await migrations.migrate(empty, folder) == 2
    assert await value(empty) == 20


async def test_a_failing_step_leaves_nothing_behind(empty: str, folder: Path) -> None:
    step = folder / "0003_pre_three.sql"
    good = step.read_text()
    step.write_text("update t set a = 100; select no_such_function()")
    with pytest.raises(asyncpg.UndefinedFunctionError):
        await migrations.migrate(empty, folder)
    step.write_text(good)
    assert await migrations.migrate(empty, folder) == 3
    assert await value(empty) == 20


async def test_a_database_of_a_newer_hilo_is_left_alone(empty: str, folder: Path) -> None:
    await migrations.migrate(empty, folder)
    (folder / "0003_pre_three.sql").unlink()
    with pytest.raises(NewerDatabase, match="0003_pre_three"):
        await migrations.migrate(empty, folder)


def test_a_file_that_is_no_step_is_a_bug(folder: Path) -> None:
    (folder / "notes.sql").touch()
    with pytest.raises(Bug, match=r"notes\.sql"):
        migrations.steps(folder)


def test_a_number_that_is_given_twice_is_a_bug(folder: Path) -> None:
    (folder / "0003_post_another.sql").touch()
    with pytest.raises(Bug, match=r"0003_pre_three\.sql has the number of 0003_post_another\.sql"):
        migrations.steps(folder)


async def test_a_ready_database_is_seen_without_the_library(empty: str, folder: Path) -> None:
    await migrations.migrate(empty, folder)
    code = (
        "import asyncio, sys; from pathlib import Path; from hilo.kit import migrations;"
        "assert asyncio.run(migrations.migrate(sys.argv[1], Path(sys.argv[2]))) == 0;"
        "assert 'alembic' not in sys.modules and 'sqlalchemy' not in sys.modules"
    )
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", code, empty, str(folder)],
        check=False,
        env={"PYTHONPATH": str(Path(db.__file__).parents[2])},
    )
    assert done.returncode == 0
