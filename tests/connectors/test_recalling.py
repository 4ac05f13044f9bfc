"""A simulated vendor that begins anew is told who wrote before, and they can be answered."""

from datetime import timedelta

import pytest
from msgspec import structs

import contract
import shelf
from hilo.sdk.abilities import Simulated
from hilo.sdk.inbound import MessageIn, StatusIn
from hilo.sdk.outbound import Recipient
from hilo.sdk.simulator import Deed, Heard, Recalling, Simulator, Webhook

PLAYED = [each for each in contract.CHANNELS if isinstance(contract.connector(each), Simulated)]
AGO = shelf.AT - timedelta(hours=2)


def stranger(channel: str) -> Recipient:
    """Return who writes from phone 7 of a vendor that has ended since."""
    connector, account = contract.connector(channel), contract.account(channel)
    assert isinstance(connector, Simulated)
    wrote = connector.simulator(account).deed(Deed(does="text", who="7", text="hola"), shelf.AT)
    (message,) = (
        each for each in shelf.read(connector, account, wrote) if isinstance(each, MessageIn)
    )
    who = message.sender.identities[0]
    return Recipient(kind=who.kind, value=who.value)


def answered(channel: str, vendor: Simulator, to: Recipient) -> None:
    """Answer; the phone shows it and nothing fails afterwards."""
    connector, account = contract.connector(channel), contract.account(channel)
    told: list[Webhook] = []
    shelf.play(vendor, connector.send(shelf.part(to, "sí", heard_at=AGO), account), webhooks=told)
    states = [
        each.state for each in shelf.read(connector, account, told) if isinstance(each, StatusIn)
    ]
    assert "failed" not in states
    assert [each.text for each in shelf.phone(vendor).bubbles] == ["sí"]


@pytest.mark.parametrize("channel", PLAYED)
def test_who_wrote_before_can_be_answered(channel: str) -> None:
    connector, account = contract.connector(channel), contract.account(channel)
    assert isinstance(connector, Simulated)
    to = stranger(channel)
    vendor = connector.simulator(account, 10_000)
    assert isinstance(vendor, Recalling)
    vendor.recall([Heard(address=to.value, name="Ana Prueba", at=AGO)])
    answered(channel, vendor, to)
    assert (shelf.phone(vendor).who, shelf.phone(vendor).name) == ("7", "Ana Prueba")
    vendor.deed(Deed(does="text", who="7", text="¿sigue ahí?"), shelf.AT)
    assert len(vendor.phones()) == 1


def test_a_window_of_before_is_open_or_over() -> None:
    connector, account = contract.connector("twilio"), contract.account("twilio")
    assert isinstance(connector, Simulated)
    by = structs.replace(
        account,
        settings={**account.settings, "by": "whatsapp"},
        address=(account.address or "").replace("sms:", "whatsapp:"),
    )
    to = stranger("twilio")
    for ago, states in ((AGO, {"sent", "delivered"}), (AGO - timedelta(days=1), {"failed"})):
        vendor = connector.simulator(by, 10_000)
        assert isinstance(vendor, Recalling)
        vendor.recall([Heard(to.value, "Ana Prueba", ago)])
        told: list[Webhook] = []
        shelf.play(vendor, connector.send(shelf.part(to, "sí"), by), webhooks=told)
        came = shelf.read(connector, by, told)
        assert {each.state for each in came if isinstance(each, StatusIn)} == states


@pytest.mark.parametrize("channel", PLAYED)
def test_addresses_of_no_phone_are_left_alone(channel: str) -> None:
    connector, account = contract.connector(channel), contract.account(channel)
    assert isinstance(connector, Simulated)
    vendor = connector.simulator(account)
    assert isinstance(vendor, Recalling)
    odd = ("", "-", "+", "-1001:5", "CC.abc", "12345678901234567890", "U" * 33)
    vendor.recall([Heard(address=each, name="", at=AGO) for each in odd])
    assert not vendor.phones()
