"""`include=`: what an answer names comes beside it, at a constant price, and nothing else does."""

import re
from typing import Any
from uuid import UUID

import httpx2
import pytest

from cast import CAST, a_contact
from frame import Statements
from hilo.domain import conversations as desk
from hilo.domain import people
from hilo.domain.conversations import Assignment, Given
from hilo.entry.api import including
from hilo.kit.db import Database
from hilo.kit.ids import new_id
from stage import CHANNELS, a_matter, agent

ADA = agent(CAST.ada)
OF_CONVERSATION = "assignee,contact,inbox,last_message,tags,team"
LISTS = "/conversations"


async def matters(db: Database, count: int) -> list[str]:
    """Open as many conversations, each of a contact of its own, answered by its assignee."""
    made = []
    async with db.transaction(CAST.workspace) as tx:
        (team,) = await people.list_teams(tx, ADA) or [
            await people.create_team(tx, ADA, "Shipping", [CAST.ben.id])
        ]
    for at in range(count):
        async with db.transaction(CAST.workspace) as tx:
            one = await a_matter(tx, f"parcel {at}", contact=await a_contact(tx, f"Dora {at}"))
            who = (CAST.ada.id, CAST.ben.id)[at % 2]
            await desk.assign(tx, ADA, one, Assignment(agent_id=who, team_id=team.id))
            given = Given(kind="note", text=f"looked at {at}")
            await desk.write(tx, ADA, one, given, CHANNELS)
            made.append(str(one))
    return made


async def read(client: httpx2.AsyncClient, path: str, **asked: str) -> Any:
    """Return the answer to a request that is granted."""
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    return answer.json()


async def test_a_list_brings_what_it_names_each_once(ada: httpx2.AsyncClient, db: Database) -> None:
    await matters(db, 3)
    tag = (await ada.post("/tags", json={"name": "parcel"})).json()
    plain = await read(ada, LISTS)
    first = plain["items"][0]["id"]
    await ada.put(f"/conversations/{first}/tags/{tag['id']}")
    plain = await read(ada, LISTS)
    page = await read(ada, LISTS, include=OF_CONVERSATION)
    beside = page.pop("included")
    assert page == plain
    items = page["items"]
    assert {each["id"]: each["name"] for each in beside["contacts"]} == {
        each["contact"]["id"]: each["contact"]["name"] for each in items
    }
    assert {each["id"] for each in beside["agents"]} == {str(CAST.ada.id), str(CAST.ben.id)}
    assert [each["name"] for each in beside["teams"]] == ["Shipping"]
    assert beside["tags"] == [tag]
    assert [each["name"] for each in beside["inboxes"]] == ["Help"]
    assert beside["inboxes"] == (await read(ada, "/inboxes"))["items"]
    assert {each["id"] for each in beside["messages"]} == {e["last_message"]["id"] for e in items}
    assert {each["text"] for each in beside["messages"]} == {f"looked at {at}" for at in range(3)}
    for each in beside["contacts"]:
        assert each == await read(ada, f"/contacts/{each['id']}")


async def test_one_object_brings_what_it_names(ada: httpx2.AsyncClient, db: Database) -> None:
    (one,) = await matters(db, 1)
    whole = await read(ada, f"/conversations/{one}")
    more = await read(ada, f"/conversations/{one}", include="contact, assignee")
    assert set(more.pop("included")) == {"contacts", "agents"}
    assert more == whole
    thread = await read(ada, f"/conversations/{one}/messages", include="author,reply_to,inbox")
    assert {each["name"] for each in thread["included"]["agents"]} == {"Ada"}
    said = next(each for each in thread["items"] if each["kind"] == "incoming")
    assert thread["included"]["messages"] == []
    answer = {"kind": "note", "text": "That one", "reply_to": said["id"]}
    noted = (await ada.post(f"/conversations/{one}/messages", json=answer)).json()
    at = f"/conversations/{one}/messages/{noted['id']}"
    alone = await read(ada, at, include="reply_to,author")
    assert [each["text"] for each in alone["included"]["messages"]] == ["parcel 0"]
    assert [each["id"] for each in alone["included"]["agents"]] == [str(CAST.ada.id)]
    assert alone["included"]["contacts"] == []


async def test_search_and_timeline_bring_their_conversations(
    ada: httpx2.AsyncClient, db: Database
) -> None:
    made = await matters(db, 2)
    found = await read(ada, "/search", q="parcel", include="conversation,contact")
    assert {each["id"] for each in found["included"]["conversations"]} == set(made)
    assert {each["name"] for each in found["included"]["contacts"]} == {"Dora 0", "Dora 1"}
    contact = found["items"][0]["contact_id"]
    told = await read(ada, f"/contacts/{contact}/timeline", include="conversation,author")
    assert [each["contact"]["id"] for each in told["included"]["conversations"]] == [contact]
    assert {each["id"] for each in told["included"]["agents"]} == {str(CAST.ada.id)}


async def test_fields_and_include_go_together(ada: httpx2.AsyncClient, db: Database) -> None:
    (one,) = await matters(db, 1)
    page = await read(ada, LISTS, fields="id,number", include="contact")
    assert set(page) == {"items", "next_cursor", "included"}
    assert [set(each) for each in page["items"]] == [{"id", "number"}]
    assert [each["name"] for each in page["included"]["contacts"]] == ["Dora 0"]
    single = await read(ada, f"/conversations/{one}", fields="id", include="contact")
    assert set(single) == {"id", "included"}


async def test_a_page_without_items_has_all_that_was_asked_for(ada: httpx2.AsyncClient) -> None:
    page = await read(ada, LISTS, include="contact,assignee", status="resolved")
    assert page["included"] == {"agents": [], "contacts": []}


async def test_the_tag_is_the_objects_and_what_is_beside_it_always_comes(
    ada: httpx2.AsyncClient, db: Database
) -> None:
    (one,) = await matters(db, 1)
    path = f"/conversations/{one}"
    tag = (await ada.get(path)).headers["etag"]
    again = await ada.get(path, params={"include": "contact"}, headers={"if-none-match": tag})
    assert (again.status_code, again.headers["etag"]) == (200, tag)
    assert again.json()["included"]["contacts"]


NOBODY = UUID(int=7)  # each worker of the tests must give its cases the same names


@pytest.mark.parametrize(
    ("path", "given", "allowed"),
    [
        (LISTS, "secret", "assignee, contact, inbox, last_message, tags, team"),
        (LISTS, "", "assignee, contact, inbox, last_message, tags, team"),
        (LISTS, "contact,", "assignee, contact, inbox, last_message, tags, team"),
        (LISTS, "contact.name", "assignee, contact, inbox, last_message, tags, team"),
        (LISTS, "CONTACT", "assignee, contact, inbox, last_message, tags, team"),
        ("/search?q=x", "message", "contact, conversation"),
        (f"/contacts/{CAST.carol}/timeline", "contact", "author, conversation"),
        (f"/conversations/{NOBODY}", "messages", "assignee, contact, inbox, last_message"),
        (f"/conversations/{NOBODY}/messages", "contact", "author, inbox, reply_to"),
    ],
)
async def test_an_unknown_name_is_answered_with_the_known(
    ada: httpx2.AsyncClient, path: str, given: str, allowed: str
) -> None:
    glue = "&" if "?" in path else "?"
    answer = await ada.get(f"{path}{glue}include={given}")
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("include", "choice")
    assert allowed in error["message"]


async def test_where_nothing_can_be_included_the_parameter_is_unknown(
    ada: httpx2.AsyncClient,
) -> None:
    for method, path in (
        ("GET", "/contacts"),
        ("GET", "/me"),
        ("PUT", f"/conversations/{new_id()}/resolution"),
    ):
        answer = await ada.request(method, path, params={"include": "contact"})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["code"] == "unknown"
    twice = await ada.get("/conversations?include=contact&include=tags")
    assert twice.json()["errors"][0]["code"] == "repeated"


async def test_the_price_does_not_grow_with_the_page(
    ada: httpx2.AsyncClient, db: Database, statements: Statements
) -> None:
    asked = {}
    for count in (1, 9):
        await matters(db, count)
        await read(ada, LISTS, include=OF_CONVERSATION)
        before = await statements.asked()
        page = await read(ada, LISTS, include=OF_CONVERSATION)
        asked[len(page["items"])] = await statements.asked() - before
    assert len(asked) == 2
    assert len(set(asked.values())) == 1, asked
    assert max(asked.values()) <= 10, asked


async def test_a_key_without_the_right_is_told_which(
    ada: httpx2.AsyncClient, visit: Any, db: Database
) -> None:
    await matters(db, 1)
    made = await ada.post("/tokens", json={"name": "narrow", "scopes": ["conversation:read"]})
    narrow = visit()
    narrow.headers["authorization"] = f"Bearer {made.json()['token']}"
    for name, permission in (
        ("contact", "contact:read"),
        ("assignee", "agent:read"),
        ("team", "agent:read"),
        ("inbox", "inbox:read"),
    ):
        answer = await narrow.get("/conversations", params={"include": name})
        assert answer.status_code == 403, answer.text
        assert answer.json()["params"]["permission"] == permission
    page = await read(narrow, "/conversations", include="tags,last_message")
    assert set(page["included"]) == {"tags", "messages"}


async def test_what_is_not_seen_does_not_come_beside_what_is(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, mallory: httpx2.AsyncClient, db: Database
) -> None:
    hers, his = await matters(db, 2)
    await ada.patch(f"/inboxes/{CAST.inbox}", json={"visibility": "own"})
    page = await read(ben, "/conversations", include=OF_CONVERSATION)
    assert [each["id"] for each in page["items"]] == [his]
    assert [each["name"] for each in page["included"]["contacts"]] == ["Dora 1"]
    assert [each["text"] for each in page["included"]["messages"]] == ["looked at 1"]
    assert (await ben.get(f"/conversations/{hers}?include=contact")).status_code == 404
    others = await read(mallory, "/conversations", include=OF_CONVERSATION)
    assert others["items"] == []
    assert all(not found for found in others["included"].values())


async def test_the_description_names_what_may_be_included(ada: httpx2.AsyncClient) -> None:
    document = (await ada.get("/openapi.json")).json()
    described = {}
    for path, methods in document["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", []):
            if parameter["name"] == "include":
                described[re.sub(r"\{\w+\}", "*", path)] = parameter["schema"]["items"]["enum"]
                answer = methods["get"]["responses"]["200"]["content"]["application/json"]
                assert answer["schema"]["properties"]["included"]["$ref"].endswith("/Included")
    assert set(described) == {
        "/api/v1/conversations",
        "/api/v1/conversations/*",
        "/api/v1/conversations/*/messages",
        "/api/v1/conversations/*/messages/*",
        "/api/v1/contacts/*/timeline",
        "/api/v1/search",
    }
    assert described["/api/v1/conversations"] == OF_CONVERSATION.split(",")
    shape = document["components"]["schemas"]["Included"]["properties"]
    assert set(shape) == set(including.Included.__struct_fields__)
