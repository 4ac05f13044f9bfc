"""The desk through the API: what agents do to conversations, as a client sees it."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from cast import CAST
from hilo.domain.conversations import Author, NewMessage, append
from hilo.kit.db import Database
from hilo.kit.ids import new_id
from hilo.kit.page import encode_cursor
from hilo.kit.sql import query
from patience import trying

# A cursor of the right shape whose moment names no time zone.
NAIVE = encode_cursor("conversations", "2026-01-01T00:00:00", CAST.carol)
OPEN = query(
    "open_conversation",
    "insert into conversation (workspace_id, id, contact_id, inbox_id, channel, joining_key)"
    " values (:workspace, :id, :contact, :inbox, 'api', :key)",
)
KNOW = query(
    "know_identity",
    "insert into identity (workspace_id, id, contact_id, kind, scope, value, verified)"
    " values (:workspace, :id, :contact, 'external', :account, :value, true)",
)


async def begin(db: Database, *texts: str) -> UUID:
    """Let Carol write by the api account; return the conversation."""
    conversation, identity = new_id(), new_id()
    async with db.transaction(CAST.workspace) as tx:
        await tx.run(
            KNOW,
            workspace=tx.workspace,
            id=identity,
            contact=CAST.carol,
            account=CAST.account,
            value=f"carol-{identity.hex}",
        )
        await tx.run(
            OPEN,
            workspace=tx.workspace,
            id=conversation,
            contact=CAST.carol,
            inbox=CAST.inbox,
            key=f"contact:{CAST.carol}:{conversation}",
        )
        await append(
            tx,
            [
                NewMessage(
                    conversation_id=conversation,
                    kind="incoming",
                    author=Author(kind="contact", id=CAST.carol, name="Carol"),
                    channel="api",
                    inbox_id=CAST.inbox,
                    account_id=CAST.account,
                    identity_id=identity,
                    state="received",
                    text=text,
                )
                for text in texts
            ],
        )
    return conversation


@pytest.fixture
async def conversation(db: Database) -> UUID:
    """One conversation with one message."""
    return await begin(db, "Where is my parcel?")


async def told(client: httpx2.AsyncClient, last: str) -> dict[str, Any]:
    """Return the log once it ends with an event of that type.

    It waits for the oldest transaction of the whole server, other tests' databases included.
    """
    async for _ in trying(0.05):
        events: dict[str, Any] = (await client.get("/events")).json()
        if events["items"] and events["items"][-1]["type"] == last:
            return events
    pytest.fail(f"the log never told {last}")


async def test_a_reply_is_queued_and_told(ada: httpx2.AsyncClient, conversation: UUID) -> None:
    path = f"/conversations/{conversation}/messages"
    body = {"kind": "reply", "text": "On its way.", "client_id": "c-1"}
    made = await ada.post(path, json=body)
    assert made.status_code == 201, made.text
    assert (made.json()["state"], made.json()["seq"]) == ("queued", 2)
    again = await ada.post(path, json=body)
    assert again.status_code == 200
    assert again.json()["id"] == made.json()["id"]
    listed = (await ada.get(path)).json()
    assert [each["text"] for each in listed["items"]] == ["On its way.", "Where is my parcel?"]
    events = await told(ada, "message.queued")
    more = (await ada.get("/events", params={"after": events["next_cursor"]})).json()
    assert more == {"items": [], "next_cursor": events["next_cursor"]}


async def test_the_round_of_a_conversation(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, conversation: UUID
) -> None:
    path = f"/conversations/{conversation}"
    claim = {"agent_id": str(CAST.ada.id), "if_unassigned": True}
    assert (await ada.put(f"{path}/assignment", json=claim)).status_code == 200
    lost = await ben.put(
        f"{path}/assignment", json={"agent_id": str(CAST.ben.id), "if_unassigned": True}
    )
    assert lost.status_code == 409
    assert lost.json()["params"] == {"assignee_id": str(CAST.ada.id), "assignee_name": "Ada"}
    counts = (await ada.get("/counts")).json()
    assert counts == {"open": 1, "unassigned": 0, "mine": 1, "unread": 1, "mine_unread": 1}
    assert not (await ada.put(f"{path}/read", json={})).json()["unread"]
    assert (await ada.put(f"{path}/snooze", json={"until": None})).json()["status"] == "snoozed"
    assert (await ada.delete(f"{path}/snooze")).json()["status"] == "open"
    assert (await ada.put(f"{path}/pending")).json()["status"] == "pending"
    assert (await ada.put(f"{path}/resolution")).json()["status"] == "resolved"
    assert (await ada.delete(f"{path}/resolution")).json()["status"] == "open"
    listed = await ada.get("/conversations", params={"assignee": "me", "status": "open"})
    assert [each["id"] for each in listed.json()["items"]] == [str(conversation)]


async def test_a_note_stays_inside_and_needs_text(
    ben: httpx2.AsyncClient, conversation: UUID
) -> None:
    path = f"/conversations/{conversation}/messages"
    made = await ben.post(path, json={"kind": "note", "text": "VIP"})
    assert (made.status_code, made.json()["kind"]) == (201, "note")
    empty = await ben.post(path, json={"kind": "reply", "text": "  "})
    assert empty.status_code == 422
    assert empty.json()["errors"][0]["field"] == "text"


async def test_a_stale_reply_writes_nothing(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, conversation: UUID
) -> None:
    path = f"/conversations/{conversation}/messages"
    assert (await ben.post(path, json={"text": "Ben here"})).status_code == 201
    stale = await ada.post(path, json={"text": "Ada here", "if_last_seq": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-reply")
    assert stale.json()["params"] == {"last_seq": 2}
    assert len((await ada.get(path)).json()["items"]) == 2
    assert (await ada.post(path, json={"text": "Ada", "if_last_seq": 2})).status_code == 201


async def test_a_reply_can_be_taken_back(ada: httpx2.AsyncClient, conversation: UUID) -> None:
    path = f"/conversations/{conversation}"
    before = (await ada.get(path)).json()
    made = (await ada.post(f"{path}/messages", json={"text": "Oops", "undo_s": 10})).json()
    assert made["undo_until"] is not None
    assert (await ada.get(f"{path}/messages")).json()["items"][0]["undo_until"]
    taken = await ada.delete(f"{path}/messages/{made['id']}")
    assert (taken.status_code, taken.json()["text"]) == (200, "Oops")
    after = (await ada.get(path)).json()
    assert after["last_message"] == before["last_message"]
    assert after["waiting_since"] == before["waiting_since"]
    gone = await ada.delete(f"{path}/messages/{made['id']}")
    assert gone.status_code == 404


async def test_files_travel_with_messages(ada: httpx2.AsyncClient, conversation: UUID) -> None:
    sent = await ada.post("/files", files={"file": ("a.txt", b"hello", "image/png")})
    assert sent.status_code == 201, sent.text
    assert sent.json()["media_type"] == "text/plain"
    path = f"/conversations/{conversation}/messages"
    made = await ada.post(path, json={"text": "", "attachments": [sent.json()["id"]]})
    assert made.status_code == 201, made.text
    (file,) = made.json()["attachments"]
    assert file["url"].startswith(f"/files/{sent.json()['id']}?")
    wrong = await ada.post(path, json={"text": "x", "attachments": [str(new_id())]})
    assert wrong.json()["errors"][0]["field"] == "attachments.0"


async def test_drafts_are_ones_own(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, conversation: UUID
) -> None:
    path = f"/conversations/{conversation}/drafts"
    saved = await ada.put(f"{path}/reply", json={"text": "Dear", "meta": {"cc": ["a@b.test"]}})
    assert saved.status_code == 200, saved.text
    assert (await ada.get(f"{path}/reply")).json()["text"] == "Dear"
    assert (await ben.get(path)).json()["items"] == []
    assert (await ada.delete(f"{path}/reply")).status_code == 204
    assert (await ada.get(f"{path}/reply")).status_code == 404
    assert (await ada.put(f"{path}/poem", json={"text": "x"})).status_code in {404, 422}


async def test_contacts_merge(ada: httpx2.AsyncClient, conversation: UUID) -> None:
    other = (await ada.post("/contacts", json={"name": "Karol"})).json()
    preview = await ada.get(f"/contacts/{CAST.carol}/merge-preview", params={"into": other["id"]})
    assert (preview.status_code, preview.json()["conversations"]) == (200, 1)
    merged = await ada.post(f"/contacts/{CAST.carol}/merge", json={"into": other["id"]})
    assert (merged.status_code, len(merged.json()["identities"])) == (200, 2)
    gone = await ada.get(f"/contacts/{CAST.carol}")
    assert (gone.status_code, gone.json()["params"]) == (410, {"merged_into": other["id"]})
    moved = (await ada.get(f"/conversations/{conversation}")).json()
    assert moved["contact"] == {"id": other["id"], "name": "Karol"}


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"limit": "0"}, 422),
        ({"limit": "101"}, 422),
        ({"status": "lost"}, 422),
        ({"assignee": "you"}, 422),
        ({"cursor": "%%%"}, 400),
        ({"cursor": NAIVE}, 400),
        ({"nonsense": "1"}, 422),
    ],
)
async def test_bad_questions_are_refused(
    ada: httpx2.AsyncClient, params: dict[str, str], status: int
) -> None:
    answer = await ada.get("/conversations", params=params)
    assert answer.status_code == status, answer.text


async def test_tags_by_the_api(ada: httpx2.AsyncClient, conversation: UUID) -> None:
    tag = (await ada.post("/tags", json={"name": "refund", "color": "teal"})).json()
    path = f"/conversations/{conversation}"
    assert (await ada.put(f"{path}/tags/{tag['id']}")).json()["tag_ids"] == [tag["id"]]
    listed = (await ada.get("/conversations", params={"tag": tag["id"]})).json()
    assert [each["id"] for each in listed["items"]] == [str(conversation)]
    assert (await ada.delete(f"/tags/{tag['id']}")).status_code == 204
    assert (await ada.get(path)).json()["tag_ids"] == []


async def test_search_by_the_api(ada: httpx2.AsyncClient, db: Database) -> None:
    conversation = await begin(db, "The parcel ZX-4471 is lost")
    answer = await ada.get("/search", params={"q": "parcels zx-4471", "type": "message"})
    assert answer.status_code == 200, answer.text
    (hit,) = answer.json()["items"]
    assert hit["conversation_id"] == str(conversation)
    assert hit["message"]["text"] == "The parcel ZX-4471 is lost"
    assert [p["text"] for p in hit["highlights"] if p["hit"]] == ["parcel", "ZX-4471"]
    for params in ({}, {"q": ""}, {"q": " "}, {"q": "x", "type": "file"}, {"q": "x" * 10_001}):
        assert (await ada.get("/search", params=params)).status_code == 422, params
    for day in ("0001-01-01", "9999-12-31", "2026-02-28"):
        dated = await ada.get("/search", params={"q": "x", "from": day, "to": day})
        assert dated.status_code == 200, dated.text


async def test_a_word_that_is_none_of_the_choices_is_answered_with_them(
    db: Database, ada: httpx2.AsyncClient
) -> None:
    conversation = await begin(db, "Hello")
    body = {"kind": "shout", "text": "x"}
    told = await ada.post(f"/conversations/{conversation}/messages", json=body)
    assert told.status_code == 422
    assert told.json()["errors"] == [
        {"field": "kind", "code": "choice", "message": "must be one of note, reply"}
    ]
    told = await ada.get("/conversations?status=lost")
    (error,) = told.json()["errors"]
    assert (error["field"], error["code"]) == ("status", "choice")
    assert set(error["message"].removeprefix("must be one of ").split(", ")) == {
        *("open", "pending", "snoozed", "resolved")
    }


async def test_a_parameter_is_given_once(ada: httpx2.AsyncClient) -> None:
    told = await ada.get("/conversations?status=open&status=pending")
    assert told.status_code == 422
    assert told.json()["errors"][0]["field"] == "status"


async def test_what_is_no_object_is_told_without_a_field(ada: httpx2.AsyncClient) -> None:
    told = await ada.post("/tags", json=["x"])
    assert told.json()["detail"] == "expected `object`, got `array`"
