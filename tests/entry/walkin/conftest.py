"""A shop's doors in this process: its own chat beside them, on a database of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from typing import cast as cast_type

import pytest

from cast import SECRET_KEY
from counter import open_shop
from hilo.domain.conversations.incoming.intake import Intake
from hilo.entry.accounts import Accounts
from hilo.entry.asgi import root
from hilo.entry.chat import chat_app
from hilo.entry.door import Door
from hilo.entry.pages import pages_app
from hilo.entry.state import AppState
from hilo.entry.walkin import walkin_app
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database
from storefront import Kept, Place


@pytest.fixture
async def place(db: Database, tmp_path: Path) -> AsyncIterator[Place]:
    """Give an open shop with two counters."""
    config = Config(public_url="http://hilo.test", data=tmp_path)
    state = AppState(config=config, db=db, vault=Vault(SECRET_KEY))
    db.on_commit = lambda _kinds: state.bus.publish("log")
    post = Kept()
    state.post = post
    counter = await open_shop(db, {"topics": ["Returns"], "counters": ["1", "2"]})
    door = Door(db, state.bus)
    intake = Intake(db, state.channels, state.files)
    accounts = Accounts(db, state.channels, state.bus)
    running = [asyncio.create_task(each()) for each in (door.run, state.hub.run)]
    await state.hub.ready()

    async def settle() -> None:
        while pending := await intake.pending():
            for each in pending:
                await intake.serve(each)

    doors = {
        "/chat/": chat_app(state, accounts, door.store),
        "/walkin/": walkin_app(state, accounts),
    }
    app = cast_type("Any", root(doors, otherwise=pages_app(state, accounts)))
    yield Place(counter, app, post, lambda: accounts.forget(counter.row.id), settle)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
