"""A visitor that wishes to be forgotten is: everywhere, once, and nobody else with it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

import chatting
from cast import CAST
from chatting import Chat, begin, signed
from hilo.entry import timers
from hilo.entry.work import sweep, tools
from hilo.kit.db import Database
from hilo.kit.errors import NotFound
from hilo.kit.jobs import Job

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
# Every place a word could hide; bodies of deliveries as the text they are.
_TABLES = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
"""


async def say(chat: Chat, client: httpx2.AsyncClient, text: str, *files: str) -> None:
    body = {"client_id": uuid4().hex, "text": text, "attachments": files}
    assert (await client.post("messages", json=body)).status_code == 202
    await chat.settle()


async def erase(chat: Chat, client: httpx2.AsyncClient) -> None:
    answer = await client.post("erase", json={})
    assert answer.status_code == 202, answer.text
    await chat.settle()
    await swept(chat)


async def swept(chat: Chat) -> int:
    """Do the jobs that an erasure left, as a worker would; return how many."""
    async with chat.state.db.transaction(None) as tx:
        rows = await tx.connection.fetch(
            "delete from pgqueuer where entrypoint = 'sweep' returning payload"
        )
    for row in rows:
        await sweep(tools(chat.state), Job(1, "sweep", bytes(row["payload"]), 0, 0))
    return len(rows)


async def traces(owner: Any, *words: str) -> list[tuple[str, str]]:
    """Return the tables that still hold one of the words, seen by who owns them all."""
    found = []
    for (table,) in await owner.fetch(_TABLES):
        row = "x::text"
        if table == "delivery":
            row = "x::text || convert_from(x.body, 'UTF8')"
        for word in words:
            query = f"select count(*) from {table} x where {row} like $1"  # noqa: S608
            if await owner.fetchval(query, f"%{word}%"):
                found.append((table, word))
    return found


async def talk(chat: Chat, client: httpx2.AsyncClient) -> tuple[dict[str, Any], UUID, str]:
    """Have a conversation with everything in it; return session, conversation and file id."""
    session = await begin(client)
    upload = await client.post("files?name=zebra-photo.png", content=PNG)
    file = upload.json()["id"]
    await say(chat, client, "zebra one", file)
    traits = {"traits": {"favourite": "zebra trait"}}
    assert (await client.post("identify", json=traits)).status_code == 202
    tracked = {"name": "looked", "data": {"at": "zebra page"}}
    assert (await client.post("track", json=tracked)).status_code == 202
    await chat.settle()
    conversation = await chatting.conversation_of(chat.state.db, "zebra one")
    await chatting.answer(chat.state.db, chat.account, conversation, "zebra answer")
    await chatting.write(chat.state.db, conversation, "note", "zebra note")
    return session, conversation, str(file).partition(".")[0]


async def test_nothing_of_it_is_left_in_any_table_or_in_the_store(chat: Chat, owner: Any) -> None:
    async with chat.client() as other, chat.client() as client:
        await begin(other)
        await say(chat, other, "of somebody else")
        session, conversation, file = await talk(chat, client)
        async with chat.state.db.transaction(CAST.workspace) as tx:
            key = await tx.connection.fetchval(
                "select store_key from file where workspace_id = $1 and id = $2",
                *(CAST.workspace, UUID(file)),
            )
        assert await chat.state.files.get(key) == PNG
        words = ("zebra", session["visitor_id"], file)
        assert {"message", "event", "delivery"} <= {t for t, _ in await traces(owner, "zebra")}
        await erase(chat, client)
        assert await traces(owner, *words) == []
        with pytest.raises(NotFound):
            await chat.state.files.get(key)
        assert (await begin(client))["messages"] == []
        assert [each["text"] for each in (await begin(other))["messages"]] == ["of somebody else"]
        told = await owner.fetch(
            "select type from event where subject = $1 or type = 'contact.erased'", conversation
        )
        assert sorted(row["type"] for row in told) == ["contact.erased", "conversation.erased"]


async def test_what_waits_to_be_understood_is_forgotten_and_what_comes_later_is_not(
    chat: Chat, owner: Any
) -> None:
    async with chat.client() as client:
        await begin(client)
        for text in ("zebra before", None, "after"):
            if text is None:
                assert (await client.post("erase", json={})).status_code == 202
            else:
                body = {"client_id": uuid4().hex, "text": text}
                assert (await client.post("messages", json=body)).status_code == 202
        await chat.settle()
        await swept(chat)
        assert [each["text"] for each in (await begin(client))["messages"]] == ["after"]
    assert await traces(owner, "zebra") == []


async def test_asking_twice_or_without_having_said_anything_is_no_error(chat: Chat) -> None:
    async with chat.client() as client:
        await begin(client)
        await erase(chat, client)
        await say(chat, client, "zebra")
        await erase(chat, client)
        await erase(chat, client)
    async with chat.state.db.transaction(CAST.workspace) as tx:
        parked = await tx.connection.fetchval(
            "select count(*) from delivery where workspace_id = $1 and state = 'parked'",
            CAST.workspace,
        )
    assert parked == 0


async def test_a_known_person_stays_and_loses_only_the_chat(chat: Chat, owner: Any) -> None:
    async with chat.client() as one, chat.client() as two:
        first = await begin(one, identity_jwt=signed(email=CAST.carol_email))
        await begin(two, identity_jwt=signed(email=CAST.carol_email))
        await say(chat, one, "zebra from the phone")
        await say(chat, two, "zebra from the desk")
        tracked = {"name": "page", "data": {"title": "zebra cage"}}
        assert (await two.post("track", json=tracked)).status_code == 202
        await chat.settle()
        conversation = await chatting.conversation_of(chat.state.db, "zebra from the desk")
        await chatting.answer(chat.state.db, CAST.account, conversation, "By another way")
        await erase(chat, one)
        assert await traces(owner, "zebra", first["visitor_id"]) == []
        left = await begin(two)
        assert [each["text"] for each in left["messages"]] == ["By another way"]
    event = await owner.fetchval(
        "select data from event where type = 'conversation.erased' and subject = $1", conversation
    )
    assert "message_ids" in event
    assert await owner.fetchval("select name from contact where id = $1", CAST.carol)
    assert await owner.fetchval(
        "select count(*) from identity where contact_id = $1 and kind = 'email'", CAST.carol
    )


async def test_another_workspaces_token_erases_nothing_here(chat: Chat) -> None:
    async with chat.client() as client:
        await begin(client)
        await say(chat, client, "Mine")
        stranger = {"authorization": client.headers["authorization"]}
        address = f"http://hilo.test/chat/{chat.other}/erase"
        assert (await client.post(address, json={}, headers=stranger)).status_code == 401
        assert (await client.post("erase", headers={"authorization": ""})).status_code == 401
        await chat.settle()
        assert [each["text"] for each in (await begin(client))["messages"]] == ["Mine"]


async def test_the_counts_of_the_inbox_stay_exact(chat: Chat, owner: Any) -> None:
    query = """
        select view, sum(n) from (
          select view, value n from count_total union all select view, delta from count_delta) x
        group by view having sum(n) <> 0 order by view
    """
    before = await owner.fetch(query)
    async with chat.client() as client:
        await begin(client)
        await say(chat, client, "One more")
        assert await owner.fetch(query) != before
        await erase(chat, client)
    assert await owner.fetch(query) == before


async def test_what_rests_for_longer_than_promised_goes_by_itself(
    chat: Chat, db: Database, owner: Any
) -> None:
    async with chat.client() as old, chat.client() as new:
        await talk(chat, old)
        await begin(new)
        await say(chat, new, "Still warm")
        conversation = await chatting.conversation_of(db, "zebra one")
        long_ago = datetime.now(UTC) - timedelta(days=31)
        await owner.execute(
            "update conversation set activity_at = $1 where id = $2", long_ago, conversation
        )
        await timers.erase_resting(tools(chat.state))
        assert (await begin(old))["messages"] != []  # nobody has asked for it
        await owner.execute(
            "update account set settings = settings || '{\"keep_days\": 30}' where id = $1",
            chat.account,
        )
        await timers.erase_resting(tools(chat.state))
        assert (await begin(old))["messages"] == []
        assert [each["text"] for each in (await begin(new))["messages"]] == ["Still warm"]
    assert await traces(owner, "zebra note", "zebra answer") == []
