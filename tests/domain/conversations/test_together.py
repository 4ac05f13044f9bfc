"""Replies of many conversations leave together: they share statements, and no one's end."""

import asyncio
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from carrying import PEOPLE, sent, written
from cast import CAST
from frame import Statements
from hilo.domain import conversations
from hilo.domain.conversations.outgoing import letters
from hilo.domain.conversations.outgoing.carry import Carriage
from hilo.entry import work
from hilo.kit.db import Database
from hilo.kit.jobs import Later
from path import Answer, receiving, rows
from vendor import Place, vendor_on

PLACES = 7  # fewer than an account's calls at once
ALONE = 12  # statements of one reply, which test_carry counts


@pytest.fixture
async def place(db: Database, tmp_path: Path) -> Place:
    return await vendor_on(db, tmp_path)


async def states(place: Place) -> Counter[str]:
    found = await rows(
        place.state.db,
        "select state from message where account_id = $1 and kind = 'outgoing'",
        place.account.id,
    )
    return Counter(state for (state,) in found)


async def all_sent(carriage: Carriage, found: list[UUID]) -> None:
    await asyncio.gather(*(sent(carriage, each) for each in found))


async def test_many_at_once_ask_for_far_less_than_each_alone(
    place: Place, statements: Statements
) -> None:
    carriage = work.tools(place.state).carriage
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        await all_sent(carriage, await written(place))  # the connections know their types
        found = await written(place)
        statements.clear()
        await all_sent(carriage, found)
        asked = await statements.asked()
    assert len(vendor.posts) == 2 * PEOPLE
    assert await states(place) == {"sent": 2 * PEOPLE}
    assert asked < PEOPLE * ALONE / 2


async def test_each_ends_as_its_own_call_did(place: Place) -> None:
    carriage = work.tools(place.state).carriage
    answers: list[Answer] = [
        *[(200, {}, b'{"id": "alike"}')] * (PEOPLE // 3),
        *[(400, {}, b"no")] * (PEOPLE // 3),
        *[(500, {}, b"")] * (PEOPLE - 2 * (PEOPLE // 3)),
    ]
    async with receiving(*answers) as vendor:
        await place.point(vendor.url)
        await all_sent(carriage, await written(place))
    assert len(vendor.posts) == PEOPLE
    assert await states(place) == {
        "sent": PEOPLE // 3,
        "failed": PEOPLE // 3,
        "uncertain": PEOPLE - 2 * (PEOPLE // 3),
    }
    named = await rows(place.state.db, "select 1 from part where external_id = 'alike'")
    assert len(named) == 1, "a name that is not unique is one part's"


async def test_one_that_breaks_stops_no_other(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    carriage = work.tools(place.state).carriage
    compose = letters.compose
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        broken, *others = await written(place)

        async def breaking(*given: object) -> object:
            made = await compose(*given)  # type: ignore[arg-type]
            if made.conversation == broken:
                raise RuntimeError("a letter nobody can write")
            return made

        monkeypatch.setattr(letters, "compose", breaking)
        first = conversations.Carry(CAST.workspace, others[0])
        jobs = [conversations.Carry(CAST.workspace, each) for each in (broken, *others[1:PLACES])]
        ended = await asyncio.gather(*map(carriage.carry, [first, *jobs]), return_exceptions=True)
    assert [type(each) for each in ended] == [type(None), RuntimeError] + [type(None)] * (
        PLACES - 1
    ), "what the broken batch was free to send is free again"
    assert len(vendor.posts) == PLACES
    assert await states(place) == {"sent": PLACES, "queued": PEOPLE - PLACES}


async def test_a_conversation_asked_for_twice_is_carried_once(place: Place) -> None:
    carriage = work.tools(place.state).carriage
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        first, second, *_ = await written(place)
        jobs = [conversations.Carry(CAST.workspace, each) for each in (first, second, second)]
        ended = await asyncio.gather(*map(carriage.carry, jobs), return_exceptions=True)
    assert len(vendor.posts) == 2
    assert [type(each) for each in ended].count(Later) == 1
