"""The visitors' doors in this process: real door, intake and hub, on a database of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from typing import cast as cast_type
from uuid import UUID

import msgspec
import pytest

from cast import CAST, SECRET_KEY
from chatting import OTHER_SECRET, SECRETS, Chat
from hilo.domain.conversations.incoming.intake import Intake
from hilo.entry.accounts import Accounts
from hilo.entry.chat import chat_app
from hilo.entry.door import Door
from hilo.entry.state import AppState
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database
from hilo.kit.ids import new_id


async def add_account(
    state: AppState, workspace: UUID, inbox: UUID, secrets: dict[str, str], **settings: object
) -> UUID:
    """Connect a web chat."""
    account = new_id()
    sealed = state.channels.seal(account, secrets)
    async with state.db.transaction(workspace) as tx:
        await tx.connection.execute(
            "insert into account (workspace_id, id, inbox_id, channel, name, settings, secrets)"
            " values ($1, $2, $3, 'webchat', 'Chat', $4, $5)",
            *(workspace, account, inbox, msgspec.json.encode(settings).decode(), sealed),
        )
    return account


@pytest.fixture
async def chat(db: Database, tmp_path: Path) -> AsyncIterator[Chat]:
    """Give a chat in the cast's inbox and one in the other workspace."""
    config = Config(public_url="http://hilo.test", data=tmp_path)
    state = AppState(config=config, db=db, vault=Vault(SECRET_KEY))
    db.on_commit = lambda _kinds: state.bus.publish("log")
    account = await add_account(state, CAST.workspace, CAST.inbox, SECRETS)
    foreign = new_id()
    async with db.transaction(CAST.other_workspace) as tx:
        await tx.connection.execute(
            "insert into inbox (workspace_id, id, name) values ($1, $2, 'Theirs')",
            *(CAST.other_workspace, foreign),
        )
    secrets = {**SECRETS, "secret": OTHER_SECRET, "visitor_key": OTHER_SECRET}
    other = await add_account(state, CAST.other_workspace, foreign, secrets)
    door = Door(db, state.bus)
    intake = Intake(db, state.channels, state.files)
    accounts = Accounts(db, state.channels, state.bus)
    running = [asyncio.create_task(each()) for each in (door.run, state.hub.run)]
    await state.hub.ready()

    async def settle() -> None:
        """Let intake take everything that waits."""
        while pending := await intake.pending():
            for each in pending:
                await intake.serve(each)

    app = cast_type("Any", chat_app(state, accounts, door.store))
    yield Chat(app, state, account, other, settle, accounts.forget)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
