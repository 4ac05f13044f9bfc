"""Questions before the first message, at the doors: asked of whom, kept where, refused how."""

from typing import Any

import msgspec

from cast import CAST
from chatting import Chat, begin, conversation_of, signed
from hilo.kit.db import Database

QUESTIONS = [
    {"kind": "name", "required": True},
    {"kind": "email", "required": True},
    {"kind": "text", "key": "order_number", "label": {"en": "Order number", "es": "Pedido"}},
]
ANSWERS = {"name": "Dora Lima", "email": "dora@example.test", "order_number": "K-7"}


async def ask(chat: Chat, db: Database, when: str = "always") -> None:
    """Let the account ask."""
    settings = {"ask_first": when, "questions": QUESTIONS}
    async with db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set settings = $1::jsonb where workspace_id = $2 and id = $3",
            *(msgspec.json.encode(settings).decode(), CAST.workspace, chat.account),
        )
    chat.forget(chat.account)


async def contact_of(db: Database, text: str) -> dict[str, Any]:
    """Return who wrote this."""
    conversation = await conversation_of(db, text)
    async with db.transaction(CAST.workspace) as tx:
        row = await tx.connection.fetchrow(
            "select p.name, p.attributes::text, array(select i.kind from identity i"
            " where i.workspace_id = $1 and i.contact_id = p.id) as kinds"
            " from contact p join conversation c on c.workspace_id = $1 and c.contact_id = p.id"
            " where p.workspace_id = $1 and c.id = $2",
            *(CAST.workspace, conversation),
        )
    return {**row, "attributes": msgspec.json.decode(row["attributes"])}


async def test_answers_come_with_the_first_message_and_are_asked_once(
    chat: Chat, db: Database
) -> None:
    await ask(chat, db)
    async with chat.client() as client:
        session = await begin(client, locale="es-MX")
        assert [each["name"] for each in session["questions"]] == ["name", "email", "order_number"]
        assert session["questions"][2]["label"] == "Pedido"
        assert (await client.post("answers", json={"answers": ANSWERS})).status_code == 204
        body = {"client_id": "c1", "text": "Where is it?", "answers": ANSWERS}
        assert (await client.post("messages", json=body)).status_code == 202
        await chat.settle()
        assert (await begin(client))["questions"] == []
    found = await contact_of(db, "Where is it?")
    assert found["name"] == "Dora Lima"
    assert found["attributes"] == {"email": "dora@example.test", "order_number": "K-7"}
    # What somebody says of itself is no identity: nobody is joined by typing an address.
    assert found["kinds"] == ["visitor"]


async def test_what_is_no_answer_is_refused_before_anything_is_stored(
    chat: Chat, db: Database
) -> None:
    await ask(chat, db)
    async with chat.client() as client:
        await begin(client)
        wrong = {**ANSWERS, "email": "dora"}
        for path, body in (
            ("answers", {"answers": wrong}),
            ("messages", {"client_id": "c1", "text": "Hi", "answers": wrong}),
        ):
            answer = await client.post(path, json=body)
            assert answer.status_code == 422
            assert [each["field"] for each in answer.json()["errors"]] == ["answers.email"]
        assert (await client.post("answers", json={"answers": {}})).status_code == 422
        assert (await client.post("answers", json={"answers": "name"})).status_code == 422
        silent = {"client_id": "c2", "text": "I would rather not say"}  # an older panel
        assert (await client.post("messages", json=silent)).status_code == 202


async def test_a_signed_customer_is_not_asked_what_is_known(chat: Chat, db: Database) -> None:
    await ask(chat, db)
    async with chat.client() as client:
        token = signed(email="carol@example.test", name="Carol")
        session = await begin(client, identity_jwt=token)
        assert [each["name"] for each in session["questions"]] == ["order_number"]
        body = {"client_id": "c1", "text": "Me", "answers": {"order_number": "K-8"}}
        assert (await client.post("messages", json=body)).status_code == 202


async def test_nothing_is_asked_when_nobody_wants_to_know(chat: Chat, db: Database) -> None:
    for when, count in (("never", 0), ("offline", 3)):  # nobody is there in this test
        await ask(chat, db, when)
        async with chat.client() as client:
            assert len((await begin(client))["questions"]) == count
