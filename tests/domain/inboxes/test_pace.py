"""How fast an account sends: rate, pauses, breaker, back-off."""

from uuid import UUID

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from hilo.domain.inboxes import Pace, back_off_s

ONE, OTHER = UUID(int=1), UUID(int=2)


def test_a_rate_is_kept_for_each_account_alone() -> None:
    pace = Pace()
    assert pace.wait_s(ONE, 10) == 0
    assert 0 < pace.wait_s(ONE, 10) <= 0.1
    assert pace.wait_s(OTHER, 10) == 0
    assert pace.wait_s(OTHER, 0) > 0  # the rate it was asked with before


def test_a_pause_holds_the_whole_account() -> None:
    pace = Pace()
    pace.failed(ONE, pause_s=30)
    assert 29 < pace.wait_s(ONE, 0) <= 30
    assert pace.wait_s(OTHER, 0) == 0


def test_the_breaker_trips_and_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("hilo.domain.inboxes.pace.time.monotonic", lambda: now)
    pace = Pace()
    for _ in range(4):
        pace.failed(ONE)
    assert pace.wait_s(ONE, 0) == 0
    pace.failed(ONE)
    assert pace.wait_s(ONE, 0) == 20
    now += 20
    assert pace.wait_s(ONE, 0) == 0
    pace.worked(ONE)
    pace.failed(ONE)
    assert pace.wait_s(ONE, 0) == 0


@given(st.integers(0, 10_000), st.floats(0, 3600))
def test_the_pause_grows_to_a_bound_and_is_never_shorter_than_asked(
    attempts: int, least_s: float
) -> None:
    assert least_s < back_off_s(attempts, least_s) <= least_s + 900


def test_the_pauses_are_spread() -> None:
    with time_machine.travel(0):
        assert len({round(back_off_s(5), 6) for _ in range(20)}) > 10
