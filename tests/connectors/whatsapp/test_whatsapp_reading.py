"""What WhatsApp posts, where the golden files do not say enough.

conformance  test
W-01         test_the_handshake_wants_the_right_word
W-02         test_the_account_s_own_secret_comes_first_and_the_former_one_still_counts
W-03         test_another_number_of_the_application_is_handed_on_once
W-08         test_a_status_teaches_the_id_of_whom_we_wrote_to
W-43         test_both_ways_say_the_same
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

import contract
from hilo.connectors.whatsapp import CONNECTOR
from hilo.connectors.whatsapp.people import both_forms, sender
from hilo.connectors.whatsapp.said import sha256
from hilo.connectors.whatsapp.testing import ACCOUNT, DIALOG, SECRET, sign
from hilo.connectors.whatsapp.wire import Known, Profile
from hilo.kit.errors import BadSignature, MalformedPayload
from hilo.sdk.account import Answer, Asked, Delivery
from hilo.sdk.inbound import ContactChanged, Elsewhere, Inbound, MessageIn, StatusIn, Unread

FIXTURES = contract.ROOT / "whatsapp" / "fixtures"


def body_of(kind: str) -> Any:
    return json.loads((FIXTURES / f"{kind}.in.json").read_bytes())


def parsed(body: object) -> list[Inbound]:
    raw = json.dumps(body).encode()
    return list(CONNECTOR.parse(Delivery(body=raw, received_at=contract.NOW), ACCOUNT))


def asked(**query: str) -> Answer | None:
    named = {f"hub.{name}": value for name, value in query.items()}
    return CONNECTOR.greet(
        Asked(method="GET", url="https://desk.test", query=named, received_at=contract.NOW), ACCOUNT
    )


def test_the_handshake_wants_the_right_word() -> None:
    right = asked(mode="subscribe", challenge="1158201444", verify_token="handshake-word")
    assert right == Answer(body=b"1158201444")
    for wrong in ({"verify_token": "no"}, {}, {"verify_token": "handshake-word", "mode": "other"}):
        answer = asked(**{"mode": "subscribe", "challenge": "1", **wrong})
        assert answer is not None
        assert answer.status == 403


def test_without_a_word_nobody_shakes_hands() -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": ""}
    bare = structs.replace(ACCOUNT, settings={})
    answer = CONNECTOR.greet(
        Asked(method="GET", url="x", query=query, received_at=contract.NOW), bare
    )
    assert answer is not None
    assert answer.status == 403


def test_the_account_s_own_secret_comes_first_and_the_former_one_still_counts() -> None:
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    old = Delivery(
        body=body, headers=sign(body, {}, ACCOUNT, contract.NOW), received_at=contract.NOW
    )
    turning = {"app_secret": "another", "previous_app_secret": SECRET}
    CONNECTOR.verify(old, structs.replace(ACCOUNT, secrets=turning))
    with pytest.raises(BadSignature):
        CONNECTOR.verify(old, structs.replace(ACCOUNT, secrets={"app_secret": "another"}))


def test_a_go_between_that_signs_nothing_repeats_our_header() -> None:
    good = Delivery(body=b"{}", headers={"x-hilo-secret": "header-word"}, received_at=contract.NOW)
    CONNECTOR.verify(good, DIALOG)
    for headers in ({}, {"x-hilo-secret": "wrong"}, {"x-hilo-secret": ""}):
        with pytest.raises(BadSignature):
            CONNECTOR.verify(structs.replace(good, headers=headers), DIALOG)
    with pytest.raises(BadSignature):
        CONNECTOR.verify(good, structs.replace(DIALOG, secrets={"access_token": "key"}))


def test_both_ways_say_the_same() -> None:
    for case in contract.cases("whatsapp"):
        delivery = Delivery(body=case.body, received_at=contract.NOW)
        assert CONNECTOR.parse(delivery, DIALOG) == CONNECTOR.parse(delivery, ACCOUNT)


def test_another_number_of_the_application_is_handed_on_once() -> None:
    items = parsed(body_of("other_number"))
    assert [each for each in items if isinstance(each, Elsewhere)] == [
        Elsewhere(address="999888777666555")
    ]
    assert [each.text for each in items if isinstance(each, MessageIn)] == ["for us"]


def test_a_batch_of_another_vendor_is_not_understood() -> None:
    with pytest.raises(MalformedPayload, match="object"):
        parsed({"object": "page", "entry": []})


def test_a_status_teaches_the_id_of_whom_we_wrote_to() -> None:
    items = parsed(body_of("status_sent"))
    (learnt,) = [each for each in items if isinstance(each, ContactChanged)]
    assert [each.value for each in learnt.sender.identities] == [
        "+12025550107",
        "US.90000000000000000007",
    ]
    assert not [
        each for each in parsed(body_of("status_delivered")) if isinstance(each, ContactChanged)
    ]


@pytest.mark.parametrize(
    ("given_", "also"),
    [
        ("551187654321", "5511987654321"),
        ("5511987654321", "551187654321"),
        ("5491123456789", "541123456789"),
        ("541123456789", "5491123456789"),
        ("551133334444", None),  # a landline has no ninth digit
        ("12025550107", None),
    ],
)
def test_two_ways_to_write_one_telephone_are_one_person(given_: str, also: str | None) -> None:
    assert both_forms(given_) == [given_, *([also] if also else [])]


@given(st.from_regex(r"\A(55\d\d9?[6-9]\d{7}|549?\d{10})\Z"))
def test_the_other_form_of_the_other_form_is_the_first(digits: str) -> None:
    first, second = both_forms(digits)
    assert both_forms(second) == [second, first]


@pytest.mark.parametrize(
    ("wa_id", "bsuid", "ids"),
    [
        ("12025550107", "US.1", ["+12025550107", "US.1"]),
        (None, "US.1", ["+12025550107", "US.1"]),
        ("12025550199", "US.9", ["+12025550107"]),  # somebody else
    ],
)
def test_a_person_gets_nobody_elses_id(wa_id: str | None, bsuid: str, ids: list[str]) -> None:
    known = Known(wa_id=wa_id, bsuid=bsuid)
    found = sender("12025550107", None, None, [known])
    assert [each.value for each in found.identities] == ids


def test_the_other_form_of_a_number_is_the_same_person() -> None:
    known = Known(profile=Profile(name="Ana"), wa_id="551187654321", bsuid="BR.1")
    found = sender("5511987654321", None, None, [known])
    assert found.name == "Ana"
    assert [each.value for each in found.identities][-1] == "BR.1"


def test_half_an_emoji_costs_that_character_only() -> None:
    raw = (FIXTURES / "text.in.json").read_text(encoding="utf-8").replace("🍊", "\\ud83c")
    (item,) = CONNECTOR.parse(Delivery(body=raw.encode(), received_at=contract.NOW), ACCOUNT)
    assert isinstance(item, MessageIn)
    assert item.text == "Where is my parcel? ?"


def test_one_broken_message_costs_none_of_its_neighbours() -> None:
    items = parsed(body_of("batch_one_broken"))
    assert [type(each) for each in items] == [MessageIn, Unread, MessageIn]


def test_a_checksum_may_be_written_in_two_ways() -> None:
    hexadecimal = "ab" * 32
    assert sha256(hexadecimal) == hexadecimal
    assert sha256("q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=") == hexadecimal
    assert sha256("4654+8g=") == ""
    assert sha256("not a checksum") == ""


def test_every_message_and_status_of_a_batch_is_told() -> None:
    value = body_of("text")["entry"][0]["changes"][0]["value"]
    status = body_of("status_read")["entry"][0]["changes"][0]["value"]["statuses"][0]
    messages = [{**value["messages"][0], "id": f"wamid.{n}"} for n in range(4)]
    statuses = [{**status, "id": f"wamid.S{n}"} for n in range(3)]
    change = {"field": "messages", "value": {**value, "messages": messages, "statuses": statuses}}
    entry = {"id": "1", "changes": [change, change]}
    items = parsed({"object": "whatsapp_business_account", "entry": [entry, entry, entry]})
    assert sum(isinstance(each, MessageIn) for each in items) == 3 * 2 * 4
    assert sum(isinstance(each, StatusIn) for each in items) == 3 * 2 * 3


def test_every_kind_has_a_fixture() -> None:
    kinds = {path.name.partition(".")[0] for path in Path(FIXTURES).glob("*.in.json")}
    assert len(kinds) >= 60
