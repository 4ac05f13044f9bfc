"""Tokens, agents, invitations, resets, teams and the workspace, as a client sees them."""

import asyncpg
import httpx2
import pytest

from cast import CAST, PASSWORD
from hilo.entry import first
from hilo.entry.post import Letter
from hilo.entry.state import AppState
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound


class Caught:
    """A post that keeps its letters."""

    def __init__(self) -> None:
        """Begin empty."""
        self.letters: list[Letter] = []

    async def can_send(self, tx: Tx) -> bool:
        """Say yes."""
        return tx.workspace is not None

    async def send(self, tx: Tx, letter: Letter) -> bool:
        """Keep it."""
        assert tx.workspace
        self.letters.append(letter)
        return True


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_a_token_is_shown_once_and_works(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, owner: asyncpg.Connection
) -> None:
    made = await ada.post("/tokens", json={"name": "till", "scopes": ["*"]})
    assert made.status_code == 201
    token = made.json()["token"]
    assert token.startswith("hilo_")
    me = await anonymous.get("/me", headers=bearer(token))
    assert me.json()["agent"]["name"] == "Ada"
    assert me.json().get("csrf_token") is None
    listed = (await ada.get("/tokens")).json()["items"][0]
    assert "token" not in listed
    assert token.startswith(listed["prefix"])
    assert listed["last_used_at"] is not None
    kept = await owner.fetch("select * from api_token")
    assert token not in str(kept)
    assert (await ada.delete(f"/tokens/{listed['id']}")).status_code == 204
    assert (await anonymous.get("/me", headers=bearer(token))).status_code == 401


async def test_a_scope_that_is_missing_is_named(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    made = await ada.post("/tokens", json={"name": "reader", "scopes": ["agent:read"]})
    headers = bearer(made.json()["token"])
    assert (await anonymous.get("/agents", headers=headers)).status_code == 200
    refused = await anonymous.post("/teams", json={"name": "Sales"}, headers=headers)
    assert refused.status_code == 403
    assert refused.json()["params"] == {"permission": "team:write"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/me", {"name": "Mallory"}),
        ("GET", "/sessions", None),
        ("DELETE", "/sessions", None),
        ("DELETE", f"/sessions/{CAST.carol}", None),
        ("PUT", "/me/password", {"current_password": PASSWORD, "new_password": "another-one-1"}),
    ],
)
async def test_a_narrow_token_says_nothing_of_its_owners_profile_and_sessions(
    ada: httpx2.AsyncClient,
    anonymous: httpx2.AsyncClient,
    method: str,
    path: str,
    body: dict[str, str] | None,
) -> None:
    made = await ada.post("/tokens", json={"name": "reader", "scopes": ["contact:read"]})
    headers = bearer(made.json()["token"])
    refused = await anonymous.request(method, path, json=body, headers=headers)
    assert refused.status_code == 403
    me = (await ada.get("/me")).json()["agent"]
    assert me["name"] == "Ada"


async def test_a_token_has_no_more_rights_than_its_owner(
    ben: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    refused = await ben.post("/tokens", json={"name": "x", "scopes": ["inbox:write"]})
    assert refused.status_code == 403
    made = await ben.post("/tokens", json={"name": "x", "scopes": ["*"]})
    headers = bearer(made.json()["token"])
    assert (await anonymous.post("/teams", json={"name": "a"}, headers=headers)).status_code == 403
    narrow = await ben.post("/tokens", json={"name": "x", "scopes": ["token:write"]})
    wide = await anonymous.post(
        "/tokens", json={"name": "y", "scopes": ["*"]}, headers=bearer(narrow.json()["token"])
    )
    assert wide.status_code == 403, "a narrow token must not make a wide one"


BAD_TOKENS: tuple[tuple[dict[str, object], str], ...] = (
    ({"name": "x"}, "scopes"),
    ({"name": "", "scopes": ["*"]}, "name"),
    ({"name": "x", "scopes": []}, "scopes"),
    ({"name": "x", "scopes": ["*", "fly:high"]}, "scopes.1"),
    ({"name": "x", "scopes": ["*"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ({"name": "x", "scopes": ["*"], "expires_at": "tomorrow"}, "expires_at"),
    ({"name": "x", "scopes": ["*"], "expires_at": "2099-01-01T00:00:00"}, "expires_at"),
    ({"name": "x", "scopes": ["*"], "scope": "*"}, "scope"),
    ({"name": "x\0", "scopes": ["*"]}, "name"),
)


async def test_a_bad_token_request_names_the_field(ada: httpx2.AsyncClient) -> None:
    for body, field in BAD_TOKENS:
        answer = await ada.post("/tokens", json=body)
        assert answer.status_code == 422, body
        assert answer.json()["errors"][0]["field"] == field, body


async def test_an_expired_token_is_401(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, owner: asyncpg.Connection
) -> None:
    body = {"name": "x", "scopes": ["*"], "expires_at": "2099-01-01T00:00:00+02:00"}
    token = (await ada.post("/tokens", json=body)).json()["token"]
    await owner.execute("update api_token set expires_at = now() - interval '1 second'")
    assert (await anonymous.get("/me", headers=bearer(token))).status_code == 401


async def test_tokens_of_others_are_not_seen(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, mallory: httpx2.AsyncClient
) -> None:
    made = await ada.post("/tokens", json={"name": "x", "scopes": ["*"]})
    for other in (ben, mallory):
        assert (await other.get("/tokens")).json()["items"] == []
        assert (await other.delete(f"/tokens/{made.json()['id']}")).status_code == 404


async def test_an_invitation_without_mail_gives_a_link_to_hand_over(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    made = await ada.post("/invitations", json={"email": "Eve@hilo.test", "role": "admin"})
    assert made.status_code == 201
    token = made.json()["link"].partition("token=")[2]
    shown = await anonymous.get("/invitations/accept", params={"token": token})
    assert shown.json() == {
        "email": "eve@hilo.test",
        "name": "",
        "role": "admin",
        "workspace_name": "Hilo Test",
        "has_login": False,
    }
    body = {"token": token, "name": "Eve", "password": "a long enough one"}
    weak = await anonymous.post("/invitations/accept", json={**body, "password": "short"})
    assert weak.status_code == 422
    joined = await anonymous.post("/invitations/accept", json=body)
    assert joined.status_code == 201
    me = (await anonymous.get("/me")).json()
    assert (me["agent"]["name"], me["agent"]["role"]) == ("Eve", "admin")
    assert (await anonymous.post("/invitations/accept", json=body)).status_code == 404
    assert (await ada.get("/invitations")).json()["items"] == []
    again = await ada.post("/invitations", json={"email": "eve@hilo.test"})
    assert again.json()["errors"][0]["code"] == "taken"


async def test_a_login_of_another_workspace_joins_with_its_password(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    made = await ada.post("/invitations", json={"email": CAST.mallory.email})
    body = {"token": made.json()["link"].partition("token=")[2], "name": "M"}
    wrong = await anonymous.post("/invitations/accept", json={**body, "password": "not hers"})
    assert wrong.status_code == 401
    joined = await anonymous.post("/invitations/accept", json={**body, "password": PASSWORD})
    assert joined.status_code == 201
    assert joined.json()["workspace"]["id"] == str(CAST.workspace)
    login = {"email": CAST.mallory.email, "password": PASSWORD}
    first = await anonymous.post("/session", json=login)
    assert first.json()["workspace"]["id"] == str(CAST.other_workspace)
    chosen = await anonymous.post("/session", json={**login, "workspace_id": str(CAST.workspace)})
    assert chosen.json()["workspace"]["id"] == str(CAST.workspace)


async def test_an_invitation_is_no_way_to_guess_a_password(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    made = await ada.post("/invitations", json={"email": CAST.mallory.email})
    body = {"token": made.json()["link"].partition("token=")[2], "name": "M", "password": "x"}
    answers = [await anonymous.post("/invitations/accept", json=body) for _ in range(11)]
    assert [each.status_code for each in answers] == [401] * 10 + [429]


async def test_agents_do_not_invite_and_admins_make_no_owners(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient
) -> None:
    assert (await ben.post("/invitations", json={"email": "e@hilo.test"})).status_code == 403
    await ada.patch(f"/agents/{CAST.ben.id}", json={"role": "admin"})
    owner = {"email": "e@hilo.test", "role": "owner"}
    assert (await ben.post("/invitations", json=owner)).status_code == 403
    assert (await ben.post("/invitations", json={"email": "e@hilo.test"})).status_code == 201
    assert (await ben.patch(f"/agents/{CAST.ada.id}", json={"role": "agent"})).status_code == 403
    assert (await ben.patch(f"/agents/{CAST.ben.id}", json={"role": "owner"})).status_code == 403


async def test_a_withdrawn_invitation_is_gone(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    made = (await ada.post("/invitations", json={"email": "e@hilo.test"})).json()
    assert (await ada.delete(f"/invitations/{made['id']}")).status_code == 204
    assert (await ada.delete(f"/invitations/{made['id']}")).status_code == 404
    token = made["link"].partition("token=")[2]
    shown = await anonymous.get("/invitations/accept", params={"token": token})
    assert shown.status_code == 404


async def test_the_last_owner_stays(ada: httpx2.AsyncClient) -> None:
    for change in ({"role": "agent"}, {"disabled": True}):
        answer = await ada.patch(f"/agents/{CAST.ada.id}", json=change)
        assert answer.status_code == 409
        assert answer.json()["code"] == "last-owner"


async def test_a_new_role_counts_at_once(ada: httpx2.AsyncClient, ben: httpx2.AsyncClient) -> None:
    assert (await ben.post("/teams", json={"name": "One"})).status_code == 403
    await ada.patch(f"/agents/{CAST.ben.id}", json={"role": "admin"})
    assert (await ben.post("/teams", json={"name": "One"})).status_code == 201


async def test_a_reset_is_mailed_and_good_once(
    app_state: AppState, anonymous: httpx2.AsyncClient, ada: httpx2.AsyncClient
) -> None:
    caught = Caught()
    app_state.post = caught
    for email in (CAST.ada.email, "nobody@hilo.test"):
        answer = await anonymous.post("/password-resets", json={"email": email})
        assert (answer.status_code, answer.json()) == (202, {"accepted": True})
    (letter,) = caught.letters
    token = letter.params["link"].partition("token=")[2]
    body = {"token": token, "password": "another long phrase"}
    assert (await anonymous.post("/password-resets/use", json=body)).status_code == 204
    assert (await anonymous.post("/password-resets/use", json=body)).status_code == 401
    assert (await ada.get("/me")).status_code == 401
    login = {"email": CAST.ada.email, "password": "another long phrase"}
    assert (await anonymous.post("/session", json=login)).status_code == 200


async def test_without_mail_an_admin_hands_over_a_reset(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    assert (await ben.post(f"/agents/{CAST.ada.id}/password-reset")).status_code == 403
    made = await ada.post(f"/agents/{CAST.ben.id}/password-reset")
    assert (made.status_code, made.json()["mailed"]) == (201, False)
    token = made.json()["link"].partition("token=")[2]
    body = {"token": token, "password": "another long phrase"}
    assert (await anonymous.post("/password-resets/use", json=body)).status_code == 204
    assert (await ben.get("/me")).status_code == 401
    login = {"email": CAST.ben.email, "password": "another long phrase"}
    assert (await anonymous.post("/session", json=login)).status_code == 200


async def test_nobody_resets_a_login_of_another_workspace_too(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    made = await ada.post("/invitations", json={"email": CAST.mallory.email})
    body = {"token": made.json()["link"].partition("token=")[2], "name": "M"}
    joined = await anonymous.post("/invitations/accept", json={**body, "password": PASSWORD})
    agent = joined.json()["agent"]["id"]
    refused = await ada.post(f"/agents/{agent}/password-reset")
    assert (refused.status_code, refused.json()["code"]) == (409, "login-shared")


async def test_resets_are_slowed(anonymous: httpx2.AsyncClient) -> None:
    body = {"email": CAST.ada.email}
    answers = [await anonymous.post("/password-resets", json=body) for _ in range(6)]
    assert [each.status_code for each in answers] == [202] * 5 + [429]


async def test_teams_have_members_of_this_workspace(ada: httpx2.AsyncClient) -> None:
    made = await ada.post("/teams", json={"name": "Sales", "agent_ids": [str(CAST.ben.id)]})
    assert made.status_code == 201
    team = made.json()
    assert team["agent_ids"] == [str(CAST.ben.id)]
    taken = await ada.post("/teams", json={"name": "Sales"})
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (422, "taken")
    foreign = await ada.patch(f"/teams/{team['id']}", json={"agent_ids": [str(CAST.mallory.id)]})
    assert foreign.json()["errors"][0]["field"] == "agent_ids"
    assert (await ada.get(f"/teams/{team['id']}")).json() == team
    renamed = await ada.patch(f"/teams/{team['id']}", json={"name": "Sales 2", "agent_ids": []})
    assert (renamed.json()["name"], renamed.json()["agent_ids"]) == ("Sales 2", [])
    assert (await ada.delete(f"/teams/{team['id']}")).status_code == 204
    assert (await ada.get("/teams")).json()["items"] == []


async def test_the_workspace_is_changed_by_merge(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient
) -> None:
    await ada.patch("/workspace", json={"settings": {"a": 1}})
    answer = await ada.patch("/workspace", json={"name": "Two", "settings": {"b": 2}})
    assert answer.json()["settings"] == {"a": 1, "b": 2}
    assert (await ben.get("/workspace")).json()["name"] == "Two"
    assert (await ben.patch("/workspace", json={"name": "Three"})).status_code == 403


async def test_a_profile_is_ones_own(ben: httpx2.AsyncClient) -> None:
    answer = await ben.patch("/me", json={"locale": "pt", "preferences": {"theme": "dark"}})
    assert answer.json()["agent"]["locale"] == "pt"
    assert answer.json()["agent"]["preferences"] == {"theme": "dark"}
    assert (await ben.patch("/me", json={"role": "owner"})).status_code == 422
    others = await ben.patch(f"/agents/{CAST.ada.id}", json={"name": "Eve"})
    assert others.status_code == 403


@pytest.mark.parametrize("table", ["invitation", "password_reset"])
async def test_a_link_that_is_too_old_opens_nothing(
    app_state: AppState,
    ada: httpx2.AsyncClient,
    anonymous: httpx2.AsyncClient,
    owner: asyncpg.Connection,
    table: str,
) -> None:
    made = await ada.post("/invitations", json={"email": "eve@hilo.test"})
    invited = made.json()["link"].partition("token=")[2]
    reset = (await first.reset_link(app_state, CAST.ben.email)).partition("token=")[2]
    password = "a-new-one-2026"
    await owner.execute(f"update {table} set expires_at = now() - interval '1 second'")  # noqa: S608
    joined = await anonymous.post(
        "/invitations/accept", json={"token": invited, "name": "Eve", "password": password}
    )
    chosen = await anonymous.post(
        "/password-resets/use", json={"token": reset, "password": password}
    )
    assert joined.status_code == (404 if table == "invitation" else 201)
    assert chosen.status_code == (401 if table == "password_reset" else 204)


async def test_who_runs_hilo_makes_a_way_back_where_no_mail_is_sent(
    app_state: AppState, anonymous: httpx2.AsyncClient
) -> None:
    link = await first.reset_link(app_state, CAST.ada.email.upper())
    body = {"token": link.partition("token=")[2], "password": "a-new-one-2026"}
    assert (await anonymous.post("/password-resets/use", json=body)).status_code == 204
    assert (await anonymous.post("/password-resets/use", json=body)).status_code == 401
    new = {"email": CAST.ada.email, "password": body["password"]}
    assert (await anonymous.post("/session", json=new)).status_code == 200
    with pytest.raises(NotFound):
        await first.reset_link(app_state, "nobody@hilo.test")
