"""Every operation, tried by who must not: another workspace, a lower role, nobody, a visitor.

The operations come from the served description, the expectations from `policy.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import asyncpg
import httpx2
import pytest
from msgspec import Struct

from cast import API_SECRET, CAST
from estate import Estate, fingerprint, furnish
from frame import Statements
from hilo.connectors import webchat
from hilo.domain.people import ALL_PERMISSIONS, OF_ROLE
from hilo.kit import clock
from hilo.sdk.account import Account
from policy import OWN, POLICY, PUBLIC

# Where the example of a body is not enough to reach the permission.
BODIES: Mapping[str, Mapping[str, object]] = {
    "write_message": {"kind": "reply", "text": "Hello"},
    "create_tag": {"name": "Urgent", "color": "red"},
    "change_contact": {"name": "Dora"},
    "change_agent": {"role": "admin"},
    "invite": {"email": "eve@hilo.test", "role": "agent"},
    "send_mail": {"from": "a@example.test", "to": "b@example.test", "subject": "x", "text": "x"},
}
QUERIES: Mapping[str, Mapping[str, str]] = {"search": {"q": "zebra7731"}}
# What a body or a query calls the things of an estate.
NAMES: Mapping[str, str] = {
    "agent_ids": "agent_id",
    "attachments": "file_id",
    "into": "other_contact_id",
    "reply_to": "message_id",
    "inbox": "inbox_id",
    "team": "team_id",
    "contact": "contact_id",
    "tag": "tag_id",
    "assignee": "agent_id",
    "scope": "account_id",
    "workspace_id": "workspace_id",
}
LISTS = {"agent_ids", "attachments"}

# What of an inbox an agent outside it must not learn; that there is such an inbox it may.
HIDDEN = (
    *("conversation_id", "contact_id", "message_id", "file_id", "identity_id", "attachment_id"),
    *("visit_id", "link_id"),
)


class Operation(Struct, frozen=True, kw_only=True):
    """One operation of the description."""

    id: str
    method: str
    path: str
    queries: list[str]
    required: list[str]
    body: Mapping[str, Any] | None
    is_form: bool

    def request(self, path: Estate, body: Estate) -> dict[str, Any]:
        """Return the arguments of a request. path, body: whose things are named there."""
        url = "http://hilo.test" + self.path.format(kind="note", name="file", **path.ids)
        asked: dict[str, Any] = {"method": self.method, "url": url}
        asked["params"] = dict(QUERIES.get(self.id, {}))
        asked["params"] |= {name: _named(name, "x", body) for name in self.required}
        if self.body is not None:
            given = {**self.body, **BODIES.get(self.id, {})}
            asked["json"] = {name: _named(name, value, body) for name, value in given.items()}
        if self.is_form:
            asked["files"] = {"file": ("a.txt", b"hello", "text/plain")}
        return asked

    def names_others(self) -> bool:
        """Say whether the body names things by id."""
        names = [*(self.body or {}), *self.required]
        return any(name in NAMES or name.endswith("_id") for name in names)


def _named(name: str, value: object, estate: Estate) -> object:
    wanted = NAMES.get(name, name)
    if wanted not in estate.ids:
        return value
    return [str(estate.ids[wanted])] if name in LISTS else str(estate.ids[wanted])


@pytest.fixture
async def operations(anonymous: httpx2.AsyncClient) -> list[Operation]:
    """Read the operations off the description."""
    return list(_operations((await anonymous.get("/openapi.json")).json()))


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, it in methods.items():
            if "doors" in it["tags"]:  # they have tests of their own
                continue
            content = it.get("requestBody", {}).get("content", {})
            asked = [each for each in it["parameters"] if each["in"] == "query"]
            yield Operation(
                id=it["operationId"],
                method=method.upper(),
                path=path,
                queries=[each["name"] for each in asked],
                required=[each["name"] for each in asked if each["required"]],
                body=content.get("application/json", {}).get("example"),
                is_form="multipart/form-data" in content,
            )


@pytest.fixture
async def ours(owner: asyncpg.Connection) -> Estate:
    """Furnish the workspace of Ada; what is personal is Ben's."""
    ben = CAST.ben
    return await furnish(owner, CAST.workspace, ben.id, ben.login_id, "zebra7731")


@pytest.fixture
async def theirs(owner: asyncpg.Connection) -> Estate:
    """Furnish the workspace of Mallory."""
    mallory = CAST.mallory
    return await furnish(owner, CAST.other_workspace, mallory.id, mallory.login_id, "giraffe4402")


@pytest.fixture
async def closed(owner: asyncpg.Connection) -> Estate:
    """Furnish an inbox of a team Ben is not in; only its conversations hold the canary."""
    ada = CAST.ada
    made = await furnish(owner, CAST.workspace, ada.id, ada.login_id, "zebra7731")
    for table in ("inbox", "account", "tag", "team"):
        statement = f"update {table} set name = 'open' where id = $1"  # noqa: S608 - ours
        await owner.execute(statement, made.ids[f"{table}_id"])
    await owner.execute(
        "update inbox set visibility = 'team', team_id = $2 where id = $1",
        made.ids["inbox_id"],
        made.ids["team_id"],
    )
    # The second contact of an estate never wrote: it is everybody's.
    await owner.execute(
        "update contact set name = 'open' where id = $1", made.ids["other_contact_id"]
    )
    return made


async def _token(client: httpx2.AsyncClient, scopes: list[str]) -> dict[str, str]:
    made = await client.post("/tokens", json={"name": "x", "scopes": scopes})
    assert made.status_code == 201, made.text
    return {"authorization": f"Bearer {made.json()['token']}"}


@pytest.fixture
async def intruder(
    visit: Callable[[], httpx2.AsyncClient], mallory: httpx2.AsyncClient
) -> httpx2.AsyncClient:
    """Give Mallory with all her rights, by a token."""
    client = visit()
    client.headers.update(await _token(mallory, ["*"]))
    return client


async def test_every_operation_has_a_row_of_policy(operations: list[Operation]) -> None:
    assert {each.id for each in operations} - set(POLICY) == set()


async def test_nobody_and_visitors_are_401(
    operations: list[Operation], anonymous: httpx2.AsyncClient, ours: Estate
) -> None:
    token = _visitor(ours)
    shown: tuple[dict[str, str], ...] = (
        {},
        {"authorization": f"Bearer {token}"},
        {"cookie": f"hilo_session={token}"},
        {"x-visitor-token": token},
    )
    for it in operations:
        if POLICY[it.id] == PUBLIC:
            continue
        for headers in shown:
            answer = await anonymous.request(**it.request(ours, ours), headers=headers)
            assert answer.status_code == 401, it.id
            assert ours.canary not in answer.text, it.id


def _visitor(ours: Estate) -> str:
    """Return a visitor token as the widget of our account holds it."""
    account = Account(
        id=ours.ids["account_id"],
        workspace=ours.workspace,
        inbox=ours.ids["inbox_id"],
        channel="webchat",
        secrets={"visitor_key": API_SECRET},
    )
    who = webchat.Visitor(id=ours.ids["contact_id"], external=ours.canary, name="Carol")
    return webchat.issue(who, account, clock.now())


async def test_a_missing_permission_is_403_and_named(
    operations: list[Operation],
    ada: httpx2.AsyncClient,
    anonymous: httpx2.AsyncClient,
    ours: Estate,
    owner: asyncpg.Connection,
) -> None:
    tokens = {
        permission: await _token(ada, sorted(ALL_PERMISSIONS - {permission}))
        for permission in sorted(set(POLICY.values()) - {OWN, PUBLIC})
    }
    before = await fingerprint(owner, CAST.workspace)
    wrong = []
    for it in operations:
        needed = POLICY[it.id]
        if needed in tokens:
            answer = await anonymous.request(**it.request(ours, ours), headers=tokens[needed])
            named = answer.json().get("params", {}).get("permission") if answer.content else None
            if (answer.status_code, named) != (403, needed) or ours.canary in answer.text:
                wrong.append((it.id, answer.status_code, named))
    assert wrong == []
    await _unchanged(owner, before)


async def test_a_lower_role_is_403(
    operations: list[Operation], ben: httpx2.AsyncClient, ours: Estate, owner: asyncpg.Connection
) -> None:
    before = await fingerprint(owner, CAST.workspace)
    beyond = ALL_PERMISSIONS - OF_ROLE["agent"]
    tried = [each for each in operations if POLICY[each.id] in beyond]
    for it in tried:
        answer = await ben.request(**it.request(ours, ours))
        assert answer.status_code == 403, it.id
        assert ours.canary not in answer.text, it.id
    assert len(tried) > 20
    await _unchanged(owner, before)


async def test_another_workspace_finds_nothing(
    operations: list[Operation],
    intruder: httpx2.AsyncClient,
    ours: Estate,
    theirs: Estate,
    owner: asyncpg.Connection,
) -> None:
    before = await fingerprint(owner, CAST.workspace)
    for it in operations:
        answer = await intruder.request(**it.request(ours, theirs))
        # 503: no mail listener runs beside these tests.
        assert answer.status_code < 500 or answer.status_code == 503, it.id
        if "_id}" in it.path:
            assert answer.status_code == 404, (it.id, answer.text)
        _leaks_nothing(it, answer, ours)
    await _unchanged(owner, before)


async def test_a_body_cannot_reach_into_another_workspace(
    operations: list[Operation],
    intruder: httpx2.AsyncClient,
    ours: Estate,
    theirs: Estate,
    owner: asyncpg.Connection,
) -> None:
    before = await fingerprint(owner, CAST.workspace)
    tried = [each for each in operations if each.names_others()]
    for it in tried:
        answer = await intruder.request(**it.request(theirs, ours))
        assert answer.status_code in {400, 401, 404, 409, 422}, (it.id, answer.text)
        _leaks_nothing(it, answer, ours)
    assert len(tried) > 3
    await _unchanged(owner, before)


async def test_a_filter_cannot_reach_into_another_workspace(
    operations: list[Operation], intruder: httpx2.AsyncClient, ours: Estate, theirs: Estate
) -> None:
    for it in operations:
        for name in it.queries:
            value = NAMES.get(name, "")
            if value not in ours.ids:
                continue
            asked = it.request(theirs, theirs)
            asked["params"] |= {name: str(ours.ids[value])}
            answer = await intruder.request(**asked)
            assert answer.status_code in {200, 404, 422}, (it.id, name)
            if answer.status_code == 200:
                assert answer.json()["items"] == [], (it.id, name)
            _leaks_nothing(it, answer, ours)


async def test_an_agent_outside_the_inbox_is_told_nothing(
    operations: list[Operation],
    ben: httpx2.AsyncClient,
    closed: Estate,
    owner: asyncpg.Connection,
) -> None:
    before = await fingerprint(owner, CAST.workspace)
    ids = {name: closed.ids[name] for name in HIDDEN}
    hidden = Estate(workspace=closed.workspace, canary=closed.canary, ids=ids)
    tried = [each for each in operations if POLICY[each.id] in OF_ROLE["agent"]]
    for it in tried:
        answer = await ben.request(**it.request(closed, closed))
        if any(
            f"{{{each}_id}}" in it.path for each in ("conversation", "contact", "visit", "link")
        ):
            assert answer.status_code == 404, (it.id, answer.text)
        _leaks_nothing(it, answer, hidden)
    assert len(tried) > 40
    after = await fingerprint(owner, CAST.workspace)
    changed = {t for t in after if after[t] != before[t]} - {"session", "api_token", "file"}
    assert changed <= {"contact", "identity", "event"}, changed  # a contact of its own may be made


async def test_a_body_cannot_reach_into_an_inbox_one_does_not_see(
    operations: list[Operation],
    ben: httpx2.AsyncClient,
    closed: Estate,
    owner: asyncpg.Connection,
) -> None:
    """Ben's own conversations in the path, hidden messages, files and people in the body."""
    ours = await furnish(owner, CAST.workspace, CAST.ben.id, CAST.ben.login_id, "lion2290")
    hidden = {name: closed.ids[name] for name in HIDDEN}
    mixed = Estate(workspace=ours.workspace, canary=ours.canary, ids={**ours.ids, **hidden})
    before = await fingerprint(owner, CAST.workspace)
    tried = [
        each
        for each in operations
        if POLICY[each.id] in OF_ROLE["agent"]
        and any(NAMES.get(name, name) in hidden for name in (each.body or {}))
    ]
    for it in tried:
        answer = await ben.request(**it.request(ours, mixed))
        assert answer.status_code in {404, 409, 422}, (it.id, answer.text)
        assert closed.canary not in answer.text, it.id
    assert {"write_message", "reply_automatically"} <= {each.id for each in tried}
    await _unchanged(owner, before)


async def test_a_read_asks_the_database_at_most_six_times(
    operations: list[Operation],
    ada: httpx2.AsyncClient,
    anonymous: httpx2.AsyncClient,
    ours: Estate,
    statements: Statements,
) -> None:
    headers = await _token(ada, ["*"])
    asked = {}
    for it in operations:
        if it.method != "GET" or POLICY[it.id] == PUBLIC:
            continue
        await anonymous.get("/me", headers=headers)  # the doorman knows who it is
        statements.clear()
        answer = await anonymous.request(**it.request(ours, ours), headers=headers)
        assert answer.status_code in {200, 404}, (it.id, answer.text)
        asked[it.id] = await statements.asked()
    assert {name: count for name, count in asked.items() if count > 6} == {}
    assert asked["list_conversations"] == 1
    assert asked["get_counts"] == 1
    assert asked["list_messages"] <= 2


def _leaks_nothing(it: Operation, answer: httpx2.Response, ours: Estate) -> None:
    asked = str(answer.request.url)
    if not it.is_form:
        asked += answer.request.content.decode()
    for secret in ours.secrets:
        assert secret in asked or secret not in answer.text, (it.id, answer.text)


async def _unchanged(owner: asyncpg.Connection, before: Mapping[str, str]) -> None:
    after = await fingerprint(owner, CAST.workspace)
    # A session or token that was used may say so.
    assert [t for t in after if after[t] != before[t] and t not in {"session", "api_token"}] == []
