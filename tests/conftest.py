"""The test frame: a PostgreSQL for each worker, a template with the cast, no way out.

A server of its own, since a reader of the log waits for the oldest transaction of a whole server:
no worker waits for another's tests.

`tx` is one transaction rolled back at the end; `db` a database of the test's own, for what commits.
"""

import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

import server
from cast import CAST, SECRET_KEY, Cast, settle
from frame import STATEMENTS, BlockedNetwork, Statements, is_local, local, named, note
from hilo.kit import db as database
from hilo.kit import migrations
from hilo.kit.db import Database, Tx
from patience import PATIENCE_S

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
TEMPLATE = f"hilo_{WORKER}_template"
BARE = f"hilo_{WORKER}_bare"
MIGRATIONS = Path(database.__file__).parents[1] / "entry" / "migrations"
_ROOT = "HILO_TEST_ROOT"
# The mail servers tests begin in threads: theirs is five seconds, no guard against hanging.
os.environ["AIOSMTPD_CONTROLLER_TIMEOUT"] = str(PATIENCE_S)
# A machine that is busy with other things proves nothing about us.
settings.register_profile("hilo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hilo")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of the run's servers; the workers inherit it by the environment."""
    if not hasattr(config, "workerinput"):
        os.environ[_ROOT] = f"/tmp/hilo-tests-{os.getpid()}"  # noqa: S108 - short, for the socket


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers when the last worker is done, also those of workers that broke down."""
    if not hasattr(config, "workerinput"):
        root = Path(os.environ[_ROOT])
        for each in root.glob("*"):
            server.stop(each)
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _no_way_out() -> Iterator[None]:
    """Refuse every connection and look-up that is not of this machine."""
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
    real_lookup = socket.getaddrinfo

    def connect(self: socket.socket, address: object) -> None:
        real_connect(self, local(self, address))  # type: ignore[arg-type]

    def connect_ex(self: socket.socket, address: object) -> int:
        return real_connect_ex(self, local(self, address))  # type: ignore[arg-type]

    def lookup(host: str | bytes | None, *args: object, **kwargs: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not is_local(name):
            raise BlockedNetwork(f"look-up of {name}")
        return real_lookup(host, *args, **kwargs)  # type: ignore[arg-type]

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    patch.setattr(socket, "getaddrinfo", lookup)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def server_dsn() -> str:
    """Return the address of this worker's server (its `postgres` database)."""
    return server.start(Path(os.environ[_ROOT]) / WORKER)


@pytest.fixture(scope="session")
async def template(server_dsn: str) -> str:
    """Make the two templates: the schema alone, and the schema with the cast."""
    admin = await asyncpg.connect(server_dsn)
    for name in (TEMPLATE, BARE):
        await admin.execute(f"drop database if exists {name}")
    await admin.execute(f"create database {BARE}")
    await migrations.migrate(named(server_dsn, BARE), MIGRATIONS)
    await admin.execute(f"create database {TEMPLATE} template {BARE}")
    owner = await asyncpg.connect(named(server_dsn, TEMPLATE))
    await settle(owner, _sealed())
    await owner.close()
    await admin.close()
    return server_dsn


def _sealed() -> bytes:
    try:
        from hilo.kit.crypto import Vault  # noqa: PLC0415 - the vault is younger than this frame
    except ImportError:
        return b""
    import msgspec  # noqa: PLC0415 - beside its use

    return Vault(SECRET_KEY).seal(
        msgspec.json.encode({"secret": CAST.secret}), f"account:{CAST.account}"
    )


async def _clone(dsn: str, name: str, source: str) -> str:
    admin = await asyncpg.connect(dsn)
    try:
        await admin.execute(f"drop database if exists {name} with (force)")
        await admin.execute(f"create database {name} template {source}")
    finally:
        await admin.close()
    return named(dsn, name)


async def _drop(dsn: str, name: str) -> None:
    admin = await asyncpg.connect(dsn)
    await admin.execute(f"drop database if exists {name} with (force)")
    await admin.close()


async def _connect(dsn: str, size: int) -> asyncpg.Pool:
    patch = pytest.MonkeyPatch()
    real = database.prepare

    async def prepare(connection: asyncpg.Connection) -> None:
        await real(connection)
        connection.add_query_logger(note)

    patch.setattr(database, "prepare", prepare)
    try:
        return await database.connect(dsn, min_size=1, max_size=size)
    finally:
        patch.undo()


@pytest.fixture(scope="session")
async def worker_database(template: str) -> AsyncIterator[Database]:
    """Give the database this worker's rolled-back tests share; nothing is committed to it."""
    pool = await _connect(await _clone(template, f"hilo_{WORKER}", TEMPLATE), 4)
    yield Database(pool)
    await pool.close()


class _Undo(Exception):
    """Carries a finished test out of its transaction."""


@pytest.fixture
async def tx(worker_database: Database) -> AsyncIterator[Tx]:
    """Give one transaction in the cast's workspace; it is rolled back."""
    try:
        async with worker_database.transaction(CAST.workspace) as open_:
            yield open_
            raise _Undo  # noqa: TRY301 - the only way out of its block
    except _Undo:
        pass


@pytest.fixture
async def dsn(template: str, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Give the address of a database of this test's own. `@pytest.mark.bare`: no cast in it."""
    name = f"hilo_{WORKER}_own"
    source = BARE if request.node.get_closest_marker("bare") else TEMPLATE
    yield await _clone(template, name, source)
    await _drop(template, name)


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """Give a database of this test's own, for what needs commits."""
    pool = await _connect(dsn, 8)
    yield Database(pool)
    await pool.close()


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection of the schema's owner to the `db` of this test: it sees every workspace."""
    connection = await asyncpg.connect(dsn)
    await database.prepare(connection)
    yield connection
    await connection.close()


@pytest.fixture
def cast() -> Cast:
    """Give the standing cast; see tests/cast.py."""
    return CAST


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Count what is asked of PostgreSQL from here on: `await statements.asked()`.

    Whom the doorman has seen it knows for as long as the test lasts, however slow the machine is.
    """
    monkeypatch.setattr("hilo.entry.doorman._REMEMBERED_S", 3600.0)
    STATEMENTS.clear()
    return STATEMENTS
