"""Instagram's connector against its own vendor on a shelf: dialogue, comments, both logins.

conformance  test
I-02         fixtures dashboard_test, dashboard_unknown
I-03         test_an_echo_names_the_person_and_our_words
I-08         test_who_cannot_be_asked_for_stays_unnamed_and_a_dead_token_is_told
I-09         test_a_comment_is_answered_below_it_or_in_private
I-10         test_a_second_or_late_private_answer_is_refused
I-11         test_a_token_is_renewed_when_it_can_be
I-12         test_a_text_is_counted_in_bytes
"""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
from msgspec import structs

import contract
import shelf
from hilo.connectors.instagram import CONNECTOR
from hilo.connectors.instagram.testing import ACCOUNT, BY_PAGE
from hilo.kit.errors import AuthExpired, Invalid, Rejected, UnknownOutcome
from hilo.sdk.account import Account, Delivery
from hilo.sdk.content import Comment
from hilo.sdk.inbound import EchoIn, MessageIn, StatusIn, Unknown
from hilo.sdk.outbound import ActionOut, HttpCall, HttpReply, MessageOut, Recipient
from hilo.sdk.simulator import Deed, Response, Simulator, Webhook
from shelf import AT, play

TO = Recipient(kind="external", value="55500000000007")
read = partial(shelf.read, CONNECTOR, ACCOUNT)


@pytest.fixture
def vendor() -> Simulator:
    """Return a vendor to whom phone 7 has written once."""
    made = CONNECTOR.simulator(ACCOUNT)
    made.deed(Deed(does="text", who="7", text="hola"), AT)
    return made


def part(text: str = "", to: Recipient = TO, **more: object) -> MessageOut:
    return shelf.part(to, text, **more)


def call_of(message: MessageOut, account: Account = ACCOUNT) -> tuple[str, Any]:
    call = next(CONNECTOR.send(message, account))
    assert isinstance(call, HttpCall)
    return call.url, json.loads(call.body)


def commented(vendor: Simulator) -> str:
    """Return the name of a comment that phone 7 wrote."""
    (item,) = read(vendor.deed(Deed(does="comment", who="7", text="How much?"), AT))
    assert isinstance(item, MessageIn)
    assert isinstance(item.content, Comment)
    return item.external_id


def test_an_echo_names_the_person_and_our_words(vendor: Simulator) -> None:
    webhooks: list[Webhook] = []
    sent = play(vendor, CONNECTOR.send(part("Sí"), ACCOUNT), webhooks=webhooks)
    (echo,) = read(webhooks)
    assert isinstance(echo, EchoIn)
    assert (echo.external_id, echo.text, echo.message) == (sent.external_id, "Sí", None)
    assert echo.to.identities[0].value == TO.value
    (seen,) = read(vendor.deed(Deed(does="read", who="7"), AT))
    assert seen == StatusIn(state="read", external_id=sent.external_id)


def test_each_login_has_its_own_address() -> None:
    url, body = call_of(part("x"))
    assert url == "https://graph.instagram.com/v25.0/178400000000001/messages"
    assert "metadata" not in body["message"]
    url, _ = call_of(part("x"), BY_PAGE)
    assert url == "https://graph.facebook.com/v25.0/300000000000001/messages"


def test_both_logins_read_the_same() -> None:
    for case in contract.cases("instagram"):
        delivery = Delivery(body=case.body, received_at=AT)
        assert CONNECTOR.parse(delivery, ACCOUNT) == CONNECTOR.parse(delivery, BY_PAGE)


def test_a_file_is_fetched_from_our_address() -> None:
    _, body = call_of(part(files=[shelf.file("image/png")]))
    assert body["message"]["attachment"]["payload"] == {"url": "https://desk.test/files/9"}


def test_a_file_has_no_words_beside_it() -> None:
    assert not CONNECTOR.manifest.has("captions")
    assert CONNECTOR.manifest.limits.caption_chars == 0
    _, body = call_of(part("words", files=[shelf.file("image/png")]))
    assert "text" not in body["message"]


def test_a_comment_is_answered_below_it_or_in_private(vendor: Simulator) -> None:
    name = commented(vendor)
    url, body = call_of(part("Seven euros", reply_to=name, content=Comment(post="1")))
    assert url.endswith(f"/{name.removeprefix('comment:')}/replies")
    assert body == {"message": "Seven euros"}
    webhooks: list[Webhook] = []
    public = part("Seven euros", reply_to=name, content=Comment(post="1"))
    sent = play(vendor, CONNECTOR.send(public, ACCOUNT), webhooks=webhooks)
    assert (sent.external_id or "").startswith("comment:")
    assert read(webhooks) == [Unknown(kind="comment.own")]
    url, body = call_of(part("In private", reply_to=name))
    assert body["recipient"] == {"comment_id": name.removeprefix("comment:")}
    assert "reply_to" not in body
    play(vendor, CONNECTOR.send(part("In private", reply_to=name), ACCOUNT))
    assert [each.text for each in vendor.phones()[0].bubbles][-2:] == ["Seven euros", "In private"]
    remove = ActionOut(
        does="delete", external_id=sent.external_id or "", to=TO, is_ours=True, now=AT
    )
    play(vendor, CONNECTOR.act(remove, ACCOUNT))


def test_a_second_or_late_private_answer_is_refused(vendor: Simulator) -> None:
    name = commented(vendor)
    late = part("x", reply_to=name, heard_at=AT, now=AT + timedelta(days=7, seconds=1))
    with pytest.raises(Rejected) as caught:
        next(CONNECTOR.send(late, ACCOUNT))
    assert caught.value.reason == "window"
    play(vendor, CONNECTOR.send(part("x", reply_to=name), ACCOUNT))
    with pytest.raises(Rejected):
        play(vendor, CONNECTOR.send(part("x", reply_to=name), ACCOUNT))


def test_comments_may_be_left_out() -> None:
    quiet = Account(
        id=ACCOUNT.id,
        workspace=ACCOUNT.workspace,
        inbox=ACCOUNT.inbox,
        channel="instagram",
        address=ACCOUNT.address,
        settings={**ACCOUNT.settings, "comments": False},
    )
    case = next(each for each in contract.cases("instagram") if each.kind == "comment")
    (item,) = CONNECTOR.parse(Delivery(body=case.body, received_at=AT), quiet)
    assert isinstance(item, Unknown)


def test_a_text_is_counted_in_bytes(vendor: Simulator) -> None:
    play(vendor, CONNECTOR.send(part("🍊" * 250), ACCOUNT))
    with pytest.raises(Rejected):
        play(vendor, CONNECTOR.send(part("🍊" * 251), ACCOUNT))


def test_a_token_is_renewed_when_it_can_be(vendor: Simulator) -> None:
    connected = play(vendor, CONNECTOR.connect(ACCOUNT))
    assert connected.secrets["access_token"] == ACCOUNT.secrets["access_token"]
    assert connected.settings == {"username": "casafaro", "account_id": ACCOUNT.address}
    assert connected.expires_in_s == 60 * 24 * 3600


def test_an_id_for_which_nothing_comes_is_noticed_and_corrected() -> None:
    vendor = CONNECTOR.simulator(ACCOUNT)
    wrong = structs.replace(ACCOUNT, address="5551")
    lines = {each.key: each for each in play(vendor, CONNECTOR.check(wrong))}
    assert (lines["account"].ok, lines["account"].detail) == (False, ACCOUNT.address)
    connected = play(vendor, CONNECTOR.connect(wrong))
    assert (connected.address, connected.settings["account_id"]) == (ACCOUNT.address,) * 2
    assert "account" not in {each.key for each in play(vendor, CONNECTOR.check(ACCOUNT))}


def test_a_page_s_token_that_ends_is_known_before_it_does() -> None:
    vendor = CONNECTOR.simulator(BY_PAGE)
    line = play(vendor, CONNECTOR.check(BY_PAGE))[-1]
    assert (line.key, line.ok) == ("expires", True)
    told = b'{"data":{"is_valid":true,"expires_at":1800000000}}'
    for asking in (CONNECTOR.check(BY_PAGE), CONNECTOR.connect(BY_PAGE)):
        found = ending(asking, vendor, told)
        if isinstance(found, list):
            assert (found[-1].key, found[-1].ok, found[-1].detail) == ("ends", None, "2027-01-15")
        else:
            assert found.expires_at == datetime(2027, 1, 15, 8, tzinfo=UTC)


def ending(asking: Any, vendor: Simulator, told: bytes) -> Any:
    """Play to the end, with these words about the token."""
    call = next(asking)
    while True:
        reply = HttpReply(status=200, body=told)
        if "debug_token" not in call.url:
            reply = shelf.reply_of(vendor.request(shelf.request_of(call), AT)[0])
        try:
            call = asking.send(reply)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (b'{"error":{"code":100,"message":"token is younger than 24 hours"}}', None),
        (b'{"error":{"code":190,"message":"token has expired"}}', AuthExpired),
    ],
)
def test_a_token_that_cannot_be_renewed_stays_or_has_ended(
    answer: bytes, ends: type[Exception] | None
) -> None:
    asking = CONNECTOR.connect(ACCOUNT)
    next(asking)
    asking.send(HttpReply(status=200, body=b'{"success":true}'))
    call = asking.send(HttpReply(status=200, body=b'{"username":"casafaro"}'))
    assert isinstance(call, HttpCall)
    assert call.url.startswith("https://graph.instagram.com/refresh_access_token?")
    with pytest.raises(ends or StopIteration) as caught:
        asking.send(HttpReply(status=400, body=answer))
    if ends is None:
        assert caught.value.value.secrets == {}  # type: ignore[attr-defined]


def test_the_page_login_needs_the_page() -> None:
    given = {"account_id": "1", "access_token": "t", "app_secret": "s", "login": "page"}
    with pytest.raises(Invalid) as caught:
        CONNECTOR.configure(given, None)
    assert caught.value.errors[0].field == "settings.page_id"
    assert CONNECTOR.configure({**given, "page_id": "2"}, None).address == "1"
    assert CONNECTOR.configure(CONNECTOR.made_up(ACCOUNT.id), None).name == "casafaro"


@pytest.mark.parametrize(
    ("code", "subcode", "error"),
    [
        (9010, None, Rejected),
        (100, 2018001, Rejected),
        (100, 2018218, Rejected),
        (230, None, Rejected),
        (190, None, AuthExpired),
    ],
)
def test_who_cannot_be_asked_for_stays_unnamed_and_a_dead_token_is_told(
    code: int, subcode: int | None, error: type[Exception]
) -> None:
    told = {"code": code, "message": "no", **({"error_subcode": subcode} if subcode else {})}
    refused = Response(status=400, body=msgspec.json.encode({"error": told}))
    with pytest.raises(error):
        shelf.answer(CONNECTOR.profile(TO, ACCOUNT), refused)


def test_a_profile_says_more_than_a_name(vendor: Simulator) -> None:
    profile = play(vendor, CONNECTOR.profile(TO, ACCOUNT))
    assert profile.attributes["username"]
    assert shelf.picture(vendor, profile.avatar).startswith(b"\x89PNG")
    lines = play(vendor, CONNECTOR.check(ACCOUNT))
    assert [(each.key, each.ok) for each in lines] == [("credentials", True), ("webhook", True)]


def test_a_sample_is_taken_like_any_other() -> None:
    sample = CONNECTOR.sample(ACCOUNT, part().id, AT)
    CONNECTOR.verify(sample.delivery, ACCOUNT)
    (item,) = CONNECTOR.parse(sample.delivery, ACCOUNT)
    assert isinstance(item, MessageIn)


def test_a_lost_answer_is_found_in_the_list(vendor: Simulator) -> None:
    sent = play(vendor, CONNECTOR.send(part("uno"), ACCOUNT))
    assert play(vendor, CONNECTOR.resolve(part("uno"), ACCOUNT)) == sent
    with pytest.raises(UnknownOutcome, match="0 messages"):
        play(vendor, CONNECTOR.resolve(part("dos"), ACCOUNT))
    call = next(CONNECTOR.resolve(part("uno"), BY_PAGE))
    assert isinstance(call, HttpCall)
    assert call.url.startswith("https://graph.facebook.com/v25.0/300000000000001/conversations?")
    assert "platform=instagram" in call.url


def test_a_lost_answer_below_a_comment_is_found_there(vendor: Simulator) -> None:
    public = part("Seven", reply_to=commented(vendor), content=Comment(post="1"))
    with pytest.raises(UnknownOutcome, match="0 messages"):
        play(vendor, CONNECTOR.resolve(public, ACCOUNT))
    sent = play(vendor, CONNECTOR.send(public, ACCOUNT))
    assert play(vendor, CONNECTOR.resolve(public, ACCOUNT)) == sent
