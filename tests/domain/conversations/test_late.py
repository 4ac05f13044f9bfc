"""Messages that came before the one they answer."""

from pathlib import Path

import pytest

from cast import CAST
from hilo.domain.conversations.thread import late
from hilo.entry.state import AppState
from hilo.kit.db import Database
from hilo.kit.ids import new_id
from path import events, heard, rows, said, state_on, stored, taken_in, value

ANSWERS = (
    "select m.external_id, a.external_id from message m "
    "left join message a on a.id = m.reply_to order by m.external_id"
)


@pytest.fixture
def state(db: Database, tmp_path: Path) -> AppState:
    return state_on(db, tmp_path)


async def test_an_answer_that_came_first_points_at_its_message_later(state: AppState) -> None:
    await heard(state, said(id_="2", in_reply_to="1"), said(id_="3", in_reply_to="1"))
    assert await rows(state.db, ANSWERS) == [("2", None), ("3", None)]
    await heard(state, said(id_="1"))
    assert await rows(state.db, ANSWERS) == [("1", None), ("2", "1"), ("3", "1")]
    assert await value(state.db, "select count(*) from awaited_message") == 0
    async with state.db.transaction(CAST.workspace) as tx:
        told = await events(tx, "message.linked")
    assert len(told) == 2
    assert all(each["message"]["reply_to"] for each in told)  # type: ignore[index]


async def test_in_one_batch_the_order_does_not_matter(state: AppState) -> None:
    await stored(state.db, [said(id_="2", in_reply_to="1"), said(id_="1")])
    await taken_in(state)
    assert await rows(state.db, ANSWERS) == [("1", None), ("2", "1")]


async def test_another_account_with_the_same_name_is_not_meant(state: AppState) -> None:
    await heard(state, said(id_="2", in_reply_to="1"))
    async with state.db.transaction(CAST.workspace) as tx:
        await late.bind(tx, new_id(), {"1": new_id()})
    assert await rows(state.db, ANSWERS) == [("2", None)]
