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
