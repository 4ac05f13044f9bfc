"""Loop guards: machines that answer each other come to an end, people are left alone."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast import CAST
from hilo.domain import conversations as desk
from hilo.domain.conversations import Given
from hilo.domain.conversations.replies.looping import BURST, TURNS, WINDOW, Said, judge
from hilo.domain.people import system
from hilo.kit.db import Tx
from hilo.kit.errors import Forbidden, Invalid
from hilo.kit.ids import new_id
from stage import CHANNELS, a_matter, agent, hear

BEGIN = datetime(2026, 11, 22, 10, tzinfo=UTC)
HILO = system(CAST.workspace)
HELLO = Given(text="We are closed. We answer at nine.")
WORDS = st.sampled_from(["Thanks", "thanks ", "I am away", "Ticket 1", "Ticket 2", "Ticket 3", ""])


@given(st.lists(st.tuples(WORDS, st.floats(0.1, 900)), min_size=1, max_size=120))
def test_whatever_a_machine_writes_back_it_gets_few_answers(
    written: list[tuple[str, float]],
) -> None:
    thread: list[Said] = []
    answers: list[datetime] = []
    now = BEGIN
    for text, pause_s in written:
        now += timedelta(seconds=pause_s)
        thread.insert(0, Said("incoming", False, text, now))  # noqa: FBT003 - a plain record
        if judge(thread, now) is None:
            thread.insert(0, Said("outgoing", True, "", now))  # noqa: FBT003
            answers.append(now)
    for at in answers:
        assert len([each for each in answers if at - WINDOW < each <= at]) <= TURNS + 1


@given(st.lists(st.tuples(st.floats(7, 4000), st.booleans()), max_size=80))
def test_a_person_is_never_taken_for_a_machine(written: list[tuple[float, bool]]) -> None:
    thread: list[Said] = []
    now = BEGIN
    for place, (pause_s, is_answered) in enumerate(written):
        now += timedelta(seconds=pause_s)
        thread.insert(0, Said("incoming", False, f"line {place}", now))  # noqa: FBT003
        assert judge(thread, now) is None
        if is_answered:
            thread.insert(0, Said("outgoing", False, "", now))  # noqa: FBT003 - by an agent


def test_a_burst_is_a_machines() -> None:
    thread = [
        Said("incoming", False, f"line {n}", BEGIN + timedelta(seconds=n))  # noqa: FBT003
        for n in range(BURST)
    ][::-1]
    assert judge(thread, BEGIN + timedelta(seconds=BURST)) == "rate"
    assert judge(thread[1:], BEGIN + timedelta(seconds=BURST)) is None


async def test_the_guard_trips_says_so_once_and_is_lifted(tx: Tx) -> None:
    conversation = await a_matter(tx, "I am away")
    first = await desk.write_automatically(tx, HILO, conversation, HELLO, CHANNELS)
    assert first is not None
    assert first.is_new
    await hear(tx, conversation, "I am away", "I am  AWAY")
    for _ in range(2):
        assert await desk.write_automatically(tx, HILO, conversation, HELLO, CHANNELS) is None
    stopped = await desk.guard_of(tx, agent(), conversation)
    assert (stopped.is_stopped, stopped.reason) == (True, "identical")
    page = await desk.list_messages(tx, agent(), conversation)
    codes = [each.meta.get("code") for each in page.items if each.kind == "activity"]
    assert codes == ["stopped_identical"]
    own = await desk.write(tx, agent(), conversation, Given(text="Me again"), CHANNELS)
    assert own.is_new, "people are never stopped"
    assert not (await desk.lift(tx, agent(), conversation)).is_stopped
    assert not (await desk.lift(tx, agent(), conversation)).is_stopped
    assert (await desk.guard_of(tx, agent(), conversation)).since is None
    assert await desk.write_automatically(tx, HILO, conversation, HELLO, CHANNELS) is not None
    lines = [each.event.what for each in tx.published if hasattr(each.event, "what")]
    assert [each for each in lines if each in {"stopped", "lifted"}] == ["stopped", "lifted"]


async def test_one_address_does_not_stop_another(tx: Tx) -> None:
    loud = await a_matter(tx, *(["again"] * 4))
    quiet = await a_matter(tx, "Hello")
    assert await desk.write_automatically(tx, HILO, loud, HELLO, CHANNELS) is None
    assert await desk.write_automatically(tx, HILO, quiet, HELLO, CHANNELS) is not None


async def test_a_machine_of_the_api_is_stopped_like_ours(tx: Tx) -> None:
    conversation = await a_matter(tx, "I am away")
    bot = msgspec.structs.replace(agent(), kind="token", via=new_id())
    written = await desk.write_automatically(tx, bot, conversation, HELLO, CHANNELS)
    assert written is not None
    assert (written.message.author.kind, written.message.author.name) == ("system", "Ada")
    await hear(tx, conversation, "I am away", "I am away")
    assert await desk.write_automatically(tx, bot, conversation, HELLO, CHANNELS) is None
    reader = msgspec.structs.replace(bot, permissions=frozenset({"conversation:read"}))
    with pytest.raises(Forbidden):
        await desk.write_automatically(tx, reader, conversation, HELLO, CHANNELS)
    note = Given(kind="note", text="x")
    with pytest.raises(Invalid, match="kind"):
        await desk.write_automatically(tx, bot, conversation, note, CHANNELS)
