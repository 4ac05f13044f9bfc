"""Search by the API: its filters, its highlights, and what it says to what it does not take."""

from datetime import timedelta

import httpx2
import pytest

from cast import CAST
from hilo.domain.conversations import Author, NewMessage, append
from hilo.kit import clock
from hilo.kit.db import Database
from hilo.kit.ids import id_at, new_id
from stage import a_matter


async def some(db: Database) -> None:
    """Let a parcel be spoken of today and a hundred days ago."""
    then = clock.now() - timedelta(days=100)
    async with db.transaction(CAST.workspace) as tx:
        conversation = await a_matter(tx, "The parcels came")
        old = NewMessage(
            id=id_at(then),
            conversation_id=conversation,
            kind="incoming",
            author=Author(kind="contact", id=CAST.carol, name="Carol"),
            channel="api",
            inbox_id=CAST.inbox,
            state="received",
            text="One parcel",
            created_at=then,
        )
        await append(tx, [old])


async def test_each_filter_narrows(ada: httpx2.AsyncClient, db: Database) -> None:
    await some(db)
    today = clock.now().date()
    long_ago = (today - timedelta(days=100)).isoformat()
    for asked, texts in (
        ({}, ["The parcels came", "One parcel"]),
        ({"type": "message"}, ["The parcels came", "One parcel"]),
        ({"type": "contact"}, []),
        ({"from": today.isoformat()}, ["The parcels came"]),
        ({"to": (today - timedelta(days=1)).isoformat()}, ["One parcel"]),
        ({"from": long_ago, "to": long_ago}, ["One parcel"]),
        ({"inbox": str(CAST.inbox)}, ["The parcels came", "One parcel"]),
        ({"inbox": str(new_id())}, []),
        ({"channel": "api"}, ["The parcels came", "One parcel"]),
        ({"channel": "email"}, []),
        ({"limit": "1"}, ["The parcels came"]),
    ):
        answer = await ada.get("/search", params={"q": "parcel", **asked})
        assert answer.status_code == 200, answer.text
        assert [each["message"]["text"] for each in answer.json()["items"]] == texts, asked
    first = (await ada.get("/search", params={"q": "parcel", "limit": "1"})).json()
    more = await ada.get("/search", params={"q": "parcel", "cursor": first["next_cursor"]})
    assert [each["message"]["text"] for each in more.json()["items"]] == ["One parcel"]
    marked = [(each["text"], each["hit"]) for each in first["items"][0]["highlights"]]
    assert marked == [("The ", False), ("parcels", True), (" came", False)]


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({"q": ""}, 422, "q"),
        ({"q": " "}, 422, "q"),
        ({}, 422, "q"),
        ({"q": "x" * 501}, 422, "q"),
        ({"q": "x", "type": "file"}, 422, "type"),
        ({"q": "x", "inbox": "here"}, 422, "inbox"),
        ({"q": "x", "from": "yesterday"}, 422, "from"),
        ({"q": "x", "to": "2026-13-01"}, 422, "to"),
        ({"q": "x", "limit": "101"}, 422, "limit"),
        ({"q": "x", "sort": "best"}, 422, "sort"),
        ({"q": "x", "cursor": "nonsense"}, 400, "cursor"),
    ],
)
async def test_what_it_does_not_take_is_named(
    ada: httpx2.AsyncClient, asked: dict[str, str], status: int, field: str
) -> None:
    answer = await ada.get("/search", params=asked)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["field"] == field
