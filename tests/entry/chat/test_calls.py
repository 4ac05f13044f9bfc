"""The wish to be called when an answer comes: kept for whom it is, called once, then forgotten."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID, uuid4

import httpx2
import msgspec
import pytest

from cast import CAST
from chatting import Chat, answer, begin, conversation_of
from hilo.domain.notifications import Call
from hilo.entry import wiring
from hilo.entry.work import call, tools
from hilo.kit import clock
from hilo.kit.db import Database
from hilo.kit.http import Guard, Http
from hilo.kit.jobs import Job
from hilo.kit.readers import Readers
from pushing import PushService, Receiver, signed_by

SITE = "https://shop.example/shoes?size=42"


@pytest.fixture
def service() -> Iterator[PushService]:
    """Give a push service on loopback."""
    with PushService() as made:
        yield made


@pytest.fixture
async def visitor(chat: Chat) -> AsyncIterator[httpx2.AsyncClient]:
    """Give a visitor who has said something; loopback may be called."""
    chat.state.http = Http(Guard([ip_network("127.0.0.0/8")]))
    async with chat.client() as client:
        await begin(client)
        body = {"client_id": uuid4().hex, "text": "Are you there?"}
        (await client.post("messages", json=body)).raise_for_status()
        await chat.settle()
        yield client
    await chat.state.http.close()


async def wish(client: httpx2.AsyncClient, endpoint: str, **given: object) -> httpx2.Response:
    """Wish to be called, as our page does: without the visitor's token."""
    offer = (await client.get("push")).json()
    asked = {
        "ticket": offer["ticket"],
        "page": SITE,
        "locale": "es",
        "subscription": Receiver().subscription(endpoint),
        **given,
    }
    return await client.post("push", json=asked, headers={"authorization": ""})


async def work(chat: Chat, owner: Any) -> int:
    """Let the reader follow the log and do the calls it queued; return how many."""
    reader = next(each for each in wiring.READERS if each.name == "visitor-calls")
    await Readers(chat.state.db, chat.state.bus, [reader]).drain()
    rows = await owner.fetch(
        "delete from pgqueuer where entrypoint = 'call' returning id, payload, execute_after"
    )
    for row in rows:
        job = Job(id=row["id"], kind="call", payload=row["payload"], failures=0, crashes=0)
        await call(tools(chat.state), job)
    return len(rows)


async def test_an_answer_calls_the_browser_in_words_only_it_can_read(
    chat: Chat, db: Database, visitor: httpx2.AsyncClient, service: PushService, owner: Any
) -> None:
    browser = Receiver()
    given = browser.subscription(service.url("p/1"))
    assert (await wish(visitor, "", subscription=given)).status_code == 204
    assert (await visitor.get("push")).json()["is_on"] is True
    conversation = await conversation_of(db, "Are you there?")
    await answer(db, chat.account, conversation, "Yes,   we are.")
    assert await work(chat, owner) == 1
    (taken,) = service.taken
    assert taken.path == "/p/1"
    assert taken.headers["content-encoding"] == "aes128gcm"
    assert int(taken.headers["ttl"]) > 0
    key, claims = signed_by(taken.headers["authorization"])
    assert (key, claims["aud"]) == (chat.state.push.public, service.url("")[:-1])
    assert b"we are" not in taken.body
    assert json.loads(browser.read(taken.body)) == {
        "title": "Chat",
        "body": "Ada: Yes, we are.",
        "url": SITE,
        "tag": str(conversation),
    }
    assert await work(chat, owner) == 0


async def test_who_has_read_it_or_wishes_it_no_more_is_not_called(
    chat: Chat, db: Database, visitor: httpx2.AsyncClient, service: PushService, owner: Any
) -> None:
    await wish(visitor, service.url("p/2"))
    conversation = await conversation_of(db, "Are you there?")
    message = await answer(db, chat.account, conversation, "Yes")
    async with db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update message set state = 'read' where workspace_id = $1 and id = $2",
            *(CAST.workspace, message),
        )
    assert await work(chat, owner) == 1  # queued, and found to be settled
    assert (await visitor.post("push-end", json={})).status_code == 204
    assert (await visitor.get("push")).json()["is_on"] is False
    await answer(db, chat.account, conversation, "Still here")
    assert await work(chat, owner) == 0
    assert service.taken == []


async def test_a_browser_that_is_gone_is_forgotten(
    chat: Chat, db: Database, visitor: httpx2.AsyncClient, service: PushService, owner: Any
) -> None:
    conversation = await conversation_of(db, "Are you there?")
    for status, left in ((201, 1), (400, 1), (410, 0), (404, 0), (403, 0)):
        await wish(visitor, service.url("p/3"))
        service.status = status
        await answer(db, chat.account, conversation, f"Answered {status}")
        assert await work(chat, owner) == 1
        assert await owner.fetchval("select count(*) from push_subscription") == left, status
    assert len(service.taken) == 5


async def test_the_wish_goes_with_the_visitor(
    chat: Chat, visitor: httpx2.AsyncClient, service: PushService, owner: Any
) -> None:
    await wish(visitor, service.url("p/4"))
    assert await owner.fetchval("select count(*) from push_subscription") == 1
    (await visitor.post("erase", json={})).raise_for_status()
    await chat.settle()
    assert await owner.fetchval("select count(*) from push_subscription") == 0


async def test_a_private_address_is_no_push_service(
    chat: Chat, visitor: httpx2.AsyncClient, owner: Any
) -> None:
    chat.state.http = Http(Guard())
    for endpoint in ("http://127.0.0.1:9/p", "https://localhost/p", "ftp://x.test", "x"):
        refused = await wish(visitor, endpoint)
        assert refused.status_code == 422, endpoint
        assert refused.json()["errors"][0]["field"] == "subscription.endpoint"
    assert await owner.fetchval("select count(*) from push_subscription") == 0


async def test_a_ticket_is_for_one_visitor_of_one_account_and_for_minutes(
    chat: Chat, visitor: httpx2.AsyncClient, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = (await visitor.get("push")).json()["ticket"]
    _, until, signature = ticket.split(".")
    for bad in ("", "a.b.c", "..", f"{uuid4()}.{until}.{signature}", ticket[:-1], f"{ticket}x"):
        refused = await wish(visitor, service.url("p"), ticket=bad)
        assert refused.status_code == 401, bad
        assert refused.json()["code"] == "bad-ticket"
    other = f"http://hilo.test/chat/{chat.other}/push"
    body = {"ticket": ticket, "subscription": Receiver().subscription(service.url("p"))}
    assert (await visitor.post(other, json=body)).status_code == 401
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await visitor.post("push", json=body)).status_code == 401


async def test_bad_wishes_are_named_and_change_nothing(
    chat: Chat, visitor: httpx2.AsyncClient, service: PushService, owner: Any
) -> None:
    good = Receiver().subscription(service.url("p"))
    for bad, field in (
        ({**good, "keys": {"p256dh": "AAAA", "auth": "AAAA"}}, "subscription.keys"),
        ({**good, "keys": {"auth": "AAAA"}}, "subscription.keys"),
        ({**good, "endpoint": "https://x.test/" + "x" * 2_000}, "subscription.endpoint"),
    ):
        refused = await wish(visitor, "", subscription=bad)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"].startswith(field)
    async with chat.client() as silent:
        await begin(silent)
        assert (await wish(silent, service.url("p"))).status_code == 409
    assert await owner.fetchval("select count(*) from push_subscription") == 0


async def test_only_a_page_that_may_show_the_chat_is_opened(
    chat: Chat, db: Database, visitor: httpx2.AsyncClient, service: PushService, owner: Any
) -> None:
    settings = msgspec.json.encode({"allowed_origins": ["https://shop.example"]}).decode()
    async with db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set settings = $1::jsonb where workspace_id = $2 and id = $3",
            *(settings, CAST.workspace, chat.account),
        )
    chat.forget(chat.account)
    for number, (page, kept) in enumerate(
        ((SITE, SITE), ("https://bad.example/", ""), ("javascript:alert(1)", ""), ("https://[", ""))
    ):
        endpoint = service.url(f"o/{number}")
        assert (await wish(visitor, endpoint, page=page)).status_code == 204
        found = await owner.fetchval(
            "select page from push_subscription where endpoint = $1", endpoint
        )
        assert found == kept


async def test_a_call_of_somebody_gone_does_nothing(chat: Chat) -> None:
    lost = Call(workspace=CAST.workspace, message=UUID(int=1), subscription=UUID(int=2))
    job = Job(id=1, kind="call", payload=msgspec.json.encode(lost), failures=0, crashes=0)
    await call(tools(chat.state), job)
