"""The carrier's connector against its own vendor on a shelf."""

from functools import partial

import msgspec
import pytest
from msgspec import structs

import shelf
from hilo.connectors.bandwidth import CONNECTOR
from hilo.connectors.bandwidth.testing import ACCOUNT
from hilo.kit.errors import (
    AuthExpired,
    BadSignature,
    Invalid,
    Rejected,
    TemporaryFailure,
    Throttled,
)
from hilo.sdk.inbound import ConsentIn, MessageIn, StatusIn, Unread
from hilo.sdk.outbound import HttpCall, Recipient
from hilo.sdk.simulator import Deed, Simulator, Webhook
from shelf import AT, play

TO = Recipient(kind="phone", value="+12025550007")
read = partial(shelf.read, CONNECTOR, ACCOUNT)
out = partial(shelf.part, TO)


@pytest.fixture
def carrier() -> Simulator:
    """Return a vendor to whom phone 7 has written once."""
    made = CONNECTOR.simulator(ACCOUNT)
    made.deed(Deed(does="text", who="7", text="hola"), AT)
    return made


def test_a_text_arrives_and_its_receipt_carries_our_tracker(carrier: Simulator) -> None:
    webhooks: list[Webhook] = []
    sent = play(carrier, CONNECTOR.send(out("Hasta las ocho"), ACCOUNT), webhooks=webhooks)
    assert carrier.phones()[0].bubbles[-1].text == "Hasta las ocho"
    told = [each for each in read(webhooks) if isinstance(each, StatusIn)]
    assert [(each.state, each.message, each.part) for each in told] == [("delivered", out().id, 1)]
    assert told[0].external_id == sent.external_id


def test_every_event_of_a_list_counts(carrier: Simulator) -> None:
    bodies = [
        msgspec.json.decode(carrier.deed(Deed(does="text", who=who, text=who), AT)[0].body)[0]
        for who in ("7", "8", "9")
    ]
    webhook = carrier.deed(Deed(does="text", who="7", text="x"), AT)[0]
    many = structs.replace(webhook, body=msgspec.json.encode(bodies))
    assert [each.text for each in read([many]) if isinstance(each, MessageIn)] == ["7", "8", "9"]


def test_what_cannot_be_read_costs_itself_alone(carrier: Simulator) -> None:
    webhook = carrier.deed(Deed(does="text", who="7", text="hola"), AT)[0]
    (good,) = msgspec.json.decode(webhook.body)
    nameless = {"type": "message-received", "message": {"id": "m", "text": "who?"}}
    wordless = {**good, "message": {**good["message"], "media": None, "tag": None}}
    many = [nameless, {"type": 7}, wordless]
    first, second, third = read([structs.replace(webhook, body=msgspec.json.encode(many))])
    assert isinstance(first, Unread)
    assert first.field == "from"
    assert isinstance(second, Unread)
    assert isinstance(third, MessageIn)
    assert third.text == "hola"


def test_a_file_that_comes_is_fetched_and_a_stranger_sees_no_credentials(
    carrier: Simulator,
) -> None:
    deed = Deed(does="file", who="7", data=b"jpeg", media_type="image/jpeg")
    (message,) = read(carrier.deed(deed, AT))
    assert isinstance(message, MessageIn)
    got = play(carrier, CONNECTOR.fetch(str(message.files[0].url), ACCOUNT))
    assert got.content == b"jpeg"
    call = next(CONNECTOR.fetch("https://elsewhere.test/a.jpg", ACCOUNT))
    assert isinstance(call, HttpCall)
    assert "authorization" not in call.headers
    with pytest.raises(Rejected):
        play(carrier, CONNECTOR.fetch(f"{message.files[0].url}x", ACCOUNT))


def test_stop_and_start_change_the_consent(carrier: Simulator) -> None:
    for does, is_given in (("stop", False), ("start", True)):
        told = read(carrier.deed(Deed(does=does, who="7"), AT))[-1]  # type: ignore[arg-type]
        assert isinstance(told, ConsentIn)
        assert told.is_given is is_given


@pytest.mark.parametrize(
    ("trouble", "error"),
    [("throttled", Throttled), ("expired_token", AuthExpired), ("server_error", TemporaryFailure)],
)
def test_troubles_mean_what_they_should(
    carrier: Simulator, trouble: str, error: type[Exception]
) -> None:
    response = carrier.trouble(trouble)  # type: ignore[arg-type]
    with pytest.raises(error):
        shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), response)


def test_a_check_tries_the_credentials(carrier: Simulator) -> None:
    lines = play(carrier, CONNECTOR.check(ACCOUNT))
    assert [(each.key, each.ok) for each in lines] == [("credentials", True), ("webhook", None)]
    wrong = structs.replace(ACCOUNT, secrets={**ACCOUNT.secrets, "api_secret": "other"})
    (line,) = play(carrier, CONNECTOR.check(wrong))
    assert not line.ok


def test_the_former_password_passes_while_it_rotates(carrier: Simulator) -> None:
    (webhook,) = carrier.deed(Deed(does="text", who="7", text="x"), AT)
    turned = {"secret": "new", "previous_secret": ACCOUNT.secrets["secret"]}
    rotating = structs.replace(ACCOUNT, secrets={**ACCOUNT.secrets, **turned})
    assert CONNECTOR.verify(shelf.delivery(webhook, ACCOUNT), rotating) is None
    bare = structs.replace(ACCOUNT, secrets={"secret": "new"})
    with pytest.raises(BadSignature):
        CONNECTOR.verify(shelf.delivery(webhook, ACCOUNT), bare)


def test_a_wrong_number_is_named() -> None:
    given = {"account_id": "1", "application_id": "2", "api_token": "t", "api_secret": "s"}
    with pytest.raises(Invalid) as caught:
        CONNECTOR.configure({**given, "number": "555"}, None)
    assert caught.value.errors[0].field == "settings.number"
