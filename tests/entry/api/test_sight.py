"""Who sees what: inboxes for everyone, for a team, or for one's own and what nobody has."""

import asyncio
import itertools
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import msgspec
import pytest

from cast import CAST, a_contact
from hilo.domain import contacts
from hilo.domain import conversations as desk
from hilo.domain.conversations import identity
from hilo.domain.people import Sight
from hilo.kit.db import Database
from hilo.kit.errors import NotFound
from hilo.kit.ids import new_id
from hilo.kit.sql import query
from patience import PATIENCE_S
from stage import a_matter, agent, hear

ADA = agent(CAST.ada)
SEES = query("sees", "select hilo_sees(:inbox, :assignee, :team)")
SIGHT = query("set_sight", "select set_config('hilo.sight', :sight, true)")


async def narrow(ada: httpx2.AsyncClient, visibility: str, team: str | None = None) -> None:
    """Let an inbox be seen so."""
    change = {"visibility": visibility, "team_id": team}
    answer = await ada.patch(f"/inboxes/{CAST.inbox}", json=change)
    assert answer.status_code == 200, answer.text
    assert answer.json()["visibility"] == visibility


async def a_team(ada: httpx2.AsyncClient, *members: UUID) -> str:
    """Make a team."""
    made = await ada.post("/teams", json={"name": new_id().hex, "agent_ids": [*map(str, members)]})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def matters(db: Database, *assignees: UUID | None) -> list[str]:
    """Open a conversation for each, assigned so."""
    made = []
    for assignee in assignees:
        async with db.transaction(CAST.workspace) as tx:
            one = await a_matter(tx, f"parcel {new_id().hex}")
            if assignee is not None:
                await desk.assign(tx, ADA, one, desk.Assignment(agent_id=assignee))
            made.append(str(one))
    return made


async def listed(client: httpx2.AsyncClient, **filters: str) -> set[str]:
    """Return what a list shows."""
    answer = await client.get("/conversations", params=filters)
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.json()["items"]}


async def agree(ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, seen: set[str]) -> None:
    """Hold every list, count and single read against each other."""
    for filters in ({}, {"status": "open"}, {"inbox": str(CAST.inbox)}, {"unread": "true"}):
        assert await listed(ben, **filters) == seen, filters
    assert await listed(ben, contact=str(CAST.carol)) == seen
    for each in await listed(ada):
        for path in ("", "/messages", "/ways", "/drafts"):
            answer = await ben.get(f"/conversations/{each}{path}")
            assert answer.status_code == (200 if each in seen else 404), (path, answer.text)
    found = (await ben.get("/search", params={"q": "parcel", "type": "message"})).json()["items"]
    assert {each["conversation_id"] for each in found} == seen
    mine = await listed(ben, assignee="me")
    nobodys = await listed(ben, assignee="none")
    numbers = (await ben.get("/counts")).json()
    assert (numbers["open"], numbers["mine"], numbers["unassigned"]) == (
        len(seen),
        len(mine),
        len(nobodys),
    )
    assert (numbers["unread"], numbers["mine_unread"]) == (len(seen), len(mine))
    timeline = await ben.get(f"/contacts/{CAST.carol}/timeline", params={"limit": 100})
    if seen:
        told = [each for each in timeline.json()["items"] if each["type"] == "message"]
        assert {each["conversation_id"] for each in told} == seen
    else:
        assert timeline.status_code == 404
    everything = (await ada.get("/counts")).json()
    assert everything["open"] == len(await listed(ada))


@pytest.mark.parametrize("folds", [False, True])
async def test_lists_counts_and_search_agree_in_every_mode(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database, *, folds: bool
) -> None:
    hers, his, free = await matters(db, CAST.ada.id, CAST.ben.id, None)
    theirs, ours = await a_team(ada), await a_team(ada, CAST.ben.id)
    if folds:
        async with db.transaction(CAST.workspace) as tx:
            await tx.one(query("fold", "select hilo_fold_counts()"), int)
    await agree(ada, ben, {hers, his, free})
    await narrow(ada, "own")
    await agree(ada, ben, {his, free})
    await narrow(ada, "team", theirs)
    await agree(ada, ben, {his})
    await ada.put(f"/conversations/{free}/assignment", json={"team_id": ours})
    await agree(ada, ben, {his, free})
    await narrow(ada, "team", ours)
    await agree(ada, ben, {hers, his, free})
    await ada.patch(f"/teams/{ours}", json={"agent_ids": []})
    await agree(ada, ben, {his})
    await narrow(ada, "everyone")
    await agree(ada, ben, {hers, his, free})


async def test_what_is_hidden_cannot_be_changed(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database
) -> None:
    (hers,) = await matters(db, CAST.ada.id)
    await narrow(ada, "own")
    at = f"/conversations/{hers}"
    for method, path, body in (
        ("PUT", "/assignment", {"agent_id": str(CAST.ben.id)}),
        ("PUT", "/resolution", None),
        ("POST", "/messages", {"kind": "note", "text": "mine?"}),
        ("PUT", "/drafts/note", {"text": "x"}),
    ):
        answer = await ben.request(method, at + path, json=body)
        assert answer.status_code == 404, (path, answer.text)
    again = await ben.get(at, headers={"idempotency-key": "a"})
    assert again.status_code == 404
    assert (await ada.get(at)).json()["assignee_id"] == str(CAST.ada.id)


async def test_a_hidden_person_cannot_be_named_beside_one_that_is_seen(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database
) -> None:
    await matters(db, CAST.ada.id)
    await narrow(ada, "own")
    made = await ben.post("/contacts", json={"name": "Dora"})
    dora, carol = made.json()["id"], str(CAST.carol)
    for method, path, body in (
        ("POST", f"/contacts/{dora}/merge", {"into": carol}),
        ("GET", f"/contacts/{dora}/merge-preview?into={carol}", None),
        ("PUT", f"/contacts/{dora}/likenesses/{carol}/dismissal", None),
        ("GET", f"/contacts/{carol}", None),
    ):
        answer = await ben.request(method, path, json=body)
        assert answer.status_code in {404, 422}, (path, answer.text)
        assert "carol@" not in answer.text.lower()
    found = (await ben.get("/contacts", params={"q": "Carol"})).json()["items"]
    assert found == []


async def test_handing_on_is_answered_and_then_it_is_gone(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database
) -> None:
    (his,) = await matters(db, CAST.ben.id)
    await narrow(ada, "own")
    given = await ben.put(f"/conversations/{his}/assignment", json={"agent_id": str(CAST.ada.id)})
    assert given.status_code == 200
    assert (await ben.get(f"/conversations/{his}")).status_code == 404


async def test_only_one_of_many_claims_wins(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database
) -> None:
    (free,) = await matters(db, None)
    await narrow(ada, "own")
    claims = await asyncio.gather(
        *(
            who.put(
                f"/conversations/{free}/assignment",
                json={"agent_id": str(id_), "if_unassigned": True},
            )
            for who, id_ in ((ada, CAST.ada.id), (ben, CAST.ben.id)) * 4
        )
    )
    owner = (await ada.get(f"/conversations/{free}")).json()["assignee_id"]
    won = {each.json()["assignee_id"] for each in claims if each.status_code == 200}
    assert won == {owner}
    assert {each.status_code for each in claims} <= {200, 404, 409}


async def told(client: httpx2.AsyncClient, kind: str, least: int = 1) -> list[dict[str, Any]]:
    """Return the client's log once it holds so many events of a type.

    The log is read below the oldest transaction of the whole server.
    """
    items: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_S):
        while True:
            items = (await client.get("/events", params={"limit": 1000})).json()["items"]
            if len([each for each in items if each["type"] == kind]) >= least:
                return items
            await asyncio.sleep(0.05)


async def test_the_log_tells_what_leaves_the_sight_and_nothing_of_the_rest(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database
) -> None:
    hers, his = await matters(db, CAST.ada.id, CAST.ben.id)
    await narrow(ada, "own")
    await ben.put(f"/conversations/{his}/assignment", json={"agent_id": str(CAST.ada.id)})
    (free,) = await matters(db, None)
    whole = await told(ada, "conversation.changed", 3)
    assert {hers, his} <= {each["subject"] for each in whole}
    seen = await told(ben, "message.received")
    about = {each["subject"] for each in seen if each["type"].startswith(("conv", "mess"))}
    assert about == {hers, his, free}
    for left in (hers, his):  # both were seen until they were assigned
        gone = [each for each in seen if each["subject"] == left]
        assert {each["type"] for each in gone} == {"conversation.hidden"}
        assert all(each["data"] == {"conversation_id": left} for each in gone)
    changed = [each for each in whole if each["type"] == "conversation.changed"]
    assert changed[-1]["actor"]["id"] == str(CAST.ben.id)
    assert changed[-1]["data"]["before"] == str(CAST.ben.id)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"visibility": "nobody"}, "visibility"),
        ({"visibility": "team"}, "team_id"),
        ({"visibility": "team", "team_id": str(CAST.inbox)}, "team_id"),
        ({"visibility": None}, "visibility"),
        ({"team_id": "x"}, "team_id"),
    ],
)
async def test_a_bad_visibility_names_its_field(
    ada: httpx2.AsyncClient, body: dict[str, object], field: str
) -> None:
    for answer in (
        await ada.patch(f"/inboxes/{CAST.inbox}", json=body),
        await ada.post("/inboxes", json={"name": "x", **body}),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == field


async def test_a_team_that_an_inbox_names_stays(ada: httpx2.AsyncClient) -> None:
    team = await a_team(ada)
    await narrow(ada, "team", team)
    assert (await ada.delete(f"/teams/{team}")).status_code == 409


async def test_database_and_hub_judge_alike(db: Database) -> None:
    me, you, one, two, ours, theirs = (new_id() for _ in range(6))
    choices = itertools.product([(), (one,), (one, two)], [(), (one,), (two,)], [(), (ours,)])
    async with db.transaction(CAST.workspace) as tx:
        for closed, own, teams in choices:
            sight = Sight(agent=me, closed=closed, own=own, teams=teams)
            await tx.one(SIGHT, str, sight=sight.setting)
            for inbox, who, team in itertools.product(
                (one, two), (None, me, you), (None, ours, theirs)
            ):
                said = await tx.one(SEES, bool, inbox=inbox, assignee=who, team=team)
                assert said is sight.sees(inbox, who, team), (sight, inbox, who, team)


PHONE = "+34600111222"


async def with_phone(db: Database) -> tuple[str, str]:
    """Give Carol a phone she wrote by, in a conversation by two ways; return it and the phone."""
    async with db.transaction(CAST.workspace) as tx:
        given = contacts.IdentityGiven(kind="phone", value=PHONE)
        view = await contacts.add_identity(tx, ADA, CAST.carol, given)
        phone = next(each.id for each in view.identities if each.kind == "phone")
        mixed = await a_matter(tx, "By the door")
        await hear(tx, mixed, "By phone, zebra7731", identity=phone)
    return str(mixed), str(phone)


async def assign(ada: httpx2.AsyncClient, conversation: str, to: UUID) -> None:
    """Give a conversation to somebody."""
    given = await ada.put(f"/conversations/{conversation}/assignment", json={"agent_id": str(to)})
    assert given.status_code == 200, given.text


async def parted(ada: httpx2.AsyncClient, db: Database) -> tuple[str, str, str, str]:
    """Part the phone; what stays is Ben's, what went is Ada's.

    Return the new person, the link, what stays and what went.
    """
    mixed, phone = await with_phone(db)
    new = await ada.post(f"/contacts/{CAST.carol}/identities/{phone}/unlink")
    assert new.status_code == 201, new.text
    other = str(new.json()["id"])
    (beside,) = await listed(ada, contact=other)
    (link,) = (await ada.get(f"/contacts/{CAST.carol}/links")).json()["items"]
    await assign(ada, mixed, CAST.ben.id)
    await assign(ada, beside, CAST.ada.id)
    await narrow(ada, "own")
    return other, link["id"], mixed, beside


async def test_who_sees_one_of_two_is_not_told_of_their_link(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database
) -> None:
    other, link, mixed, beside = await parted(ada, db)
    assert (await ben.get(f"/contacts/{CAST.carol}")).status_code == 200
    assert (await ben.get(f"/contacts/{CAST.carol}/links")).json()["items"] == []
    assert (await ben.get(f"/contacts/{other}/links")).status_code == 404
    undone = await ben.delete(f"/links/{link}")
    assert undone.status_code == 404, undone.text
    assert (await ada.get(f"/conversations/{beside}")).status_code == 200
    page = await ben.get(f"/contacts/{CAST.carol}/timeline", params={"limit": 100})
    assert other not in page.text
    assert "contact.parted" in (await ada.get(f"/contacts/{CAST.carol}/timeline")).text
    await told(ada, "conversation.changed", 2)
    seen = await told(ben, "conversation.changed")
    assert {"conversation.split", "contact.parted"}.isdisjoint(each["type"] for each in seen)
    assert mixed in {each["subject"] for each in seen}
    assert other not in str(seen)


async def test_what_went_back_is_not_told_either(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database
) -> None:
    mixed, phone = await with_phone(db)
    await assign(ada, mixed, CAST.ada.id)
    await narrow(ada, "own")
    new = await ada.post(f"/contacts/{CAST.carol}/identities/{phone}/unlink")
    (beside,) = await listed(ada, contact=new.json()["id"])
    (link,) = (await ada.get(f"/contacts/{CAST.carol}/links")).json()["items"]
    assert (await ada.delete(f"/links/{link['id']}")).status_code == 200
    assert (await ada.get(f"/conversations/{beside}")).status_code == 404
    whole = await told(ada, "conversation.erased")
    assert "conversation.split" in {each["type"] for each in whole}
    seen = await told(ben, "conversation.erased")
    about = {each["type"] for each in seen if each["subject"] == beside}
    assert about == {"conversation.erased"}
    assert "zebra7731" not in str(seen)


async def test_nobody_is_made_of_what_its_maker_does_not_see(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database
) -> None:
    mixed, phone = await with_phone(db)
    (his,) = await matters(db, CAST.ben.id)
    await assign(ada, mixed, CAST.ada.id)
    await narrow(ada, "own")
    assert his in await listed(ben)
    refused = await ben.post(f"/contacts/{CAST.carol}/identities/{phone}/unlink")
    assert refused.status_code == 404, refused.text
    await assign(ada, mixed, CAST.ben.id)
    made = await ben.post(f"/contacts/{CAST.carol}/identities/{phone}/unlink")
    assert made.status_code == 201, made.text


async def test_a_merge_is_undone_by_who_will_see_both(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database
) -> None:
    async with db.transaction(CAST.workspace) as tx:
        dora = await a_contact(tx, "Dora")
        hers = str(await a_matter(tx, "Hers", contact=dora))
    (his,) = await matters(db, CAST.ben.id)
    await assign(ada, hers, CAST.ada.id)
    await ada.post(f"/contacts/{dora}/merge", json={"into": str(CAST.carol)})
    (link,) = (await ada.get(f"/contacts/{CAST.carol}/links")).json()["items"]
    await narrow(ada, "own")
    assert await listed(ben) == {his}
    assert (await ben.delete(f"/links/{link['id']}")).status_code == 404
    assert (await ada.get(f"/conversations/{hers}")).json()["contact"]["id"] == str(CAST.carol)
    await assign(ada, hers, CAST.ben.id)
    assert (await ben.delete(f"/links/{link['id']}")).status_code == 200
    assert (await ada.get(f"/conversations/{hers}")).json()["contact"]["id"] == str(dora)


async def test_a_proposal_does_not_name_whom_one_does_not_see(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database
) -> None:
    async with db.transaction(CAST.workspace) as tx:
        one, other = await a_contact(tx, "Dora Diez"), await a_contact(tx, "Dora Diez")
        hers = str(await a_matter(tx, contact=other))
    await assign(ada, hers, CAST.ada.id)
    path = f"/contacts/{one}/likenesses"
    assert str(other) in (await ben.get(path)).text
    await narrow(ada, "own")
    assert (await ben.get(path)).json()["items"] == []
    assert (await ben.get(f"/contacts/{other}/likenesses")).status_code == 404
    for method in ("PUT", "DELETE"):
        answer = await ben.request(method, f"{path}/{other}/dismissal")
        assert answer.status_code == 404, (method, answer.text)
    assert str(other) in (await ada.get(path)).text


async def test_no_code_leads_on_from_what_one_does_not_see(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, db: Database, owner: asyncpg.Connection
) -> None:
    (hers,) = await matters(db, CAST.ada.id)
    await narrow(ada, "own")
    at = f"/conversations/{hers}"
    assert (await ben.get(f"{at}/elsewhere")).status_code == 404
    asked = await ben.post(f"{at}/crossings", json={"account_id": str(CAST.account)})
    assert asked.status_code == 404, asked.text
    assert await owner.fetchval("select count(*) from crossing") == 0


async def test_verbs_themselves_ask_for_the_sight(db: Database) -> None:
    async with db.transaction(CAST.workspace) as tx:
        dora = await a_contact(tx, "Dora")
        hers = await a_matter(tx)
        await desk.assign(tx, ADA, hers, desk.Assignment(agent_id=CAST.ada.id))
        narrowed = Sight(agent=CAST.ben.id, own=(CAST.inbox,))
        him = msgspec.structs.replace(agent(CAST.ben), sight=narrowed)
        for attempt in (
            identity.dismiss(tx, him, dora, CAST.carol),
            identity.bring_back(tx, him, dora, CAST.carol),
            identity.unlink(tx, him, CAST.carol, new_id()),
        ):
            with pytest.raises(NotFound):
                await attempt
