"""The test round trip: a sample of every channel comes out in a conversation."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from cast import CAST, SECRET_KEY
from hilo.entry import registry
from hilo.entry.api.app import build_api
from hilo.entry.state import AppState
from hilo.entry.worker import Worker
from hilo.kit.bus import Local
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database
from hilo.kit.ids import new_id
from hilo.sdk.abilities import Inventing, Trial
from patience import PATIENCE_S

SETTINGS = {"email": {"address": "shop@hilo.test"}, "store": {"title": "Harbour Street"}}


TRIED = [name for name, each in sorted(registry.connectors().items()) if isinstance(each, Trial)]


@asynccontextmanager
async def at_work(state: AppState, dsn: str) -> AsyncIterator[None]:
    """Run door and worker; stopped whatever happens, or they would haunt later tests."""
    running = [
        asyncio.create_task(state.door.run()),
        asyncio.create_task(Worker(state, dsn).run()),
    ]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def form(state: AppState, channel: str) -> Mapping[str, object]:
    """Return settings of an account of nobody."""
    connector = state.channels.named(channel)
    if isinstance(connector, Inventing):
        return connector.made_up(new_id())
    return SETTINGS.get(channel, {})


@pytest.mark.parametrize("channel", TRIED)
async def test_a_sample_comes_out_in_a_conversation(
    db: Database, dsn: str, tmp_path: Path, channel: str
) -> None:
    nowhere = "http://127.0.0.1:9/sandbox"
    config = Config(public_url="http://hilo.test", data=tmp_path, sandbox_url=nowhere)
    state = AppState(config=config, db=db, vault=Vault(SECRET_KEY), bus=Local())
    transport = httpx2.ASGITransport(build_api(state))  # type: ignore[arg-type] # one protocol
    async with (
        at_work(state, dsn),
        httpx2.AsyncClient(transport=transport, base_url="http://hilo.test/api/v1") as ada,
    ):
        person = {"email": CAST.ada.email, "password": CAST.ada.password}
        signed_in = await ada.post("/session", json=person)
        ada.headers["x-csrf-token"] = signed_in.json()["csrf_token"]
        made = await ada.post(
            f"/inboxes/{CAST.inbox}/accounts",
            json={
                "channel": channel,
                "settings": form(state, channel),
                "sandbox": isinstance(state.channels.named(channel), Inventing),
            },
        )
        assert made.status_code == 201, made.text
        tried = await ada.post(f"/accounts/{made.json()['id']}/test", timeout=PATIENCE_S)
        assert tried.json()["ok"], tried.text
        found = await ada.get(f"/conversations/{tried.json()['conversation_id']}")
        assert found.json()["channel"] == channel
        await ada.patch(f"/accounts/{made.json()['id']}", json={"is_on": False})
        assert (await ada.post(f"/accounts/{made.json()['id']}/test")).status_code == 409
