"""How fast an account may send: buckets of its channel's rates, pauses, a breaker, calls at once.

An account that hangs must not delay the others. So it has few calls under way until it proved to be
quick, fewer while one takes long, and those who wait for it come to look one after the other, never
all at once. Kept in the process: a second worker learns the same from its own answers.
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
_AT_FIRST, _AT_MOST, _AT_LEAST = 8, 30, 4  # calls at once
_SLOW_S = 1.0  # an account whose call takes so long gets few more
_LOOK_S, _LOOK_SLOW_S = 0.01, 0.1  # between two who wait for one account
_COMING_S = 5.0  # how long a place is kept for who may send but has not called yet
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
    """What is known of an account. places: calls at once; turn: when the next who waits looks.

    coming: since when those who may send are on their way to call.
    """

    bucket: _Bucket
    failures: int = 0
    flying: dict[int, float] = field(default_factory=dict)
    coming: list[float] = field(default_factory=list)
    places: int = _AT_FIRST
    turn: float = 0.0

    def is_slow(self, now: float) -> bool:
        """Say whether a call takes long: the oldest stands first."""
        return bool(self.flying) and now - next(iter(self.flying.values())) > _SLOW_S

    def busy_s(self, now: float) -> float:
        """Return 0 when there is a place, or when one may be free."""
        # Who never came, since its part could not be sent after all, gives its place back in time.
        self.coming = [since for since in self.coming if now - since < _COMING_S]
        taken = len(self.flying) + len(self.coming)
        if self.is_slow(now):
            return _SLOW_S if taken >= _AT_LEAST else 0.0
        return 5 * _LOOK_S if taken >= self.places else 0.0

    def learn(self, now: float, began: float) -> None:
        """Take a lesson from a call that ends: more places where all were used, or half."""
        if now - began > _SLOW_S:
            self.places = max(_AT_LEAST, self.places // 2)
        elif len(self.flying) >= self.places:
            self.places = min(_AT_MOST, self.places + 1)

    def turn_s(self, now: float, wait_s: float, per_s: float) -> float:
        """Give the next of those who wait a turn of their own, in so many seconds or later."""
        self.turn = max(self.turn, now + wait_s)
        mine = self.turn - now
        look_s = _LOOK_SLOW_S if self.is_slow(now) else _LOOK_S
        self.turn += max(look_s, 1 / per_s if per_s > 0 else 0.0)
        return mine


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
        own_per_s = 1 / rates.recipient_every_s if rates.recipient_every_s > 0 else 0.0
        own = self._recipients.get((account, recipient))
        if own is None and own_per_s > 0:
            own = self._recipient((account, recipient), rates.recipient_burst, now)
        wait_s = max(known.busy_s(now), known.bucket.wait_s(now, rates.per_s, rates.burst))
        own_s = 0.0 if own is None else own.wait_s(now, own_per_s, rates.recipient_burst)
        if own_s > wait_s:
            return own_s
        if wait_s > 0:
            return known.turn_s(now, wait_s, rates.per_s)
        known.bucket.tokens -= 1
        known.coming.append(now)
        if own is not None:
            own.tokens -= 1
        return 0.0

    def give_back(self, account: UUID, recipient: UUID) -> None:
        """Count the sending as not made: nobody is on the way to call after all."""
        known = self._account(account)
        known.bucket.tokens += 1
        del known.coming[-1:]
        own = self._recipients.get((account, recipient))
        if own is not None:
            own.tokens += 1

    @contextmanager
    def calling(self, account: UUID) -> Iterator[None]:
        """While a call of the account is under way."""
        known = self._account(account)
        del known.coming[:1]
        self._calls += 1
        call = self._calls
        known.flying[call] = self._clock()
        try:
            yield
        finally:
            now = self._clock()
            known.learn(now, known.flying[call])
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


def back_off_s(attempts: int, least_s: float = 0.0) -> float:
    """Return the pause before the next attempt: exponential, full jitter, at least `least_s`."""
    ceiling = min(_LONGEST_S, _FIRST_S * 2 ** min(attempts, 20))
    return least_s + random.uniform(0.05, ceiling)  # noqa: S311 - spreads load, guards nothing
