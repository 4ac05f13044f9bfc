"""Proving an e-mail address: a code goes there by mail and comes back from the phone.

Nothing is stored: the code is a signature over shop, visitor, address and time, in letters that
people can copy. Who guesses has a handful of tries for each address.
"""

from datetime import datetime

from hilo.entry.api.rates import Meter, Rates
from hilo.kit.crypto import Vault
from hilo.kit.errors import RateLimited

_SPAN_S = 600
_CHARS = 8
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
_PURPOSE = "walk-in code"


class Codes:
    """Makes and checks codes."""

    def __init__(self, vault: Vault) -> None:
        """vault: signs them."""
        self._vault = vault
        self._sent = Meter(Rates(read=3, search=3, write=3))
        self._tried = Meter(Rates(read=10, search=10, write=10))

    def make(self, about: str, email: str, now: datetime) -> str:
        """Return a code to send, good for ten to twenty minutes. Raises: RateLimited."""
        granted = self._sent.take(email, "write")
        if not granted.is_granted:
            raise RateLimited(granted.reset_s)
        return self._code(about, email, _span(now))

    def is_right(self, about: str, email: str, code: str, now: datetime) -> bool:
        """Say whether it is the code that was sent. Raises: RateLimited."""
        granted = self._tried.take(email, "write")
        if not granted.is_granted:
            raise RateLimited(granted.reset_s)
        given = "".join(each for each in code.upper() if each.isalnum())
        return any(given == self._code(about, email, _span(now) - ago) for ago in (0, 1))

    def _code(self, about: str, email: str, span: int) -> str:
        mark = self._vault.sign(_PURPOSE, f"{about}\n{email}\n{span}")
        number = int.from_bytes(mark.encode(), "big")
        letters = []
        for _ in range(_CHARS):
            number, place = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[place])
        return "".join(letters)


def _span(now: datetime) -> int:
    return int(now.timestamp()) // _SPAN_S
