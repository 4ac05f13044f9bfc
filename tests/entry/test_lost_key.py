"""A restored Hilo without its secret key: it runs, says so, and goes on when the key is back."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from cast import CAST
from hilo.domain import inboxes
from hilo.domain.inboxes import Carrier
from hilo.domain.people import system
from hilo.entry.keeper import Keeper
from hilo.entry.renewing import Renewer
from hilo.entry.state import AppState
from hilo.kit.db import Database
from hilo.kit.errors import AuthExpired, Unavailable
from hilo.kit.lock import Locks
from path import state_on


@pytest.fixture
async def locks(dsn: str) -> AsyncIterator[Locks]:
    locks = Locks(dsn)
    yield locks
    await locks.close()


async def account(state: AppState) -> inboxes.AccountView:
    async with state.db.transaction(CAST.workspace) as tx:
        actor = system(CAST.workspace)
        return state.channels.view(await inboxes.get_account(tx, actor, CAST.account))


async def test_an_account_whose_key_is_lost_is_held_until_it_is_back(
    db: Database, owner: asyncpg.Connection, locks: Locks, tmp_path: Path
) -> None:
    state = state_on(db, tmp_path)
    sealed = await owner.fetchval("select secrets from account where id = $1", CAST.account)
    lost = os.urandom(len(sealed))
    await owner.execute("update account set secrets = $1 where id = $2", lost, CAST.account)
    renewer = Renewer(state, Carrier(state.http), locks)
    await renewer.look()
    shown = await account(state)
    assert (shown.state, shown.secrets_set) == ("held", [])
    assert shown.problem is not None
    assert "HILO_SECRET_KEY" in str(shown.problem["detail"])
    with pytest.raises(Unavailable):  # the sender is asked to come again
        await state.accounts.find(CAST.account)
    async with db.transaction(CAST.workspace) as tx:
        row = await inboxes.queries.account(tx, CAST.account)
        assert row is not None
        with pytest.raises(AuthExpired):
            state.channels.opened(row)
        renamed = inboxes.AccountChange(name="Till")
        await inboxes.change_account(
            tx, system(CAST.workspace), state.channels, CAST.account, renamed
        )
    kept = await owner.fetchval("select secrets from account where id = $1", CAST.account)
    assert kept == lost, "what another key may open is not thrown away"
    await renewer.look()
    await owner.execute("update account set secrets = $1 where id = $2", sealed, CAST.account)
    await renewer.look()
    assert (await account(state)).state == "active"
    assert await state.accounts.find(CAST.account) is not None


async def test_one_closed_account_stops_no_held_connection(
    db: Database, owner: asyncpg.Connection, locks: Locks, tmp_path: Path
) -> None:
    state = state_on(db, tmp_path)
    await owner.execute(
        "update account set channel = 'email', secrets = 'lost' where id = $1", CAST.account
    )
    keeper = asyncio.create_task(Keeper(state, state.door, locks).run())
    await asyncio.sleep(0.3)
    assert not keeper.done()
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
