"""The generic channel where the contract test cannot know.

conformance  test
G-01         test_contract.py::test_what_is_not_signed_so_is_refused
G-02         test_either_of_two_active_secrets_passes
G-25         test_a_receipt_of_an_unknown_state_is_kept_for_a_person
G-41         test_half_an_emoji_does_not_lose_the_message
X-07         exempt: the signed webhook-id takes the place of an Idempotency-Key; see the README
"""

import base64
import hashlib
import hmac
from datetime import timedelta

import msgspec
import pytest
from msgspec import structs

import contract
from hilo.connectors.api import CONNECTOR, outbound, signing
from hilo.connectors.api.testing import ACCOUNT, SECRET
from hilo.kit import clock
from hilo.kit.errors import BadSignature, Invalid, MalformedPayload
from hilo.sdk.account import Delivery, SettingsRead
from hilo.sdk.inbound import MessageIn
from hilo.sdk.outbound import HttpCall, HttpReply

BODY = b'{"id":"m-1","from":{"id":"u-7"},"text":"hi"}'
OTHER = "whsec_" + base64.b64encode(b"another key of thirty-two bytes!").decode()


def delivery(headers: dict[str, str], body: bytes = BODY) -> Delivery:
    return Delivery(body=body, headers=headers, received_at=contract.NOW)


def signed(secret: str, id_: str = "msg_1") -> dict[str, str]:
    return signing.sign([signing.key_of(secret)], id_, contract.NOW, BODY)


def test_the_signature_is_that_of_the_standard() -> None:
    stamp = str(int(contract.NOW.timestamp()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    mark = hmac.new(key, b"msg_1." + stamp.encode() + b"." + BODY, hashlib.sha256).digest()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1,bm90IHRoaXMgb25l v1a,AAAA v1," + base64.b64encode(mark).decode(),
    }
    assert CONNECTOR.verify(delivery(headers), ACCOUNT)


def test_either_of_two_active_secrets_passes() -> None:
    rotating = structs.replace(ACCOUNT, secrets={"secret": OTHER, "previous_secret": SECRET})
    for secret in (OTHER, SECRET):
        assert CONNECTOR.verify(delivery(signed(secret)), rotating)
    retired = structs.replace(ACCOUNT, secrets={"secret": OTHER, "previous_secret": OTHER})
    with pytest.raises(BadSignature):
        CONNECTOR.verify(delivery(signed(SECRET)), retired)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_five_minutes_is_the_most(seconds: int) -> None:
    late = structs.replace(
        delivery(signed(SECRET)), received_at=contract.NOW + timedelta(seconds=seconds)
    )
    with pytest.raises(BadSignature):
        CONNECTOR.verify(late, ACCOUNT)
    inside = contract.NOW + timedelta(seconds=seconds - (1 if seconds > 0 else -1))
    assert CONNECTOR.verify(structs.replace(late, received_at=inside), ACCOUNT)


def test_the_same_id_with_another_body_is_another_delivery() -> None:
    other = BODY.replace(b"hi", b"ho")
    headers = signing.sign([signing.key_of(SECRET)], "msg_1", contract.NOW, other)
    first = CONNECTOR.verify(delivery(signed(SECRET)), ACCOUNT)
    assert CONNECTOR.verify(delivery(headers, other), ACCOUNT) != first


def test_half_an_emoji_does_not_lose_the_message() -> None:
    body = b'{"id":"m-1","from":{"id":"u-7"},"text":"cut \\ud83d"}'
    (item,) = CONNECTOR.parse(delivery({}, body), ACCOUNT)
    assert isinstance(item, MessageIn)
    assert item.text == "cut ?"


def test_what_cannot_be_understood_names_the_place() -> None:
    body = b'{"id":"m-1","from":{"id":"u-7"},"attachments":[{"content":"no base64!"}]}'
    with pytest.raises(MalformedPayload, match="attachments"):
        CONNECTOR.parse(delivery({}, body), ACCOUNT)


def test_a_receipt_of_an_unknown_state_is_kept_for_a_person() -> None:
    body = b'{"status":{"message":"ext-79","state":"played"}}'
    with pytest.raises(MalformedPayload, match=r"status\.state"):
        CONNECTOR.parse(delivery({}, body), ACCOUNT)


def test_a_reply_is_signed_as_we_expect_it_ourselves() -> None:
    call = next(CONNECTOR.send(contract.OUT, ACCOUNT))
    assert isinstance(call, HttpCall)
    back = Delivery(body=call.body, headers=call.headers, received_at=contract.NOW)
    assert str(CONNECTOR.verify(back, ACCOUNT)).startswith(str(contract.OUT.id))
    body = msgspec.json.decode(call.body)
    assert body["text"] == contract.OUT.text
    assert body["to"] == {"id": "u-7", "name": "Dora"}


def test_without_a_callback_no_call_is_made() -> None:
    with pytest.raises(StopIteration) as end:
        next(CONNECTOR.send(contract.OUT, structs.replace(ACCOUNT, settings={})))
    assert end.value.value.state == "sent"


def test_settings_are_checked_and_the_secret_is_made_once() -> None:
    first = CONNECTOR.configure({"callback_url": "https://shop.test/r"}, None)
    signing.key_of(first.secrets["secret"])
    again = CONNECTOR.configure({}, SettingsRead(settings={}, secrets=first.secrets))
    assert again.secrets == first.secrets
    for wrong in ({"callback_url": "ftp://x"}, {"secret": "whsec_?"}, {"nope": 1}):
        with pytest.raises(Invalid) as caught:
            CONNECTOR.configure(wrong, None)
        assert caught.value.errors[0].field == f"settings.{next(iter(wrong))}"


@pytest.mark.parametrize("body", [b"", b"ok", b"\xff", b"[1]", b'{"id":""}', b"[" * 5_000])
def test_whatever_stands_in_an_answer_of_200_the_reply_has_left(body: bytes) -> None:
    accepted = outbound.outcome(HttpReply(status=200, headers={}, body=body), clock.now())
    assert accepted.external_id is None
