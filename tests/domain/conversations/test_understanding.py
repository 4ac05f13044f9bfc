"""Reading ahead: what takes long to read is read while the database writes, and only once."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from cast import CAST
from hilo.domain.conversations.incoming import understanding
from hilo.domain.conversations.incoming.intake import Intake
from hilo.domain.inboxes import Channels
from hilo.entry.state import AppState
from hilo.kit.db import Database
from hilo.sdk.account import Account, Delivery
from hilo.sdk.inbound import Inbound
from path import HERE, rows, said, state_on, stored, value


class Counting:
    """The generic channel's connector, which notes what it read, and with which settings."""

    def __init__(self, real: object) -> None:
        self._real = real
        self.read: Counter[str] = Counter()
        self.settings: list[object] = []

    def __getattr__(self, name: str) -> object:
        """Pass everything else on."""
        return getattr(self._real, name)

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Note it, and read it as the channel does."""
        self.read[msgspec.json.decode(delivery.body)["text"]] += 1
        self.settings.append(account.settings)
        return self._real.parse(delivery, account)  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def state(db: Database, tmp_path: Path) -> AppState:
    return state_on(db, tmp_path)


@pytest.fixture
def connector(state: AppState, monkeypatch: pytest.MonkeyPatch) -> Counting:
    monkeypatch.setattr(understanding, "_LONG_S", 0)
    return Counting(state.channels.connectors["api"])


def intake_of(state: AppState, connector: Counting) -> Intake:
    channels = Channels({"api": connector}, state.vault, "http://desk.test")  # type: ignore[dict-item]
    return Intake(state.db, channels, state.files)


async def test_what_was_read_ahead_is_not_read_again(state: AppState, connector: Counting) -> None:
    intake = intake_of(state, connector)
    await stored(state.db, [said(f"text {number}") for number in range(7)])
    assert [await intake.serve(HERE, most=3) for _ in range(4)] == [3, 3, 1, 0]
    assert connector.read == Counter({f"text {number}": 1 for number in range(7)})
    texts = [text for (text,) in await rows(state.db, "select text from message order by seq")]
    assert texts == [f"text {number}" for number in range(7)]


async def test_what_takes_long_to_read_comes_in_small_batches_and_in_order(
    state: AppState, connector: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(understanding, "_MOST_CPU_S", 0)
    intake = intake_of(state, connector)
    await stored(state.db, [said(f"text {number}") for number in range(4)])
    assert [await intake.serve(HERE) for _ in range(5)] == [1, 1, 1, 1, 0]
    assert connector.read == Counter({f"text {number}": 1 for number in range(4)})
    texts = [text for (text,) in await rows(state.db, "select text from message order by seq")]
    assert texts == [f"text {number}" for number in range(4)]


async def test_new_settings_have_it_read_again(state: AppState, connector: Counting) -> None:
    intake = intake_of(state, connector)
    await stored(state.db, [said("one"), said("two")])
    await intake.serve(HERE, most=1)
    address = {"callback_url": "https://other.test/"}
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set settings = $1 where id = $2", address, CAST.account
        )
    await intake.serve(HERE, most=1)
    assert connector.settings[-1] == address
    assert await value(state.db, "select count(*) from message") == 2


async def test_what_was_thrown_away_meanwhile_is_not_taken(
    state: AppState, connector: Counting
) -> None:
    intake = intake_of(state, connector)
    ids = await stored(state.db, [said("one"), said("two"), said("three")])
    await intake.serve(HERE, most=1)
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("update delivery set state = 'ignored' where id = $1", ids[1])
    await intake.serve(HERE, most=2)
    texts = [text for (text,) in await rows(state.db, "select text from message order by seq")]
    assert texts == ["one", "three"]
