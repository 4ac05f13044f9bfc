"""The bot's connector against its own vendor on a shelf."""

from functools import partial
from uuid import UUID

import msgspec
import pytest
from msgspec import structs

import shelf
from hilo.connectors.viber import CONNECTOR
from hilo.connectors.viber.testing import ACCOUNT
from hilo.kit.errors import (
    AuthExpired,
    Invalid,
    Rejected,
    Throttled,
    UnknownOutcome,
    Unsupported,
)
from hilo.sdk.account import Answer, Asked
from hilo.sdk.content import Choice, Choices, Chosen, People, Person, Place, Sticker
from hilo.sdk.inbound import ConsentIn, ContactChanged, MessageIn, StatusIn
from hilo.sdk.outbound import HttpCall, MessageOut, Recipient, tracked
from hilo.sdk.simulator import Deed, Response, Simulator, Webhook
from shelf import AT, phone, play

TO = Recipient(kind="external", value="contact000007==")
read = partial(shelf.read, CONNECTOR, ACCOUNT)
out = partial(shelf.part, TO)


@pytest.fixture
def bot() -> Simulator:
    """Return a vendor to whom contact 7 has written once."""
    made = CONNECTOR.simulator(ACCOUNT)
    made.deed(Deed(does="text", who="7", name="Lucía", text="hola"), AT)
    return made


def body_of(message: MessageOut) -> dict[str, object]:
    """Return what a part is sent with."""
    call = next(CONNECTOR.send(message, ACCOUNT))
    assert isinstance(call, HttpCall)
    body = msgspec.json.decode(call.body)
    assert isinstance(body, dict)
    return body


def greeted(webhook: Webhook, account: object = ACCOUNT) -> Answer | None:
    """Return what we answer at the door."""
    asked = Asked(method="POST", url="", body=webhook.body, received_at=AT)
    return CONNECTOR.greet(asked, account)  # type: ignore[arg-type]


def test_a_text_arrives_and_its_receipts_come_back_by_its_name(bot: Simulator) -> None:
    webhooks: list[Webhook] = []
    sent = play(bot, CONNECTOR.send(out("¡Hola! 👋"), ACCOUNT), webhooks=webhooks)
    assert phone(bot).bubbles[-1].text == "¡Hola! 👋"
    told = read([*webhooks, *bot.deed(Deed(does="read", who="7"), AT)])
    assert [(each.state, each.external_id) for each in told if isinstance(each, StatusIn)] == [
        ("delivered", sent.external_id),
        ("read", sent.external_id),
    ]
    assert tracked(body_of(out("x"))["tracking_data"]) == (out().id, 1)


def test_a_failure_inside_http_200_is_the_error_it_is(bot: Simulator) -> None:
    bot.deed(Deed(does="stop", who="7"), AT)
    with pytest.raises(Rejected) as caught:
        play(bot, CONNECTOR.send(out("?"), ACCOUNT))
    assert caught.value.vendor_code == "6"
    stranger = shelf.part(Recipient(kind="external", value="nobody=="), "?")
    with pytest.raises(Rejected) as caught:
        play(bot, CONNECTOR.send(stranger, ACCOUNT))
    assert caught.value.vendor_code == "5"


def test_files_go_by_their_kind_and_size() -> None:
    assert body_of(out(files=[shelf.file("image/png")]))["type"] == "picture"
    large = structs.replace(shelf.file("image/png"), size_bytes=1_000_001)
    assert body_of(out(files=[large]))["type"] == "file"
    film = body_of(out(files=[shelf.file("video/mp4")]))
    assert (film["type"], film["size"]) == ("video", 5)
    bill = body_of(out(files=[shelf.file("application/pdf", name="factura.pdf")]))
    assert (bill["type"], bill["file_name"]) == ("file", "factura.pdf")


def test_buttons_are_shown_and_a_tap_comes_back_by_title_and_id(bot: Simulator) -> None:
    choices = Choices(choices=[Choice(id="a", title="Talla 38"), Choice(id="b", title="Talla 39")])
    play(bot, CONNECTOR.send(out("¿Cuál?", content=choices), ACCOUNT))
    shown = phone(bot).bubbles[-1]
    deed = Deed(does="choose", who="7", target=shown.id, choice=shown.choices[1][0])
    (tapped,) = read(bot.deed(deed, AT))
    assert isinstance(tapped, MessageIn)
    assert (tapped.text, tapped.content) == ("Talla 39", Chosen(id="b", title="Talla 39"))
    with pytest.raises(Rejected):
        body_of(out("?", content=Choices(choices=[Choice(id="x" * 300, title="x")])))


@pytest.mark.parametrize(
    "content",
    [
        Place(latitude=40.4, longitude=-3.7),
        People(people=[Person(name="Ana", phones=["+12025550199"])]),
    ],
)
def test_places_and_cards_go_as_such(bot: Simulator, content: object) -> None:
    assert play(bot, CONNECTOR.send(out(content=content), ACCOUNT)).external_id
    assert phone(bot).bubbles[-1].text


def test_what_contacts_do_is_understood(bot: Simulator) -> None:
    deed = Deed(does="file", who="7", data=b"jpeg", media_type="image/jpeg", text="la caja")
    (picture,) = read(bot.deed(deed, AT))
    assert isinstance(picture, MessageIn)
    assert (picture.text, picture.files[0].media_type) == ("la caja", "image/jpeg")
    (stuck,) = read(bot.deed(Deed(does="sticker", who="7"), AT))
    assert isinstance(stuck, MessageIn)
    assert stuck.content == Sticker()
    (left,) = read(bot.deed(Deed(does="stop", who="7"), AT))
    assert isinstance(left, ConsentIn)
    assert not left.is_given


def test_whoever_opens_the_chat_is_welcomed_in_our_answer(bot: Simulator) -> None:
    (opened,) = bot.deed(Deed(does="start", who="8"), AT)
    answer = greeted(opened)
    assert answer is not None
    assert answer.stores
    assert msgspec.json.decode(answer.body)["text"] == ACCOUNT.settings["welcome"]
    (told,) = read([opened])
    assert isinstance(told, ContactChanged)
    assert greeted(opened, structs.replace(ACCOUNT, settings={})) is None
    (said,) = bot.deed(Deed(does="text", who="8", text="hola"), AT)
    assert greeted(said) is None
    assert greeted(structs.replace(opened, body=b"[")) is None


def test_a_code_in_the_link_says_where_it_belongs(bot: Simulator) -> None:
    (begun,) = read(bot.deed(Deed(does="start", who="8", token="c_1"), AT))
    assert isinstance(begun, MessageIn)
    assert begun.referral is not None
    assert begun.referral.token == "c_1"


def test_profile(bot: Simulator) -> None:
    profile = play(bot, CONNECTOR.profile(TO, ACCOUNT))
    assert profile.name == "Lucía"
    assert shelf.picture(bot, profile.avatar).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("trouble", "error"),
    [("throttled", Throttled), ("expired_token", AuthExpired), ("server_error", UnknownOutcome)],
)
def test_the_vendors_troubles_mean_what_they_should(
    bot: Simulator, trouble: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), bot.trouble(trouble))  # type: ignore[arg-type]
    assert ACCOUNT.secrets["auth_token"] not in str(caught.value)


def test_an_unreadable_success_is_not_repeated() -> None:
    with pytest.raises(UnknownOutcome):
        shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), Response(body=b"{}"))


def test_connecting_names_our_address_and_checking_sees_it(bot: Simulator) -> None:
    lines = play(bot, CONNECTOR.check(ACCOUNT))
    assert ("events", False) in [(each.key, each.ok) for each in lines]
    webhooks: list[Webhook] = []
    connected = play(bot, CONNECTOR.connect(ACCOUNT), webhooks=webhooks)
    assert connected.address == "hilosandbox"
    assert read(webhooks) == []
    lines = play(bot, CONNECTOR.check(ACCOUNT))
    keys = ["credentials", "webhook", "events"]
    assert [(each.key, each.ok) for each in lines] == [(key, True) for key in keys]
    play(bot, CONNECTOR.disconnect(ACCOUNT))
    lines = play(bot, CONNECTOR.check(ACCOUNT))
    assert ("webhook", False) in [(each.key, each.ok) for each in lines]
    (line,) = play(bot, CONNECTOR.check(structs.replace(ACCOUNT, secrets={"auth_token": "x"})))
    assert (line.key, line.ok) == ("credentials", False)


@pytest.mark.parametrize(
    ("address", "is_link"), [("hilosandbox", True), ("pa:75346594275468546724", False)]
)
def test_a_bot_is_linked_to_by_its_name_only(address: str, *, is_link: bool) -> None:
    link = CONNECTOR.link(structs.replace(ACCOUNT, address=address))
    assert bool(link) is is_link


def test_settings_are_checked_and_a_replaced_token_still_counts() -> None:
    first = CONNECTOR.configure(CONNECTOR.made_up(UUID(int=7)), None)
    later = CONNECTOR.configure({"auth_token": "-".join(["f" * 16] * 3)}, first)
    assert later.secrets["previous_secret"] == first.secrets["auth_token"]
    for bad in ({"auth_token": "short"}, {"sender_name": "x" * 29}):
        with pytest.raises(Invalid):
            CONNECTOR.configure(bad, first)


def test_a_sample_passes_our_own_door() -> None:
    sample = CONNECTOR.sample(ACCOUNT, UUID(int=3), AT)
    CONNECTOR.verify(sample.delivery, ACCOUNT)
    (message,) = CONNECTOR.parse(sample.delivery, ACCOUNT)
    assert isinstance(message, MessageIn)


def test_what_nobody_can_do_here_is_said() -> None:
    with pytest.raises(Unsupported):
        CONNECTOR.simulator(ACCOUNT).deed(Deed(does="comment", who="7"), AT)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (3, "content"), (5, "unreachable"), (6, "blocked"), (11, "unreachable"),
        (15, "not-allowed"), (18, "not-allowed"), (21, "not-allowed"), (23, "limit"),
        (24, "account"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(status: int, reason: str) -> None:
    said = msgspec.json.encode({"status": status, "status_message": "no"})
    with pytest.raises(Rejected) as caught:
        shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), Response(body=said))
    assert (caught.value.vendor_code, caught.value.reason) == (str(status), reason)


@pytest.mark.parametrize(("status", "reason"), [(2, "access"), (9, "account"), (10, "access")])
def test_what_ends_the_access_says_why(status: int, reason: str) -> None:
    said = msgspec.json.encode({"status": status, "status_message": "no"})
    with pytest.raises(AuthExpired) as caught:
        shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), Response(body=said))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ("receiverNotSubscribed", "receiverNotSubscribed", "blocked"),
        ("Remote error: notSubscribed", "notSubscribed", "blocked"),
        ("11", "11", "unreachable"),
        ("version 11 is needed", "", "unreachable"),
        ("noBalance (24)", "noBalance", "account"),
        ("tooManyRequests", "tooManyRequests", ""),
        ("The receiver is not subscribed to the account", "", "blocked"),
        ("The account is blocked", "", "account"),
        ("The user has blocked the bot", "", "blocked"),
        ("The message is not supported in the destination country", "", "not-allowed"),
        ("The monthly limit of free messages was reached", "", "limit"),
        ("The file is too large", "", "too-large"),
        ("The receiver is not registered to Viber", "", "unreachable"),
        ("something else", "", ""),
        ("", "", ""),
    ],
)
def test_a_failure_that_is_told_later_says_why(words: str, code: str, reason: str) -> None:
    told = {"event": "failed", "timestamp": 1795341600017, "message_token": 57, "desc": words}
    (failed,) = CONNECTOR.parse(
        shelf.delivery(Webhook(body=msgspec.json.encode(told)), ACCOUNT), ACCOUNT
    )
    assert isinstance(failed, StatusIn)
    assert (failed.error, failed.vendor_code, failed.reason) == (words, code, reason)
