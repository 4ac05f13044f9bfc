"""The Playground's mail client: what the customer gets and what the customer writes."""

import asyncio

import asyncpg
import httpx2
import msgspec
import pytest

from cast import CAST
from hilo.domain.inboxes import NewDelivery, catcher
from hilo.entry.smtp import Listener
from hilo.entry.state import AppState
from hilo.kit.db import Database

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


async def test_the_customer_writes_by_smtp(
    ada: httpx2.AsyncClient, app_state: AppState, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        """insert into account (workspace_id, id, inbox_id, channel, address, secrets)
           values ($1, gen_random_uuid(), $2, 'email', 'help@hilo.test', '')""",
        CAST.workspace,
        CAST.inbox,
    )
    taken: asyncio.Queue[NewDelivery] = asyncio.Queue()
    listener = Listener(app_state.db, taken.put, "127.0.0.1", 0)
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
