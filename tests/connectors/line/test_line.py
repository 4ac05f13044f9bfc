"""The official account's connector against its own vendor on a shelf."""

from functools import partial
from uuid import UUID

import msgspec
import pytest
from msgspec import structs

import shelf
from hilo.connectors.line import CONNECTOR
from hilo.connectors.line.testing import ACCOUNT
from hilo.kit.errors import (
    AuthExpired,
    Invalid,
    Rejected,
    TemporaryFailure,
    Throttled,
    UnknownOutcome,
    Unsupported,
)
from hilo.sdk.account import Delivery
from hilo.sdk.content import Choice, Choices, Chosen, Place, Sticker, Voice
from hilo.sdk.inbound import ConsentIn, DeletedIn, MessageIn, Unknown, Unread
from hilo.sdk.outbound import HttpCall, MarkOut, MessageOut, Recipient
from hilo.sdk.simulator import Deed, Response, Simulator, Webhook
from shelf import AT, phone, play

TO = Recipient(kind="external", value=f"U{0x1007:032x}")
read = partial(shelf.read, CONNECTOR, ACCOUNT)
out = partial(shelf.part, TO)


@pytest.fixture
def vendor() -> Simulator:
    """Return a vendor to whom contact 7 has written once."""
    made = CONNECTOR.simulator(ACCOUNT)
    made.deed(Deed(does="text", who="7", name="Lucía", text="hola"), AT)
    return made


def called(message: MessageOut) -> HttpCall:
    """Return the call a part is sent with."""
    call = next(CONNECTOR.send(message, ACCOUNT))
    assert isinstance(call, HttpCall)
    return call


def sent(message: MessageOut) -> dict[str, object]:
    """Return the vendor's message a part becomes."""
    body = msgspec.json.decode(called(message).body)
    (made,) = body["messages"]
    assert isinstance(made, dict)
    return made


def test_the_console_tries_the_address_with_nothing() -> None:
    body = b'{"destination":"U1","events":[]}'
    given = shelf.delivery(Webhook(body=body, headers=_signed(body)), ACCOUNT)
    assert CONNECTOR.verify(given, ACCOUNT) is None
    assert CONNECTOR.parse(given, ACCOUNT) == []


def test_what_cannot_be_read_costs_itself_alone() -> None:
    source = {"type": "user", "userId": "U1"}
    said = {"type": "message", "timestamp": 1, "source": source, "webhookEventId": "e"}
    events = [
        said | {"message": {"type": "text", "id": "1", "text": "first", "quotedMessageId": None}},
        said | {"timestamp": "soon", "message": {"type": "text", "id": "2"}},
        said | {"message": {"type": "text", "id": "3", "text": "third"}},
    ]
    body = msgspec.json.encode({"destination": "U1", "events": events})
    first, second, third = read([Webhook(body=body, headers=_signed(body))])
    assert isinstance(first, MessageIn)
    assert isinstance(third, MessageIn)
    assert (first.text, third.text) == ("first", "third")
    assert isinstance(second, Unread)
    assert (second.reason, second.field) == ("field-wrong", "$.timestamp")


def _signed(body: bytes) -> dict[str, str]:
    from hilo.connectors.line.testing import sign  # noqa: PLC0415 - beside its use

    return sign(body, {}, ACCOUNT, AT)


def test_a_text_arrives_by_push_with_a_key_of_its_own(vendor: Simulator) -> None:
    given = play(vendor, CONNECTOR.send(out("¡Hola! 👋"), ACCOUNT))
    shown = phone(vendor).bubbles[-1]
    assert (shown.text, shown.id) == ("¡Hola! 👋", given.external_id)
    call = called(out("¡Hola! 👋"))
    assert call.url.endswith("/message/push")
    key = call.headers["x-line-retry-key"]
    assert str(UUID(key)) == key
    assert called(out("¡Hola! 👋", attempt=2)).headers["x-line-retry-key"] == key
    assert called(out("¡Hola! 👋", part=2)).headers["x-line-retry-key"] != key


def test_a_repeat_after_a_lost_answer_is_shown_once(vendor: Simulator) -> None:
    first = play(vendor, CONNECTOR.send(out("uno"), ACCOUNT))
    again = play(vendor, CONNECTOR.send(out("uno", attempt=2), ACCOUNT))
    assert again == first
    assert [each.text for each in phone(vendor).bubbles] == ["hola", "uno"]
    with pytest.raises(UnknownOutcome):
        shelf.answer(CONNECTOR.send(out("uno"), ACCOUNT), Response(status=200, body=b"oops"))


def test_six_parts_are_six_calls_and_each_keeps_its_name(vendor: Simulator) -> None:
    names = [
        play(vendor, CONNECTOR.send(out(str(n), part=n, parts=6), ACCOUNT)).external_id
        for n in range(1, 7)
    ]
    assert len(set(names)) == 6
    assert [each.id for each in phone(vendor).bubbles[1:]] == names


def test_pictures_go_by_an_address_that_lasts() -> None:
    assert CONNECTOR.manifest.has("lasting_files")
    made = sent(out(files=[shelf.file("image/png")]))
    assert made["type"] == "image"
    assert made["originalContentUrl"] == made["previewImageUrl"] == "https://desk.test/files/9"


def test_what_phones_cannot_open_goes_as_its_name_and_address() -> None:
    large = structs.replace(shelf.file("image/png"), size_bytes=1_000_001)
    for file in (large, shelf.file("application/pdf", name="factura.pdf"), shelf.file("video/mp4")):
        made = sent(out(files=[file]))
        assert made == {"type": "text", "text": f"{file.name}\n{file.url}"}


def test_a_voice_note_goes_as_one_when_its_length_is_known() -> None:
    file = shelf.file("audio/mp4")
    made = sent(out(files=[file], content=Voice(duration_s=3.5)))
    assert (made["type"], made["duration"]) == ("audio", 3500)
    assert sent(out(files=[file], content=Voice()))["type"] == "text"


def test_buttons_are_shown_and_a_tap_comes_back_by_title_and_id(vendor: Simulator) -> None:
    choices = Choices(choices=[Choice(id="a", title="Talla 38"), Choice(id="b", title="Talla 39")])
    play(vendor, CONNECTOR.send(out("¿Cuál?", content=choices), ACCOUNT))
    shown = phone(vendor).bubbles[-1]
    deed = Deed(does="choose", who="7", target=shown.id, choice=shown.choices[1][0])
    (tapped,) = read(vendor.deed(deed, AT))
    assert isinstance(tapped, MessageIn)
    assert (tapped.text, tapped.content) == ("Talla 39", Chosen(id="b", title="Talla 39"))
    with pytest.raises(Rejected):
        called(out("?", content=Choices(choices=[Choice(id="x" * 300, title="x")])))


def test_a_place_goes_as_one(vendor: Simulator) -> None:
    place = Place(latitude=40.4, longitude=-3.7)
    assert play(vendor, CONNECTOR.send(out(content=place), ACCOUNT)).external_id
    assert "40.4" in phone(vendor).bubbles[-1].text


def test_a_recording_is_asked_for_until_it_is_ready(vendor: Simulator) -> None:
    deed = Deed(does="voice", who="7", data=b"m4a", media_type="audio/mp4")
    (spoken,) = read(vendor.deed(deed, AT))
    assert isinstance(spoken, MessageIn)
    assert isinstance(spoken.content, Voice)
    url = str(spoken.files[0].url)
    with pytest.raises(TemporaryFailure):
        play(vendor, CONNECTOR.fetch(url, ACCOUNT))
    assert play(vendor, CONNECTOR.fetch(url, ACCOUNT)).content == b"m4a"
    with pytest.raises(Rejected):
        play(vendor, CONNECTOR.fetch("content:image:404", ACCOUNT))


def test_our_token_stays_with_the_vendor(vendor: Simulator) -> None:
    deed = Deed(does="sticker", who="7", emoji="👍", data=b"webp", media_type="image/webp")
    (stuck,) = read(vendor.deed(deed, AT))
    assert isinstance(stuck, MessageIn)
    assert stuck.content == Sticker()
    call = next(CONNECTOR.fetch(str(stuck.files[0].url), ACCOUNT))
    assert isinstance(call, HttpCall)
    assert "authorization" not in call.headers
    assert play(vendor, CONNECTOR.fetch(str(stuck.files[0].url), ACCOUNT)).content == b"webp"


def test_what_is_taken_back_and_who_leaves_and_comes_back(vendor: Simulator) -> None:
    mine = phone(vendor).bubbles[0].id
    (gone,) = read(vendor.deed(Deed(does="delete", who="7", target=mine), AT))
    assert gone == DeletedIn(external_id=mine, at=AT)
    (left,) = read(vendor.deed(Deed(does="stop", who="7"), AT))
    (back,) = read(vendor.deed(Deed(does="start", who="7"), AT))
    assert isinstance(left, ConsentIn)
    assert isinstance(back, ConsentIn)
    assert (left.is_given, back.is_given) == (False, True)


def test_who_blocked_the_account_is_written_to_in_silence(vendor: Simulator) -> None:
    vendor.deed(Deed(does="stop", who="7"), AT)
    assert play(vendor, CONNECTOR.send(out("?"), ACCOUNT)).external_id
    assert [each.text for each in phone(vendor).bubbles] == ["hola"]


def test_profile_and_typing(vendor: Simulator) -> None:
    profile = play(vendor, CONNECTOR.profile(TO, ACCOUNT))
    assert profile.name == "Lucía"
    assert shelf.picture(vendor, profile.avatar).startswith(b"\x89PNG")
    play(vendor, CONNECTOR.mark(MarkOut(does="typing_on", to=TO, now=AT), ACCOUNT))
    assert phone(vendor).typing_until
    play(vendor, CONNECTOR.mark(MarkOut(does="read", to=TO, now=AT), ACCOUNT))


def test_a_group_is_one_contact_when_it_is_wanted() -> None:
    source = {"type": "group", "groupId": "C9", "userId": "U7"}
    message = {"type": "text", "id": "1", "text": "hola"}
    event = {"type": "message", "timestamp": 1, "source": source, "message": message}
    given = Delivery(body=msgspec.json.encode({"events": [event]}), received_at=AT)
    (left,) = CONNECTOR.parse(given, ACCOUNT)
    assert isinstance(left, Unknown)
    (taken,) = CONNECTOR.parse(given, structs.replace(ACCOUNT, settings={"groups": True}))
    assert isinstance(taken, MessageIn)
    assert (taken.sender.identities[0].value, taken.stamp["author"]) == ("C9", "U7")


@pytest.mark.parametrize(
    ("trouble", "error"),
    [("throttled", Throttled), ("expired_token", AuthExpired), ("server_error", TemporaryFailure)],
)
def test_the_vendors_troubles_mean_what_they_should(
    vendor: Simulator, trouble: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), vendor.trouble(trouble))  # type: ignore[arg-type]


def test_a_refusal_is_readable_with_and_without_details() -> None:
    for body, words in (
        (b'{"message":"wrong","details":[{"message":"Size 1-5","property":"messages"}]}', "Size"),
        (b'{"message":"wrong"}', "wrong"),
    ):
        with pytest.raises(Rejected) as caught:
            shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), Response(status=400, body=body))
        assert words in str(caught.value)


def test_connecting_names_our_address_and_checking_sees_it(vendor: Simulator) -> None:
    (_, told) = play(vendor, CONNECTOR.check(ACCOUNT))
    assert (told.key, told.ok) == ("webhook", False)
    connected = play(vendor, CONNECTOR.connect(ACCOUNT))
    assert connected.settings == {"basic_id": "@hilo"}
    lines = play(vendor, CONNECTOR.check(ACCOUNT))
    keys = ["credentials", "webhook", "active", "delivery"]
    assert [(each.key, each.ok) for each in lines] == [(key, True) for key in keys]
    wrong = structs.replace(ACCOUNT, secrets={**ACCOUNT.secrets, "access_token": "other"})
    (line,) = play(vendor, CONNECTOR.check(wrong))
    assert (line.key, line.ok) == ("credentials", False)


def test_settings_are_checked_and_a_replaced_secret_still_counts() -> None:
    first = CONNECTOR.configure(CONNECTOR.made_up(UUID(int=7)), None)
    later = CONNECTOR.configure({"channel_secret": "f" * 32}, first)
    assert later.secrets["previous_secret"] == first.secrets["channel_secret"]
    for bad in ({"channel_secret": "short"}, {"access_token": "with a blank in it, really"}):
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
