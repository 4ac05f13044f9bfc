"""Held connections: one reader for an account in all processes, back after failures."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from cast import CAST
from hilo.domain.inboxes import Channels
from hilo.entry import keeper as module
from hilo.entry.keeper import Keeper
from hilo.entry.state import AppState
from hilo.kit.db import Database
from hilo.kit.errors import AuthExpired
from hilo.kit.lock import Locks
from hilo.sdk.abilities import Arrive, Cursors
from hilo.sdk.account import Account, Check
from path import rows, state_on, until, value
from patience import PATIENCE_S

Hold = Callable[[Arrive, Cursors], Awaitable[None]]


class Mailbox:
    """The generic channel's connector with something to hold."""

    def __init__(self, real: object, hold: Hold) -> None:
        self._real = real
        self._hold = hold
        self.begun = 0

    def __getattr__(self, name: str) -> object:
        """Pass everything else on."""
        return getattr(self._real, name)

    def wants(self, account: Account) -> bool:
        """Want the account of the cast."""
        return account.id == CAST.account

    async def hold(self, account: Account, arrive: Arrive, cursors: Cursors) -> None:
        """Do what the test wants."""
        del account
        self.begun += 1
        await self._hold(arrive, cursors)

    async def check(self, account: Account) -> AsyncIterator[Check]:
        """Find nothing wrong."""
        yield Check(key="signed-in", ok=bool(account.id))


@pytest.fixture
async def state(db: Database, tmp_path: Path) -> AsyncIterator[AppState]:
    state = state_on(db, tmp_path)
    task = asyncio.create_task(state.door.run())
    yield state
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def holding(state: AppState, hold: Hold) -> Mailbox:
    mailbox = Mailbox(state.channels.connectors["api"], hold)
    channels = Channels({"api": mailbox}, state.vault, "http://desk.test")  # type: ignore[dict-item]
    state.__dict__["channels"] = channels
    return mailbox


async def kept(keepers: list[Keeper], until_: Callable[[], bool]) -> None:
    tasks = [asyncio.create_task(each.run()) for each in keepers]
    try:
        await until(until_)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_is_read_arrives_by_the_door(state: AppState, dsn: str) -> None:
    done = asyncio.Event()

    async def hold(arrive: Arrive, cursors: Cursors) -> None:
        assert await cursors.get("INBOX") is None
        headers: Mapping[str, str] = {"folder": "INBOX", "uid": "7"}
        await arrive(b"raw", headers, "imap:7")
        await arrive(b"raw", headers, "imap:7")
        await cursors.put("INBOX", {"uid": 7})
        assert await cursors.get("INBOX") == {"uid": 7}
        done.set()
        await asyncio.sleep(60)

    holding(state, hold)
    locks = Locks(dsn)
    await kept([Keeper(state, state.door, locks)], done.is_set)
    await locks.close()
    assert await rows(state.db, "select source, body from delivery") == [("mail", b"raw")]


async def test_two_processes_hold_one_connection(state: AppState, dsn: str) -> None:
    async def hold(arrive: Arrive, cursors: Cursors) -> None:
        del arrive, cursors
        await asyncio.sleep(60)

    mailbox = holding(state, hold)
    both = [Locks(dsn), Locks(dsn)]
    keepers = [Keeper(state, state.door, locks) for locks in both]
    began = asyncio.get_running_loop().time()
    await kept(keepers, lambda: asyncio.get_running_loop().time() > began + 0.5)
    for locks in both:
        await locks.close()
    assert mailbox.begun == 1


async def test_a_broken_connection_is_held_again(
    state: AppState, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FIRST_PAUSE_S", 0.01)

    async def hold(arrive: Arrive, cursors: Cursors) -> None:
        del arrive, cursors
        raise ConnectionResetError

    mailbox = holding(state, hold)
    locks = Locks(dsn)
    await kept([Keeper(state, state.door, locks)], lambda: mailbox.begun >= 3)
    await locks.close()


async def test_refused_credentials_hold_the_account(state: AppState, dsn: str) -> None:
    async def hold(arrive: Arrive, cursors: Cursors) -> None:
        del arrive, cursors
        raise AuthExpired("535 wrong password")

    mailbox = holding(state, hold)
    locks = Locks(dsn)
    keeper = Keeper(state, state.door, locks)
    task = asyncio.create_task(keeper.run())
    async with asyncio.timeout(PATIENCE_S):
        while await value(state.db, "select state from account") != "held":
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await locks.close()
    assert mailbox.begun == 1
