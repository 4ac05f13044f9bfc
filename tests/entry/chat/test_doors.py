"""The visitors' doors over HTTP: exactly once, resumable, walled, never a 500."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

import chatting
from cast import CAST
from chatting import Chat, begin
from patience import PATIENCE_S

NOBODY = "01a203e2-b99f-73ed-842d-ddf325e20c4b"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


async def say(client: httpx2.AsyncClient, text: str, client_id: str | None = None) -> None:
    body = {"client_id": client_id or uuid4().hex, "text": text}
    answer = await client.post("messages", json=body)
    assert answer.status_code == 202, answer.text


async def poll(client: httpx2.AsyncClient, cursor: str, until: str = "") -> dict[str, Any]:
    """Ask until something came: an older transaction on the server may hide it a while."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found: dict[str, Any] = (await client.get("messages", params={"after": cursor})).json()
            if found["messages"] and until in [*texts(found), ""]:
                return found
            await asyncio.sleep(0.02)


def texts(batch: dict[str, Any]) -> list[str]:
    return [each["text"] for each in batch["messages"]]


async def test_a_visitor_writes_and_an_answer_comes_back(chat: Chat) -> None:
    async with chat.client() as client:
        session = await begin(client)
        assert session["messages"] == []
        assert session["config"]["title"] == "Hilo Test"
        assert session["expectation"] == {
            "online": False,
            "reply_s": None,
            "back_at": None,
            "before": None,
        }
        await say(client, "Where is my order?", "c-1")
        await chat.settle()
        batch = await poll(client, session["cursor"])
        assert texts(batch) == ["Where is my order?"]
        assert batch["messages"][0]["client_id"] == "c-1"
        conversation = UUID(batch["messages"][0]["conversation_id"])
        await chatting.answer(chat.state.db, chat.account, conversation, "On its way.")
        later = await poll(client, batch["cursor"])
        assert texts(later) == ["On its way."]
        assert later["messages"][0]["author"] == {"kind": "agent", "name": "Ada"}
        again = (await client.get("messages", params={"after": later["cursor"]})).json()
        assert again["messages"] == []


async def test_the_same_message_sent_again_is_stored_once(chat: Chat) -> None:
    async with chat.client() as client:
        await begin(client)
        for _ in range(3):
            await say(client, "Only once", "c-1")
            await chat.settle()
        assert texts(await begin(client)) == ["Only once"]


async def test_two_visitors_may_choose_the_same_client_id(chat: Chat) -> None:
    async with chat.client() as one, chat.client() as two:
        await begin(one)
        await begin(two)
        await say(one, "From one", "c-1")
        await say(two, "From two", "c-1")
        await chat.settle()
        assert texts(await begin(one)) == ["From one"]
        assert texts(await begin(two)) == ["From two"]


async def test_a_session_taken_up_again_finds_its_conversation(chat: Chat) -> None:
    async with chat.client() as client:
        first = await begin(client)
        await say(client, "Still here?")
        await chat.settle()
    async with chat.client() as client:
        again = await begin(client, visitor_token=first["visitor_token"])
        assert again["visitor_id"] == first["visitor_id"]
        assert texts(again) == ["Still here?"]


async def test_notes_activity_and_replies_that_have_not_left_stay_inside(chat: Chat) -> None:
    async with chat.client() as client:
        session = await begin(client)
        await say(client, "Hello")
        await chat.settle()
        db = chat.state.db
        conversation = await chatting.conversation_of(db, "Hello")
        await chatting.write(db, conversation, "note", "She is difficult")
        await chatting.write(db, conversation, "activity", "Ada took it")
        await chatting.write(db, conversation, "outgoing", "Not yet", state="queued")
        await chatting.write(db, conversation, "outgoing", "Never", state="failed")
        await chatting.answer(db, chat.account, conversation, "Good morning")
        whole = await client.post("session", json={})
        assert texts(whole.json()) == ["Hello", "Good morning"]
        assert "difficult" not in whole.text
        since = await poll(client, session["cursor"], "Good morning")
        assert texts(since) == ["Hello", "Good morning"]


async def test_what_was_said_by_another_account_is_not_an_anonymous_visitors(chat: Chat) -> None:
    async with chat.client() as client:
        await begin(client)
        await say(client, "Hello")
        await chat.settle()
        conversation = await chatting.conversation_of(chat.state.db, "Hello")
        await chatting.answer(chat.state.db, CAST.account, conversation, "By another way")
        assert texts(await begin(client)) == ["Hello"]


async def test_older_messages_come_by_the_page(chat: Chat) -> None:
    async with chat.client() as client:
        await begin(client)
        for number in range(35):
            await say(client, f"Line {number}")
        await chat.settle()
        session = await begin(client)
        assert texts(session) == [f"Line {number}" for number in range(5, 35)]
        first = session["messages"][0]["id"]
        older = (await client.get("messages", params={"before": first, "limit": 30})).json()
        assert texts(older) == [f"Line {number}" for number in range(5)]


async def test_a_token_of_another_workspace_opens_nothing(chat: Chat) -> None:
    async with chat.client() as client:
        session = await begin(client)
        await say(client, "Hello")
        await chat.settle()
        foreign = f"http://hilo.test/chat/{chat.other}"
        for method, path, body in (
            ("GET", "messages", None),
            ("POST", "messages", {"client_id": "c-2", "text": "Hi"}),
            ("POST", "read", {"message_id": str(uuid4())}),
            ("POST", "typing", {}),
            ("POST", "track", {"name": "x"}),
            ("POST", "identify", {"traits": {"a": "b"}}),
            ("POST", "files?name=a.png", None),
        ):
            answer = await client.request(method, f"{foreign}/{path}", json=body)
            assert answer.status_code == 401, path
            assert answer.json()["code"] == "bad-visitor"
        begun = await client.post(f"{foreign}/session", json={})
        assert begun.json()["visitor_id"] != session["visitor_id"]
        assert begun.json()["messages"] == []


async def test_an_agents_token_is_no_visitors(chat: Chat) -> None:
    async with chat.client(authorization="Bearer hilo_0123456789") as client:
        assert (await client.get("messages")).status_code == 401


async def test_files_are_the_visitors_own(chat: Chat) -> None:
    async with chat.client() as one, chat.client() as two:
        await begin(one)
        await begin(two)
        kept = await one.post("files?name=..%2Fbox.png", content=PNG)
        assert kept.status_code == 201, kept.text
        assert kept.json()["name"] == "box.png"
        assert kept.json()["media_type"] == "image/png"
        body = {"client_id": "c-1", "text": "", "attachments": [kept.json()["id"]]}
        stolen = await two.post("messages", json=body)
        assert stolen.status_code == 422
        assert stolen.json()["errors"][0]["field"] == "attachments.0"
        assert (await one.post("messages", json=body)).status_code == 202
        await chat.settle()
        shown = (await begin(one))["messages"][0]["attachments"][0]
        assert (shown["name"], shown["width"]) == ("box.png", 1)
        assert shown["url"].startswith("/files/")


async def test_reading_and_receiving_move_a_reply_on(chat: Chat) -> None:
    async with chat.client() as client:
        await begin(client)
        await say(client, "Hello")
        await chat.settle()
        conversation = await chatting.conversation_of(chat.state.db, "Hello")
        reply = await chatting.answer(chat.state.db, chat.account, conversation, "Good morning")
        for _ in range(2):
            answer = await client.post("read", json={"message_id": str(reply)})
            assert answer.status_code == 202
        stranger = await client.post("read", json={"message_id": str(uuid4())})
        assert stranger.status_code == 202


async def test_traits_never_join_somebody_else(chat: Chat) -> None:
    async with chat.client() as client:
        await begin(client)
        await say(client, "I am Carol, believe me")
        answer = await client.post("identify", json={"traits": {"email": CAST.carol_email}})
        assert answer.status_code == 202
        await chat.settle()
        async with chat.state.db.transaction(CAST.workspace) as tx:
            contact = await tx.connection.fetchval(
                "select contact_id from identity where workspace_id = $1 and kind = 'visitor'",
                CAST.workspace,
            )
        assert contact != CAST.carol


BAD: list[tuple[str, str, object, int]] = [
    ("POST", "session", b"{", 400),
    ("POST", "session", b"\xff\xfe", 400),
    ("POST", "session", b"[" * 5000, 422),
    ("POST", "session", [], 422),
    ("POST", "session", {"locale": 7}, 422),
    ("POST", "session", {"locale": "x" * 300}, 422),
    ("POST", "session", {"identity_jwt": "a.b.c"}, 401),
    ("POST", "messages", {}, 422),
    ("POST", "messages", {"client_id": "", "text": "a"}, 422),
    ("POST", "messages", {"client_id": "x" * 101, "text": "a"}, 422),
    ("POST", "messages", {"client_id": "a b", "text": "a"}, 422),
    ("POST", "messages", {"client_id": "a", "text": ""}, 422),
    ("POST", "messages", {"client_id": "a", "text": " \x00 "}, 422),
    ("POST", "messages", {"client_id": "a", "text": None}, 422),
    ("POST", "messages", {"client_id": "a", "text": "x" * 10_001}, 422),
    ("POST", "messages", {"client_id": "a", "text": "a", "attachments": ["x"]}, 422),
    ("POST", "messages", {"client_id": "a", "text": "a", "attachments": ["x"] * 6}, 422),
    ("POST", "messages", {"client_id": "a", "text": "x" * 70_000}, 413),
    ("GET", "messages?after=%00", None, 400),
    ("GET", "messages?after=AAAA", None, 400),
    ("GET", "messages?before=nobody", None, 422),
    ("GET", f"messages?before={NOBODY}&limit=0", None, 422),
    ("GET", f"messages?before={NOBODY}&limit=9999999999999999", None, 422),
    ("POST", "read", {}, 422),
    ("POST", "read", {"message_id": "7"}, 422),
    ("POST", "track", {"name": ""}, 422),
    ("POST", "track", {"name": "x", "data": {"a": "x" * 9000}}, 413),
    ("POST", "identify", {}, 422),
    ("POST", "identify", {"traits": {}}, 422),
    ("POST", "identify", {"traits": {"a": {"b": 1}}}, 422),
    ("POST", "identify", {"identity_jwt": "x"}, 401),
    ("POST", "files", b"", 422),
    ("POST", "nothing", {}, 404),
    ("GET", "session", None, 404),
    ("DELETE", "messages", None, 404),
]


async def test_bad_input_is_named_and_changes_nothing(chat: Chat) -> None:
    wrong = []
    for case in BAD:
        method, path, body, status = case
        async with chat.client() as client:
            await begin(client)
            given = {"content": body} if isinstance(body, bytes) else {"json": body}
            answer = await client.request(method, path, **given)
            problem = answer.json()
            is_right = (
                answer.status_code == problem["status"] == status
                and answer.headers["content-type"] == "application/problem+json"
                and (status != 422 or problem["errors"][0]["field"])
            )
            if not is_right:
                wrong.append((case, answer.text))
    assert wrong == []
    assert not await chat.state.db.pool.fetchval("select hilo_pending_accounts(1)")


@pytest.mark.parametrize("account", ["x", NOBODY, str(CAST.account), "%00", "a/b"])
async def test_only_a_web_chat_has_these_doors(chat: Chat, account: str) -> None:
    async with chat.client() as client:
        answer = await client.post(f"http://hilo.test/chat/{account}/session", json={})
        assert answer.status_code == 404


async def test_one_visitor_cannot_flood(chat: Chat) -> None:
    async with chat.client() as client, chat.client() as other:
        await begin(client)
        await begin(other)
        statuses = [
            (await client.post("messages", json={"client_id": f"c{n}", "text": "x"})).status_code
            for n in range(62)
        ]
        assert statuses[:60] == [202] * 60
        assert statuses[60:] == [429, 429]
        last = await client.post("messages", json={"client_id": "c", "text": "x"})
        assert int(last.headers["retry-after"]) > 0
        await say(other, "I am fine")


async def test_one_address_cannot_flood_but_this_machine_may(chat: Chat) -> None:
    for address, most in (("203.0.113.7", 240), ("127.0.0.1", 1000)):
        async with chat.client(address) as client:
            statuses = [
                (await client.post("session", json={})).status_code for _ in range(min(most, 300))
            ]
            assert set(statuses) == {200}
            over = (await client.post("session", json={})).status_code
            assert over == (429 if most == 240 else 200)


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("https://shop.example", True),
        ("https://SHOP.example", True),
        ("https://a.b.stores.example", True),
        ("http://hilo.test", True),
        ("https://stores.example", False),
        ("http://shop.example", False),
        ("https://shop.example.evil.test", False),
        ("https://evilstores.example", False),
        ("null", False),
        ("x" * 400, False),
    ],
)
async def test_only_allowed_sites_may_talk(chat: Chat, origin: str, is_allowed: bool) -> None:  # noqa: FBT001 - a table
    async with chat.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set settings = $3 where workspace_id = $1 and id = $2",
            *(CAST.workspace, chat.account),
            '{"allowed_origins": ["https://shop.example", "https://*.stores.example"]}',
        )
    async with chat.client(origin=origin) as client:
        answer = await client.post("session", json={})
        assert answer.status_code == (200 if is_allowed else 403)
        if is_allowed:
            assert answer.headers["access-control-allow-origin"] == origin
            asked = await client.options("session")
            assert asked.status_code == 204
            assert "authorization" in asked.headers["access-control-allow-headers"]
