"""Places and waiting times, for any queue."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilo.domain.visits import Board, Here, policy, wait_s, waiting
from hilo.domain.visits.models import State

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STATES: st.SearchStrategy[State] = st.sampled_from(("waiting", "called", "serving"))
SERVICES = st.lists(st.floats(1, 10_000), max_size=60)


@st.composite
def boards(draw: st.DrawFn) -> Board:
    """Draw a queue in which some are served, some called, and the rest waits."""
    states = draw(st.lists(STATES, max_size=30))
    agents = draw(st.integers(0, 5))
    here = [
        Here(
            id=UUID(int=place),
            number=place,
            state=state,
            counter="",
            agent_id=None,
            since=NOW - timedelta(seconds=draw(st.integers(0, 9_000))),
        )
        for place, state in enumerate(states, 1)
    ]
    services = draw(SERVICES)
    return Board(is_open=True, here=here, services=services, counters=agents, at=NOW)


def board(states: str, services: list[float], counters: int, since_s: int = 0) -> Board:
    """Return a queue: s is served, c called, w waits."""
    words: dict[str, State] = {"s": "serving", "c": "called", "w": "waiting"}
    here = [
        Here(UUID(int=n), n, words[each], "", None, NOW - timedelta(seconds=since_s))
        for n, each in enumerate(states, 1)
    ]
    return Board(is_open=True, here=here, services=services, counters=counters, at=NOW)


@given(boards())
def test_places_are_one_to_the_number_of_those_who_wait(given: Board) -> None:
    places = [policy.position(given, each.id) for each in waiting(given)]
    assert places == list(range(1, len(places) + 1))
    others = [each for each in given.here if each.state != "waiting"]
    assert [policy.position(given, each.id) for each in others] == [None] * len(others)


@given(boards())
def test_who_stands_further_back_never_waits_less(given: Board) -> None:
    waits = [wait_s(given, ahead) for ahead in range(12)]
    if None in waits:
        assert waits == [None] * 12
    else:
        known = [each for each in waits if each is not None]
        assert all(one <= other for one, other in pairwise(known))
        assert known[0] >= 0


@given(boards())
def test_another_counter_never_makes_anybody_wait_longer(given: Board) -> None:
    busy = sum(each.state != "waiting" for each in given.here)
    more = Board(
        is_open=True, here=given.here, services=given.services,
        counters=max(given.counters, busy) + 1, at=given.at,
    )  # fmt: skip
    now, then = wait_s(given, 6), wait_s(more, 6)
    assert now is None or then is None or then <= now


@given(boards())
def test_nothing_is_said_that_was_not_measured(given: Board) -> None:
    usable = [s for s in given.services if policy.SHORTEST_S <= s <= policy.LONGEST_S]
    is_known = len(usable) >= policy.LEAST_SERVICES and given.counters > 0
    assert (wait_s(given, 3) is None) is not is_known


@pytest.mark.parametrize(
    ("given", "ahead", "expected"),
    [
        (board("", [300.0] * 5, 1), 0, 0),  # a free counter
        (board("", [300.0] * 5, 1), 2, 600),
        (board("", [300.0] * 5, 2), 2, 300),
        (board("s", [300.0] * 5, 1, since_s=100), 0, 200),
        (board("s", [300.0] * 5, 1, since_s=100), 1, 500),
        (board("s", [300.0] * 5, 1, since_s=900), 0, 0),  # longer than ever: any moment
        (board("ss", [300.0] * 5, 2, since_s=0), 1, 300),
        (board("", [300.0] * 4, 1), 0, None),  # too few
        (board("", [300.0] * 5, 0), 0, None),  # nobody serves
        (board("", [1.0] * 50 + [300.0] * 4, 1), 0, None),  # pressed by mistake
    ],
)
def test_a_wait_is_what_the_last_services_say(
    given: Board, ahead: int, expected: int | None
) -> None:
    assert wait_s(given, ahead) == expected


@given(st.lists(st.floats(5, 7_200), min_size=1), st.floats(0, 8_000))
def test_what_remains_is_never_more_than_the_longest(services: list[float], age: float) -> None:
    assert 0 <= policy.remaining_s(services, age) <= max(0, max(services) - age)


def test_the_day_is_the_shops_own() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert policy.day_of(late, "Europe/Madrid").day == 23
    assert policy.day_of(late, "America/Sao_Paulo").day == 22


@pytest.mark.parametrize("state", ["waiting", "called", "serving", "served", "left", "no_show"])
def test_what_is_over_is_never_called_or_served_again(state: State) -> None:
    over = state in {"served", "left", "no_show"}
    for act in ("call", "serve", "finish", "miss", "leave"):
        assert not (over and policy.may(state, act))
    assert policy.may(state, "requeue") is (state in {"called", "serving", "no_show"})
