"""Idempotency-Key where the work opens its own transactions or speaks with the outside."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest

from cast import CAST
from hilo.domain import inboxes
from hilo.domain.inboxes import NewDelivery
from hilo.entry.smtp import Handler, Listener
from hilo.entry.state import AppState
from stage import agent

KEY = {"idempotency-key": "k-1"}
LETTER = {"from": "carol@example.test", "to": "help@hilo.test", "text": "¿Y mi pedido?"}


@pytest.fixture
async def taken(app_state: AppState) -> AsyncIterator[list[NewDelivery]]:
    """Listen for mail to help@hilo.test; give what came."""
    kept: list[NewDelivery] = []

    async def store(delivery: NewDelivery) -> None:
        kept.append(delivery)

    given = ("email", "", {"address": "help@hilo.test"})
    async with app_state.db.transaction(CAST.workspace) as tx:
        await inboxes.create_account(tx, agent(), app_state.channels, CAST.inbox, given)
    listener = Listener(Handler(app_state.db, store), "127.0.0.1", 0)
    await listener.start()
    app_state.config = msgspec.structs.replace(app_state.config, smtp_port=listener.port)
    yield kept
    await listener.stop()


async def test_what_went_outside_goes_once(
    ada: httpx2.AsyncClient, taken: list[NewDelivery]
) -> None:
    first = await ada.post("/playground/mail", json=LETTER, headers=KEY)
    again = await ada.post("/playground/mail", json=LETTER, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(taken) == 1
    other = await ada.post("/playground/mail", json={**LETTER, "text": "x"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_many_at_once_go_outside_once(
    ada: httpx2.AsyncClient, taken: list[NewDelivery]
) -> None:
    async def ask() -> httpx2.Response:
        return await ada.post("/playground/mail", json=LETTER, headers=KEY)

    answers = await asyncio.gather(*(ask() for _ in range(10)))
    assert len(taken) == 1
    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.text for each in answers if each.status_code == 201}) == 1
    assert all(each.headers["retry-after"] == "1" for each in answers if each.status_code == 409)


async def test_what_failed_may_be_tried_again(
    ada: httpx2.AsyncClient, taken: list[NewDelivery]
) -> None:
    wrong = await ada.post("/playground/mail", json={**LETTER, "to": "who@x.test"}, headers=KEY)
    assert wrong.status_code == 422
    assert (await ada.post("/playground/mail", json=LETTER, headers=KEY)).status_code == 201
    assert len(taken) == 1
    bad = await ada.post("/playground/mail", json=LETTER, headers={"idempotency-key": ""})
    assert bad.status_code == 422


async def test_rights_are_explained(ada: httpx2.AsyncClient, ben: httpx2.AsyncClient) -> None:
    async def told(client: httpx2.AsyncClient, **headers: str) -> dict[str, str | None]:
        answer = await client.get("/me/permissions", headers=headers)
        assert answer.status_code == 200, answer.text
        items = answer.json()["items"]
        assert all(each["granted"] is (each["lacking"] is None) for each in items)
        return {each["name"]: each["lacking"] for each in items}

    assert set((await told(ada)).values()) == {None}
    mine = await told(ben)
    assert (mine["conversation:reply"], mine["owner:write"]) == (None, "role")
    made = await ben.post("/tokens", json={"name": "x", "scopes": ["contact:read"]})
    held = await told(ben, authorization=f"Bearer {made.json()['token']}")
    lacking = (held["contact:read"], held["conversation:reply"], held["owner:write"])
    assert lacking == (None, "scope", "role")
