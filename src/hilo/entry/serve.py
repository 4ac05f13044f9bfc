"""A running Hilo: doors, workers and the database in one process, from the start to Ctrl-C.

Starting: database, schema, first owner, doors, demo. Stopping, in this order: no new connections,
what is under way is finished, workers, bus, database.
"""

import asyncio
import ctypes
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from typing import Literal

import uvicorn
from litestar.types import ASGIApp
from typing_extensions import override

from hilo.entry import bootstrap, first
from hilo.entry.asgi import root
from hilo.entry.backups import Backups
from hilo.entry.doors import CannotListen, open_doors, open_sandbox
from hilo.entry.health import Metrics, Readiness, health_app
from hilo.entry.lines import LentLine
from hilo.entry.state import AppState
from hilo.entry.tending import tended
from hilo.entry.worker import Worker
from hilo.kit.config import Config

Part = Literal["web", "worker", "sandbox"]
DEMO_PASSWORD = "hilo-demo-2026"  # noqa: S105 - the documented one of `make run`
_DRAIN_S = 15
# Thousands of open sockets are a million objects: to look through them all for rubbish holds every
# answer up for half a second, and Python's own numbers do it again and again while people come.
_SELDOM = (5_000, 20, 10)


async def serve(config: Config, parts: AbstractSet[Part], say: Callable[[str], None]) -> None:
    """Run until SIGINT or SIGTERM; a second signal ends at once."""
    stop = _stop_on_signals()
    async with AsyncExitStack() as stack:
        # Bound first: a port that is taken is said before anything is started.
        listening = _bind(config) if parts & {"web", "sandbox"} else None
        house = await stack.enter_async_context(
            bootstrap.open_house(config, say, owning=config.database_url is None)
        )
        await stack.enter_async_context(tended("bus", house.bus.run))
        if house.store.private is not None:
            await stack.enter_async_context(tended("database", house.store.private.watch))
        state = house.state
        for name, run in (
            ("door", state.door.run),
            ("accounts", state.accounts.run),
            ("doorman", state.doorman.run),
        ):
            await stack.enter_async_context(tended(name, run))
        readiness = Readiness(["demo", *_waits_for(parts)])
        conversations = await first.first_owner(house.state)
        is_owned = bool(await first.workspaces(house.state))
        if conversations:
            say(f"loaded the demo: {conversations} conversations")
        readiness.done("demo")
        if "worker" in parts:
            worker = Worker(state, house.store.dsn)
            await stack.enter_async_context(tended("worker", worker.run))
            kept = Backups(config, house.store.dsn)
            await stack.enter_async_context(tended("backups", kept.run))
        if listening is not None:
            doors = _doors if "web" in parts else _sandbox_door
            app = await stack.enter_async_context(doors(house.state, readiness))
            await stack.enter_async_context(_http(config, app, listening))
            readiness.done("http")
        gc.collect()
        gc.freeze()  # what was made by now stays: collecting passes it by
        gc.set_threshold(*_SELDOM)
        _give_back()
        _announce(config, say, is_owned=is_owned)
        await stop.wait()
        say("stopping: finishing what is under way")
        readiness.undone("stopping")
    say("stopped")


def _waits_for(parts: AbstractSet[Part]) -> list[str]:
    if "web" in parts:
        return ["http", "smtp"]
    return ["http"] if "sandbox" in parts else []


def _doors(state: AppState, readiness: Readiness) -> AbstractAsyncContextManager[ASGIApp]:
    return open_doors(state, readiness, Metrics(state.db))


@asynccontextmanager
async def _sandbox_door(state: AppState, readiness: Readiness) -> AsyncIterator[ASGIApp]:
    """Play the vendors and nothing else; their webhooks go to the desk's public address."""
    async with open_sandbox(state, state.config.public_url) as played:
        health = health_app(readiness, state.db, Metrics(state.db), state.doorman)
        yield root({"/sandbox/": played, "/health/": health, "/metrics": health}, otherwise=played)


def _give_back() -> None:
    """Return to the system what starting needed and nobody needs any more."""
    with suppress(OSError, AttributeError):  # only the GNU library keeps it, and knows how
        ctypes.CDLL(None).malloc_trim(0)


def _bind(config: Config) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        return socket.create_server((config.host, config.port), family=family, backlog=2048)
    except OSError as error:
        raise CannotListen(
            f"cannot listen on {config.host}:{config.port}: {error.strerror}. Is another Hilo "
            "running? Choose another with HILO_PORT or HILO_HOST"
        ) from error


class _Server(uvicorn.Server):
    """The server without its own signal handlers and without a clock: we decide when to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        """config: with no headers that change as time goes by."""
        super().__init__(config)
        self._end = asyncio.Event()

    def end(self) -> None:
        """Finish what is under way and return from `serve`."""
        self.should_exit = True
        self._end.set()

    @override
    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._end.wait()

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _http(config: Config, app: ASGIApp, listening: socket.socket) -> AsyncIterator[None]:
    server = _Server(
        uvicorn.Config(
            app,
            loop="none",
            http="httptools",
            ws=LentLine,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=True,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=_DRAIN_S,
            ws_max_size=1_000_000,
            ws_per_message_deflate=False,
            backlog=2048,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listening]), name="http")
    while not server.started:
        if running.done():
            await running
            raise CannotListen(f"the HTTP server on {config.host}:{config.port} did not start")
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.end()
        await running


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()

    def ask() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored: started by nohup
        signals.append(signal.SIGHUP)
    for each in signals:
        asyncio.get_running_loop().add_signal_handler(each, ask)
    return stop


def _announce(config: Config, say: Callable[[str], None], *, is_owned: bool) -> None:
    url = config.public_url
    say("")
    say("Hilo is ready")
    say(f"  console      {url}/")
    say(f"  demo page    {url}/demo")
    say(f"  Playground   {url}/playground")
    say(f"  mail door    smtp://{config.host}:{config.smtp_port}")
    if config.admin_email is not None:
        known = config.admin_password == DEMO_PASSWORD
        password = DEMO_PASSWORD if known else "the one in HILO_ADMIN_PASSWORD"
        say(f"  sign in      {config.admin_email}   password: {password}")
    if not is_owned:
        say("  no owner yet? make one: hilo admin create --email you@example.com")
    say("")
