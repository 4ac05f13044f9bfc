"""Which files may be attached: one's own, and what a message carries that one sees."""

from uuid import UUID

import asyncpg
import httpx2
import pytest

from cast import CAST
from frame import Statements
from hilo.domain import conversations as desk
from hilo.kit.db import Database
from hilo.kit.ids import new_id
from stage import a_matter, agent

ADA = agent(CAST.ada)


async def a_conversation(db: Database, assignee: UUID) -> str:
    """Open one that is somebody's."""
    async with db.transaction(CAST.workspace) as tx:
        made = await a_matter(tx)
        await desk.assign(tx, ADA, made, desk.Assignment(agent_id=assignee))
    return str(made)


async def uploaded(client: httpx2.AsyncClient) -> str:
    """Upload a file."""
    sent = await client.post("/files", files={"file": ("a.txt", b"hello", "text/plain")})
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


async def attach(client: httpx2.AsyncClient, conversation: str, *files: str) -> httpx2.Response:
    """Write a note with files."""
    body = {"kind": "note", "text": "See", "attachments": list(files)}
    return await client.post(f"/conversations/{conversation}/messages", json=body)


@pytest.fixture
async def his(db: Database) -> str:
    """Open a conversation of Ben's."""
    return await a_conversation(db, CAST.ben.id)


@pytest.fixture
async def hidden(ada: httpx2.AsyncClient, db: Database) -> str:
    """Put a file into a conversation that Ben does not see."""
    hers = await a_conversation(db, CAST.ada.id)
    file = await uploaded(ada)
    assert (await attach(ada, hers, file)).status_code == 201
    narrowed = await ada.patch(f"/inboxes/{CAST.inbox}", json={"visibility": "own"})
    assert narrowed.status_code == 200
    return file


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("messages", {"kind": "note", "text": "x"}, "attachments.0"),
        ("messages", {"kind": "reply", "text": "x"}, "attachments.0"),
        ("automatic-replies", {"kind": "reply", "text": "x"}, "attachments.0"),
        ("messages", {"content": {"type": "template", "name": "a", "language": "en"}}, "header"),
    ],
)
async def test_a_file_one_does_not_see_is_as_one_that_is_not(
    ben: httpx2.AsyncClient,
    his: str,
    hidden: str,
    path: str,
    body: dict[str, object],
    field: str,
) -> None:
    """Whatever takes a file answers alike: nobody learns that there is such a file."""
    answers = []
    for file in (hidden, str(new_id())):
        if field == "header":
            content = {**body["content"], "header": file}  # type: ignore[dict-item]
            given = {**body, "content": content}
        else:
            given = {**body, "attachments": [file]}
        answer = await ben.post(f"/conversations/{his}/{path}", json=given)
        assert answer.status_code == 422, answer.text
        answers.append(answer.json()["errors"])
    assert answers[0] == answers[1]
    assert [each["field"] for each in answers[0]] == [
        "content.header" if field == "header" else field
    ]


async def test_the_error_names_the_place(ben: httpx2.AsyncClient, his: str, hidden: str) -> None:
    answer = await attach(ben, his, await uploaded(ben), hidden)
    assert [each["field"] for each in answer.json()["errors"]] == ["attachments.1"]


async def test_what_a_seen_message_carries_may_go_on(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, his: str, hidden: str
) -> None:
    hers = await uploaded(ada)
    assert (await attach(ben, his, hers)).status_code == 422  # not sent yet, so nobody else's
    assert (await attach(ada, his, hers, hidden)).status_code == 201
    assert (await attach(ben, his, hers, hidden)).status_code == 201


async def test_the_colleague_who_sees_all_may_attach_what_was_sent(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, his: str
) -> None:
    file = await uploaded(ben)
    assert (await attach(ada, his, file)).status_code == 422
    assert (await attach(ben, his, file)).status_code == 201
    assert (await attach(ada, his, file)).status_code == 201


async def test_a_file_of_a_message_that_is_gone_is_nobodys(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, his: str, owner: asyncpg.Connection
) -> None:
    file = await uploaded(ben)
    made = (await attach(ben, his, file)).json()
    await owner.execute("update message set attachments = '[]' where id = $1", UUID(made["id"]))
    assert (await attach(ada, his, file)).status_code == 422


async def test_unknown_and_unseen_files_cost_the_same_and_ones_own_nothing(
    ben: httpx2.AsyncClient, his: str, hidden: str, statements: Statements
) -> None:
    own = await uploaded(ben)
    counts = []
    for files in ((), (own,), (hidden,), (str(new_id()),), (own, hidden, str(new_id()))):
        await ben.get("/me")
        statements.clear()
        await attach(ben, his, *files)
        counts.append(await statements.asked())
    none, one, unseen, unknown, three = counts
    assert one == none + 1  # the row
    assert unseen == unknown == three
