"""Sign-in by consent: the browser's round trip, renewal, warnings, and what is refused."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import msgspec
import pytest

import provider as played
from cast import CAST
from hilo.connectors.email import oauth
from hilo.domain import inboxes
from hilo.domain.inboxes import Carrier
from hilo.entry.renewing import Renewer
from hilo.entry.state import AppState
from hilo.kit import clock
from hilo.kit.config import Config
from hilo.kit.errors import TemporaryFailure
from hilo.kit.lock import Locks
from hilo.sdk.account import Account
from hilo.sdk.outbound import HttpReply
from path import events, value


@pytest.fixture
def config() -> Config:
    """Return settings that let calls reach the played provider."""
    return Config(public_url="http://hilo.test", allow_private=(ip_network("127.0.0.0/8"),))


@pytest.fixture
async def vendor() -> AsyncIterator[played.Provider]:
    """Play a provider."""
    async with played.provider() as one:
        yield one


async def a_mailbox(client: httpx2.AsyncClient, vendor: played.Provider) -> str:
    """Connect a mailbox that signs in by consent; return the account's id."""
    settings = {
        "address": "help@desk.test", "sign_in": "other", "imap_host": "mail.desk.test",
        "smtp_host": "mail.desk.test", "oauth_client_id": played.CLIENT[0],
        "oauth_client_secret": played.CLIENT[1], "oauth_scope": "mail offline",
        "oauth_authorize_url": vendor.url("/authorize?tenant=1"),
        "oauth_token_url": vendor.url("/token"),
    }  # fmt: skip
    inbox = (await client.post("/inboxes", json={"name": "Mail"})).json()["id"]
    made = await client.post(
        f"/inboxes/{inbox}/accounts", json={"channel": "email", "settings": settings}
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def round_trip(
    client: httpx2.AsyncClient, vendor: played.Provider, account: str
) -> httpx2.Response:
    """Go to the provider, allow it, and come back."""
    begun = (await client.post(f"/accounts/{account}/consent")).json()
    back = urlsplit(vendor.allow(begun["url"]))
    assert back.path == "/settings/authorised"
    said = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert said["state"] == begun["state"]
    return await client.put(f"/accounts/{account}/consent", json=said)


async def opened(state: AppState, account: str) -> Account:
    """Return the account with its secrets."""
    async with state.db.transaction(CAST.workspace) as tx:
        row = await inboxes.queries.account(tx, UUID(account))
    assert row is not None
    return state.channels.opened(row)


async def test_there_and_back_the_account_has_its_tokens(
    ada: httpx2.AsyncClient, app_state: AppState, vendor: played.Provider
) -> None:
    account = await a_mailbox(ada, vendor)
    begun = (await ada.post(f"/accounts/{account}/consent")).json()
    asked = parse_qs(urlsplit(begun["url"]).query)
    assert asked["tenant"] == ["1"]
    assert asked["scope"] == ["mail offline"]
    assert asked["login_hint"] == ["help@desk.test"]
    done = await round_trip(ada, vendor, account)
    assert done.status_code == 200, done.text
    assert "oauth_refresh_token" in done.json()["secrets_set"]
    assert "access-" not in done.text
    has = await opened(app_state, account)
    assert oauth.token_of(has, clock.now()) in vendor.access


async def test_what_comes_back_must_be_ours_and_this_persons(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, vendor: played.Provider
) -> None:
    account = await a_mailbox(ada, vendor)
    begun = (await ada.post(f"/accounts/{account}/consent")).json()
    for state in ("x", begun["state"][:-4] + "AAAA", "é"):
        answer = await ada.put(f"/accounts/{account}/consent", json={"code": "c", "state": state})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == "state"
    assert (await ben.post(f"/accounts/{account}/consent")).status_code == 403
    wrong = await ada.put(
        f"/accounts/{account}/consent", json={"code": "stolen", "state": begun["state"]}
    )
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "code"
    assert vendor.asked[-1]["code_verifier"]


async def test_a_state_that_is_too_old_is_refused(
    ada: httpx2.AsyncClient, vendor: played.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await a_mailbox(ada, vendor)
    monkeypatch.setattr("hilo.domain.inboxes.consent._LASTS", timedelta(seconds=-1))
    begun = (await ada.post(f"/accounts/{account}/consent")).json()
    answer = await ada.put(
        f"/accounts/{account}/consent", json={"code": "c", "state": begun["state"]}
    )
    assert answer.json()["errors"][0]["code"] == "expired"


async def test_an_account_with_a_password_asks_nobody(ada: httpx2.AsyncClient) -> None:
    inbox = (await ada.post("/inboxes", json={"name": "Mail"})).json()["id"]
    settings = {"address": "other@desk.test"}
    made = await ada.post(
        f"/inboxes/{inbox}/accounts", json={"channel": "email", "settings": settings}
    )
    answer = await ada.post(f"/accounts/{made.json()['id']}/consent")
    assert answer.status_code == 409


class Clock:
    """A clock that can be put forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand in for the real one."""
        self._real = clock.now
        self.ahead = timedelta()
        monkeypatch.setattr(clock, "now", self.now)

    def now(self) -> datetime:
        """Return the moment."""
        return self._real() + self.ahead


@pytest.fixture
async def renewer(app_state: AppState, dsn: str) -> AsyncIterator[Renewer]:
    """Give what renews."""
    locks = Locks(dsn)
    yield Renewer(app_state, Carrier(app_state.http), locks)
    await locks.close()


async def test_tokens_are_renewed_before_they_end(
    ada: httpx2.AsyncClient,
    app_state: AppState,
    vendor: played.Provider,
    renewer: Renewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = await a_mailbox(ada, vendor)
    vendor.turns = True
    await round_trip(ada, vendor, account)
    first = (await opened(app_state, account)).secrets
    await renewer.look()
    assert (await opened(app_state, account)).secrets == first
    time = Clock(monkeypatch)
    time.ahead = timedelta(minutes=55)
    vendor.fault = 503
    await renewer.look()
    assert (await opened(app_state, account)).secrets == first
    vendor.fault = 0
    await renewer.look()
    second = (await opened(app_state, account)).secrets
    assert second["oauth_access_token"] in vendor.access
    assert second["oauth_access_token"] != first["oauth_access_token"]
    assert second["oauth_refresh_token"] != first["oauth_refresh_token"]
    assert vendor.asked[-1]["refresh_token"] == first["oauth_refresh_token"]


async def test_a_consent_that_was_taken_back_holds_the_account_until_it_is_given_again(
    ada: httpx2.AsyncClient,
    vendor: played.Provider,
    renewer: Renewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = await a_mailbox(ada, vendor)
    await round_trip(ada, vendor, account)
    vendor.refresh.clear()
    time = Clock(monkeypatch)
    time.ahead = timedelta(minutes=55)
    await renewer.look()
    held = (await ada.get(f"/accounts/{account}")).json()
    assert held["state"] == "held"
    assert "revoked" in held["problem"]["detail"]
    time.ahead = timedelta()
    again = await round_trip(ada, vendor, account)
    assert (again.json()["state"], again.json()["problem"]) == ("active", None)


async def test_a_token_taken_back_early_is_replaced_while_the_consent_stands(
    ada: httpx2.AsyncClient,
    app_state: AppState,
    vendor: played.Provider,
    renewer: Renewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = await a_mailbox(ada, vendor)
    await round_trip(ada, vendor, account)
    first = (await opened(app_state, account)).secrets["oauth_access_token"]

    async def refuse() -> None:
        problem = {"code": "auth-expired", "detail": "the mailbox refuses the sign-in"}
        async with app_state.db.transaction(CAST.workspace) as tx:
            await inboxes.hold_account(tx, app_state.channels, UUID(account), problem)

    await refuse()
    asked = len(vendor.asked)
    await renewer.look()
    now = (await ada.get(f"/accounts/{account}")).json()
    assert (now["state"], now["problem"]) == ("active", None)
    assert (await opened(app_state, account)).secrets["oauth_access_token"] != first
    # Refused again at once: an admin's business, and not asked for in a circle.
    await refuse()
    for _ in range(3):
        await renewer.look()
    assert (await ada.get(f"/accounts/{account}")).json()["state"] == "held"
    assert len(vendor.asked) == asked + 1
    time = Clock(monkeypatch)
    time.ahead = timedelta(hours=7)
    await renewer.look()
    assert len(vendor.asked) == asked + 2


@pytest.mark.parametrize("error", ["temporarily_unavailable", "server_error", "slow_down"])
async def test_a_vendor_that_is_busy_holds_nothing(
    error: str,
    ada: httpx2.AsyncClient,
    app_state: AppState,
    vendor: played.Provider,
) -> None:
    account = await a_mailbox(ada, vendor)
    await round_trip(ada, vendor, account)
    asking = oauth.Consent().renew(await opened(app_state, account), clock.now())
    next(asking)
    body = msgspec.json.encode({"error": error, "error_description": "come again"})
    with pytest.raises(TemporaryFailure, match="come again"):
        asking.send(HttpReply(status=400, headers={}, body=body))


async def test_the_end_is_said_fourteen_seven_and_one_day_before_once_each(
    ada: httpx2.AsyncClient,
    app_state: AppState,
    vendor: played.Provider,
    renewer: Renewer,
) -> None:
    vendor.refresh_lasts_s = 30 * 86_400
    account = await a_mailbox(ada, vendor)
    await round_trip(ada, vendor, account)
    said = []
    for days in (30, 20, 13.5, 13, 6.5, 6, 3, 0.9, 0.5):
        moment = clock.now() + timedelta(days=days)
        await value(
            app_state.db, "update account set expires_at = $1 where id = $2 returning 1",
            moment, UUID(account),
        )  # fmt: skip
        await renewer.look()
        async with app_state.db.transaction(CAST.workspace) as tx:
            said.append([each["days"] for each in await events(tx, "account.expiring")])
    assert said[-1] == [14, 7, 1]
    assert said[:5] == [[], [], [14], [14], [14, 7]]
