"""The network's connector against its own vendor on a shelf."""

from datetime import timedelta
from functools import partial
from urllib.parse import parse_qs

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

import shelf
from hilo.connectors.twilio import CONNECTOR, signing
from hilo.connectors.twilio.testing import ACCOUNT
from hilo.kit.errors import (
    AuthExpired,
    BadSignature,
    Invalid,
    Rejected,
    TemporaryFailure,
    Throttled,
    UnknownOutcome,
)
from hilo.sdk.account import Asked, Delivery
from hilo.sdk.content import Place, Strange, Template
from hilo.sdk.inbound import ConsentIn, MessageIn, StatusIn, Unknown
from hilo.sdk.outbound import HttpCall, MarkOut, Recipient
from hilo.sdk.simulator import Deed, Simulator, Webhook
from shelf import AT, play

TO = Recipient(kind="phone", value="+12025550007")
WHATSAPP = structs.replace(ACCOUNT, settings={**ACCOUNT.settings, "by": "whatsapp"})
read = partial(shelf.read, CONNECTOR, ACCOUNT)
out = partial(shelf.part, TO)


@pytest.fixture
def network() -> Simulator:
    """Return a vendor to whom phone 7 has written once."""
    made = CONNECTOR.simulator(ACCOUNT)
    made.deed(Deed(does="text", who="7", text="hola"), AT)
    return made


def test_a_text_arrives_and_its_receipts_come_back_with_our_tracker(network: Simulator) -> None:
    webhooks: list[Webhook] = []
    sent = play(network, CONNECTOR.send(out("Hasta las ocho"), ACCOUNT), webhooks=webhooks)
    assert network.phones()[0].bubbles[-1].text == "Hasta las ocho"
    told = read(webhooks)
    states = [each.state for each in told if isinstance(each, StatusIn)]
    assert states == ["sent", "delivered"]
    last = told[-1]
    assert isinstance(last, StatusIn)
    assert (last.message, last.part) == (out().id, 1)
    assert last.external_id == sent.external_id


def test_a_lost_answer_is_found_in_the_list_and_nothing_else_is(network: Simulator) -> None:
    sent = play(network, CONNECTOR.send(out("uno"), ACCOUNT))
    asked_late = out("uno", now=AT + timedelta(hours=2))
    for asked in (out("uno"), asked_late):
        assert play(network, CONNECTOR.resolve(asked, ACCOUNT)) == sent
    written_later = out("uno", at=AT + timedelta(minutes=6), now=AT + timedelta(minutes=7))
    for other in (out("dos"), written_later):
        with pytest.raises(UnknownOutcome):
            play(network, CONNECTOR.resolve(other, ACCOUNT))


def test_several_of_the_same_words_prove_nothing(network: Simulator) -> None:
    for _ in range(2):
        play(network, CONNECTOR.send(out("uno"), ACCOUNT))
    with pytest.raises(UnknownOutcome):
        play(network, CONNECTOR.resolve(out("uno"), ACCOUNT))


def test_files_go_by_their_address_and_templates_by_their_name() -> None:
    call = next(CONNECTOR.send(out("mire", files=[shelf.file("image/png")]), ACCOUNT))
    assert isinstance(call, HttpCall)
    form = parse_qs(call.body.decode())
    assert form["MediaUrl"] == ["https://desk.test/files/9"]
    assert form["Body"] == ["mire"]
    content = Template(name="HX1", language="es", variables={"1": "Ana"})
    call = next(CONNECTOR.send(out("Hola Ana", content=content), ACCOUNT))
    assert isinstance(call, HttpCall)
    form = parse_qs(call.body.decode())
    assert "Body" not in form
    assert form["ContentSid"] == ["HX1"]
    assert msgspec.json.decode(form["ContentVariables"][0]) == {"1": "Ana"}


def test_a_file_that_comes_is_fetched_with_credentials(network: Simulator) -> None:
    deed = Deed(does="file", who="7", data=b"jpeg", media_type="image/jpeg")
    (message,) = read(network.deed(deed, AT))
    assert isinstance(message, MessageIn)
    got = play(network, CONNECTOR.fetch(str(message.files[0].url), ACCOUNT))
    assert got.content == b"jpeg"
    with pytest.raises(Rejected):
        play(network, CONNECTOR.fetch(f"{message.files[0].url}x", ACCOUNT))


def test_after_stop_nothing_is_taken_until_start(network: Simulator) -> None:
    told = read(network.deed(Deed(does="stop", who="7"), AT))
    consent = told[-1]
    assert isinstance(consent, ConsentIn)
    assert not consent.is_given
    with pytest.raises(Rejected) as caught:
        play(network, CONNECTOR.send(out("?"), ACCOUNT))
    assert caught.value.vendor_code == "21610"
    network.deed(Deed(does="start", who="7"), AT)
    assert play(network, CONNECTOR.send(out("!"), ACCOUNT)).external_id


@pytest.mark.parametrize(
    ("fields", "is_given"),
    [
        (b"Body=Cancel", None),
        (b"Body=yes", None),
        (b"Body=%20Baja%20", False),
        (b"Body=ALTA", True),
        (b"Body=Cancel&OptOutType=STOP", False),
        (b"Body=yes&OptOutType=START", True),
        (b"Body=help&OptOutType=HELP", None),
    ],
)
def test_an_answer_of_one_word_ends_no_consent_unless_it_says_so(
    *, fields: bytes, is_given: bool | None
) -> None:
    body = b"MessageSid=SM1&From=%2B12025550007&NumMedia=0&" + fields
    told = CONNECTOR.parse(Delivery(body=body, received_at=AT), ACCOUNT)
    assert isinstance(told[0], MessageIn)
    assert [each.is_given for each in told[1:] if isinstance(each, ConsentIn)] == (
        [] if is_given is None else [is_given]
    )


def test_whatsapp_outside_its_window_fails_afterwards() -> None:
    network = CONNECTOR.simulator(WHATSAPP)
    network.deed(Deed(does="text", who="7", text="hola"), AT)
    webhooks: list[Webhook] = []
    late = AT + timedelta(hours=25)
    play(network, CONNECTOR.send(out("?"), WHATSAPP), webhooks=webhooks, at=late)
    (failed,) = shelf.read(CONNECTOR, WHATSAPP, webhooks)
    assert isinstance(failed, StatusIn)
    assert (failed.state, failed.vendor_code) == ("failed", "63016")
    place = Deed(does="location", who="7", latitude=40.4, longitude=-3.7)
    (pointed,) = shelf.read(CONNECTOR, WHATSAPP, network.deed(place, AT))
    assert isinstance(pointed, MessageIn)
    assert pointed.content == Place(latitude=40.4, longitude=-3.7)


def test_typing_shows_over_whatsapp_and_marks_what_was_said_as_read() -> None:
    network = CONNECTOR.simulator(WHATSAPP)
    webhooks = network.deed(Deed(does="text", who="7", text="hola"), AT)
    (heard,) = shelf.read(CONNECTOR, WHATSAPP, webhooks)
    assert isinstance(heard, MessageIn)
    mark = MarkOut(does="typing_on", to=TO, external_id=heard.external_id, now=AT)
    play(network, CONNECTOR.mark(mark, WHATSAPP))
    assert shelf.phone(network).typing_until == AT + timedelta(seconds=25)
    assert shelf.phone(network).bubbles[-1].state == "read"
    with pytest.raises(Rejected):
        play(network, CONNECTOR.mark(structs.replace(mark, external_id="SM" + "0" * 32), WHATSAPP))


@pytest.mark.parametrize(("kind", "is_shown"), [("contacts", True), ("text", False)])
def test_what_comes_without_its_content_is_shown_by_its_kind(kind: str, *, is_shown: bool) -> None:
    form = f"MessageSid=SM1&From=whatsapp%3A%2B12025550107&Body=&NumMedia=0&MessageType={kind}"
    (told,) = CONNECTOR.parse(Delivery(body=form.encode(), received_at=AT), WHATSAPP)
    if is_shown:
        assert isinstance(told, MessageIn)
        assert isinstance(told.content, Strange)
        assert told.content.kind == kind
    else:
        assert isinstance(told, Unknown)


def test_nothing_is_asked_for_where_no_typing_is_shown() -> None:
    mark = MarkOut(does="typing_on", to=TO, external_id="SM" + "1" * 32, now=AT)
    for given_, account in (
        (mark, ACCOUNT),
        (structs.replace(mark, does="typing_off"), WHATSAPP),
        (structs.replace(mark, does="read"), WHATSAPP),
        (structs.replace(mark, external_id=None), WHATSAPP),
    ):
        with pytest.raises(StopIteration):
            next(CONNECTOR.mark(given_, account))


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        ("throttled", Throttled),
        ("expired_token", AuthExpired),
        ("server_error", TemporaryFailure),
    ],
)
def test_the_vendors_troubles_mean_what_they_should(
    network: Simulator, trouble: str, error: type[Exception]
) -> None:
    response = network.trouble(trouble)  # type: ignore[arg-type]
    with pytest.raises(error):
        shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), response)


def test_connecting_points_the_number_to_us_and_checking_sees_it(network: Simulator) -> None:
    play(network, CONNECTOR.connect(ACCOUNT))
    lines = play(network, CONNECTOR.check(ACCOUNT))
    assert [(each.key, each.ok) for each in lines] == [
        ("credentials", True),
        ("number", True),
        ("webhook", True),
    ]
    wrong = structs.replace(ACCOUNT, secrets={"auth_token": "other"})
    (line,) = play(network, CONNECTOR.check(wrong))
    assert not line.ok


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"account_sid": "nonsense", "number": "+12025550100"}, "settings.account_sid"),
        ({"account_sid": "AC" + "0" * 32}, "settings.number"),
        ({"account_sid": "AC" + "0" * 32, "number": "555"}, "settings.number"),
    ],
)
def test_wrong_settings_are_named(given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        CONNECTOR.configure({"auth_token": "t", **given}, None)
    assert field in [each.field for each in caught.value.errors]


def test_the_door_answers_with_an_empty_document() -> None:
    answer = CONNECTOR.greet(Asked(method="POST", url="", received_at=AT), ACCOUNT)
    assert answer is not None
    assert answer.media_type == "text/xml"
    assert answer.stores
    assert b"<Response/>" in answer.body


def test_the_address_and_blank_fields_are_signed(network: Simulator) -> None:
    (webhook,) = network.deed(Deed(does="text", who="7", text=""), AT)
    good = shelf.delivery(webhook, ACCOUNT)
    CONNECTOR.verify(good, ACCOUNT)
    moved = structs.replace(good, url="https://other.test/hooks")
    dropped = structs.replace(good, body=good.body.replace(b"&Body=", b""))
    for bad in (moved, dropped):
        with pytest.raises(BadSignature):
            CONNECTOR.verify(bad, ACCOUNT)
    (empty,) = CONNECTOR.parse(good, ACCOUNT)
    assert isinstance(empty, Unknown)


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=20)), max_size=8))
def test_the_order_of_fields_changes_no_signature(fields: list[tuple[str, str]]) -> None:
    url = ACCOUNT.webhook_url
    assert signing.sign("t", url, fields) == signing.sign("t", url, fields[::-1])


def test_a_referral_without_a_source_is_none() -> None:
    fields = b"MessageSid=SM1&From=%2B12025550007&Body=x&ReferralHeadline=Sale&NumMedia=0"
    (message,) = CONNECTOR.parse(Delivery(body=fields, received_at=AT), ACCOUNT)
    assert isinstance(message, MessageIn)
    assert message.referral is None


def test_a_number_that_is_no_number_is_malformed() -> None:
    body = b"MessageSid=SM1&From=%2B12025550007&Body=x&NumMedia=many"
    with pytest.raises(Exception, match="NumMedia"):
        CONNECTOR.parse(Delivery(body=body, received_at=AT), ACCOUNT)
