"""A backup round trip: everything comes back, the log keeps its order, readers keep their place."""

import asyncio
import os
import tarfile
from pathlib import Path

import asyncpg
import pytest

from cast import CAST
from frame import named
from hilo.entry import backup
from hilo.kit import db as database
from hilo.kit import migrations
from hilo.kit.config import Config
from hilo.kit.db import Database
from hilo.kit.server import Unfit
from patience import PATIENCE_S

# Dumps and restores are long transactions: they hide the log from every test beside them.
pytestmark = pytest.mark.crash

STEPS = Path(database.__file__).parents[1] / "entry" / "migrations"
EVENT = "insert into event (workspace_id, slot, type, data) values ($1, 7, $2, '{}')"


async def _empty(server_dsn: str, purpose: str) -> str:
    name = f"hilo_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{purpose}"
    admin = await asyncpg.connect(server_dsn)
    await admin.execute(f"drop database if exists {name} with (force)")
    await admin.execute(f"create database {name}")
    await admin.close()
    return named(server_dsn, name)


@pytest.fixture
async def source(server_dsn: str) -> str:
    """Give a workspace with five events and a reader that has read three."""
    dsn = await _empty(server_dsn, "backup_source")
    await migrations.migrate(dsn, STEPS)
    owner = await asyncpg.connect(dsn)
    await owner.execute("insert into workspace (id, name) values ($1, 'Kept')", CAST.workspace)
    for number in range(5):
        await owner.execute(EVENT, CAST.workspace, f"event.{number}")
    await owner.execute("""
        insert into reader_cursor (reader, slot, xid, id)
        select 'tell', 7, xid, id from event order by xid, id offset 2 limit 1""")
    await owner.close()
    return dsn


@pytest.fixture
async def target(server_dsn: str) -> str:
    """Give an empty database."""
    return await _empty(server_dsn, "backup_target")


async def _unread(dsn: str) -> list[str]:
    owner = await asyncpg.connect(dsn)
    rows = await owner.fetch(
        """
        select e.type from reader_cursor c,
          hilo_events_ahead(array[c.slot], array[c.xid], array[c.id], $1, 10) e
        order by e.xid, e.id""",
        [f"event.{number}" for number in range(6)],
    )
    await owner.close()
    return [row["type"] for row in rows]


async def test_a_restored_installation_goes_on_where_the_backup_stood(
    source: str, target: str, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "files" / "a").mkdir(parents=True)
    new.mkdir()
    (old / "files" / "a" / "b").write_bytes(b"photo")
    archive = tmp_path / "hilo.tar"

    await backup.backup(source, Config(data=old), archive, lambda _: None)
    await backup.restore(target, Config(data=new), archive, STEPS, lambda _: None)

    assert (new / "files" / "a" / "b").read_bytes() == b"photo"
    assert await _unread(target) == ["event.3", "event.4"]
    pool = await database.connect(target, min_size=1, max_size=2)
    async with Database(pool).transaction(CAST.workspace) as tx:
        await tx.connection.execute(EVENT, CAST.workspace, "event.5")
    await pool.close()
    async with asyncio.timeout(PATIENCE_S):  # a reader waits for the server's oldest transaction
        while await _unread(target) == ["event.3", "event.4"]:
            await asyncio.sleep(0.05)
    assert await _unread(target) == ["event.3", "event.4", "event.5"]


async def test_another_owner_takes_over_what_is_restored(
    source: str, server_dsn: str, tmp_path: Path
) -> None:
    """Here the owner is no superuser, has a password to be escaped, and is unknown to the dump."""
    name = f"hilo_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_heir"
    admin = await asyncpg.connect(server_dsn)
    await admin.execute(f"drop database if exists {name} with (force)")
    await admin.execute(f"drop role if exists {name}")
    await admin.execute(f"create role {name} login password 'p@ss w/rd'")
    await admin.execute(f"create database {name} owner {name}")
    heir = named(server_dsn, name).replace("hilo@", f"{name}:p%40ss%20w%2Frd@", 1)
    archive = tmp_path / "hilo.tar"
    await backup.backup(source, Config(data=tmp_path), archive, lambda _: None)
    assert archive.stat().st_mode & 0o077 == 0, "nobody else reads it"
    with pytest.raises(Unfit, match=f"grant hilo_app to {name}"):
        await backup.restore(heir, Config(data=tmp_path), archive, STEPS, lambda _: None)
    await admin.execute(f"grant hilo_app to {name}")
    await backup.restore(heir, Config(data=tmp_path), archive, STEPS, lambda _: None)
    owner = await asyncpg.connect(heir)
    assert await owner.fetchval("select name from workspace") == "Kept"
    await owner.close()
    assert await _unread(heir) == ["event.3", "event.4"]
    again = tmp_path / "again.tar"
    await backup.backup(heir, Config(data=tmp_path), again, lambda _: None)
    await admin.execute(f"drop database {name} with (force)")
    await admin.execute(f"drop role {name}")
    await admin.close()


async def test_a_restore_refuses_a_database_that_holds_a_workspace(
    source: str, tmp_path: Path
) -> None:
    archive = tmp_path / "hilo.tar"
    await backup.backup(source, Config(data=tmp_path), archive, lambda _: None)
    with pytest.raises(backup.CannotRestore, match="already holds a workspace"):
        await backup.restore(source, Config(data=tmp_path), archive, STEPS, lambda _: None)
    assert await _unread(source) == ["event.3", "event.4"]


async def test_an_altered_archive_is_refused(source: str, target: str, tmp_path: Path) -> None:
    archive, damaged = tmp_path / "hilo.tar", tmp_path / "damaged.tar"
    await backup.backup(source, Config(data=tmp_path), archive, lambda _: None)
    with tarfile.open(archive) as good:
        good.extractall(tmp_path / "x", filter="data")
    with (tmp_path / "x" / "database.dump").open("ab") as dump:
        dump.write(b"!")
    with tarfile.open(damaged, "x") as bad:
        bad.add(tmp_path / "x", ".")
    with pytest.raises(backup.CannotRestore, match=r"database\.dump is missing or altered"):
        await backup.restore(target, Config(data=tmp_path), damaged, STEPS, lambda _: None)


async def test_what_is_no_backup_is_refused(target: str, tmp_path: Path) -> None:
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"not a tar")
    with pytest.raises(backup.CannotRestore, match="not a backup"):
        await backup.restore(target, Config(data=tmp_path), file, STEPS, lambda _: None)


def test_the_password_stays_out_of_the_command() -> None:
    given = "postgresql://hilo:secret@/hilo?host=/tmp/x"
    assert backup._without_password(given) == "postgresql://hilo@/hilo?host=/tmp/x"  # noqa: SLF001


async def test_a_place_that_cannot_be_written_is_named(source: str, tmp_path: Path) -> None:
    archive = tmp_path / "nowhere" / "hilo.tar"
    with pytest.raises(backup.CannotRestore, match=r"hilo\.tar cannot be written"):
        await backup.backup(source, Config(data=tmp_path), archive, lambda _: None)
