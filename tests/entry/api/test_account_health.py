"""How an account does: of how many calls some failed, and credentials that renew themselves."""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import asyncpg
import httpx2
import pytest

import shelf
from cast import CAST
from hilo.domain import inboxes
from hilo.domain.inboxes import Carrier
from hilo.entry.renewing import Renewer
from hilo.entry.state import AppState
from hilo.kit import clock
from hilo.kit.db import Database
from hilo.kit.errors import AuthExpired
from hilo.kit.ids import id_at, new_id
from hilo.kit.lock import Locks
from hilo.sdk.abilities import TemplateSeen
from hilo.sdk.account import Account


async def calls(owner: asyncpg.Connection, state: str, age: timedelta, count: int) -> None:
    """Write calls down that ended so, so long ago."""
    at = clock.now() - age
    for _ in range(count):
        await owner.execute(
            "insert into part (workspace_id, message_id, number, account_id, conversation_id,"
            " state, attempts, attempted_at, created_at) values ($1, $2, 1, $3, $4, $5, 1, $6, $6)",
            *(CAST.workspace, id_at(at), CAST.account, new_id(), state, at),
        )


async def test_the_error_rate_is_of_the_last_days_calls(
    ada: httpx2.AsyncClient, owner: asyncpg.Connection
) -> None:
    at = f"/accounts/{CAST.account}/health"
    quiet = (await ada.get(at)).json()
    assert (quiet["attempted"], quiet["error_rate"]) == (0, None)
    for state, age, count in (
        ("delivered", timedelta(hours=1), 5),
        ("failed", timedelta(hours=2), 2),
        ("uncertain", timedelta(hours=3), 1),
        ("failed", timedelta(hours=30), 4),
    ):
        await calls(owner, state, age, count)
    told = (await ada.get(at)).json()
    assert (told["attempted"], told["error_rate"], told["failed_a_day"]) == (8, 37.5, 2)


class Played:
    """Carries calls to an account's own simulator, or to a vendor who wants a new sign-in."""

    def __init__(self, state: AppState) -> None:
        """state: knows the connectors."""
        self._channels = state.channels
        self.asked = 0
        self.is_over = False

    async def aside(self, asking: Any, account: Account) -> Any:
        """Play it."""
        self.asked += 1
        if self.is_over:
            raise AuthExpired("the token is over")
        connector: Any = self._channels.connectors[account.channel]
        return shelf.play(connector.simulator(account), asking)


async def an_account(ada: httpx2.AsyncClient) -> str:
    """Connect an account whose token lasts sixty days."""
    made = await ada.post(
        f"/inboxes/{CAST.inbox}/accounts",
        json={"channel": "instagram", "settings": {}, "sandbox": True},
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@pytest.mark.parametrize(("days", "asked"), [(40, 0), (20, 1), (1, 1)])
async def test_a_token_that_ends_soon_is_renewed_once(
    ada: httpx2.AsyncClient,
    owner: asyncpg.Connection,
    app_state: AppState,
    dsn: str,
    *,
    days: int,
    asked: int,
) -> None:
    account = await an_account(ada)
    ends = clock.now() + timedelta(days=days)
    await owner.execute("update account set expires_at = $1 where id = $2", ends, UUID(account))
    locks, carrier = Locks(dsn), Played(app_state)
    renewer = Renewer(app_state, cast("Carrier", carrier), locks)
    await renewer.look()
    await renewer.look()
    await locks.close()
    assert carrier.asked == asked
    health = (await ada.get(f"/accounts/{account}/health")).json()
    left = datetime.fromisoformat(health["expires_at"]) - clock.now()
    assert left > timedelta(days=59 if asked else days - 1)


async def test_a_token_that_is_over_holds_the_account(
    ada: httpx2.AsyncClient, owner: asyncpg.Connection, app_state: AppState, dsn: str
) -> None:
    account = await an_account(ada)
    soon = clock.now() + timedelta(days=2)
    await owner.execute("update account set expires_at = $1 where id = $2", soon, UUID(account))
    locks, carrier = Locks(dsn), Played(app_state)
    carrier.is_over = True
    await Renewer(app_state, cast("Carrier", carrier), locks).look()
    await locks.close()
    assert (await ada.get(f"/accounts/{account}")).json()["state"] == "held"


async def test_templates_are_news_only_when_one_is_another(db: Database) -> None:
    seen = TemplateSeen(name="hello", language="en", status="approved", body="Hello")
    said = []
    for given in ([seen], [seen], [], []):
        async with db.transaction(CAST.workspace) as tx:
            await inboxes.keep_templates(tx, CAST.account, given)
            said.append([type(each.event).__name__ for each in tx.published])
    assert said == [["TemplatesSynced"], [], ["TemplatesSynced"], []]
