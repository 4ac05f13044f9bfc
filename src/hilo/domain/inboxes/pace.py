"""How fast an account may send: buckets of its channel's rates, pauses, a breaker, calls at once.

Kept in the process: a second worker learns the same from its own answers.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from hilo.sdk.manifest import Rates

_TRIP = 5  # failures in a row
_REST_S = 20.0
_LONGEST_S = 900.0
_FIRST_S = 1.0
_AT_ONCE, _AT_ONCE_SLOW = 30, 4
_SLOW_S = 2.0  # an account whose call takes so long gets few more
_MOST_RECIPIENTS = 20_000
_WHOLE = 1 - 1e-6


class _Bucket(Struct):
    """Tokens of one account or recipient. free_at: a pause that the vendor asked for."""

    tokens: float
    at: float
    free_at: float = 0.0

    def wait_s(self, now: float, per_s: float, burst: int) -> float:
        """Fill up; return how long until there is a token."""
        if self.free_at > now:
            return self.free_at - now
        if per_s <= 0:
            return 0.0
        self.tokens = min(float(max(burst, 1)), self.tokens + (now - self.at) * per_s)
        self.at = now
        # A millionth is the rounding of clocks.
        return 0.0 if self.tokens >= _WHOLE else (1 - self.tokens) / per_s


class _Account(Struct):
    """What is known of an account."""

    bucket: _Bucket
    failures: int = 0
    flying: dict[int, float] = field(default_factory=dict)


class Pace:
    """One per process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Everybody may send."""
        self._clock = clock
        self._accounts: dict[UUID, _Account] = {}
        self._recipients: dict[tuple[UUID, UUID], _Bucket] = {}
        self._calls = 0

    def wait_s(self, account: UUID, recipient: UUID, rates: Rates) -> float:
        """Return 0 and count a sending, or how long to wait before asking again."""
        now = self._clock()
        known = self._account(account, rates)
        busy_s = self._busy_s(known, now)
        if busy_s > 0:
            return busy_s
        own_per_s = 1 / rates.recipient_every_s if rates.recipient_every_s > 0 else 0.0
        own = self._recipients.get((account, recipient))
        if own is None and own_per_s > 0:
            own = self._recipient((account, recipient), rates.recipient_burst, now)
        wait_s = known.bucket.wait_s(now, rates.per_s, rates.burst)
        if own is not None:
            wait_s = max(wait_s, own.wait_s(now, own_per_s, rates.recipient_burst))
        if wait_s > 0:
            return wait_s
        known.bucket.tokens -= 1
        if own is not None:
            own.tokens -= 1
        return 0.0

    @contextmanager
    def calling(self, account: UUID) -> Iterator[None]:
        """While a call of the account is under way."""
        known = self._account(account)
        self._calls += 1
        call = self._calls
        known.flying[call] = self._clock()
        try:
            yield
        finally:
            del known.flying[call]

    def worked(self, account: UUID) -> None:
        """Close the breaker."""
        self._account(account).failures = 0

    def failed(
        self,
        account: UUID,
        pause_s: float = 0.0,
        recipient: UUID | None = None,
        scope: Literal["account", "recipient"] = "account",
    ) -> None:
        """Note a temporary failure. pause_s: what the vendor asked for, for whom scope says."""
        now = self._clock()
        if scope == "recipient" and recipient is not None:
            bucket = self._recipient((account, recipient), 1, now)
            bucket.free_at = max(bucket.free_at, now + pause_s)
            return
        known = self._account(account)
        known.failures += 1
        rest = _REST_S if known.failures >= _TRIP else 0.0
        known.bucket.free_at = max(known.bucket.free_at, now + max(pause_s, rest))

    def is_resting(self, account: UUID) -> bool:
        """Say whether nothing leaves by this account just now."""
        known = self._accounts.get(account)
        return known is not None and known.bucket.free_at > self._clock()

    def _account(self, account: UUID, rates: Rates | None = None) -> _Account:
        burst = 1 if rates is None else max(rates.burst, 1)
        return self._accounts.setdefault(account, _Account(_Bucket(float(burst), self._clock())))

    def _recipient(self, key: tuple[UUID, UUID], burst: int, now: float) -> _Bucket:
        if len(self._recipients) >= _MOST_RECIPIENTS:
            # Who was not written to for a while has a full bucket anyway.
            old = sorted(self._recipients, key=lambda each: self._recipients[each].at)
            for each in old[: _MOST_RECIPIENTS // 2]:
                if self._recipients[each].free_at <= now:
                    del self._recipients[each]
        return self._recipients.setdefault(key, _Bucket(float(max(burst, 1)), now))

    def _busy_s(self, known: _Account, now: float) -> float:
        """Keep a vendor that hangs from taking every place: others would wait behind it."""
        if not known.flying:
            return 0.0
        is_slow = now - next(iter(known.flying.values())) > _SLOW_S
        if len(known.flying) < (_AT_ONCE_SLOW if is_slow else _AT_ONCE):
            return 0.0
        return random.uniform(0.5, 2.0) if is_slow else 0.05  # noqa: S311 - spreads load


def back_off_s(attempts: int, least_s: float = 0.0) -> float:
    """Return the pause before the next attempt: exponential, full jitter, at least `least_s`."""
    ceiling = min(_LONGEST_S, _FIRST_S * 2 ** min(attempts, 20))
    return least_s + random.uniform(0.05, ceiling)  # noqa: S311 - spreads load, guards nothing
