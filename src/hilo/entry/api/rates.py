"""How much a caller may ask in a minute, per kind of request; every answer says what is left.

A minute begins with the first request after the last one ended. Kept in this process: with several
web processes each grants its own share.
"""

import time
from typing import Literal

from msgspec import Struct

Cost = Literal["read", "search", "write"]
_MINUTE_S = 60
_MOST = 50_000
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Rates(Struct, frozen=True, kw_only=True):
    """Requests a minute, of one session, token or (where nobody is signed in) address."""

    read: int = 1_200
    search: int = 300
    write: int = 600


class Allowance(Struct, frozen=True):
    """What a caller is told. reset_s: seconds until the whole is granted anew."""

    is_granted: bool
    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers, in both usual spellings."""
        pairs = (
            ("RateLimit-Limit", self.limit),
            ("RateLimit-Remaining", self.remaining),
            ("RateLimit-Reset", self.reset_s),
        )
        return [
            (f"{prefix}{name}".lower().encode(), str(value).encode())
            for prefix in ("", "X-")
            for name, value in pairs
        ]


class Meter:
    """Counts. Memory is bounded: what ran out is dropped when there are too many callers."""

    def __init__(self, rates: Rates) -> None:
        """rates: per caller."""
        self._limits: dict[Cost, int] = {
            "read": rates.read,
            "search": rates.search,
            "write": rates.write,
        }
        self._used: dict[tuple[object, Cost], tuple[float, int]] = {}

    def take(self, caller: object, cost: Cost) -> Allowance:
        """Count one request; refused ones are not counted."""
        now = time.monotonic()
        limit = self._limits[cost]
        ends, used = self._used.get((caller, cost), (0.0, 0))
        if ends <= now:
            self._make_room(now)
            ends, used = now + _MINUTE_S, 0
        granted = used < limit
        if granted:
            used += 1
            self._used[caller, cost] = (ends, used)
        return Allowance(granted, limit, limit - used, max(1, round(ends - now)))

    def _make_room(self, now: float) -> None:
        if len(self._used) < _MOST:
            return
        self._used = {key: kept for key, kept in self._used.items() if kept[0] > now}
        if len(self._used) >= _MOST:
            self._used.clear()


def cost_of(method: str, path: str) -> Cost:
    """Return which allowance a request draws on."""
    if path.startswith("/api/v1/search"):
        return "search"
    return "read" if method in _READS else "write"
