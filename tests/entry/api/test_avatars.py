"""`/contacts/{id}/avatar`: shown to who sees the contact, safely, and not sent twice."""

import httpx2
import pytest

from cast import CAST
from hilo.domain import conversations as desk
from hilo.domain.library import NewFile, keep
from hilo.entry.state import AppState
from hilo.sdk.portraits import portrait
from stage import a_matter, agent

AT = f"/contacts/{CAST.carol}"


@pytest.fixture
async def avatar(app_state: AppState) -> str:
    """Give Carol a picture; return its id."""
    async with app_state.db.transaction(CAST.workspace) as tx:
        file = NewFile(name="avatar", content=portrait("carol"))
        kept = await keep(tx, app_state.files, file)
        await tx.connection.execute(
            "update contact set avatar_id = $1 where id = $2", kept.id, CAST.carol
        )
    return str(kept.id)


async def test_it_is_shown_safely_and_once(ada: httpx2.AsyncClient, avatar: str) -> None:
    found = await ada.get(f"{AT}/avatar")
    assert (found.status_code, found.content) == (200, portrait("carol"))
    assert found.headers["content-type"] == "image/png"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]
    assert found.headers["cache-control"].startswith("private")
    again = await ada.get(f"{AT}/avatar", headers={"if-none-match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    named = await ada.get(f"{AT}/avatar", params={"of": avatar})  # as the console asks
    assert (named.status_code, named.content) == (200, found.content)
    other = await ada.get(f"{AT}/avatar", headers={"if-none-match": '"other"'})
    assert other.status_code == 200
    for path in (AT, "/contacts"):
        answer = (await ada.get(path)).json()
        (carol,) = [each for each in answer.get("items", [answer]) if each["id"] == str(CAST.carol)]
        assert carol["avatar_id"] == avatar


async def test_who_has_none_has_none(ada: httpx2.AsyncClient) -> None:
    assert (await ada.get(f"{AT}/avatar")).status_code == 404
    assert (await ada.get(AT)).json()["avatar_id"] is None


async def test_it_is_hidden_with_whom_it_shows(
    ada: httpx2.AsyncClient,
    ben: httpx2.AsyncClient,
    anonymous: httpx2.AsyncClient,
    mallory: httpx2.AsyncClient,
    app_state: AppState,
    avatar: str,
) -> None:
    async with app_state.db.transaction(CAST.workspace) as tx:
        hers = await a_matter(tx)
        taken = desk.Assignment(agent_id=CAST.ada.id)
        await desk.assign(tx, agent(CAST.ada), hers, taken)
    assert (await ben.get(f"{AT}/avatar")).status_code == 200
    assert (
        await ada.patch(f"/inboxes/{CAST.inbox}", json={"visibility": "own"})
    ).status_code == 200
    etag = (await ada.get(f"{AT}/avatar")).headers["etag"]
    hidden = await ben.get(f"{AT}/avatar", headers={"if-none-match": etag})
    assert hidden.status_code == 404
    assert (await mallory.get(f"{AT}/avatar")).status_code == 404
    assert (await anonymous.get(f"{AT}/avatar")).status_code == 401
    note = {"kind": "note", "text": "x", "attachments": [avatar]}
    assert (await ada.post(f"/conversations/{hers}/messages", json=note)).status_code == 422


async def uploaded(client: httpx2.AsyncClient, content: bytes) -> str:
    """Upload a file."""
    sent = await client.post("/files", files={"file": ("a.png", content, "image/png")})
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


async def test_an_agent_gives_a_picture_and_takes_it_away(
    ada: httpx2.AsyncClient, app_state: AppState, avatar: str
) -> None:
    file = await uploaded(ada, portrait("given"))
    for _ in range(2):  # twice is once
        answer = await ada.put(f"{AT}/avatar", json={"file_id": file})
        assert (answer.status_code, answer.json()["avatar_id"]) == (200, file)
    assert (await ada.get(f"{AT}/avatar")).content == portrait("given")
    async with app_state.db.transaction(CAST.workspace) as tx:
        told = await tx.connection.fetch(
            "select data, actor from event where type = 'contact.changed' order by id"
        )
        kept = await tx.connection.fetch("select id from file")
    assert [
        (str(CAST.ada.id) in str(each["actor"]), file in str(each["data"])) for each in told
    ] == [(True, True)]
    assert [str(each["id"]) for each in kept] == [file]  # not the first one any more
    assert avatar != file
    for _ in range(2):
        answer = await ada.delete(f"{AT}/avatar")
        assert (answer.status_code, answer.json()["avatar_id"]) == (200, None)
    assert (await ada.get(f"{AT}/avatar")).status_code == 404


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "type"),
        (b"hello", "type"),
        (b"%PDF-1.7 x", "type"),
        (portrait("x") + b"\0" * 2_000_000, "too-large"),
    ],
)
async def test_what_is_no_small_picture_is_refused(
    ada: httpx2.AsyncClient, avatar: str, content: bytes, code: str
) -> None:
    file = await uploaded(ada, content)
    answer = await ada.put(f"{AT}/avatar", json={"file_id": file})
    assert answer.status_code == 422
    (wrong,) = answer.json()["errors"]
    assert (wrong["field"], wrong["code"]) == ("file_id", code)
    assert (await ada.get(AT)).json()["avatar_id"] == avatar


async def test_only_ones_own_upload_that_no_message_carries(
    ada: httpx2.AsyncClient,
    ben: httpx2.AsyncClient,
    mallory: httpx2.AsyncClient,
    app_state: AppState,
) -> None:
    async with app_state.db.transaction(CAST.workspace) as tx:
        talk = await a_matter(tx)
    sent = await uploaded(ada, portrait("sent"))
    note = {"kind": "note", "text": "x", "attachments": [sent]}
    assert (await ada.post(f"/conversations/{talk}/messages", json=note)).status_code == 201
    foreign = [
        sent,
        await uploaded(ben, portrait("ben")),
        await uploaded(mallory, portrait("mallory")),
        str(CAST.carol),
    ]
    answers = [await ada.put(f"{AT}/avatar", json={"file_id": each}) for each in foreign]
    assert {each.status_code for each in answers} == {422}
    assert {each.json()["errors"][0]["code"] for each in answers} == {"not-found"}
    for body in ({}, {"file_id": "x"}, {"file_id": sent, "more": 1}):
        assert (await ada.put(f"{AT}/avatar", json=body)).status_code == 422
    hers = await uploaded(mallory, portrait("hers"))
    assert (await mallory.put(f"{AT}/avatar", json={"file_id": hers})).status_code == 404
    assert (await mallory.delete(f"{AT}/avatar")).status_code == 404


async def test_a_given_picture_is_no_upload_any_more(ada: httpx2.AsyncClient) -> None:
    file = await uploaded(ada, portrait("given"))
    assert (await ada.put(f"{AT}/avatar", json={"file_id": file})).status_code == 200
    other = await ada.post("/contacts", json={"name": "Dora"})
    taken = await ada.put(f"/contacts/{other.json()['id']}/avatar", json={"file_id": file})
    assert taken.status_code == 422
