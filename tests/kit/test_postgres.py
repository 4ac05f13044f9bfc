"""The private PostgreSQL: made, found, watched, survived; never two on one folder."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from hilo.kit import pgbin
from hilo.kit.pgbin import CannotStart
from hilo.kit.postgres import InUse, PrivatePostgres
from patience import PATIENCE_S

pytestmark = pytest.mark.crash
# Another process that starts the server, commits a row and then waits to be killed.
CHILD = """
import asyncio, sys
from pathlib import Path
import asyncpg
from hilo.kit.postgres import PrivatePostgres

async def main():
    server = PrivatePostgres(Path(sys.argv[1]))
    connection = await asyncpg.connect(await server.start())
    await connection.execute("create table if not exists kept (n int)")
    await connection.execute("insert into kept values (1)")
    print("committed", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[PrivatePostgres]:
    """Run a server for the block."""
    server = PrivatePostgres(folder)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def ask(server: PrivatePostgres, query: str) -> object:
    connection = await asyncpg.connect(server.dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def pid_of(folder: Path) -> int:
    return int((folder / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


async def test_it_is_closed_to_the_network_durable_and_ends_when_told(tmp_path: Path) -> None:
    async with started(tmp_path / "pg") as server:
        pid = pid_of(server.folder)
        settings = {
            name: await ask(server, f"select current_setting('{name}')")
            for name in ("listen_addresses", "fsync", "full_page_writes", "synchronous_commit")
        }
        assert settings == {
            "listen_addresses": "",
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
        }
        assert os.getsid(pid) != os.getsid(0)
        assert server.socket_folder.stat().st_mode & 0o777 == 0o700
        assert (server.folder / "password").stat().st_mode & 0o777 == 0o600
        assert len(str(server.socket_folder)) < 90
    assert is_gone(pid)


async def test_a_wrong_password_does_not_get_in(tmp_path: Path) -> None:
    async with started(tmp_path / "pg") as server:
        password = (server.folder / "password").read_text().strip()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.dsn.replace(password, "guess"))


async def test_a_second_one_on_the_same_folder_is_refused_but_may_borrow(tmp_path: Path) -> None:
    async with started(tmp_path / "pg") as server:
        second = PrivatePostgres(tmp_path / "pg")
        with pytest.raises(InUse, match="already runs"):
            await second.start()
        assert await second.borrow() == server.dsn
        assert await ask(server, "select 1") == 1
    assert await PrivatePostgres(tmp_path / "pg").borrow() is None


async def test_what_was_committed_outlives_a_killed_server(tmp_path: Path) -> None:
    async with started(tmp_path / "pg") as server:
        watching = asyncio.create_task(server.watch())
        connection = await asyncpg.connect(server.dsn)
        await connection.execute("create table kept (n int); insert into kept values (7)")
        os.kill(pid_of(server.folder), signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            while server.restarts == 0:
                await asyncio.sleep(0.05)
            while True:
                with suppress(OSError, asyncpg.PostgresError):
                    assert await ask(server, "select n from kept") == 7
                    break
                await asyncio.sleep(0.05)
        watching.cancel()


async def test_an_orphan_of_a_killed_process_group_is_ended_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "pg"
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", CHILD, str(folder)),
        stdout=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(Path(pgbin.__file__).parents[2])},
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"committed\n"
    os.killpg(child.pid, signal.SIGKILL)
    await child.wait()
    orphan = pid_of(folder)
    assert not is_gone(orphan)
    async with started(folder) as server:
        assert pid_of(folder) != orphan
        assert await ask(server, "select count(*) from kept") == 1
    assert is_gone(orphan)


async def test_a_pid_file_that_names_somebody_else_harms_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "pg"
    async with started(folder):
        pass
    bystander = await asyncio.create_subprocess_exec("sleep", "60")
    note = folder / "cluster" / "postmaster.pid"
    note.write_text(f"{bystander.pid}\n{folder / 'cluster'}\n1\n5432\n\n\n")
    try:
        async with started(folder) as server:
            assert await ask(server, "select 1") == 1
        assert bystander.returncode is None
    finally:
        bystander.kill()
        await bystander.wait()


async def test_half_a_new_cluster_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "pg" / "cluster.draft").mkdir(parents=True)
    (tmp_path / "pg" / "cluster.draft" / "PG_VERSION").write_text("9\n")
    async with started(tmp_path / "pg") as server:
        assert await ask(server, "select 1") == 1


async def test_data_of_another_major_version_is_refused_with_the_way_out(tmp_path: Path) -> None:
    cluster = tmp_path / "pg" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 9.*HILO_PG_BIN.*hilo backup"):
        await PrivatePostgres(tmp_path / "pg").start()
    assert (cluster / "PG_VERSION").read_text() == "9\n"


def test_programs_that_do_not_run_are_named(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="HILO_PG_BIN"):
        pgbin.choose(tmp_path / "none", {"HILO_PG_BIN": str(tmp_path)})


@pytest.mark.parametrize("name", ["a, b", 'a"b', "a'b", "a%b", "a;b"])
def test_a_folder_of_an_odd_name_gets_a_plain_socket(name: str) -> None:
    short = Path("/srv/hilo")  # a temporary folder's own path may be too long for a socket
    assert name not in str(PrivatePostgres(short / name / "pg").socket_folder)
    assert PrivatePostgres(short / "my data" / "pg").socket_folder.parent.name == "pg"


async def test_a_long_folder_gets_a_short_socket(tmp_path: Path) -> None:
    server = PrivatePostgres(tmp_path / ("long" * 25) / "pg")
    assert len(str(server.socket_folder / ".s.PGSQL.5432")) < 100
