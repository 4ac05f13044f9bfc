"""How fast an account sends: rate, pauses, breaker, back-off."""

from contextlib import ExitStack
from uuid import UUID

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from hilo.domain.inboxes import Pace, back_off_s
from hilo.sdk.manifest import Rates

ONE, OTHER = UUID(int=1), UUID(int=2)
DORA, ELI = UUID(int=3), UUID(int=4)
FREE = Rates()


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_rate_is_kept_for_each_account_alone(clock: Clock) -> None:
    pace, rates = Pace(clock), Rates(per_s=10, burst=2)
    assert [pace.wait_s(ONE, DORA, rates) for _ in range(2)] == [0, 0]
    assert pace.wait_s(ONE, ELI, rates) == pytest.approx(0.1)
    assert pace.wait_s(OTHER, DORA, rates) == 0
    clock.now += 0.1
    assert pace.wait_s(ONE, ELI, rates) == 0
    clock.now += 60
    assert [pace.wait_s(ONE, DORA, rates) > 0 for _ in range(3)] == [False, False, True]


def test_a_recipient_has_a_pace_of_its_own(clock: Clock) -> None:
    pace, rates = Pace(clock), Rates(recipient_every_s=6, recipient_burst=1)
    assert pace.wait_s(ONE, DORA, rates) == 0
    assert pace.wait_s(ONE, DORA, rates) == pytest.approx(6)
    assert pace.wait_s(ONE, ELI, rates) == 0
    clock.now += 6
    assert pace.wait_s(ONE, DORA, rates) == 0


def test_who_must_wait_takes_nothing_from_the_others(clock: Clock) -> None:
    pace, rates = Pace(clock), Rates(per_s=1, burst=2, recipient_every_s=60)
    assert pace.wait_s(ONE, DORA, rates) == 0
    assert [pace.wait_s(ONE, DORA, rates) > 0 for _ in range(5)] == [True] * 5
    assert pace.wait_s(ONE, ELI, rates) == 0


def test_a_pause_holds_the_whole_account_or_one_recipient(clock: Clock) -> None:
    pace = Pace(clock)
    pace.failed(ONE, 30)
    assert pace.wait_s(ONE, DORA, FREE) == 30
    assert pace.is_resting(ONE)
    assert pace.wait_s(OTHER, DORA, FREE) == 0
    pace.failed(OTHER, 40, DORA, "recipient")
    assert pace.wait_s(OTHER, DORA, FREE) == 40
    assert pace.wait_s(OTHER, ELI, FREE) == 0


def test_the_breaker_trips_and_closes(clock: Clock) -> None:
    pace = Pace(clock)
    for _ in range(4):
        pace.failed(ONE)
    assert pace.wait_s(ONE, DORA, FREE) == 0
    pace.failed(ONE)
    assert pace.wait_s(ONE, DORA, FREE) == 20
    clock.now += 20
    assert pace.wait_s(ONE, DORA, FREE) == 0
    pace.worked(ONE)
    pace.failed(ONE)
    assert pace.wait_s(ONE, DORA, FREE) == 0


def test_a_vendor_that_hangs_gets_few_calls_at_once(clock: Clock) -> None:
    pace = Pace(clock)
    with ExitStack() as stack:
        for _ in range(6):
            assert pace.wait_s(ONE, DORA, FREE) == 0
            stack.enter_context(pace.calling(ONE))
        clock.now += 1.5
        assert pace.wait_s(ONE, DORA, FREE) > 0
        assert pace.wait_s(OTHER, DORA, FREE) == 0
    clock.now += 10
    for _ in range(4):
        assert pace.wait_s(ONE, DORA, FREE) == 0
        stack.enter_context(pace.calling(ONE))
    assert pace.wait_s(ONE, DORA, FREE) > 0


def test_who_may_send_has_a_place_before_it_calls_and_loses_it_if_it_never_does(
    clock: Clock,
) -> None:
    pace = Pace(clock)
    assert [pace.wait_s(ONE, DORA, FREE) > 0 for _ in range(10)] == [False] * 8 + [True] * 2
    with pace.calling(ONE):
        assert pace.wait_s(ONE, DORA, FREE) > 0
    assert pace.wait_s(ONE, DORA, FREE) == 0
    clock.now += 10
    assert [pace.wait_s(ONE, DORA, FREE) > 0 for _ in range(8)] == [False] * 8


def fly(pace: Pace, clock: Clock, took_s: float) -> int:
    """Make as many calls at once as may be; return how many."""
    with ExitStack() as stack:
        count = 0
        while pace.wait_s(ONE, DORA, FREE) == 0:
            stack.enter_context(pace.calling(ONE))
            count += 1
        clock.now += took_s
    clock.now += 60
    return count


def test_a_quick_vendor_gets_many_and_not_all(clock: Clock) -> None:
    pace = Pace(clock)
    found = [fly(pace, clock, 0.2) for _ in range(40)]
    assert found[0] == 8
    assert found == sorted(found)
    assert found[-1] == 30


def test_who_became_slow_must_prove_itself_again(clock: Clock) -> None:
    pace = Pace(clock)
    for _ in range(40):
        fly(pace, clock, 0.2)
    assert fly(pace, clock, 3) == 30
    assert fly(pace, clock, 0.2) == 4
    assert fly(pace, clock, 0.2) == 5


def test_those_who_wait_look_one_after_the_other(clock: Clock) -> None:
    pace = Pace(clock)
    pace.failed(ONE, 30)
    waits = [pace.wait_s(ONE, UUID(int=10 + n), FREE) for n in range(100)]
    assert waits[0] == 30
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(30.99)
    rates = Rates(per_s=10, burst=1)
    assert pace.wait_s(OTHER, DORA, rates) == 0
    waits = [pace.wait_s(OTHER, DORA, rates) for _ in range(3)]
    assert waits == pytest.approx([0.1, 0.2, 0.3])


@given(st.integers(0, 10_000), st.floats(0, 3600))
def test_the_pause_grows_to_a_bound_and_is_never_shorter_than_asked(
    attempts: int, least_s: float
) -> None:
    assert least_s < back_off_s(attempts, least_s) <= least_s + 900


def test_the_pauses_are_spread() -> None:
    with time_machine.travel(0):
        assert len({round(back_off_s(5), 6) for _ in range(20)}) > 10
