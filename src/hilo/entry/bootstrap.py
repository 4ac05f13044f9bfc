"""Puts the parts together: the one place that knows which part is made of what.

A command opens the house, uses what it needs of it and leaves; everything is closed in reverse
order. Nothing here is global, nothing is looked up by name.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from hilo.entry.state import AppState
from hilo.kit import crypto, db, migrations, server
from hilo.kit.bus import PostgresBus
from hilo.kit.bus_valkey import ValkeyBus
from hilo.kit.config import Config, Network
from hilo.kit.crypto import Vault
from hilo.kit.db import Database
from hilo.kit.pgbin import CannotStart
from hilo.kit.postgres import PrivatePostgres
from hilo.kit.readers import call_readers

MIGRATIONS = Path(__file__).parent / "migrations"
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Store:
    """A database to work with. private: ours to watch, None where somebody else runs it."""

    dsn: str
    private: PrivatePostgres | None


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that is shared by doors and workers of this process."""

    config: Config
    store: Store
    state: AppState
    bus: PostgresBus | ValkeyBus


def quiet(_text: str) -> None:
    """Say nothing."""


def private_postgres(config: Config) -> PrivatePostgres:
    """Return the private PostgreSQL of this data directory, not started."""
    return PrivatePostgres(config.data / "postgres")


@asynccontextmanager
async def open_store(
    config: Config, say: Say = quiet, *, owning: bool = False
) -> AsyncIterator[Store]:
    """Find or start the database.

    owning: this process is the one server of its data directory; a second one is refused. Without
    it a command borrows the database of a Hilo that runs, or starts it for as long as it takes.
    Raises: CannotStart; Unfit.
    """
    _make_folder(config.data)
    if config.database_url is not None:
        server.judge(
            await server.facts(config.database_url), allow_unsafe=config.allow_unsafe_database
        )
        yield Store(dsn=config.database_url, private=None)
        return
    private = private_postgres(config)
    borrowed = None if owning else await private.borrow()
    if borrowed is not None:
        yield Store(dsn=borrowed, private=None)
        return
    dsn = await private.start(say)
    try:
        yield Store(dsn=dsn, private=private)
    finally:
        await private.stop()


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"the folder {data} cannot be made: {error.strerror}. Choose another with HILO_DATA"
        ) from error


@asynccontextmanager
async def open_house(
    config: Config, say: Say = quiet, *, owning: bool = False
) -> AsyncIterator[House]:
    """Open the database, bring it to the newest schema, and make what everybody shares."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(config, say, owning=owning))
        await migrations.migrate(store.dsn, MIGRATIONS, say=say)
        pool = await db.connect(store.dsn, min_size=2, max_size=config.pool_size)
        stack.push_async_callback(pool.close)
        bus = _bus(config, store, owning=owning)
        state = AppState(
            config=config,
            db=Database(pool, on_commit=call_readers(bus)),
            vault=Vault(secret_key(config)),
            bus=bus,
        )
        stack.push_async_callback(close_http, state)
        yield House(config=config, store=store, state=state, bus=bus)


def _bus(config: Config, store: Store, *, owning: bool) -> PostgresBus | ValkeyBus:
    if config.valkey_url:
        return ValkeyBus(config.valkey_url)
    # The one server of a private database hears commands, which come and go, and nobody hears it.
    return PostgresBus(store.dsn, is_heard=not (owning and store.private is not None))


def loopback() -> Sequence[Network]:
    """Return the networks of this machine alone."""
    return (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def secret_key(config: Config) -> str:
    """Return the master key: given, or kept in the data directory."""
    return config.secret_key or crypto.keep_secret_key(key_file(config))


def key_file(config: Config) -> Path:
    """Return where a master key is kept that nobody gave."""
    return config.data / "secret_key"


async def close_http(state: AppState) -> None:
    """Close the HTTP clients if they were ever made."""
    if "marker" in state.__dict__:
        await state.marker.close()
    if "http" in state.__dict__:
        await state.http.close()
    if "sandbox" in state.__dict__:
        await state.sandbox.http.close()
