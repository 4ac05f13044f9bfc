"""Who gets a copy of a reply: who is named, else everybody who was on the mail that is answered."""

import re
from collections.abc import Mapping, Sequence

from hilo.domain.contacts import normal
from hilo.kit.errors import invalid

_MOST = 50
_ANGLE = re.compile(r"<([^<>\s]+@[^<>\s]+)>\s*$")


def named(field: str, given: Sequence[str]) -> list[str]:
    """Return the addresses a writer named. Raises Invalid naming the wrong one."""
    found = []
    for place, each in enumerate(given):
        address = normal("email", each)
        if address is None:
            raise invalid(f"{field}.{place}", "format", "must be an e-mail address")
        found.append(address)
    return found


def kept(answered: Mapping[str, object], recipient: str, ours: Sequence[str]) -> list[str]:
    """Return who else was on a mail: its `to` and `cc` without its sender and without us.

    Nobody falls out of a thread because an agent did not think of them.
    """
    left_out = {_plain(each) for each in (*ours, recipient)}
    found: dict[str, None] = {}
    for name in ("to", "cc"):
        written = answered.get(name)
        for each in written if isinstance(written, list) else ():
            match = _ANGLE.search(str(each))
            address = normal("email", match[1] if match else str(each))
            if address is not None and _plain(address) not in left_out:
                found.setdefault(address)
    return list(found)[:_MOST]


def _plain(address: str) -> str:
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
