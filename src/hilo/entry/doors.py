"""The doors of a web process, put together: which path leads where, and what runs behind them."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

from litestar.types import ASGIApp

from hilo.entry import backups
from hilo.entry.api.app import build_api
from hilo.entry.asgi import root
from hilo.entry.chat import chat_app
from hilo.entry.door import Door
from hilo.entry.filedoor import file_app
from hilo.entry.health import Metrics, Read, Readiness, health_app
from hilo.entry.hooks import Hooks
from hilo.entry.pages import pages_app
from hilo.entry.sandbox import Courier, Stage, sandbox_app
from hilo.entry.smtp import Handler, Listener
from hilo.entry.socket import socket_app
from hilo.entry.state import AppState
from hilo.entry.tending import tended
from hilo.entry.walkin import walkin_app
from hilo.kit.config import Config
from hilo.kit.http import Guard, Http
from hilo.kit.tls import Shown
from hilo.sdk.abilities import Judging


class CannotListen(Exception):
    """An address cannot be bound; the text names the setting."""


@asynccontextmanager
async def open_doors(
    state: AppState, readiness: Readiness, metrics: Metrics
) -> AsyncIterator[ASGIApp]:
    """Run what the doors need and open the mail door; yields the application for the HTTP server.

    What they store is written by `state.door`, which runs beside them.
    """
    door, accounts = state.door, state.accounts
    hooks = Hooks(door, accounts)
    metrics.add("hilo_door", "Deliveries at the door of this process.", "of", door.numbers)
    metrics.add("hilo_hooks_refused", "Webhooks refused, by why.", "code", hooks.numbers)
    kept = partial(backups.numbers, state.config)
    metrics.add("hilo_backup", "Backups on a schedule.", "of", kept)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(tended("hub", state.hub.run))
        await stack.enter_async_context(_mail_door(state, door))
        readiness.done("smtp")
        metrics.add("hilo_door", "Deliveries at the door.", "of", _door_numbers(door))
        played = await stack.enter_async_context(open_sandbox(state, state.config.own_url))
        health = health_app(readiness, state.db, metrics, state.doorman)
        yield root(
            {
                "/health/": health,
                "/metrics": health,
                "/hooks/": hooks,
                "/chat/": chat_app(state, accounts, door.store),
                "/walkin/": walkin_app(state, accounts),
                "/api/v1/socket": socket_app(state),
                "/files/": file_app(state),
                "/sandbox/": played,
                "/api/": build_api(state),
            },
            otherwise=pages_app(state, accounts),
        )


@asynccontextmanager
async def open_sandbox(state: AppState, hooks_url: str) -> AsyncIterator[ASGIApp]:
    """Set up the vendors' stage; yields its door. hooks_url: where its webhooks are brought."""
    url = urlsplit(hooks_url)
    port = url.port or (443 if url.scheme == "https" else 80)
    http = Http(Guard(only=(url.hostname or "", port)))
    courier = Courier(http, hooks_url)
    try:
        yield sandbox_app(Stage(state.accounts, courier, state.db), state.vault)
    finally:
        await courier.close()
        await http.close()


def _door_numbers(door: Door) -> Read:
    async def read() -> Mapping[str, float]:
        return {"waiting": door.depth, "refused": door.refused}

    return read


@asynccontextmanager
async def _mail_door(state: AppState, door: Door) -> AsyncIterator[None]:
    config = state.config
    judges = [each for each in state.channels.connectors.values() if isinstance(each, Judging)]
    handler = Handler(state.db, door.store, judges)
    listener = Listener(handler, config.host, config.smtp_port, _shown(config))
    try:
        await listener.start()
    except OSError as error:
        raise CannotListen(
            f"cannot listen for mail on {config.host}:{config.smtp_port}: {error.strerror}. "
            "Choose another with HILO_SMTP_PORT"
        ) from error
    try:
        yield
    finally:
        await listener.stop()


def _shown(config: Config) -> Shown | None:
    if config.smtp_cert is None:
        return None
    try:
        return Shown(config.smtp_cert, config.smtp_key)
    except (OSError, ssl.SSLError) as error:
        raise CannotListen(
            f"the certificate of the mail door cannot be used: {error}. "
            "See HILO_SMTP_CERT and HILO_SMTP_KEY"
        ) from error
