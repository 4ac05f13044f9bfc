"""Files that come with messages: shown at once, fetched later, a notice when they cannot be had.

conformance  test
G-16         test_an_album_is_one_conversation (and tests/domain/conversations/test_intake.py)
G-38         test_a_file_that_cannot_be_had_leaves_a_notice
G-39         test_a_private_address_is_never_asked,
             test_a_redirect_to_a_private_address_is_not_followed
G-40         test_a_file_that_is_too_big_leaves_a_notice
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cast import CAST
from hilo.domain import library
from hilo.domain.conversations import FETCH, fetch_again
from hilo.domain.conversations.errors import NoSource
from hilo.entry import work
from hilo.entry.state import AppState
from hilo.kit.db import Database
from hilo.kit.errors import Conflict, TemporaryFailure
from hilo.kit.jobs import Job
from path import Answer, events, heard, receiving, rows, said, state_on, value
from stage import agent

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63"
    "0001000005000100 0d0a2db40000000049454e44ae426082".replace(" ", "")
)


@pytest.fixture
async def state(db: Database, tmp_path: Path) -> AsyncIterator[AppState]:
    state = state_on(db, tmp_path)
    yield state
    if "http" in state.__dict__:
        await state.http.close()


async def attachments(state: AppState) -> list[dict[str, Any]]:
    found = await value(state.db, "select attachments from message")
    assert isinstance(found, list)
    return found


async def fetched(state: AppState, failures: int = 0) -> None:
    """Do every job of fetching once."""
    query = "select id, payload from pgqueuer where entrypoint = $1 order by id"
    for id_, payload in await rows(state.db, query, FETCH):
        await work.fetch(work.tools(state), Job(int(id_), FETCH, bytes(payload), failures, 0))


async def test_bytes_that_came_along_are_there_at_once(state: AppState) -> None:
    files = [{"name": "../a\u0000.txt", "content": "aGVsbG8="}]
    await heard(state, said(attachments=files))
    (file,) = await attachments(state)
    assert (file["name"], file["state"], file["size_bytes"]) == ("a.txt", "stored", 5)
    async with state.db.transaction(CAST.workspace) as tx:
        stored = await library.find_file(tx, UUID(file["id"]))
    assert await library.content_of(state.files, stored) == b"hello"


async def test_an_address_is_fetched_after_the_message_is_shown(state: AppState) -> None:
    async with receiving((200, {"Content-Type": "image/png"}, PNG)) as receiver:
        await heard(state, said("see", attachments=[{"url": receiver.url, "name": "p.png"}]))
        (file,) = await attachments(state)
        assert (file["state"], receiver.posts) == ("loading", [])
        await fetched(state)
        (file,) = await attachments(state)
        assert (file["state"], file["media_type"]) == ("stored", "image/png")
        await fetched(state)  # a job may run again
    assert await attachments(state) == [file]
    async with state.db.transaction(CAST.workspace) as tx:
        (told,) = await events(tx, "message.attachments")
    assert told["message"]["attachments"][0]["id"] == file["id"]  # type: ignore[index]


@pytest.mark.parametrize(
    "answer",
    [
        (401, {}, b""),
        (404, {}, b""),
        (200, {}, b"<!doctype html><html><body>sign in</body></html>"),
    ],
)
async def test_a_file_that_cannot_be_had_leaves_a_notice(state: AppState, answer: Answer) -> None:
    async with receiving(answer) as receiver:
        file = {"url": receiver.url, "name": "p.png", "media_type": "image/png"}
        await heard(state, said("see", attachments=[file]))
        await fetched(state)
    assert [each["state"] for each in await attachments(state)] == ["failed"]
    assert await value(state.db, "select text from message") == "see"


async def test_a_file_that_could_not_be_had_is_fetched_again_when_asked(state: AppState) -> None:
    """It loads again, then it is there; once it is there, there is nothing to fetch."""
    ada = agent(CAST.ada)
    async with receiving((404, {}, b""), (200, {}, PNG)) as receiver:
        file = {"url": receiver.url, "name": "p.png", "media_type": "image/png"}
        await heard(state, said("see", attachments=[file]))
        await fetched(state)
        ((matter, message),) = await rows(state.db, "select conversation_id, id from message")
        (broken,) = await attachments(state)
        names = (UUID(str(matter)), UUID(str(message)), UUID(broken["id"]))
        async with state.db.transaction(CAST.workspace) as tx:
            shown = await fetch_again(tx, ada, *names)
        assert [each.state for each in shown.attachments] == ["loading"]
        async with state.db.transaction(CAST.workspace) as tx:
            with pytest.raises(Conflict):
                await fetch_again(tx, ada, *names)
        await fetched(state)
    assert [each["state"] for each in await attachments(state)] == ["stored"]
    assert await value(state.db, "select count(*) from attachment_source") == 0


async def test_a_file_without_an_address_cannot_be_fetched_again(
    state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes came along and were too many."""
    monkeypatch.setattr(library, "MOST_BYTES", 100)
    await heard(state, said("see", attachments=[{"content": "eHh4" * 100, "name": "big.txt"}]))
    ((matter, message),) = await rows(state.db, "select conversation_id, id from message")
    (broken,) = await attachments(state)
    names = (UUID(str(matter)), UUID(str(message)), UUID(broken["id"]))
    async with state.db.transaction(CAST.workspace) as tx:
        with pytest.raises(NoSource):
            await fetch_again(tx, agent(CAST.ada), *names)


async def test_a_server_in_trouble_is_asked_again_and_given_up_in_the_end(state: AppState) -> None:
    async with receiving((503, {}, b"")) as receiver:
        await heard(state, said(attachments=[{"url": receiver.url}]))
        with pytest.raises(TemporaryFailure):
            await fetched(state)
        assert [each["state"] for each in await attachments(state)] == ["loading"]
        await fetched(state, failures=5)
    assert [each["state"] for each in await attachments(state)] == ["failed"]


async def test_a_private_address_is_never_asked(db: Database, tmp_path: Path) -> None:
    state = state_on(db, tmp_path, allow=())
    async with receiving() as receiver:
        await heard(state, said(attachments=[{"url": receiver.url}]))
        await fetched(state)
    await state.http.close()
    assert not receiver.posts
    assert [each["state"] for each in await attachments(state)] == ["failed"]


async def test_a_redirect_to_a_private_address_is_not_followed(
    db: Database, tmp_path: Path
) -> None:
    state = state_on(db, tmp_path, allow=("127.0.0.1/32",))
    async with receiving((302, {"Location": "http://127.0.0.2/secret"}, b"")) as receiver:
        await heard(state, said(attachments=[{"url": receiver.url}]))
        await fetched(state)
    await state.http.close()
    assert len(receiver.posts) == 1
    assert [each["state"] for each in await attachments(state)] == ["failed"]


async def test_a_file_that_is_too_big_leaves_a_notice(
    state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "MOST_BYTES", 100)
    async with receiving((200, {}, b"x" * 1000)) as receiver:
        files = [{"url": receiver.url}, {"content": "eHh4" * 100, "name": "big.txt"}]
        await heard(state, said("see", attachments=files))
        await fetched(state)
    assert [each["state"] for each in await attachments(state)] == ["failed", "failed"]


async def test_an_album_is_one_conversation(state: AppState) -> None:
    album = [
        said("", id_=f"m-{n}", attachments=[{"name": f"{n}.txt", "content": "aGk="}])
        for n in range(5)
    ]
    await asyncio.gather(*(heard(state, each) for each in album))
    await heard(state)
    assert await rows(
        state.db,
        "select (select count(*) from contact) - 1, (select count(*) from conversation),"
        " (select count(*) from message), (select count(*) from file)",
    ) == [(1, 1, 5, 5)]
