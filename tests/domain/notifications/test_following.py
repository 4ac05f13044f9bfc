"""A visitor who left is mailed what was not read there: once, and nothing that was read."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from cast import CAST
from hilo.domain import conversations, inboxes, notifications
from hilo.domain.conversations import Given
from hilo.domain.notifications import Follow
from hilo.entry.state import AppState
from hilo.kit.db import Database
from path import heard, rows, said, state_on
from stage import agent

WHO = "left@example.test"


@pytest.fixture
async def state(db: Database, tmp_path: Path) -> AppState:
    """Give a chat that follows by mail, and a mailbox to do it with."""
    made = state_on(db, tmp_path)
    async with db.transaction(CAST.workspace) as tx:
        given = ("email", "", {"address": "help@hilo.test"})
        await inboxes.create_account(tx, agent(), made.channels, CAST.inbox, given)
        await tx.connection.execute(
            "update account set settings = settings || jsonb_build_object('mail_after_s', 60)"
            " where id = $1",
            CAST.account,
        )
    return made


async def left(state: AppState, *texts: str) -> UUID:
    """Answer somebody who has gone; return the conversation."""
    await heard(state, said("Is it in stock?", email=WHO))
    ((talk,),) = await rows(state.db, "select id from conversation")
    await answer(state, UUID(str(talk)), *texts)
    return UUID(str(talk))


async def answer(state: AppState, talk: UUID, *texts: str) -> None:
    """Answer in the chat; it was sent."""
    async with state.db.transaction(CAST.workspace) as tx:
        for each in texts:
            given = Given(text=each, account_id=CAST.account)
            await conversations.write(tx, agent(), talk, given, state.channels)
    await rows(
        state.db,
        "update message set state = 'sent' where kind = 'outgoing' and channel = 'api' returning 1",
    )


async def follow(state: AppState, talk: UUID) -> None:
    """Do the job that is due some time after an answer."""
    async with state.db.transaction(CAST.workspace) as tx:
        await notifications.follow(tx, state.channels, Follow(CAST.workspace, talk))


async def mailed(state: AppState) -> list[object]:
    """Return the texts that were mailed."""
    found = await rows(
        state.db,
        "select text from message where channel = 'email' and kind = 'outgoing' order by seq",
    )
    return [text for (text,) in found]


async def test_what_was_not_read_is_mailed_once_for_all_of_it(state: AppState) -> None:
    talk = await left(state, "Two are left.", "Shall I keep one?")
    for _ in range(3):
        await follow(state, talk)
    assert await mailed(state) == ["Two are left.\n\nShall I keep one?"]
    await answer(state, talk, "I kept one.")
    await follow(state, talk)
    assert (await mailed(state))[1:] == ["I kept one."]


async def test_what_was_read_is_not_mailed(state: AppState) -> None:
    talk = await left(state, "Two are left.")
    await rows(state.db, "update message set state = 'read' where kind = 'outgoing' returning 1")
    await follow(state, talk)
    assert await mailed(state) == []


async def test_whoever_wrote_again_is_not_followed(state: AppState) -> None:
    talk = await left(state, "Two are left.")
    await heard(state, said("I am back", email=WHO))
    await follow(state, talk)
    assert await mailed(state) == []


async def test_two_workers_mail_it_once(state: AppState) -> None:
    talk = await left(state, "Two are left.")
    await asyncio.gather(*(follow(state, talk) for _ in range(6)))
    assert await mailed(state) == ["Two are left."]
