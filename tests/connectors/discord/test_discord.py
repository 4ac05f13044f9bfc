"""The bot's connector against its own vendor on a shelf."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import msgspec
import pytest
from msgspec import structs

import contract
import shelf
from hilo.connectors.discord import CONNECTOR
from hilo.connectors.discord.testing import ACCOUNT, TOKEN, sign
from hilo.kit.errors import (
    AuthExpired,
    BadSignature,
    Invalid,
    Rejected,
    TemporaryFailure,
    Throttled,
    Unsupported,
)
from hilo.sdk.account import Asked, Delivery
from hilo.sdk.content import Choice, Choices, Chosen, Sticker, Voice
from hilo.sdk.inbound import DeletedIn, EchoIn, EditedIn, MessageIn, ReactionIn
from hilo.sdk.outbound import ActionOut, HttpCall, HttpReply, MarkOut, Recipient
from hilo.sdk.simulator import Deed, Simulator, Webhook
from shelf import AT, phone, play

TO = Recipient(kind="external", value="800000000000000007")
read = partial(shelf.read, CONNECTOR, ACCOUNT)
out = partial(shelf.part, TO)


@pytest.fixture
def vendor() -> Simulator:
    """Return a vendor to whom contact 7 has written once."""
    made = CONNECTOR.simulator(ACCOUNT)
    made.deed(Deed(does="text", who="7", name="Lucía", text="hola"), AT)
    return made


def test_a_trial_is_answered_and_a_stale_or_altered_one_refused() -> None:
    body = b'{"type":1,"id":"1"}'
    given = shelf.delivery(Webhook(body=body, headers=sign(body, {}, ACCOUNT, AT)), ACCOUNT)
    CONNECTOR.verify(given, ACCOUNT)
    asked = Asked(method="POST", url="", body=body, received_at=AT)
    answer = CONNECTOR.greet(asked, ACCOUNT)
    assert answer is not None
    assert (answer.body, answer.stores) == (b'{"type":1}', False)
    for bad in (
        structs.replace(given, received_at=AT + timedelta(seconds=301)),
        structs.replace(given, body=body + b" "),
    ):
        with pytest.raises(BadSignature):
            CONNECTOR.verify(bad, ACCOUNT)


def test_a_text_arrives_and_comes_back_as_an_echo_by_its_name(vendor: Simulator) -> None:
    webhooks: list[Webhook] = []
    sent = play(vendor, CONNECTOR.send(out("¡Hola! 👋"), ACCOUNT), webhooks=webhooks)
    assert phone(vendor).bubbles[-1].text == "¡Hola! 👋"
    (echo,) = read(webhooks)
    assert isinstance(echo, EchoIn)
    assert echo.external_id == sent.external_id


def test_the_same_nonce_twice_is_one_message(vendor: Simulator) -> None:
    first = play(vendor, CONNECTOR.send(out("uno"), ACCOUNT))
    again = play(vendor, CONNECTOR.send(out("uno", attempt=2), ACCOUNT))
    assert again == first
    play(vendor, CONNECTOR.send(out("uno", part=2), ACCOUNT))
    assert [each.text for each in phone(vendor).bubbles] == ["hola", "uno", "uno"]


def test_a_file_goes_with_its_words(vendor: Simulator) -> None:
    part = out("la caja", files=[shelf.file("image/png", name="caja.png")])
    play(vendor, CONNECTOR.send(part, ACCOUNT))
    shown = phone(vendor).bubbles[-1]
    assert (vendor.file(shown.file), shown.text) == ((b"bytes", "image/png"), "la caja")


def test_buttons_are_shown_and_a_tap_comes_back_by_title_and_id(vendor: Simulator) -> None:
    choices = Choices(choices=[Choice(id=f"c{n}", title=f"Talla {n}") for n in range(7)])
    sent = play(vendor, CONNECTOR.send(out("¿Cuál?", content=choices), ACCOUNT))
    shown = phone(vendor).bubbles[-1]
    assert len(shown.choices) == 7
    webhooks = vendor.deed(Deed(does="choose", who="7", target=shown.id, choice="c6"), AT)
    (tapped,) = read(webhooks)
    assert isinstance(tapped, MessageIn)
    assert (tapped.text, tapped.content) == ("Talla 6", Chosen(id="c6", title="Talla 6"))
    assert tapped.reply_to == sent.external_id
    asked = Asked(method="POST", url="", body=webhooks[0].body, received_at=AT)
    answer = CONNECTOR.greet(asked, ACCOUNT)
    assert answer is not None
    assert (answer.body, answer.stores) == (b'{"type":6}', True)
    with pytest.raises(Unsupported):
        next(CONNECTOR.send(out("?", content=Choices(choices=[Choice(id="", title="x")])), ACCOUNT))


def test_what_contacts_do_is_understood(vendor: Simulator) -> None:
    mine = phone(vendor).bubbles[0].id
    name = f"{TO.value}:{mine}"
    voice = Deed(does="voice", who="7", data=b"ogg", media_type="audio/ogg")
    (spoken,) = read(vendor.deed(voice, AT))
    assert isinstance(spoken, MessageIn)
    assert spoken.content == Voice(duration_s=3.0)
    (stuck,) = read(vendor.deed(Deed(does="sticker", who="7"), AT))
    assert isinstance(stuck, MessageIn)
    assert isinstance(stuck.content, Sticker)
    (reply,) = read(vendor.deed(Deed(does="text", who="7", text="sí", target=mine), AT))
    assert isinstance(reply, MessageIn)
    assert reply.reply_to == name
    (edited,) = read(vendor.deed(Deed(does="edit", who="7", target=mine, text="hola!"), AT))
    assert edited == EditedIn(external_id=name, text="hola!", at=AT)
    (marked,) = read(vendor.deed(Deed(does="react", who="7", target=mine, emoji="👍"), AT))
    (gone,) = read(vendor.deed(Deed(does="react", who="7", target=mine), AT))
    assert isinstance(marked, ReactionIn)
    assert isinstance(gone, ReactionIn)
    assert (marked.emoji, gone.emoji) == ("👍", "")
    (deleted,) = read(vendor.deed(Deed(does="delete", who="7", target=mine), AT))
    assert deleted == DeletedIn(external_id=name)


def test_actions_change_what_is_seen(vendor: Simulator) -> None:
    name = play(vendor, CONNECTOR.send(out("uno"), ACCOUNT)).external_id or ""

    def act(**more: object) -> None:
        action = msgspec.convert(
            {"external_id": name, "to": TO, "is_ours": True, "now": AT, **more}, ActionOut
        )
        play(vendor, CONNECTOR.act(action, ACCOUNT))

    act(does="edit", text="dos")
    assert (phone(vendor).bubbles[-1].text, phone(vendor).bubbles[-1].is_edited) == ("dos", True)
    theirs = f"{TO.value}:{phone(vendor).bubbles[0].id}"
    act(does="react", emoji="👍", external_id=theirs, is_ours=False)
    act(does="react", emoji="🎉", external_id=theirs, is_ours=False)
    assert phone(vendor).bubbles[0].marks == ("🎉",)
    act(does="react", emoji="", external_id=theirs, is_ours=False)
    assert phone(vendor).bubbles[0].marks == ()
    act(does="delete")
    assert phone(vendor).bubbles[-1].is_deleted
    play(vendor, CONNECTOR.mark(MarkOut(does="typing_on", to=TO, now=AT), ACCOUNT))
    assert phone(vendor).typing_until


def test_who_blocked_the_bot_gets_nothing_more(vendor: Simulator) -> None:
    vendor.deed(Deed(does="stop", who="7"), AT)
    with pytest.raises(Rejected) as caught:
        play(vendor, CONNECTOR.send(out("?"), ACCOUNT))
    assert caught.value.vendor_code == "50007"


def test_our_own_words_are_known_before_anybody_connects() -> None:
    made = CONNECTOR.configure(CONNECTOR.made_up(UUID(int=7)), None)
    new = structs.replace(
        ACCOUNT, address=made.address, settings=made.settings, secrets=made.secrets
    )
    vendor = CONNECTOR.simulator(new)
    vendor.deed(Deed(does="text", who="7", text="hola"), AT)
    webhooks: list[Webhook] = []
    play(vendor, CONNECTOR.send(out("uno"), new), webhooks=webhooks)
    (echo,) = shelf.read(CONNECTOR, new, webhooks)
    assert isinstance(echo, EchoIn)


@pytest.mark.parametrize(
    ("token", "own"),
    [
        ("OTAwMDAwMDAwMDAwMDAwMDAx.GabcDE.0123456789_-abcdefghijklm", "900000000000000001"),
        ("bm90IGEgbnVtYmVy.GabcDE.0123456789_-abcdefghijklm", None),
        ("mad-e-up.token.of-no-bot-0000000000", None),
        ("a.token.of-no-bot-00000000000000", None),
        ("-_8.token.of-no-bot-00000000000000", None),
    ],
)
def test_a_token_names_its_bot(token: str, own: str | None) -> None:
    given = {"bot_token": token, "public_key": "0" * 64}
    assert CONNECTOR.configure(given, None).address == own


@pytest.mark.parametrize(("whole", "scope"), [("true", "account"), ("false", "recipient")])
def test_a_pause_for_the_whole_bot_holds_the_account(whole: str, scope: str) -> None:
    sending = CONNECTOR.send(out("hola"), ACCOUNT)
    next(sending)
    said = f'{{"message":"slow down","retry_after":3.5,"global":{whole},"code":0}}'
    with pytest.raises(Throttled) as told:
        sending.send(HttpReply(status=429, headers={}, body=said.encode()))
    assert (told.value.scope, told.value.retry_after_s) == (scope, 3.5)


def test_a_message_that_was_passed_on_is_read_with_its_files() -> None:
    file = {"filename": "a.png", "url": "https://cdn.discordapp.com/a.png"}
    passed = {"message": {"content": "It is open", "attachments": [file]}}
    message = {
        "id": "1", "channel_id": "2", "author": {"id": "3"}, "content": "",
        "message_reference": {"type": 1, "message_id": "9"}, "message_snapshots": [passed],
    }  # fmt: skip
    body = msgspec.json.encode({"op": 0, "t": "MESSAGE_CREATE", "d": message})
    (told,) = CONNECTOR.parse(Delivery(body=body, headers={}, received_at=AT), ACCOUNT)
    assert isinstance(told, MessageIn)
    assert (told.text, told.content, told.reply_to) == ("It is open", None, None)
    assert [each.name for each in told.files] == ["a.png"]
    assert told.stamp["forwarded"] == "once"


def test_channels_are_taken_when_they_are_wanted() -> None:
    (case,) = [each for each in contract.cases("discord") if each.kind == "channel"]
    open_ = structs.replace(ACCOUNT, settings={**ACCOUNT.settings, "channels": True})
    (taken,) = CONNECTOR.parse(contract.delivery(case), open_)
    assert isinstance(taken, MessageIn)
    assert (taken.sender.name, taken.stamp["author"]) == ("", "Lucía")


@pytest.mark.parametrize(
    ("trouble", "error"),
    [("throttled", Throttled), ("expired_token", AuthExpired), ("server_error", TemporaryFailure)],
)
def test_the_vendors_troubles_mean_what_they_should(
    vendor: Simulator, trouble: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), vendor.trouble(trouble))  # type: ignore[arg-type]
    assert TOKEN not in str(caught.value)


def test_connecting_names_our_address_and_checking_sees_it(vendor: Simulator) -> None:
    lines = play(vendor, CONNECTOR.check(ACCOUNT))
    assert ("webhook", False) in [(each.key, each.ok) for each in lines]
    assert play(vendor, CONNECTOR.connect(ACCOUNT)).address == ACCOUNT.address
    lines = play(vendor, CONNECTOR.check(ACCOUNT))
    keys = ["credentials", "key", "webhook"]
    assert [(each.key, each.ok) for each in lines] == [(key, True) for key in keys]
    play(vendor, CONNECTOR.disconnect(ACCOUNT))
    lines = play(vendor, CONNECTOR.check(ACCOUNT))
    assert ("webhook", False) in [(each.key, each.ok) for each in lines]
    (line,) = play(vendor, CONNECTOR.check(structs.replace(ACCOUNT, secrets={"bot_token": "x"})))
    assert (line.key, line.ok) == ("credentials", False)


def test_profile_settings_and_sample(vendor: Simulator) -> None:
    profile = play(vendor, CONNECTOR.profile(TO, ACCOUNT))
    assert profile.name == "Lucía"
    assert shelf.picture(vendor, profile.avatar).startswith(b"\x89PNG")
    made = CONNECTOR.configure(CONNECTOR.made_up(UUID(int=7)), None)
    assert made.settings["public_key"]
    for bad in ({"bot_token": "short"}, {"public_key": "xyz"}):
        with pytest.raises(Invalid):
            CONNECTOR.configure(bad, made)
    sample = CONNECTOR.sample(ACCOUNT, UUID(int=3), AT)
    CONNECTOR.verify(sample.delivery, ACCOUNT)
    (message,) = CONNECTOR.parse(sample.delivery, ACCOUNT)
    assert isinstance(message, MessageIn)


def test_what_nobody_can_do_here_is_said() -> None:
    with pytest.raises(Unsupported):
        CONNECTOR.simulator(ACCOUNT).deed(Deed(does="comment", who="7"), AT)
    call = next(CONNECTOR.send(out("x"), ACCOUNT))
    assert isinstance(call, HttpCall)
    assert msgspec.json.decode(call.body)["enforce_nonce"] is True
