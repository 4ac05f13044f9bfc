"""The worker as a whole: what is stored at the door comes out at the other end.

conformance  test
G-06         tests/entry/test_door.py
G-12         test_a_message_passes_a_long_queue_of_jobs
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cast import CAST
from hilo.domain import conversations, people
from hilo.domain.conversations import Given
from hilo.entry.state import AppState
from hilo.entry.worker import Worker
from hilo.kit import jobs
from hilo.kit.db import Database
from path import receipt, receiving, rows, said, state_on, stored, value
from patience import PATIENCE_S


@asynccontextmanager
async def working(state: AppState, dsn: str) -> AsyncIterator[None]:
    task = asyncio.create_task(Worker(state, dsn).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if "http" in state.__dict__:
            await state.http.close()


async def becomes(db: Database, query: str, wanted: object, within_s: float = PATIENCE_S) -> None:
    async with asyncio.timeout(within_s):
        while await value(db, query) != wanted:
            await asyncio.sleep(0.05)


async def reply(state: AppState, text: str) -> None:
    ((conversation,),) = await rows(state.db, "select id from conversation")
    actor = people.system(CAST.workspace)
    async with state.db.transaction(CAST.workspace) as tx:
        await conversations.write(tx, actor, conversation, Given(text=text), state.channels)


async def test_a_message_comes_in_and_its_answer_goes_out(
    db: Database, dsn: str, tmp_path: Path
) -> None:
    state = state_on(db, tmp_path)
    async with receiving((200, {}, b'{"id": "theirs-1"}')) as receiver, working(state, dsn):
        await _point(state, receiver.url)
        await stored(db, [said("where is it?", id_="m-1")])
        state.bus.publish("intake")
        await becomes(db, "select count(*) from message", 1)
        await reply(state, "It arrives today.")
        await becomes(db, "select state from message where kind = 'outgoing'", "sent")
        assert receiver.posts[0].body["text"] == "It arrives today."
        await stored(db, [receipt("theirs-1", "delivered")])
        state.bus.publish("intake")
        await becomes(db, "select state from message where kind = 'outgoing'", "delivered")
    assert len(receiver.posts) == 1


async def test_a_message_passes_a_long_queue_of_jobs(
    db: Database, dsn: str, tmp_path: Path
) -> None:
    state = state_on(db, tmp_path)
    async with db.transaction(CAST.workspace) as tx:
        for _ in range(2_000):
            await jobs.enqueue(
                tx, "carry", {"workspace": CAST.workspace, "conversation": CAST.inbox}
            )
    async with working(state, dsn):
        await stored(db, [said("me first")])
        state.bus.publish("intake")
        await becomes(db, "select count(*) from message", 1)


async def _point(state: AppState, url: str) -> None:
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("update account set settings = $1", {"callback_url": url})
