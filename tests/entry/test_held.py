"""What was given up is listed with its reason, and tried again when asked."""

from pathlib import Path

import asyncpg
import pytest

from cast import CAST, SECRET_KEY
from hilo.domain.people.events import WorkspaceChanged
from hilo.entry import held
from hilo.entry.bootstrap import House, Store
from hilo.entry.state import AppState
from hilo.kit import jobs
from hilo.kit.bus import PostgresBus
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database
from hilo.kit.errors import NotFound


@pytest.fixture
def house(db: Database, dsn: str, tmp_path: Path) -> House:
    """Give a house over the test's own database."""
    config = Config(data=tmp_path)
    bus = PostgresBus(dsn)
    state = AppState(config=config, db=db, vault=Vault(SECRET_KEY), bus=bus)
    return House(config=config, store=Store(dsn=dsn, private=None), state=state, bus=bus)


async def shown(house: House) -> list[str]:
    lines: list[str] = []
    await held.show(house, lines.append)
    return lines


async def test_nothing_held_is_said(house: House) -> None:
    assert await shown(house) == ["nothing is held"]


async def test_a_held_job_is_shown_and_queued_again(
    house: House, owner: asyncpg.Connection
) -> None:
    async with house.state.db.transaction(CAST.workspace) as tx:
        await jobs.enqueue(tx, "carry", {"n": 1})
    number = await owner.fetchval("update pgqueuer set status = 'failed' returning id")
    await owner.execute("insert into job_run (job_id, error) values ($1, 'no route')", number)
    assert (await shown(house))[0].endswith("no route")
    await held.again(house, f"job:{number}", lambda _: None)
    assert await shown(house) == ["nothing is held"]
    assert await owner.fetchval("select status from pgqueuer") == "queued"


async def test_a_parked_event_is_shown_and_handled_again(
    house: House, owner: asyncpg.Connection
) -> None:
    async with house.state.db.transaction(CAST.workspace) as tx:
        tx.publish(WorkspaceChanged(name="Faro", locale="en"))
    event = await owner.fetchval("select max(id) from event")
    await owner.execute(
        "insert into parked_event (workspace_id, reader, event_id, error) values ($1, $2, $3, $4)",
        *(CAST.workspace, "mended-accounts", event, "ValueError: odd"),
    )
    assert "mended-accounts" in (await shown(house))[0]
    await held.again(house, f"event:{event}", lambda _: None)
    assert await shown(house) == ["nothing is held"]


@pytest.mark.parametrize("what", ["job:1", "event:1", "job:x", "all"])
async def test_what_is_not_held_is_refused(house: House, what: str) -> None:
    with pytest.raises(NotFound):
        await held.again(house, what, lambda _: None)
