"""A simulated vendor takes so much in a time; we wait as it says, and it takes the rest."""

from datetime import timedelta
from uuid import UUID

import pytest

import contract
import shelf
from hilo.kit.errors import Throttled
from hilo.sdk.abilities import Simulated
from hilo.sdk.inbound import MessageIn
from hilo.sdk.outbound import Recipient
from hilo.sdk.simulator import Deed

PLAYED = [each for each in contract.CHANNELS if isinstance(contract.connector(each), Simulated)]
MOST = 1_200


@pytest.mark.parametrize("channel", PLAYED)
def test_too_many_at_once_are_refused_and_taken_later(channel: str) -> None:
    connector, account = contract.connector(channel), contract.account(channel)
    assert isinstance(connector, Simulated)
    vendor = connector.simulator(account)
    wrote = vendor.deed(Deed(does="text", who="7", text="hola"), shelf.AT)
    (said,) = (
        each for each in shelf.read(connector, account, wrote) if isinstance(each, MessageIn)
    )
    who = said.sender.identities[0]
    to = Recipient(kind=who.kind, value=who.value)

    def taken() -> tuple[int, float]:
        """Send at one moment until it is too much; return how many were taken, and the hint."""
        for count in range(MOST):
            part = shelf.part(to, f"sí {count}", id=UUID(int=1_000 + count), heard_at=shelf.AT)
            try:
                shelf.play(vendor, connector.send(part, account))
            except Throttled as refused:
                return count, refused.retry_after_s
        return MOST, 0

    took, pause_s = taken()
    assert 0 < took < MOST
    assert pause_s > 0
    later = shelf.AT + timedelta(minutes=1)
    shelf.play(vendor, connector.send(shelf.part(to, "y", heard_at=shelf.AT), account), at=later)
