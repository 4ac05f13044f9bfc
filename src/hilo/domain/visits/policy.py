"""What is decided about a queue: who may do what when, places, and how long it takes. Pure."""

import heapq
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from hilo.domain.visits.models import Board, Here, State

LAPSES = timedelta(hours=12)  # a turn nobody ended
MEASURED = timedelta(days=14)
LEAST_SERVICES = 5  # fewer say nothing
SHORTEST_S, LONGEST_S = 5.0, 7_200.0  # beyond, somebody forgot to press
IDLE = timedelta(minutes=15)  # so long after the last visit somebody still counts as serving
Act = Literal["call", "serve", "finish", "miss", "requeue", "leave"]

_FROM: dict[Act, frozenset[State]] = {
    "call": frozenset({"waiting", "called"}),
    "serve": frozenset({"waiting", "called"}),
    "finish": frozenset({"called", "serving"}),
    "miss": frozenset({"waiting", "called"}),
    "requeue": frozenset({"called", "serving", "no_show"}),
    "leave": frozenset({"waiting", "called"}),
}
_TO: dict[Act, State] = {
    "call": "called",
    "serve": "serving",
    "finish": "served",
    "miss": "no_show",
    "requeue": "waiting",
    "leave": "left",
}


def may(state: State, act: Act) -> bool:
    """Say whether a visit in this state bears this act."""
    return state in _FROM[act]


def is_done(state: State, act: Act) -> bool:
    """Say whether the act has had its effect already; calling again calls again."""
    return act != "call" and state == _TO[act]


def day_of(now: datetime, zone: str) -> date:
    """Return the shop's own day. zone: checked when the shop was set up."""
    return now.astimezone(ZoneInfo(zone)).date()


def waiting(board: Board) -> list[Here]:
    """Return who waits, in order."""
    return [each for each in board.here if each.state == "waiting"]


def position(board: Board, visit: UUID) -> int | None:
    """Return somebody's place: 1 is next. None: not waiting."""
    for place, each in enumerate(waiting(board), 1):
        if each.id == visit:
            return place
    return None


def wait_s(board: Board, ahead: int) -> int | None:
    """Return how long somebody waits who has so many people ahead; None: nobody can know.

    As the last ones were served: each takes the usual time, at as many places as serve now; who is
    being served leaves after what remained of the longer ones at that point.
    """
    services = [each for each in board.services if SHORTEST_S <= each <= LONGEST_S]
    if len(services) < LEAST_SERVICES or board.counters < 1:
        return None
    usual = median(services)
    busy = [
        remaining_s(services, (board.at - each.since).total_seconds())
        for each in board.here
        if each.state in {"called", "serving"}
    ]
    free = sorted(busy)[: board.counters] + [0.0] * (board.counters - len(busy))
    heapq.heapify(free)
    for _ in range(ahead):
        heapq.heappush(free, heapq.heappop(free) + usual)
    return round(free[0])


def remaining_s(services: Sequence[float], elapsed_s: float) -> float:
    """Return how long a service that began so long ago still takes, by those that took longer."""
    longer = [each - elapsed_s for each in services if each > elapsed_s]
    return median(longer) if longer else 0.0
