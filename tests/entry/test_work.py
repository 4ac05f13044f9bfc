"""When a failed job is tried again."""

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilo.entry.work import retry_after_s
from hilo.kit.errors import Bug, TemporaryFailure, Throttled

FAILURES = st.integers(1, 10_000)


@pytest.mark.parametrize(
    "away",
    [
        ConnectionRefusedError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.InterfaceError("closed"),
    ],
)
@given(failures=FAILURES)
def test_what_only_waited_for_our_database_goes_on_soon(away: Exception, failures: int) -> None:
    pause_s = retry_after_s(away, failures)
    assert pause_s is not None
    assert 1 <= pause_s <= 5


@given(FAILURES)
def test_who_is_unwell_outside_is_asked_more_and_more_seldom(failures: int) -> None:
    pause_s = retry_after_s(TemporaryFailure("busy"), failures)
    assert pause_s == min(2.0 ** min(failures, 12), 300)


@given(FAILURES, st.floats(0, 3600))
def test_who_asks_for_a_pause_gets_it(failures: int, asked_s: float) -> None:
    pause_s = retry_after_s(Throttled("slow down", retry_after_s=asked_s), failures)
    assert pause_s is not None
    assert pause_s >= asked_s


def test_our_own_mistake_is_tried_a_few_times_and_then_held() -> None:
    pauses = [retry_after_s(Bug("wrong"), failures) for failures in range(1, 7)]
    assert pauses == [2, 4, 8, 16, None, None]
