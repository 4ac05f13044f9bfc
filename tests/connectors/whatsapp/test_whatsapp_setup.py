"""Connecting a number: settings by each way, the vendor's calls, and the check of each step."""

import json
from typing import Any

import pytest

from hilo.connectors.whatsapp import CONNECTOR
from hilo.connectors.whatsapp.testing import ACCOUNT, DIALOG
from hilo.kit.errors import AuthExpired, Invalid
from hilo.sdk.account import SettingsRead
from hilo.sdk.inbound import MessageIn
from hilo.sdk.outbound import HttpCall, HttpReply
from shelf import AT, play

GIVEN = {
    "phone_number_id": "100 200 300",
    "business_account_id": "200",
    "number": "+1 (202) 555-0100",
    "access_token": "token",
    "app_secret": "one",
}


def test_numbers_are_kept_as_digits_and_a_word_is_made() -> None:
    read = CONNECTOR.configure(GIVEN, None)
    assert (read.address, read.settings["number"], read.name) == (
        "100200300",
        "12025550100",
        "12025550100",
    )
    assert len(str(read.settings["verify_token"])) > 20
    again = CONNECTOR.configure({}, read)
    assert again.settings["verify_token"] == read.settings["verify_token"]


@pytest.mark.parametrize("missing", ["phone_number_id", "access_token", "app_secret"])
def test_the_cloud_wants_its_ids_and_secrets(missing: str) -> None:
    given = {name: value for name, value in GIVEN.items() if name != missing}
    with pytest.raises(Invalid) as caught:
        CONNECTOR.configure(given, None)
    assert [each.field for each in caught.value.errors] == [f"settings.{missing}"]


def test_words_are_no_number() -> None:
    with pytest.raises(Invalid) as caught:
        CONNECTOR.configure({**GIVEN, "phone_number_id": "my number"}, None)
    assert caught.value.errors[0].field == "settings.phone_number_id"


def test_the_go_between_wants_a_key_and_gets_a_secret() -> None:
    read = CONNECTOR.configure({"by": "360dialog", "access_token": "key"}, None)
    assert read.address is None
    assert len(read.secrets["secret"]) > 30
    with pytest.raises(Invalid):
        CONNECTOR.configure({"by": "360dialog"}, None)


def test_a_changed_app_secret_stays_valid_until_the_next_change() -> None:
    first = CONNECTOR.configure(GIVEN, None)
    second = CONNECTOR.configure({"app_secret": "two"}, first)
    assert second.secrets["previous_app_secret"] == "one"
    third = CONNECTOR.configure(
        {"app_secret": "three"},
        SettingsRead(settings=second.settings, secrets=second.secrets),
    )
    assert third.secrets["previous_app_secret"] == "two"
    same = CONNECTOR.configure({"number": "34600111222"}, third)
    assert same.secrets["previous_app_secret"] == "two"


def test_a_made_up_account_is_accepted() -> None:
    first, second = (
        CONNECTOR.configure(CONNECTOR.made_up(each), None) for each in (ACCOUNT.id, DIALOG.id)
    )
    assert first.address != second.address


def calls_of(account: Any) -> list[HttpCall]:
    """Return what connecting calls."""
    found = []
    asking = CONNECTOR.connect(account)
    call = next(asking)
    while True:
        assert isinstance(call, HttpCall)
        found.append(call)
        try:
            call = asking.send(HttpReply(status=200, body=b'{"display_phone_number":"+1 202"}'))
        except StopIteration:
            return found


def test_connecting_points_this_number_s_webhook_here() -> None:
    subscribe, hook, about, token = calls_of(ACCOUNT)
    assert subscribe.url.endswith("/200300400500600/subscribed_apps")
    assert json.loads(hook.body)["webhook_configuration"] == {
        "override_callback_uri": ACCOUNT.webhook_url,
        "verify_token": "handshake-word",
    }
    assert about.method == "GET"
    assert token.url.startswith("https://graph.facebook.com/v25.0/debug_token?")


def test_connecting_twice_and_letting_go() -> None:
    vendor = CONNECTOR.simulator(ACCOUNT)
    first = play(vendor, CONNECTOR.connect(ACCOUNT))
    assert first == play(vendor, CONNECTOR.connect(ACCOUNT))
    assert (first.name, first.settings["number"], first.expires_at) == (
        "Casa Faro",
        "12025550100",
        None,
    )
    play(vendor, CONNECTOR.disconnect(ACCOUNT))


def test_the_go_between_is_told_address_and_header() -> None:
    (hook,) = calls_of(DIALOG)
    assert json.loads(hook.body) == {
        "url": DIALOG.webhook_url,
        "headers": {"x-hilo-secret": "header-word"},
    }
    vendor = CONNECTOR.simulator(DIALOG)
    lines = play(vendor, CONNECTOR.check(DIALOG))
    assert [(each.key, each.ok) for each in lines] == [("webhook", True), ("templates", True)]


def test_every_step_of_the_check_is_a_line() -> None:
    lines = play(CONNECTOR.simulator(ACCOUNT), CONNECTOR.check(ACCOUNT))
    assert [(each.key, each.ok) for each in lines] == [
        ("credentials", True),
        ("quality", True),
        ("templates", True),
        ("webhook", True),
        ("expires", True),
    ]


def test_a_step_that_fails_leaves_the_others() -> None:
    checking = CONNECTOR.check(ACCOUNT)
    next(checking)
    refused = b'{"error":{"code":190,"message":"token has expired"}}'
    checking.send(HttpReply(status=401, body=refused))
    checking.send(HttpReply(status=200, body=b'{"data":[]}'))
    checking.send(HttpReply(status=200, body=b'{"data":[]}'))
    with pytest.raises(StopIteration) as end:
        checking.throw(AuthExpired("gone"))
    assert [(each.key, each.ok) for each in end.value.value] == [
        ("credentials", False),
        ("templates", True),
        ("webhook", False),
        ("expires", None),
    ]


@pytest.mark.parametrize(
    ("hooks", "leads"),
    [
        ({"phone_number": ACCOUNT.webhook_url, "application": "https://other.test"}, True),
        ({"phone_number": "https://other.test/hook"}, False),
        ({"whatsapp_business_account": "https://other.test/hook"}, False),
        ({"application": "https://other.test"}, True),  # the number has its own, made by Connect
        (None, True),
    ],
)
def test_a_number_whose_messages_go_elsewhere_is_noticed(
    hooks: dict[str, str] | None, *, leads: bool
) -> None:
    checking = CONNECTOR.check(ACCOUNT)
    next(checking)
    checking.send(HttpReply(status=200, body=b'{"quality_rating":"GREEN"}'))
    checking.send(HttpReply(status=200, body=b'{"data":[]}'))
    asked = checking.send(HttpReply(status=200, body=b'{"data":[{"id":"1"}]}'))
    assert isinstance(asked, HttpCall)
    assert asked.url.endswith("/100200300400500?fields=webhook_configuration")
    told = {} if hooks is None else {"webhook_configuration": hooks}
    checking.send(HttpReply(status=200, body=json.dumps(told).encode()))
    with pytest.raises(StopIteration) as end:
        checking.send(HttpReply(status=200, body=b'{"data":{"expires_at":0}}'))
    (line,) = [each for each in end.value.value if each.key == "webhook"]
    assert (line.ok, bool(line.detail)) == (leads, not leads)


@pytest.mark.parametrize("account", [ACCOUNT, DIALOG])
def test_a_sample_is_taken_like_any_other(account: Any) -> None:
    sample = CONNECTOR.sample(account, ACCOUNT.id, AT)
    CONNECTOR.verify(sample.delivery, account)
    (item,) = CONNECTOR.parse(sample.delivery, account)
    assert isinstance(item, MessageIn)
