"""What every request gets: problems, headers, allowance, repeated answers, one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from typing import cast as cast_type

import asyncpg
import httpx2
import pytest

from cast import CAST
from frame import Statements
from hilo.entry.api.app import build_api
from hilo.entry.api.rates import Rates
from hilo.entry.state import AppState


def is_problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"/api/v1/docs#problem-{code}"
    assert body["title"]
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


async def test_every_error_is_a_problem(ada: httpx2.AsyncClient) -> None:
    is_problem(await ada.get("/nothing-here"), 404, "not-found")
    is_problem(await ada.get("http://hilo.test/elsewhere"), 404, "not-found")
    refused = await ada.put("/teams", json={})
    is_problem(refused, 405, "method-not-allowed")
    assert "GET" in refused.headers["allow"]
    is_problem(await ada.post("/teams", content=b"{"), 400, "malformed-json")
    is_problem(await ada.post("/teams", content=b'{"name": "\xff"}'), 400, "malformed-json")
    is_problem(await ada.post("/teams", content=b'{"name": "\\ud800"}'), 400, "malformed-json")
    is_problem(await ada.post("/teams", content=b"[" * 100_000), 422, "validation")
    is_problem(await ada.post("/teams", data={"name": "x"}), 415, "unsupported-media-type")
    is_problem(await ada.post("/teams", content=b" " * 2_000_001), 413, "too-large")
    is_problem(await ada.get("/teams/not-an-id"), 404, "not-found")
    is_problem(await ada.get("/teams/" + "x" * 5_000), 404, "not-found")
    is_problem(await ada.get(f"/teams/{CAST.ben.id}"), 404, "not-found")
    is_problem(await ada.get("/agents/%00"), 404, "not-found")


BAD_TEAMS = (
    (b"", "name", "required"),
    (b"{}", "name", "required"),
    (b"[]", "", "type"),
    (b'{"name": 5}', "name", "type"),
    (b'{"name": ""}', "name", "length"),
    (b'{"name": " \\u00a0\\t"}', "name", "blank"),
    (b'{"name": "x", "agent_ids": ["y"]}', "agent_ids.0", "format"),
    (b'{"name": "x", "agent_ids": null}', "agent_ids", "type"),
    (b'{"name": "x", "color": "red"}', "color", "unknown"),
    (b'{"name": "a\\u0000b"}', "name", "nul"),
    (b'{"name": "\\\\u0000", "other": 1}', "other", "unknown"),
)


async def test_the_field_is_named(ada: httpx2.AsyncClient) -> None:
    for body, field, code in BAD_TEAMS:
        problem = is_problem(await ada.post("/teams", content=body), 422, "validation")
        told = [(each["field"], each["code"]) for each in problem["errors"]]
        assert told == [(field, code)], body


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("PATCH", "/me", {}),
        ("PATCH", f"/agents/{CAST.ben.id}", {}),
        ("PATCH", "/workspace", {}),
        ("POST", "/inboxes", {}),
        ("POST", "/tags", {"color": "red"}),
        ("POST", "/tokens", {"scopes": ["*"]}),
        ("POST", "/macros", {"text": "Hello"}),
        ("POST", "/invitations/accept", {"token": "x", "password": "a long enough one"}),
    ],
)
async def test_nobody_and_nothing_is_named_by_spaces(
    ada: httpx2.AsyncClient, verb: str, path: str, body: dict[str, Any]
) -> None:
    answer = await ada.request(verb, path, json={**body, "name": "  "})
    (error,) = is_problem(answer, 422, "validation")["errors"]
    assert error["field"] == "name"
    assert "regex" not in error["message"]


async def test_head_is_get_without_the_body(ada: httpx2.AsyncClient) -> None:
    got, asked = await ada.get("/agents"), await ada.head("/agents")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == got.headers["content-length"]
    assert (await ada.head("/nothing")).status_code == 404


async def test_unknown_parameters_are_refused(ada: httpx2.AsyncClient) -> None:
    problem = is_problem(await ada.get("/agents", params={"limitt": 5}), 422, "validation")
    assert problem["errors"][0]["field"] == "limitt"


async def test_a_parameter_is_named(ada: httpx2.AsyncClient) -> None:
    for url, field, code in (
        ("/invitations/accept", "token", "required"),
        ("/conversations?limit=0", "limit", "range"),
        ("/conversations?limit=101", "limit", "range"),
        ("/conversations?limit=ten", "limit", "type"),
        ("/conversations?status=closed", "status", "choice"),
        ("/conversations?inbox=here", "inbox", "format"),
        ("/contacts?q=%00", "q", "nul"),
    ):
        (error,) = is_problem(await ada.get(url), 422, "validation")["errors"]
        assert (error["field"], error["code"]) == (field, code), error
    for url, field in (("/conversations?cursor=nonsense", "cursor"), ("/events?after=x", "after")):
        (error,) = is_problem(await ada.get(url), 400, "cursor-invalid")["errors"]
        assert error["field"] == field, error
    (error,) = is_problem(await ada.get("/search?q=x&type=y"), 422, "validation")["errors"]
    assert (error["field"], error["code"]) == ("type", "choice")
    (error,) = is_problem(await ada.get("/conversations?inbox=null"), 422, "validation")["errors"]
    assert (error["field"], error["code"]) == ("inbox", "type")
    assert (await ada.get("/contacts?q=null")).status_code == 200, "a word like any other"


async def test_a_cursor_is_of_one_list(ada: httpx2.AsyncClient) -> None:
    for name in ("Dora", "Emil"):
        await ada.post("/contacts", json={"name": name})
    cursor = (await ada.get("/contacts?limit=1")).json()["next_cursor"]
    assert (await ada.get(f"/contacts?cursor={cursor}")).status_code == 200
    elsewhere = await ada.get(f"/conversations?cursor={cursor}")
    is_problem(elsewhere, 400, "cursor-invalid")


async def test_fields_may_be_chosen(ada: httpx2.AsyncClient) -> None:
    one = f"/contacts/{CAST.carol}"
    whole = await ada.get(one)
    some = await ada.get(one, params={"fields": "name,id"})
    assert some.json() == {name: whole.json()[name] for name in ("id", "name")}
    assert some.headers["etag"] == whole.headers["etag"]
    assert int(some.headers["content-length"]) == len(some.content)
    page = (await ada.get("/contacts", params={"fields": "name"})).json()
    assert page == {"items": [{"name": whole.json()["name"]}], "next_cursor": None}
    problem = is_problem(await ada.get("/contacts?fields=secret"), 422, "validation")
    assert problem["errors"][0]["field"] == "fields"
    await ada.get("/me")  # no page, no path: no choice
    is_problem(await ada.patch(one + "?fields=name", json={}), 422, "validation")


async def test_a_route_without_a_body_takes_none(ada: httpx2.AsyncClient) -> None:
    path = "/sessions"
    for body in (b"", b"{}", b"null"):
        assert (await ada.request("DELETE", path, content=body)).status_code < 300, body
    is_problem(await ada.request("DELETE", path, content=b"{"), 400, "malformed-json")
    problem = is_problem(await ada.request("DELETE", path, content=b'{"x":1}'), 422, "validation")
    assert problem["errors"][0]["field"] == "x"


async def test_a_file_comes_in_a_form(ada: httpx2.AsyncClient) -> None:
    is_problem(await ada.post("/files", json={}), 415, "unsupported-media-type")
    (error,) = is_problem(await ada.post("/files", files={"x": b"y"}), 422, "validation")["errors"]
    assert error["field"] == "file"


async def test_the_server_still_knows_that_it_was_head(app_state: AppState) -> None:
    scope = {
        "type": "http",
        "method": "HEAD",
        "path": "/api/v1/openapi.json",
        "query_string": b"",
        "headers": [],
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        assert not message.get("body")

    await build_api(app_state)(cast_type("Any", scope), receive, send)
    assert scope["method"] == "HEAD"


async def test_every_answer_has_the_headers(
    ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    for answer in (
        await ada.get("/me"),
        await ada.get("/nothing"),
        await anonymous.get("/me"),
        await ada.post("/teams", content=b"{"),
        await ada.options("/teams"),
    ):
        assert answer.headers["x-request-id"].startswith("req_")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        for name in ("limit", "remaining", "reset"):
            assert answer.headers[f"ratelimit-{name}"] == answer.headers[f"x-ratelimit-{name}"]


class TestAllowance:
    """What may be asked in a minute."""

    @pytest.fixture
    def rates(self) -> Rates:
        """Return little."""
        return Rates(read=3, search=1, write=2)

    async def test_too_much_is_429_and_says_when(
        self, ada: httpx2.AsyncClient, ben: httpx2.AsyncClient
    ) -> None:
        """Count down, then refuse."""
        answers = [await ada.get("/me") for _ in range(4)]
        assert [each.status_code for each in answers] == [200, 200, 200, 429]
        assert [each.headers["ratelimit-remaining"] for each in answers] == ["2", "1", "0", "0"]
        assert {each.headers["ratelimit-limit"] for each in answers} == {"3"}
        problem = is_problem(answers[-1], 429, "rate-limited")
        assert problem["retry_after"] == int(answers[-1].headers["retry-after"])
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        assert (await ada.patch("/me", json={})).status_code == 200, "another kind"
        assert (await ben.get("/me")).status_code == 200, "another caller"


async def test_made_up_tokens_share_the_allowance_of_their_address(
    visit: Callable[[str], httpx2.AsyncClient], ada: httpx2.AsyncClient
) -> None:
    client = visit("10.0.0.9")
    statuses = [
        (await client.get("/me", headers={"authorization": f"Bearer hilo_{at}"})).status_code
        for at in range(601)
    ]
    assert statuses == [401] * 600 + [429]
    assert (await visit("10.0.0.8").get("/me")).status_code == 401
    assert (await ada.get("/me")).status_code == 200


async def test_the_usual_allowance(ada: httpx2.AsyncClient) -> None:
    assert Rates() == Rates(read=1_200, search=300, write=600)
    assert (await ada.get("/me")).headers["ratelimit-limit"] == "100000"


KEY = {"idempotency-key": "k-1"}


async def test_a_repeated_request_is_answered_again_and_done_once(
    ada: httpx2.AsyncClient, owner: asyncpg.Connection
) -> None:
    body = {"name": "till", "scopes": ["*"]}
    first = await ada.post("/tokens", json=body, headers=KEY)
    again = await ada.post("/tokens", json=body, headers=KEY)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert await owner.fetchval("select count(*) from api_token") == 1
    kept = await owner.fetchval("select body from idempotency")
    assert first.json()["token"].encode() not in kept, "a secret shown once is not kept in clear"


async def test_a_key_belongs_to_one_request_and_one_caller(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient
) -> None:
    assert (await ada.post("/teams", json={"name": "A"}, headers=KEY)).status_code == 201
    other = await ada.post("/teams", json={"name": "B"}, headers=KEY)
    is_problem(other, 422, "idempotency-key-reused")
    elsewhere = await ada.post("/tokens", json={"name": "A", "scopes": ["*"]}, headers=KEY)
    is_problem(elsewhere, 422, "idempotency-key-reused")
    bens = await ben.post("/tokens", json={"name": "b", "scopes": ["*"]}, headers=KEY)
    assert bens.status_code == 201


async def test_a_refused_request_leaves_the_key_free(ada: httpx2.AsyncClient) -> None:
    assert (await ada.post("/teams", json={"name": ""}, headers=KEY)).status_code == 422
    assert (await ada.post("/teams", json={"name": "A"}, headers=KEY)).status_code == 201


async def test_a_key_has_a_form(ada: httpx2.AsyncClient) -> None:
    for key in ("", "x" * 256, "a\tb"):
        answer = await ada.post("/teams", json={"name": "A"}, headers={"idempotency-key": key})
        is_problem(answer, 422, "validation")


async def test_twenty_at_once_have_one_effect(
    ada: httpx2.AsyncClient, owner: asyncpg.Connection
) -> None:
    async def ask() -> httpx2.Response:
        return await ada.post("/tokens", json={"name": "one", "scopes": ["*"]}, headers=KEY)

    answers: Sequence[httpx2.Response] = await asyncio.gather(*(ask() for _ in range(20)))
    assert await owner.fetchval("select count(*) from api_token") == 1
    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.text for each in answers if each.status_code == 201}) == 1
    for each in answers:
        if each.status_code == 409:
            assert each.headers["retry-after"] == "1"
    assert (await ask()).headers["idempotent-replayed"] == "true"


async def test_an_error_undoes_everything(
    ada: httpx2.AsyncClient, owner: asyncpg.Connection
) -> None:
    body = {"name": "A", "agent_ids": [str(CAST.ben.id), str(CAST.mallory.id)]}
    assert (await ada.post("/teams", json=body)).status_code == 422
    assert await owner.fetchval("select count(*) from team") == 0
    assert await owner.fetchval("select count(*) from event where type = 'team.changed'") == 0


async def test_events_name_who_did_it(ada: httpx2.AsyncClient, owner: asyncpg.Connection) -> None:
    await ada.post("/teams", json={"name": "A"})
    actor = await owner.fetchval("select actor from event where type = 'team.changed'")
    assert actor == {"kind": "agent", "id": str(CAST.ada.id), "name": "Ada"}


async def test_a_read_costs_one_statement_and_a_change_its_event(
    ada: httpx2.AsyncClient, statements: Statements
) -> None:
    await ada.get("/agents")  # the doorman has looked
    statements.clear()
    await ada.get("/agents")
    assert await statements.asked() == 1
    statements.clear()
    await ada.post("/tokens", json={"name": "x", "scopes": ["*"]})
    assert await statements.asked() == 2
    statements.clear()
    await ada.post("/tokens", json={"name": "x", "scopes": ["*"]}, headers=KEY)
    assert await statements.asked() == 5
