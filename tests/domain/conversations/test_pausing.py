"""Who waits when a vendor is busy or unwell: everybody of the account, one person, or nobody else.

conformance  test
G-32         test_a_pause_of_the_account_holds_everybody_back,
             test_a_pause_for_one_person_holds_nobody_else_back
"""

from pathlib import Path
from uuid import UUID

import pytest
from msgspec import structs
from typing_extensions import override

from cast import CAST
from hilo.domain import conversations, people
from hilo.domain.conversations import Carry, Given
from hilo.domain.conversations.outgoing.carry import Carriage
from hilo.entry import work
from hilo.kit.db import Database
from hilo.kit.errors import Throttled
from hilo.kit.jobs import Later
from hilo.sdk.account import Account
from hilo.sdk.outbound import HttpReply, MessageOut, Sending
from path import Answer, receiving, rows
from vendor import MANIFEST, Place, Vendor, says, vendor_on

ACTOR = people.system(CAST.workspace)
PAUSE_S = 600
BUSY_ALL: Answer = (429, {}, b"everybody")
BUSY_ONE: Answer = (429, {}, b"this one")
UNWELL: Answer = (500, {}, b"")


class Busy(Vendor):
    """A vendor that says for whom its pause is."""

    @override
    def send(self, message: MessageOut, account: Account) -> Sending:
        """Post one part."""
        reply = yield self._call(account, "messages", {"text": message.text})
        assert isinstance(reply, HttpReply)
        if reply.status == 429:
            scope = "account" if reply.body == b"everybody" else "recipient"
            raise Throttled("busy", retry_after_s=PAUSE_S, scope=scope)  # type: ignore[arg-type]
        return self.accepted(reply)


KEYED = structs.replace(MANIFEST, features=[*MANIFEST.features, "idempotent_send"])
FORGETFUL = structs.replace(KEYED, key_s=120)


@pytest.fixture
async def place(db: Database, tmp_path: Path) -> Place:
    return await vendor_on(db, tmp_path, Busy())


@pytest.fixture
def carriage(place: Place) -> Carriage:
    return work.tools(place.state).carriage


async def answered(place: Place, who: str, text: str = "") -> UUID:
    """Let somebody write and be answered; return the conversation."""
    await place.hear(says("hello", who=who))
    ((id_,),) = await rows(
        place.state.db,
        "select m.conversation_id from message m join identity i on i.id = m.identity_id"
        " where i.value = $1 and m.kind = 'incoming' limit 1",
        who,
    )
    await write(place, id_, text or f"to {who}")
    return UUID(str(id_))


async def write(place: Place, conversation: UUID, text: str) -> None:
    async with place.state.db.transaction(CAST.workspace) as tx:
        await conversations.write(tx, ACTOR, conversation, Given(text=text), place.state.channels)


async def waits_s(carriage: Carriage, conversation: UUID) -> float:
    """Carry what is due there; return how long the rest asks to wait."""
    try:
        await carriage.carry(Carry(CAST.workspace, conversation))
    except Later as later:
        return later.delay_s
    return 0


async def test_a_pause_of_the_account_holds_everybody_back(
    place: Place, carriage: Carriage
) -> None:
    dora, eli = await answered(place, "dora"), await answered(place, "eli")
    async with receiving(BUSY_ALL, (200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        assert await waits_s(carriage, dora) >= PAUSE_S
        assert await waits_s(carriage, eli) > PAUSE_S - 60
    assert [post.body["text"] for post in vendor.posts] == ["to dora"]


async def test_a_pause_for_one_person_holds_nobody_else_back(
    place: Place, carriage: Carriage
) -> None:
    dora, eli = await answered(place, "dora"), await answered(place, "eli")
    async with receiving(BUSY_ONE, (200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        assert await waits_s(carriage, dora) >= PAUSE_S
        assert await waits_s(carriage, eli) == 0
    assert [post.body["text"] for post in vendor.posts] == ["to dora", "to eli"]


async def test_what_is_tried_again_holds_later_replies_back_for_two_minutes(
    place: Place, carriage: Carriage
) -> None:
    dora = await answered(place, "dora", "first")
    await write(place, dora, "second")
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        await rows(
            place.state.db,
            "update part set attempts = 1, due_at = now() + interval '1 hour'"
            " where number = 1 and message_id = (select min(message_id::text)::uuid from part)"
            " returning 1",
        )
        assert await waits_s(carriage, dora) > 3000
        assert not vendor.posts
        await rows(
            place.state.db,
            "update part set created_at = created_at - interval '121 seconds' returning 1",
        )
        assert await waits_s(carriage, dora) > 3000
    assert [post.body["text"] for post in vendor.posts] == ["second"]


async def test_outcomes_nobody_knows_make_an_account_rest(place: Place, carriage: Carriage) -> None:
    everybody = [await answered(place, f"u-{n}") for n in range(6)]
    async with receiving(UNWELL) as vendor:
        await place.point(vendor.url)
        for each in everybody[:5]:
            assert await waits_s(carriage, each) == 0
        assert await waits_s(carriage, everybody[5]) > 10
    assert len(vendor.posts) == 5
    states = await rows(place.state.db, "select state from part order by message_id")
    assert [state for (state,) in states] == [*["uncertain"] * 5, "queued"]


async def passes(place: Place, seconds: int) -> None:
    """Let time go by for what waits."""
    await rows(
        place.state.db,
        "update part set due_at = now(), attempted_at = attempted_at - make_interval(secs => $1),"
        " created_at = created_at - make_interval(secs => $1) returning 1",
        seconds,
    )


async def the_part(place: Place) -> tuple[object, ...]:
    ((state, code),) = await rows(place.state.db, "select state, error ->> 'code' from part")
    return state, code


async def test_what_may_have_arrived_is_repeated_while_a_repetition_is_recognised(
    db: Database, tmp_path: Path
) -> None:
    place = await vendor_on(db, tmp_path, Busy(KEYED))
    dora = await answered(place, "dora")
    async with receiving(UNWELL, (200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        assert await waits_s(work.tools(place.state).carriage, dora) > 0
        await passes(place, 3600)
        assert await waits_s(work.tools(place.state).carriage, dora) == 0
    assert len(vendor.posts) == 2
    assert await the_part(place) == ("sent", None)


@pytest.mark.parametrize("between", [None, BUSY_ONE])
async def test_what_may_have_arrived_is_an_agents_once_a_repetition_is_not_recognised(
    db: Database, tmp_path: Path, between: Answer | None
) -> None:
    place = await vendor_on(db, tmp_path, Busy(FORGETFUL))
    dora = await answered(place, "dora")
    answers = [UNWELL, *([] if between is None else [between]), (200, {}, b"{}")]
    async with receiving(*answers) as vendor:
        await place.point(vendor.url)
        for _ in answers[:-1]:
            assert await waits_s(work.tools(place.state).carriage, dora) > 0
            assert await the_part(place) == ("queued", "unknown-outcome")
            await passes(place, 50)
        await passes(place, 100)
        assert await waits_s(work.tools(place.state).carriage, dora) == 0
    assert len(vendor.posts) == len(answers) - 1
    assert await the_part(place) == ("uncertain", "unknown-outcome")


async def test_after_a_day_of_doubt_an_agent_decides(db: Database, tmp_path: Path) -> None:
    place = await vendor_on(db, tmp_path, Busy(KEYED))
    dora = await answered(place, "dora")
    async with receiving(UNWELL) as vendor:
        await place.point(vendor.url)
        await passes(place, 25 * 3600)
        assert await waits_s(work.tools(place.state).carriage, dora) == 0
    assert await the_part(place) == ("uncertain", "unknown-outcome")
