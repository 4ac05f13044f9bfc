"""A gateway by settings alone: every way of writing, against the gateway on a shelf."""

from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

import shelf
from hilo.connectors.sms_http import CONNECTOR, fields
from hilo.connectors.sms_http.testing import ACCOUNT
from hilo.kit.errors import AuthExpired, BadSignature, Invalid, TemporaryFailure, Throttled
from hilo.sdk.account import Account, Asked
from hilo.sdk.inbound import ConsentIn, Inbound, MessageIn, StatusIn, Unread
from hilo.sdk.outbound import HttpCall, MessageOut, Recipient
from hilo.sdk.simulator import Deed, Webhook
from shelf import AT, play

TO = Recipient(kind="phone", value="+12025550007")
PLAIN = structs.replace(ACCOUNT, settings={**ACCOUNT.settings, "in_text": "text"})


def with_settings(**more: object) -> Account:
    """Return the account with other settings."""
    return structs.replace(PLAIN, settings={**PLAIN.settings, **more})


def out(text: str = "") -> MessageOut:
    """Return a part to send."""
    return shelf.part(TO, text)


def read(account: Account, webhooks: Sequence[Webhook]) -> Sequence[Inbound]:
    """Return what the connector makes of webhooks."""
    return shelf.read(CONNECTOR, account, webhooks)


@pytest.mark.parametrize("written", ["json", "form", "query"])
def test_every_way_of_writing_arrives_and_its_receipt_finds_the_part(written: str) -> None:
    account = with_settings(format=written, to_field="dest", text_field="msg")
    gateway = CONNECTOR.simulator(account)
    (heard,) = read(account, gateway.deed(Deed(does="text", who="7", text="hola"), AT))
    assert isinstance(heard, MessageIn)
    assert heard.sender.identities[0].value == TO.value
    webhooks: list[Webhook] = []
    sent = play(gateway, CONNECTOR.send(out("Hasta las ocho ñ & ="), account), webhooks=webhooks)
    assert gateway.phones()[0].bubbles[-1].text == "Hasta las ocho ñ & ="
    (told,) = read(account, webhooks)
    assert isinstance(told, StatusIn)
    assert (told.state, told.message, told.part) == ("delivered", out().id, 1)
    assert told.external_id == sent.external_id


@pytest.mark.parametrize(
    ("auth", "name", "header", "value"),
    [
        ("none", "", "authorization", None),
        ("basic", "ana", "authorization", "Basic YW5hOnNlY3JldA=="),
        ("bearer", "", "authorization", "Bearer secret"),
        ("header", "X-Api-Key", "x-api-key", "secret"),
    ],
)
def test_every_way_of_signing_in(auth: str, name: str, header: str, value: str | None) -> None:
    account = with_settings(auth=auth, auth_name=name, extra_fields=["route=gold"])
    account = structs.replace(account, secrets={**account.secrets, "auth_secret": "secret"})
    call = next(CONNECTOR.send(out("x"), account))
    assert isinstance(call, HttpCall)
    assert call.headers.get(header) == value
    assert b'"route":"gold"' in call.body


def test_a_message_may_come_by_get_with_the_secret_in_the_address() -> None:
    query = {"id": "a-1", "from": "34600000142", "text": "hola", "key": ACCOUNT.secrets["secret"]}
    url = f"{PLAIN.webhook_url}?id=a-1&from=34600000142&text=hola&key={query['key']}"
    asked = Asked(method="GET", url=url, query=query, received_at=AT)
    answer = CONNECTOR.greet(asked, PLAIN)
    assert answer is not None
    assert answer.stores
    webhook = Webhook(body=b"", query=urlsplit(url).query and f"?{urlsplit(url).query}")
    (message,) = CONNECTOR.parse(shelf.delivery(webhook, PLAIN), PLAIN)
    assert isinstance(message, MessageIn)
    assert (message.external_id, message.text) == ("a-1", "hola")
    wrong = structs.replace(asked, url=url.replace("key=", "key=x"))
    with pytest.raises(BadSignature):
        CONNECTOR.greet(wrong, PLAIN)


def test_what_cannot_be_read_costs_itself_alone() -> None:
    body = b'[{"id":"1","text":"from nobody"},{"id":"2","from":"+12025550107","text":"hola"}]'
    headers = {"x-hilo-secret": PLAIN.secrets["secret"], "content-type": "application/json"}
    first, second = read(PLAIN, [Webhook(body=body, headers=headers)])
    assert isinstance(first, Unread)
    assert first.field == "from"
    assert isinstance(second, MessageIn)


@pytest.mark.parametrize("said", ['"text":"hola"', '"media":["https://gateway.test/1.png"]'])
@pytest.mark.parametrize(("status", "kind"), [("received", MessageIn), ("delivered", StatusIn)])
def test_a_message_may_have_a_status_of_its_own(
    said: str, status: str, kind: type[Inbound]
) -> None:
    body = f'{{"id":"1","from":"+12025550107",{said},"status":"{status}"}}'.encode()
    headers = {"x-hilo-secret": PLAIN.secrets["secret"], "content-type": "application/json"}
    (told,) = read(PLAIN, [Webhook(body=body, headers=headers)])
    assert isinstance(told, kind)


def test_stop_and_start_change_the_consent() -> None:
    gateway = CONNECTOR.simulator(PLAIN)
    for does, is_given in (("stop", False), ("start", True)):
        deed = Deed(does=does, who="7")  # type: ignore[arg-type]
        told = read(PLAIN, gateway.deed(deed, AT))[-1]
        assert isinstance(told, ConsentIn)
        assert told.is_given is is_given


@pytest.mark.parametrize(
    ("trouble", "error"),
    [("throttled", Throttled), ("expired_token", AuthExpired), ("server_error", TemporaryFailure)],
)
def test_troubles_mean_what_they_should(trouble: str, error: type[Exception]) -> None:
    response = CONNECTOR.simulator(PLAIN).trouble(trouble)  # type: ignore[arg-type]
    with pytest.raises(error):
        shelf.answer(CONNECTOR.send(out("x"), PLAIN), response)


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"number": "?"}, "settings.number"),
        ({"number": "+12025550100", "extra_fields": ["oops"]}, "settings.extra_fields.0"),
        ({"number": "+12025550100", "auth": "basic"}, "settings.auth_name"),
    ],
)
def test_wrong_settings_are_named(given_: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        CONNECTOR.configure({"send_url": "https://gateway.test/x", **given_}, None)
    assert field in [each.field for each in caught.value.errors]


def test_an_address_with_a_query_of_its_own_keeps_it() -> None:
    account = with_settings(format="query", send_url="https://gateway.test/send?account=7")
    call = next(CONNECTOR.send(out("x y"), account))
    assert isinstance(call, HttpCall)
    query = parse_qs(urlsplit(call.url).query)
    assert (query["account"], query["text"]) == (["7"], ["x y"])


@given(st.recursive(st.text() | st.integers(), lambda some: st.dictionaries(st.text(), some)))
def test_flattening_never_loses_a_leaf_it_can_name(value: object) -> None:
    found = fields.flat({"a": value})
    if isinstance(value, str | int):
        assert found == {"a": str(value)}
    assert all(isinstance(each, str) for each in found.values())
