"""How fast an account may send: its channel's rate, pauses the vendor asked for, and a breaker.

Kept in the process: a second worker learns the same from its own answers.
"""

import random
import time
from uuid import UUID

from msgspec import Struct

_TRIP = 5  # failures in a row
_REST_S = 20.0
_LONGEST_S = 900.0
_FIRST_S = 1.0


class _State(Struct):
    """Of one account."""

    free_at: float = 0.0
    failures: int = 0


class Pace:
    """One per process."""

    def __init__(self) -> None:
        """Everybody may send."""
        self._states: dict[UUID, _State] = {}

    def wait_s(self, account: UUID, sends_per_s: float) -> float:
        """Return 0 and count a sending, or how long to wait before asking again."""
        state = self._states.setdefault(account, _State())
        now = time.monotonic()
        if state.free_at > now:
            return state.free_at - now
        if sends_per_s > 0:
            state.free_at = now + 1 / sends_per_s
        return 0.0

    def worked(self, account: UUID) -> None:
        """Close the breaker."""
        self._states.setdefault(account, _State()).failures = 0

    def failed(self, account: UUID, pause_s: float = 0.0) -> None:
        """Note a temporary failure. pause_s: what the vendor asked for, for the whole account."""
        state = self._states.setdefault(account, _State())
        state.failures += 1
        rest = _REST_S if state.failures >= _TRIP else 0.0
        state.free_at = max(state.free_at, time.monotonic() + max(pause_s, rest))


def back_off_s(attempts: int, least_s: float = 0.0) -> float:
    """Return the pause before the next attempt: exponential, full jitter, at least `least_s`."""
    ceiling = min(_LONGEST_S, _FIRST_S * 2 ** min(attempts, 20))
    return least_s + random.uniform(0.05, ceiling)  # noqa: S311 - spreads load, guards nothing
