"""The short way answers what the framework would have answered, and leaves the rest to it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import httpx2
import pytest
from litestar.types import ASGIApp

from cast import CAST, a_contact, a_conversation, a_message
from hilo.entry.api.app import framework
from hilo.entry.api.frame import Frame
from hilo.entry.api.rates import Meter, Rates
from hilo.entry.api.short import Short
from hilo.entry.state import AppState
from hilo.kit.db import Database

Behind = Callable[[ASGIApp], httpx2.AsyncClient]
ONE = "00000000-0000-7000-8000-00000000a001"
PLAIN = [
    "/counts",
    "/conversations",
    "/conversations?limit=1",
    "/conversations?status=open&assignee=none",
    f"/conversations?assignee=me&inbox={CAST.inbox}&unread=true",
    "/conversations?unread=false&limit=100",
    f"/conversations?contact={CAST.carol}&team={ONE}&tag={ONE}",
    "/conversations/{id}",
    "/conversations/{id}/messages",
    "/conversations/{id}/messages?limit=2",
]
OTHER = [
    "/conversations?limit=0",
    "/conversations?limit=101",
    "/conversations?limit=1&limit=2",
    "/conversations?limit=%31%00",
    "/conversations?status=closed",
    "/conversations?status=null",
    "/conversations?status=",
    "/conversations?unread=1",
    "/conversations?unread=maybe",
    "/conversations?assignee=nobody",
    "/conversations?cursor=nonsense",
    "/conversations?team=1",
    "/conversations?colour=red",
    "/conversations?%FF=%FF",
    "/conversations/",
    "/conversations/nonsense",
    f"/conversations/{ONE}",
    f"/conversations/{ONE}/messages",
    "/conversations/{id}?limit=1",
    "/conversations/{id}/messages?after=1",
    "/conversations/{id}/messages?after=1&cursor=x",
    "/counts?x=1",
    "/me",
]


@pytest.fixture
async def behind(app_state: AppState, ada: httpx2.AsyncClient) -> AsyncIterator[Behind]:
    """Give clients signed in as Ada, of an application behind the frame."""
    async with AsyncExitStack() as stack:

        def open_(app: ASGIApp) -> httpx2.AsyncClient:
            plenty = Rates(read=100_000, search=100_000, write=100_000)
            frame = Frame(app, app_state, Meter(plenty))
            transport = httpx2.ASGITransport(app=frame)  # type: ignore[arg-type]
            client = httpx2.AsyncClient(transport=transport, base_url=ada.base_url)
            client.cookies = ada.cookies
            stack.push_async_callback(client.aclose)
            return client

        yield open_


@pytest.fixture
async def conversation(db: Database) -> str:
    """Write three messages in the newest of two conversations."""
    async with db.transaction(CAST.workspace) as tx:
        await a_conversation(tx, contact=await a_contact(tx))
        opened = await a_conversation(tx)
        for _ in range(3):
            await a_message(tx, opened)
    return str(opened)


async def nothing_else(*_given: object) -> None:
    """Stand for the framework where it must not be asked."""
    raise AssertionError


def told(answer: httpx2.Response) -> tuple[int, dict[str, str], object]:
    """Return what must be equal: all but the request's own id and how much is left."""
    own = ("x-request-id", "ratelimit", "x-ratelimit")
    headers = {k: v for k, v in answer.headers.items() if not k.startswith(own)}
    body = answer.json()
    if isinstance(body, dict):
        body.pop("request_id", None)
    headers.pop("content-length" if answer.status_code >= 400 else "", None)
    return answer.status_code, headers, body


async def test_both_ways_give_the_same_answer(
    app_state: AppState, behind: Behind, conversation: str
) -> None:
    long = framework(app_state)
    short = behind(Short(long, app_state))
    whole = behind(long)
    for path in (each.replace("{id}", conversation) for each in (*PLAIN, *OTHER)):
        assert told(await short.get(path)) == told(await whole.get(path)), path


async def test_what_is_plain_does_not_need_the_framework(
    app_state: AppState, behind: Behind, conversation: str
) -> None:
    client = behind(Short(nothing_else, app_state))
    for path in (each.replace("{id}", conversation) for each in PLAIN):
        answer = await client.get(path)
        assert answer.status_code == 200, path
        if cursor := answer.json().get("next_cursor"):
            more = await client.get(path.partition("?")[0], params={"cursor": cursor})
            assert more.status_code == 200, path


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", {}),
        ("GET", {"idempotency-key": "a-key-of-ours"}),
        ("GET", {"if-none-match": '"a"'}),
    ],
)
async def test_what_writes_or_is_remembered_goes_the_long_way(
    app_state: AppState, behind: Behind, method: str, headers: dict[str, str]
) -> None:
    client = behind(Short(nothing_else, app_state))
    with pytest.raises(AssertionError):
        await client.request(method, "/conversations", headers=headers)


async def test_nobody_and_who_may_not_are_refused(
    anonymous: httpx2.AsyncClient, mallory: httpx2.AsyncClient, conversation: str
) -> None:
    for path in ("/counts", "/conversations", f"/conversations/{conversation}"):
        assert (await anonymous.get(path)).status_code == 401
    assert (await mallory.get(f"/conversations/{conversation}")).status_code == 404
    assert (await mallory.get("/conversations")).json()["items"] == []
