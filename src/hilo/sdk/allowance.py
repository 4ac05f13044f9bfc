"""How much a simulated vendor takes in a time. Free of I/O."""

from collections import OrderedDict
from datetime import datetime

_KEPT = 1000


class Allowance:
    """Tokens that come back with time, one bucket for each key; old keys are forgotten."""

    def __init__(self, most: float, each_s: float) -> None:
        """most: at once; each_s: until one token is back."""
        self._most, self._each_s = most, each_s
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def takes(self, key: str, at: datetime) -> bool:
        """Take one token, if there is one."""
        left, then = self._left.pop(key, (self._most, at))
        left = min(self._most, left + max(0.0, (at - then).total_seconds()) / self._each_s)
        has = left >= 1
        self._left[key] = (left - 1 if has else left, at)
        while len(self._left) > _KEPT:
            self._left.popitem(last=False)
        return has
