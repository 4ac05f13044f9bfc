"""What may go wrong between us and a vendor, on purpose. Pure: chance is handed in.

Before the vendor acts: throttled, server_error, expired_token. After it acted, so that nobody can
know: silence (no answer comes), cut (the connection breaks). On the way back: duplicate, reorder,
delay. A fault that is counted waits for what somebody said: no sign that an agent types uses it up.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct, structs

from hilo.sdk.simulator import Trouble, Webhook

Kind = Literal[
    "throttled",
    "server_error",
    "expired_token",
    "silence",
    "cut",
    "duplicate",
    "reorder",
    "delay",
]
BEFORE: dict[Kind, Trouble] = {
    "throttled": "throttled",
    "server_error": "server_error",
    "expired_token": "expired_token",
}
AFTER: Sequence[Kind] = ("silence", "cut")
BACK: Sequence[Kind] = ("duplicate", "reorder", "delay")
_SHUFFLE_S = 1.5


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that goes wrong. left: how many times more; None: until it is taken away.

    seconds: of a delay.
    """

    kind: Kind
    left: int | None = 1
    seconds: float = 3


class Faults:
    """What goes wrong with one account, at most one of each kind."""

    def __init__(self) -> None:
        """All is well."""
        self._set: dict[Kind, Fault] = {}

    def put(self, given: Sequence[Fault]) -> None:
        """Let these go wrong from now on, and nothing else."""
        self._set = {each.kind: each for each in given if each.left != 0}

    def all(self) -> Sequence[Fault]:
        """Return what will go wrong."""
        return list(self._set.values())

    def before(self, *, aside: bool = False) -> Trouble | None:
        """Return the vendor's trouble with the next call; it is used up. aside: nobody said it."""
        kind = next((kind for kind in BEFORE if self._use(kind, aside=aside)), None)
        return None if kind is None else BEFORE[kind]

    def after(self, *, aside: bool = False) -> Kind | None:
        """Return what happens to the next answer; it is used up. aside: nobody said it."""
        return next((kind for kind in AFTER if self._use(kind, aside=aside)), None)

    def back(self, given: Sequence[Webhook], chance: Callable[[], float]) -> list[Webhook]:
        """Return the webhooks as they come after all. chance: 0 to 1, for the order."""
        if not given:
            return []
        sent = list(given)
        delay = self._set.get("delay")
        if delay is not None and self._use("delay"):
            sent = [_later(each, delay.seconds) for each in sent]
        if self._use("duplicate"):
            sent = [each for each in sent for _ in range(2)]
        if self._use("reorder"):
            sent = [_later(each, chance() * _SHUFFLE_S) for each in sent]
        return sent

    def _use(self, kind: Kind, *, aside: bool = False) -> bool:
        fault = self._set.get(kind)
        if fault is None or (aside and fault.left is not None):
            return False
        if fault.left is not None:
            left = structs.replace(fault, left=fault.left - 1)
            if left.left:
                self._set[kind] = left
            else:
                del self._set[kind]
        return True


def _later(webhook: Webhook, seconds: float) -> Webhook:
    return structs.replace(webhook, after_s=webhook.after_s + seconds)
