"""Signing in and out."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx2
import pytest
import time_machine

from cast import CAST, PASSWORD
from hilo.domain.people import signing
from hilo.kit.config import Config

Clients = Callable[[str], httpx2.AsyncClient]
GOOD = {"email": CAST.ada.email, "password": PASSWORD}
BAD_FORMS: dict[str, object] = {
    "wrong password": {**GOOD, "password": "wrong"},
    "unknown e-mail": {**GOOD, "email": "nobody@hilo.test"},
    "empty password": {**GOOD, "password": ""},
    "empty e-mail": {**GOOD, "email": ""},
    "no password": {"email": CAST.ada.email},
    "no e-mail": {"password": PASSWORD},
    "nothing": {},
    "null password": {**GOOD, "password": None},
    "a number": {**GOOD, "password": 12345678},
    "a list": {**GOOD, "email": [CAST.ada.email]},
    "an operator": {"email": {"$ne": ""}, "password": {"$ne": ""}},
    "an unknown field": {**GOOD, "role": "owner"},
    "an array": [],
    "a string": "ada",
    "null": None,
    "NUL": {**GOOD, "email": "ada\0@hilo.test"},
    "a space too many": {**GOOD, "password": PASSWORD + " "},
    "the other case": {**GOOD, "password": PASSWORD.upper()},
    "very long": {**GOOD, "password": "x" * 100_000},
    "another workspace": {**GOOD, "workspace_id": str(CAST.other_workspace)},
    "no workspace": {**GOOD, "workspace_id": "here"},
}


async def test_who_signs_in_gets_one_cookie_and_a_csrf_token(
    anonymous: httpx2.AsyncClient,
) -> None:
    answer = await anonymous.post("/session", json={"email": "Ada@Hilo.test", "password": PASSWORD})
    assert answer.status_code == 200
    body = answer.json()
    assert body["agent"]["name"] == "Ada"
    assert body["workspace"]["id"] == str(CAST.workspace)
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("hilo_session=")
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "secure" not in cookie.lower()
    me = await anonymous.get("/me")
    assert me.status_code == 200
    assert me.json()["csrf_token"] == body["csrf_token"]
    assert me.headers["cache-control"] == "no-store"


async def test_a_wrong_sign_in_of_any_form_is_401(
    anonymous: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(signing._FREE, "login", 100)  # noqa: SLF001 - not what is tested here
    for form, body in BAD_FORMS.items():
        answer = await anonymous.post("/session", json=body)
        assert answer.status_code == 401, form
        assert answer.headers["content-type"] == "application/problem+json", form
        assert answer.json()["code"] == "unauthenticated", form
        assert "set-cookie" not in answer.headers, form


async def test_what_is_not_json_is_a_wrong_sign_in_too(anonymous: httpx2.AsyncClient) -> None:
    for body in (b"", b"{", b"email=ada", b"\xff", b'{"email":"\xff"}', b"[" * 100_000):
        answer = await anonymous.post("/session", content=body)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), body[:9]


NOBODY: tuple[dict[str, bytes], ...] = (
    {},
    {"authorization": b""},
    {"authorization": b" "},
    {"authorization": b"Bearer"},
    {"authorization": b"Bearer "},
    {"authorization": b"Bearer hilo_wrong"},
    {"authorization": b"Basic YWRhOmFkYQ=="},
    {"authorization": b"bearer \xff"},
    {"authorization": b"Bearer " + b"x" * 5_000},
    {"cookie": b"hilo_session=wrong"},
    {"cookie": b"hilo_session="},
    {"cookie": b"hilo_session"},
    {"cookie": b"; = ;hilo_session=\x01"},
)


async def test_nobody_is_401(anonymous: httpx2.AsyncClient) -> None:
    for headers in NOBODY:
        raw = [(name.encode(), value) for name, value in headers.items()]
        answer = await anonymous.get("/me", headers=raw)
        assert answer.status_code == 401, headers
        assert answer.headers["www-authenticate"].startswith("Bearer"), headers


async def test_an_empty_authorization_is_401_also_beside_a_cookie(ada: httpx2.AsyncClient) -> None:
    assert (await ada.get("/me", headers={"authorization": ""})).status_code == 401


async def test_a_change_with_a_cookie_needs_the_csrf_token(ada: httpx2.AsyncClient) -> None:
    token = ada.headers.pop("x-csrf-token")
    for given in (
        {},
        {"x-csrf-token": ""},
        {"x-csrf-token": "wrong"},
        {"x-csrf-token": token[:-1]},
    ):
        answer = await ada.patch("/me", json={"name": "Eve"}, headers=given)
        assert answer.status_code == 403
    assert (await ada.get("/me")).json()["agent"]["name"] == "Ada"
    answer = await ada.patch("/me", json={"name": "Eve"}, headers={"x-csrf-token": token})
    assert answer.json()["agent"]["name"] == "Eve"


async def test_signing_out_ends_the_session(ada: httpx2.AsyncClient) -> None:
    cookie = {"cookie": f"hilo_session={ada.cookies['hilo_session']}"}
    assert (await ada.delete("/session")).status_code == 204
    assert "hilo_session" not in ada.cookies
    assert (await ada.get("/me", headers=cookie)).status_code == 401


async def test_each_sign_in_is_a_session_of_its_own(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    await anonymous.post("/session", json=GOOD)
    assert anonymous.cookies["hilo_session"] != ada.cookies["hilo_session"]
    sessions = (await ada.get("/sessions")).json()["items"]
    assert [each["is_current"] for each in sessions].count(True) == 1
    assert len(sessions) == 2
    assert (await ada.delete("/sessions")).json() == {"ended": 1}
    assert (await anonymous.get("/me")).status_code == 401
    assert (await ada.get("/me")).status_code == 200


async def test_one_session_can_be_ended(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, ben: httpx2.AsyncClient
) -> None:
    await anonymous.post("/session", json=GOOD)
    items = (await ada.get("/sessions")).json()["items"]
    other = next(each["id"] for each in items if not each["is_current"])
    assert (await ben.delete(f"/sessions/{other}")).status_code == 404
    assert (await ada.delete(f"/sessions/{other}")).status_code == 204
    assert (await anonymous.get("/me")).status_code == 401


async def test_an_idle_session_ends(ada: httpx2.AsyncClient, owner: asyncpg.Connection) -> None:
    await owner.execute("update session set last_seen_at = now() - interval '4 days'")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=10)):
        assert (await ada.get("/me")).status_code == 401


async def test_a_session_in_use_ends_all_the_same(
    ada: httpx2.AsyncClient, owner: asyncpg.Connection
) -> None:
    await owner.execute("update session set last_seen_at = now(), expires_at = now()")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=10)):
        assert (await ada.get("/me")).status_code == 401


async def test_a_session_is_seen_at_most_once_a_minute(
    ada: httpx2.AsyncClient, owner: asyncpg.Connection
) -> None:
    await owner.execute("update session set last_seen_at = now() - interval '1 hour'")
    before = datetime.now(UTC)
    for _ in range(2):
        assert (await ada.get("/me")).status_code == 200
    seen = await owner.fetchval("select last_seen_at from session")
    assert seen > before - timedelta(seconds=1)


async def test_guesses_at_one_login_are_slowed(anonymous: httpx2.AsyncClient) -> None:
    wrong = {**GOOD, "password": "wrong"}
    answers = [await anonymous.post("/session", json=wrong) for _ in range(11)]
    assert [each.status_code for each in answers] == [401] * 10 + [429]
    refused = await anonymous.post("/session", json=GOOD)
    assert refused.status_code == 429, "the right password must not be told apart"
    assert 0 < int(refused.headers["retry-after"]) <= 31
    assert refused.json()["retry_after"] == int(refused.headers["retry-after"])
    others = {"email": CAST.ben.email, "password": PASSWORD}
    assert (await anonymous.post("/session", json=others)).status_code == 200


async def test_many_guesses_at_once_count_as_many(anonymous: httpx2.AsyncClient) -> None:
    wrong = {**GOOD, "password": "wrong"}
    answers = await asyncio.gather(*(anonymous.post("/session", json=wrong) for _ in range(20)))
    assert sorted(each.status_code for each in answers) == [401] * 10 + [429] * 10


async def test_a_stolen_session_does_not_guess_the_password(ada: httpx2.AsyncClient) -> None:
    body = {"current_password": "wrong", "new_password": "another long phrase"}
    answers = [await ada.put("/me/password", json=body) for _ in range(11)]
    assert [each.status_code for each in answers] == [422] * 10 + [429]


async def test_the_right_password_clears_the_count(anonymous: httpx2.AsyncClient) -> None:
    wrong = {**GOOD, "password": "wrong"}
    for _ in range(2):
        for _ in range(8):
            assert (await anonymous.post("/session", json=wrong)).status_code == 401
        assert (await anonymous.post("/session", json=GOOD)).status_code == 200


async def test_guesses_from_one_address_are_slowed(
    visit: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(signing._FREE, "address", 3)  # noqa: SLF001 - a hundred would take long
    here, elsewhere = visit("10.0.0.7"), visit("10.0.0.8")
    for at in range(3):
        given = {"email": f"nobody{at}@hilo.test", "password": "x"}
        assert (await here.post("/session", json=given)).status_code == 401
    assert (await here.post("/session", json=GOOD)).status_code == 429
    assert (await elsewhere.post("/session", json=GOOD)).status_code == 200


async def test_a_disabled_agent_is_out_at_once(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    made = await ben.post("/tokens", json={"name": "till", "scopes": ["*"]})
    token = {"authorization": f"Bearer {made.json()['token']}"}
    assert (await anonymous.get("/me", headers=token)).status_code == 200
    answer = await ada.patch(f"/agents/{CAST.ben.id}", json={"disabled": True})
    assert answer.json()["disabled_at"] is not None
    assert (await ben.get("/me")).status_code == 401
    assert (await anonymous.get("/me", headers=token)).status_code == 401
    again = await anonymous.post("/session", json={"email": CAST.ben.email, "password": PASSWORD})
    assert again.status_code == 401


class TestBehindHttps:
    """The public address is https."""

    @pytest.fixture
    def config(self) -> Config:
        """Return settings of an installation behind a proxy."""
        return Config(public_url="https://desk.hilo.test")

    async def test_the_cookie_is_bound_to_it(self, anonymous: httpx2.AsyncClient) -> None:
        """Use the prefix that browsers enforce."""
        answer = await anonymous.post("/session", json=GOOD)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-hilo_session=")
        assert "secure" in cookie.lower()
        assert "path=/" in cookie.lower()
        assert "domain" not in cookie.lower()
        assert "strict-transport-security" in answer.headers


async def test_a_new_password_signs_out_everywhere_else(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    await anonymous.post("/session", json=GOOD)
    body = {"current_password": PASSWORD, "new_password": "another long phrase"}
    wrong = await ada.put("/me/password", json={**body, "current_password": "wrong"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "current_password"
    weak = await ada.put("/me/password", json={**body, "new_password": "password123"})
    assert weak.json()["errors"][0]["code"] == "too-common"
    assert (await ada.put("/me/password", json=body)).status_code == 204
    assert (await ada.get("/me")).status_code == 200
    assert (await anonymous.get("/me")).status_code == 401
    assert (await anonymous.post("/session", json=GOOD)).status_code == 401
    new = {"email": CAST.ada.email, "password": "another long phrase"}
    assert (await anonymous.post("/session", json=new)).status_code == 200
