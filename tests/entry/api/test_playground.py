"""The Playground's mail client: what the customer gets and what the customer writes."""

import asyncio
from base64 import b64encode
from uuid import UUID

import asyncpg
import httpx2
import msgspec
import pytest

from cast import CAST
from hilo.domain import inboxes
from hilo.domain.inboxes import Carrier, NewDelivery, catcher
from hilo.entry.post import Letter, LetterJob, Postman
from hilo.entry.smtp import Handler, Listener
from hilo.entry.state import AppState
from hilo.kit.db import Database
from hilo.kit.ids import new_id
from hilo.kit.sql import query
from stage import agent

ACCOUNT = query("account", "select id from account order by id limit 1")
REPLY = b"""From: Help <help@hilo.test>\r
To: carol@example.test\r
Subject: =?utf-8?q?Re=3A_Env=C3=ADo?=\r
Message-ID: <2@hilo.test>\r
References: <1@example.test>\r
Content-Type: text/plain; charset=utf-8\r
\r
Va en camino.\r
"""


async def test_the_customer_sees_the_mail_meant_for_them(
    ada: httpx2.AsyncClient, db: Database
) -> None:
    async with db.transaction(CAST.workspace) as tx:
        await catcher.keep(tx, None, "help@hilo.test", ["Carol@example.test"], REPLY)
        await catcher.keep(tx, None, "help@hilo.test", ["dan@example.test"], REPLY)
    mine = await ada.get("/playground/mail", params={"address": "carol@example.test"})
    (mail,) = mine.json()["items"]
    assert (mail["subject"], mail["text"].strip()) == ("Re: Envío", "Va en camino.")
    assert (mail["message_id"], mail["references"]) == ("<2@hilo.test>", ["<1@example.test>"])
    assert len((await ada.get("/playground/mail")).json()["items"]) == 2


async def account_of(state: AppState) -> UUID:
    """Connect help@hilo.test, without an outgoing server."""
    given = ("email", "", {"address": "help@hilo.test"})
    async with state.db.transaction(CAST.workspace) as tx:
        row = await inboxes.create_account(tx, agent(), state.channels, CAST.inbox, given)
    return row.id


@pytest.mark.parametrize("key", ["reset", "invitation", "shop_code"])
async def test_letters_that_open_doors_are_read_by_who_manages_agents(
    key: str,
    ada: httpx2.AsyncClient,
    ben: httpx2.AsyncClient,
    anonymous: httpx2.AsyncClient,
    app_state: AppState,
) -> None:
    account, vault = await account_of(app_state), app_state.channels.vault
    link = "https://hilo.test/reset?token=zebra7731"
    given = {"link": link, "workspace": "Hilo", "agent": "Ada", "code": "zebra7731", "shop": "S"}
    letter = Letter(to="Ada@hilo.test", key=key, locale="en", params=given)
    sealed = b64encode(vault.seal(msgspec.json.encode(letter), "letter")).decode()
    job = LetterJob(workspace=CAST.workspace, account=account, id=new_id(), sealed=sealed)
    carrier = Carrier(app_state.http, app_state.sandbox)
    await Postman(app_state.db, app_state.channels, carrier, lambda: app_state.catalogue).deliver(
        job
    )
    async with app_state.db.transaction(CAST.workspace) as tx:
        await catcher.keep(tx, account, "help@hilo.test", ["carol@example.test"], REPLY)
    made = await ada.post("/tokens", json={"name": "x", "scopes": ["conversation:read"]})
    token = {"authorization": f"Bearer {made.json()['token']}"}
    is_contacts = key == "shop_code"
    for asked in ({}, {"address": "ada@hilo.test"}):
        whole = (await ada.get("/playground/mail", params=asked)).text
        assert "zebra7731" in whole
        few = await ben.get("/playground/mail", params=asked)
        scoped = await anonymous.get("/playground/mail", params=asked, headers=token)
        for answer in (few, scoped):
            assert answer.status_code == 200
            assert ("zebra7731" in answer.text) is is_contacts
            assert len(answer.json()["items"]) == (0 if asked else 1) + is_contacts


async def test_a_letter_is_read_by_who_could_reset_that_person(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, app_state: AppState, owner: asyncpg.Connection
) -> None:
    """Ada is the owner; Ben becomes an admin; Emil's login opens another workspace, too."""
    await ada.patch(f"/agents/{CAST.ben.id}", json={"role": "admin"})
    emil = new_id()
    await owner.execute("insert into login values ($1, 'emil@hilo.test', 'x')", emil)
    for workspace in (CAST.workspace, CAST.other_workspace):
        await owner.execute(
            "insert into agent (workspace_id, id, login_id, name, email, role)"
            " values ($1, $2, $3, 'Emil', 'Emil@hilo.test', 'agent')",
            *(workspace, new_id(), emil),
        )
    for who, role in (("fay", "owner"), ("gil", "agent")):
        asked = {"email": f"{who}@hilo.test", "name": who, "role": role}
        assert (await ada.post("/invitations", json=asked)).status_code == 201
    everybody = {"ada", "ben", "emil", "fay", "gil"}
    async with app_state.db.transaction(CAST.workspace) as tx:
        for each in everybody:
            await catcher.keep(tx, None, "help@hilo.test", [f"{each.title()}@hilo.test"], REPLY)
        await catcher.keep(tx, await tx.one(ACCOUNT, UUID), "x@hilo.test", ["ada@hilo.test"], REPLY)

    async def read(client: httpx2.AsyncClient) -> set[str]:
        items = (await client.get("/playground/mail")).json()["items"]
        letters = [each for each in items if each["to"] != ["ada@hilo.test"]]
        assert len(letters) == len(items) - 1  # what went to Ada as a customer is seen
        return {each["to"][0].partition("@")[0].lower() for each in letters}

    assert await read(ada) == everybody - {"emil"}
    assert await read(ben) == {"ben", "gil"}
    alone = await ben.get("/playground/mail", params={"address": "fay@hilo.test"})
    assert alone.json()["items"] == []


async def test_the_customer_writes_by_smtp(ada: httpx2.AsyncClient, app_state: AppState) -> None:
    await account_of(app_state)
    taken: asyncio.Queue[NewDelivery] = asyncio.Queue()
    listener = Listener(Handler(app_state.db, taken.put), "127.0.0.1", 0)
    await listener.start()
    app_state.config = msgspec.structs.replace(app_state.config, smtp_port=listener.port)
    letter = {"from": "carol@example.test", "to": "help@hilo.test", "text": "¿Y mi pedido?"}
    sent = await ada.post("/playground/mail", json=letter)
    assert sent.status_code == 201, sent.text
    assert sent.json()["message_id"].encode() in (await taken.get()).body
    refused = await ada.post("/playground/mail", json={**letter, "to": "who@hilo.test"})
    assert refused.json()["errors"][0]["field"] == "to"
    await listener.stop()


@pytest.mark.parametrize("field", ["subject", "from", "to", "in_reply_to"])
async def test_a_line_break_in_a_header_is_refused(ada: httpx2.AsyncClient, field: str) -> None:
    letter = {"from": "carol@example.test", "to": "help@hilo.test"}
    refused = await ada.post("/playground/mail", json={**letter, field: "a@b.test\r\nBcc: x@y.z"})
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"] == field
