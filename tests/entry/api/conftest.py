"""The API in this process, on a database of the test's own, and clients that speak to it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any
from typing import cast as cast_type

import httpx2
import pytest

from cast import CAST, SECRET_KEY, Person
from hilo.entry.api.app import build_api
from hilo.entry.api.rates import Rates
from hilo.entry.state import AppState
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database

BASE = "http://hilo.test/api/v1"
Clients = Callable[..., httpx2.AsyncClient]


@pytest.fixture
def config() -> Config:
    """Return settings as an installation on this machine has them."""
    return Config(public_url="http://hilo.test")


@pytest.fixture
def app_state(db: Database, config: Config) -> AppState:
    """Return what the doors share."""
    return AppState(config=config, db=db, vault=Vault(SECRET_KEY))


@pytest.fixture
def rates() -> Rates:
    """Allow enough for any test that is not about them."""
    return Rates(read=100_000, search=100_000, write=100_000)


@pytest.fixture
async def visit(app_state: AppState, rates: Rates) -> AsyncIterator[Clients]:
    """Give clients nobody is signed in with; `visit("10.0.0.7")` comes from that address."""
    # The two name the same protocol in their own types.
    api = cast_type("Any", build_api(app_state, rates))
    async with AsyncExitStack() as stack:

        def open_(address: str = "127.0.0.1") -> httpx2.AsyncClient:
            transport = httpx2.ASGITransport(app=api, client=(address, 50_000))
            client = httpx2.AsyncClient(transport=transport, base_url=BASE)
            stack.push_async_callback(client.aclose)
            return client

        yield open_


@pytest.fixture
def anonymous(visit: Clients) -> httpx2.AsyncClient:
    """Nobody."""
    return visit()


async def signed_in(client: httpx2.AsyncClient, person: Person) -> httpx2.AsyncClient:
    """Sign a client in; it sends the CSRF token from here on."""
    answer = await client.post(
        "/session", json={"email": person.email, "password": person.password}
    )
    assert answer.status_code == 200, answer.text
    client.headers["x-csrf-token"] = answer.json()["csrf_token"]
    return client


@pytest.fixture
async def ada(visit: Clients) -> httpx2.AsyncClient:
    """Ada, the owner."""
    return await signed_in(visit(), CAST.ada)


@pytest.fixture
async def ben(visit: Clients) -> httpx2.AsyncClient:
    """Ben, an agent."""
    return await signed_in(visit(), CAST.ben)


@pytest.fixture
async def mallory(visit: Clients) -> httpx2.AsyncClient:
    """Mallory, the owner of another workspace."""
    return await signed_in(visit(), CAST.mallory)
