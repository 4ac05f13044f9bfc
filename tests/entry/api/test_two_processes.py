"""Two web processes on one database: what happens in one is told in the other."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
import msgspec
import pytest

from cast import CAST, SECRET_KEY, a_conversation
from hilo.domain.conversations import Given, write
from hilo.entry import attendance, doorman
from hilo.entry.socket import socket_app
from hilo.entry.state import AppState
from hilo.kit.bus import Local, PostgresBus
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database
from hilo.kit.errors import Unauthenticated
from patience import PATIENCE_S
from stage import CHANNELS, agent
from wire import Wire


@asynccontextmanager
async def process(db: Database, dsn: str, config: Config) -> AsyncIterator[AppState]:
    """Run what a web process runs beside its doors."""
    bus = PostgresBus(dsn)
    own = Database(db.pool, on_commit=lambda _kinds: bus.publish("log"))
    state = AppState(config=config, db=own, vault=Vault(SECRET_KEY), bus=bus)
    with bus.subscribe("ready") as listens:
        running = [
            asyncio.ensure_future(work()) for work in (bus.run, state.hub.run, state.doorman.run)
        ]
        assert await listens.wait(PATIENCE_S)
    await state.hub.ready()
    yield state
    for each in running:
        each.cancel()
    await asyncio.wait(running)


@pytest.fixture
async def pair(db: Database, dsn: str, config: Config) -> AsyncIterator[tuple[AppState, AppState]]:
    """Give two processes."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(process(db, dsn, config))
        two = await stack.enter_async_context(process(db, dsn, config))
        yield one, two


async def test_a_right_taken_away_in_one_process_is_gone_in_the_other(
    pair: tuple[AppState, AppState], ada: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair
    monkeypatch.setattr(doorman, "_REMEMBERED_S", 3600.0)
    made = (await ada.post("/tokens", json={"name": "till", "scopes": ["*"]})).json()
    shown = two.doorman.credential({"authorization": f"Bearer {made['token']}"})
    assert (await two.doorman.who(shown)).actor.kind == "token"
    await ada.delete(f"/tokens/{made['id']}")
    assert (await two.doorman.who(shown)).actor.kind == "token", "it remembers, until it is told"
    one.doorman.forget()

    async def until_refused() -> None:
        while await two.doorman.who(shown):
            await asyncio.sleep(0.01)

    with pytest.raises(Unauthenticated):
        await asyncio.wait_for(until_refused(), PATIENCE_S)


async def test_what_one_process_does_the_other_tells(
    pair: tuple[AppState, AppState], ada: httpx2.AsyncClient, ben: httpx2.AsyncClient
) -> None:
    one, two = pair

    def dial(state: AppState, client: httpx2.AsyncClient) -> Wire:
        cookie = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
        return Wire(socket_app(state), {"cookie": cookie}, {})

    here, there = dial(one, ada), dial(two, ben)
    await here.until("counts")
    await there.until("counts")
    async with one.db.transaction(CAST.workspace) as tx:
        conversation = await a_conversation(tx)
        await write(tx, agent(), conversation, Given(kind="note", text="hello"), CHANNELS)
    event = await there.until("message.noted")
    assert event["data"]["message"]["text"] == "hello"
    here.say({"type": "typing", "conversation_id": str(conversation)})
    mark = await there.until("presence")
    assert (mark["data"]["agent_name"], mark["data"]["doing"]) == ("Ada", "typing")
    for wire in (here, there):
        await wire.cut()


async def test_an_agent_at_one_process_is_there_for_the_visitors_of_the_other(
    pair: tuple[AppState, AppState], ada: httpx2.AsyncClient
) -> None:
    one, two = pair
    assert not two.hub.is_attended(CAST.workspace)
    cookie = "; ".join(f"{k}={v}" for k, v in ada.cookies.items())
    console = Wire(socket_app(one), {"cookie": cookie}, {})
    await console.until("counts")
    assert one.hub.is_attended(CAST.workspace)

    async def until(*, is_attended: bool) -> None:
        while two.hub.is_attended(CAST.workspace) is not is_attended:
            await asyncio.sleep(0.01)

    await asyncio.wait_for(until(is_attended=True), PATIENCE_S)
    assert not two.hub.is_attended(CAST.other_workspace)
    await console.cut()
    await asyncio.wait_for(until(is_attended=False), PATIENCE_S)


async def test_a_process_that_starts_asks_who_is_there(
    db: Database,
    dsn: str,
    config: Config,
    ada: httpx2.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attendance, "BEAT_S", 3600.0)
    async with process(db, dsn, config) as one:
        cookie = "; ".join(f"{k}={v}" for k, v in ada.cookies.items())
        console = Wire(socket_app(one), {"cookie": cookie}, {})
        await console.until("counts")
        async with process(db, dsn, config) as two:

            async def until() -> None:
                while not two.hub.is_attended(CAST.workspace):
                    await asyncio.sleep(0.01)

            await asyncio.wait_for(until(), PATIENCE_S)
        await console.cut()


async def test_a_process_that_died_is_not_believed_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bus = Local()
    heard = attendance.Attendance(bus, set)
    running = asyncio.ensure_future(heard.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    word = attendance.Word(process="another", here=[CAST.workspace])
    bus.publish(attendance.TOPIC, msgspec.json.encode(word))
    async with asyncio.timeout(PATIENCE_S):
        while not heard.elsewhere(CAST.workspace):
            await asyncio.sleep(0.01)
    later = time.monotonic() + attendance.BELIEVED_S + 1
    monkeypatch.setattr("hilo.entry.attendance.time.monotonic", lambda: later)
    assert not heard.elsewhere(CAST.workspace)
    running.cancel()
