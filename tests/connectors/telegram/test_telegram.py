"""The bot's connector against its own vendor on a shelf: what goes out arrives, and back."""

from datetime import timedelta
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shelf
from hilo.connectors.telegram import CONNECTOR, names, wire
from hilo.connectors.telegram.testing import ACCOUNT, SECRET
from hilo.kit.errors import AuthExpired, Invalid, Rejected, Throttled, UnknownOutcome, Unsupported
from hilo.sdk.abilities import Fetched
from hilo.sdk.account import Asked, Delivery
from hilo.sdk.content import (
    Choice,
    Choices,
    Chosen,
    People,
    Person,
    Place,
    Sticker,
    Strange,
    Voice,
)
from hilo.sdk.inbound import ConsentIn, EditedIn, MessageIn, ReactionIn, Unknown
from hilo.sdk.outbound import (
    Accepted,
    ActionOut,
    HttpCall,
    HttpReply,
    MarkOut,
    MessageOut,
    Recipient,
)
from hilo.sdk.simulator import Deed, Simulator
from shelf import AT, phone, play

TO = Recipient(kind="external", value="1000000007")
read = partial(shelf.read, CONNECTOR, ACCOUNT)


@pytest.fixture
def bot() -> Simulator:
    """Return a vendor to whom contact 7 has written once."""
    made = CONNECTOR.simulator(ACCOUNT)
    made.deed(Deed(does="text", who="7", name="Lucía", text="hola"), AT)
    return made


def out(text: str = "", to: Recipient = TO, **more: object) -> MessageOut:
    """Return a part to send."""
    return shelf.part(to, text, **more)


def test_a_text_arrives_and_its_name_can_be_quoted(bot: Simulator) -> None:
    sent = play(bot, CONNECTOR.send(out("¡Hola! 👋"), ACCOUNT))
    assert sent == Accepted(external_id="1000000007:2")
    assert phone(bot).bubbles[-1].text == "¡Hola! 👋"
    (reply,) = read(bot.deed(Deed(does="text", who="7", text="sí", target="2"), AT))
    assert isinstance(reply, MessageIn)
    assert reply.reply_to == sent.external_id


@pytest.mark.parametrize(
    ("media_type", "method"),
    [
        ("image/jpeg", "sendPhoto"),
        ("video/mp4", "sendVideo"),
        ("audio/ogg", "sendVoice"),
        ("audio/mpeg", "sendAudio"),
        ("application/pdf", "sendDocument"),
    ],
)
def test_a_file_goes_by_the_method_of_its_kind(
    bot: Simulator, media_type: str, method: str
) -> None:
    part = out("pie", files=[shelf.file(media_type)])
    call = next(CONNECTOR.send(part, ACCOUNT))
    assert isinstance(call, HttpCall)
    assert call.url.endswith(f"/{method}")
    play(bot, CONNECTOR.send(part, ACCOUNT))
    shown = phone(bot).bubbles[-1]
    assert bot.file(shown.file) == (b"bytes", media_type)
    assert shown.text == "pie"


def test_a_picture_too_large_for_a_photo_goes_as_a_document() -> None:
    large = msgspec.structs.replace(shelf.file("image/png"), size_bytes=10_000_001)
    call = next(CONNECTOR.send(out(files=[large]), ACCOUNT))
    assert isinstance(call, HttpCall)
    assert call.url.endswith("/sendDocument")


def test_buttons_are_shown_and_a_tap_comes_back_by_title_and_id(bot: Simulator) -> None:
    choices = Choices(choices=[Choice(id="a", title="Talla 38"), Choice(id="b", title="Talla 39")])
    play(bot, CONNECTOR.send(out("¿Cuál?", content=choices), ACCOUNT))
    shown = phone(bot).bubbles[-1]
    assert list(shown.choices) == [("a", "Talla 38"), ("b", "Talla 39")]
    webhooks = bot.deed(Deed(does="choose", who="7", target=shown.id, choice="b"), AT)
    (tapped,) = read(webhooks)
    assert isinstance(tapped, MessageIn)
    assert (tapped.text, tapped.content) == ("Talla 39", Chosen(id="b", title="Talla 39"))
    asked = Asked(method="POST", url="", body=webhooks[0].body, received_at=AT)
    answer = CONNECTOR.greet(asked, ACCOUNT)
    assert answer is not None
    assert answer.stores
    assert msgspec.json.decode(answer.body)["method"] == "answerCallbackQuery"


def test_a_button_whose_id_is_too_long_is_refused_before_the_call() -> None:
    choices = Choices(choices=[Choice(id="ñ" * 33, title="x")])
    with pytest.raises(Rejected):
        next(CONNECTOR.send(out("?", content=choices), ACCOUNT))


def test_nothing_of_an_address_card_is_lost(bot: Simulator) -> None:
    ana = Person(name="Ana; jefa", phones=["+34600000001"], emails=["a@faro.test"], company="Faro")
    call = next(CONNECTOR.send(out(content=People(people=[ana])), ACCOUNT))
    assert isinstance(call, HttpCall)
    body = msgspec.json.decode(call.body)
    assert (body["phone_number"], body["first_name"]) == ("+34600000001", "Ana; jefa")
    assert body["vcard"].splitlines()[2:-1] == [
        "FN:Ana\\; jefa",
        "TEL:+34600000001",
        "EMAIL:a@faro.test",
        "ORG:Faro",
    ]
    several = People(people=[ana, Person(name="Bo", phones=["+34600000002"])])
    play(bot, CONNECTOR.send(out(content=several), ACCOUNT))
    assert phone(bot).bubbles[-1].text == (
        "Ana; jefa\nFaro\n+34600000001\na@faro.test\n\nBo\n+34600000002"
    )
    by_mail = People(people=[Person(name="Cris", emails=["c@faro.test"])])
    play(bot, CONNECTOR.send(out(content=by_mail), ACCOUNT))
    assert phone(bot).bubbles[-1].text == "Cris\nc@faro.test"


def test_a_place_without_a_name_keeps_its_address() -> None:
    call = next(
        CONNECTOR.send(out(content=Place(latitude=1, longitude=2, address="Sol 1")), ACCOUNT)
    )
    assert isinstance(call, HttpCall)
    body = msgspec.json.decode(call.body)
    assert (call.url.rpartition("/")[2], body["title"], body["address"]) == (
        "sendVenue",
        "Sol 1",
        "Sol 1",
    )


@pytest.mark.parametrize(
    "content",
    [
        Place(latitude=40.4, longitude=-3.7),
        Place(latitude=40.4, longitude=-3.7, name="Tienda", address="Sol 1"),
        People(people=[Person(name="Ana", phones=["+34600000001"])]),
    ],
)
def test_places_and_cards_go_as_such(bot: Simulator, content: object) -> None:
    assert play(bot, CONNECTOR.send(out(content=content), ACCOUNT)).external_id
    assert phone(bot).bubbles[-1].text


def test_what_contacts_do_is_understood(bot: Simulator) -> None:
    voice = Deed(does="voice", who="7", data=b"ogg", media_type="audio/ogg")
    (spoken,) = read(bot.deed(voice, AT))
    assert isinstance(spoken, MessageIn)
    assert isinstance(spoken.content, Voice)
    assert spoken.files[0].url
    got = play(bot, CONNECTOR.fetch(spoken.files[0].url, ACCOUNT))
    assert isinstance(got, Fetched)
    assert got.content == b"ogg"
    sticker = Deed(does="sticker", who="7", data=b"webp", media_type="image/webp", emoji="👍")
    (stuck,) = read(bot.deed(sticker, AT))
    assert isinstance(stuck, MessageIn)
    assert stuck.content == Sticker(emoji="👍")
    (edited,) = read(bot.deed(Deed(does="edit", who="7", target="1", text="hola!"), AT))
    assert edited == EditedIn(external_id="1000000007:1", text="hola!", at=AT)
    (marked,) = read(bot.deed(Deed(does="react", who="7", target="1", emoji="❤"), AT))
    assert isinstance(marked, ReactionIn)
    assert (marked.emoji, marked.external_id) == ("❤", "1000000007:1")
    (started,) = read(bot.deed(Deed(does="start", who="7", token="c_1"), AT))
    assert isinstance(started, MessageIn)
    assert started.referral is not None
    assert started.referral.token == "c_1"
    (shared,) = read(bot.deed(Deed(does="people", who="7", number="34600000001"), AT))
    assert isinstance(shared, MessageIn)
    assert [each.kind for each in shared.sender.identities] == ["external", "phone"]


def heard(**holds: object) -> MessageIn:
    """Return what is understood of a message that holds this."""
    chat = {"id": 9, "type": "private", "first_name": "L"}
    about = {"message_id": 2, "date": 1795341617, "chat": chat, "from": {**chat, "is_bot": False}}
    body = msgspec.json.encode({"update_id": 1, "message": {**about, **holds}})
    (item,) = CONNECTOR.parse(Delivery(body=body, received_at=AT), ACCOUNT)
    assert isinstance(item, MessageIn)
    return item


@pytest.mark.parametrize(
    ("holds", "told", "is_animated"),
    [
        ("video", {"file_name": "a.mov", "mime_type": "video/quicktime"}, None),
        ("audio", {"file_name": "song.mp3", "mime_type": "audio/mpeg"}, None),
        ("sticker", {}, False),
        ("sticker", {"is_animated": True}, True),
        ("sticker", {"is_video": True}, True),
    ],
)
def test_a_film_a_song_and_each_sticker_keep_their_kind(
    holds: str, told: dict[str, object], *, is_animated: bool | None
) -> None:
    item = heard(**{holds: {"file_id": "F1", "file_unique_id": "u", **told}})
    (file,) = item.files
    assert file.url == "F1"
    if is_animated is None:
        assert (file.name, file.media_type) == (told["file_name"], told["mime_type"])
    else:
        assert item.content == Sticker(is_animated=is_animated)


def test_a_story_that_is_passed_on_is_named() -> None:
    shop = {"id": -5, "type": "channel", "title": "Shop"}
    assert heard(story={"chat": shop, "id": 7}).content == Strange(kind="story")


def test_a_file_the_vendor_does_not_lend_names_the_limit() -> None:
    asking = CONNECTOR.fetch("large", ACCOUNT)
    next(asking)
    found = msgspec.json.encode({"ok": True, "result": {"file_id": "large"}})
    with pytest.raises(Rejected, match="20 MB"):
        asking.send(HttpReply(status=200, body=found))


def test_who_blocks_the_bot_gets_nothing_more(bot: Simulator) -> None:
    (left,) = read(bot.deed(Deed(does="stop", who="7"), AT))
    assert isinstance(left, ConsentIn)
    assert not left.is_given
    with pytest.raises(Rejected) as caught:
        play(bot, CONNECTOR.send(out("?"), ACCOUNT))
    assert caught.value.vendor_code == "403"


def test_actions_change_what_the_phone_shows(bot: Simulator) -> None:
    name = play(bot, CONNECTOR.send(out("uno"), ACCOUNT)).external_id or ""

    def act(**more: object) -> None:
        action = msgspec.convert(
            {"external_id": name, "to": TO, "is_ours": True, "now": AT, **more}, ActionOut
        )
        play(bot, CONNECTOR.act(action, ACCOUNT))

    act(does="edit", text="dos")
    assert (phone(bot).bubbles[-1].text, phone(bot).bubbles[-1].is_edited) == ("dos", True)
    act(does="react", emoji="👍", external_id="1000000007:1", is_ours=False)
    assert phone(bot).bubbles[0].marks == ("👍",)
    act(does="delete")
    assert phone(bot).bubbles[-1].is_deleted
    play(bot, CONNECTOR.mark(MarkOut(does="typing_on", to=TO, now=AT), ACCOUNT))
    assert phone(bot).typing_until


def test_what_stands_below_a_file_is_changed_too_and_twice_is_once(bot: Simulator) -> None:
    part = out("pie", files=[shelf.file("image/jpeg")])
    name = play(bot, CONNECTOR.send(part, ACCOUNT)).external_id or ""
    change = ActionOut(does="edit", external_id=name, to=TO, is_ours=True, text="nuevo", now=AT)
    play(bot, CONNECTOR.act(change, ACCOUNT))
    shown = phone(bot).bubbles[-1]
    assert (shown.text, shown.is_edited, bool(shown.file)) == ("nuevo", True, True)
    play(bot, CONNECTOR.act(change, ACCOUNT))  # the first answer was lost on the way
    gone = msgspec.structs.replace(change, external_id="1000000007:99")
    with pytest.raises(Rejected):
        play(bot, CONNECTOR.act(gone, ACCOUNT))


def test_a_business_chat_is_answered_through_its_connection() -> None:
    to = Recipient(kind="external", value="700@conn")
    call = next(CONNECTOR.send(out("sí", to=to), ACCOUNT))
    assert isinstance(call, HttpCall)
    body = msgspec.json.decode(call.body)
    assert (body["chat_id"], body["business_connection_id"]) == (700, "conn")
    gone = ActionOut(does="delete", external_id="700:4", to=to, is_ours=True, now=AT)
    call = next(CONNECTOR.act(gone, ACCOUNT))
    assert isinstance(call, HttpCall)
    assert call.url.endswith("/deleteBusinessMessages")


@pytest.mark.parametrize(
    ("trouble", "error"),
    [("throttled", Throttled), ("expired_token", AuthExpired), ("server_error", UnknownOutcome)],
)
def test_the_vendors_troubles_mean_what_they_should(
    bot: Simulator, trouble: str, error: type[Exception]
) -> None:
    response = bot.trouble(trouble)  # type: ignore[arg-type]
    with pytest.raises(error) as caught:
        shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), response)
    assert ACCOUNT.secrets["token"] not in str(caught.value)


def test_connecting_names_our_address_and_checking_sees_it(bot: Simulator) -> None:
    connected = play(bot, CONNECTOR.connect(ACCOUNT))
    assert connected.address == "hilo_sandbox_bot"
    lines = play(bot, CONNECTOR.check(ACCOUNT))
    assert [(each.key, each.ok) for each in lines] == [
        ("credentials", True),
        ("webhook", True),
        ("delivery", True),
    ]
    in_groups = msgspec.structs.replace(ACCOUNT, settings={"groups": True})
    assert ("privacy", True) in [(e.key, e.ok) for e in play(bot, CONNECTOR.check(in_groups))]
    play(bot, CONNECTOR.disconnect(ACCOUNT))
    lines = play(bot, CONNECTOR.check(ACCOUNT))
    assert ("webhook", False) in [(each.key, each.ok) for each in lines]
    wrong = msgspec.structs.replace(ACCOUNT, secrets={"token": "1:other", "secret": SECRET})
    (line,) = play(bot, CONNECTOR.check(wrong))
    assert (line.key, line.ok) == ("credentials", False)


def test_one_person_s_two_chats_number_their_messages_apart() -> None:
    chat = {"id": 7, "type": "private", "first_name": "Ana"}
    said = {"message_id": 3, "date": 1, "chat": chat, "from": {"id": 7, "first_name": "Ana"}}
    there = {**said, "business_connection_id": "conn", "text": "to the business"}
    updates = [
        {"message": {**said, "text": "to the bot"}},
        {"business_message": there},
        {"edited_business_message": {**there, "edit_date": 2}},
        {"business_message": {**there, "message_id": 4, "reply_to_message": there}},
    ]
    bodies = [msgspec.json.encode({"update_id": n} | each) for n, each in enumerate(updates)]
    found = [
        CONNECTOR.parse(Delivery(body=body, headers={}, received_at=AT), ACCOUNT)[0]
        for body in bodies
    ]
    assert [getattr(each, "external_id", "") for each in found] == [
        "7:3",
        "7@conn:3",
        "7@conn:3",
        "7@conn:4",
    ]
    answered = found[-1]
    assert isinstance(answered, MessageIn)
    assert answered.reply_to == "7@conn:3"


def test_a_bot_that_is_deaf_in_groups_is_noticed() -> None:
    in_groups = msgspec.structs.replace(ACCOUNT, settings={"groups": True})
    checking = CONNECTOR.check(in_groups)
    next(checking)
    bot = {"id": 1, "username": "b_bot", "can_read_all_group_messages": False}
    checking.send(HttpReply(status=200, body=msgspec.json.encode({"ok": True, "result": bot})))
    hook = {"ok": True, "result": {"url": ACCOUNT.webhook_url}}
    with pytest.raises(StopIteration) as end:
        checking.send(HttpReply(status=200, body=msgspec.json.encode(hook)))
    assert ("privacy", False) in [(each.key, each.ok) for each in end.value.value]


def test_settings_are_checked_and_the_secret_is_made() -> None:
    good = CONNECTOR.configure({"token": ACCOUNT.secrets["token"]}, None)
    assert len(good.secrets["secret"]) >= 32
    for bad in ({}, {"token": "nonsense"}, {"token": "1:" + "é" * 30}):
        with pytest.raises(Invalid):
            CONNECTOR.configure(bad, None)
    with pytest.raises(Invalid):
        CONNECTOR.configure({"token": ACCOUNT.secrets["token"], "secret": "a b"}, None)


def test_a_group_that_moved_is_written_to_at_its_new_place() -> None:
    sending = CONNECTOR.send(out("x", to=Recipient(kind="external", value="-400/12")), ACCOUNT)
    first = next(sending)
    assert isinstance(first, HttpCall)
    assert msgspec.json.decode(first.body)["message_thread_id"] == 12
    moved = {"ok": False, "error_code": 400, "parameters": {"migrate_to_chat_id": -100400}}
    again = sending.send(HttpReply(status=400, body=msgspec.json.encode(moved)))
    assert isinstance(again, HttpCall)
    assert msgspec.json.decode(again.body)["chat_id"] == -100400


def test_groups_are_left_alone_unless_asked_for() -> None:
    group = {"id": -5, "type": "supergroup", "title": "Barrio"}
    message = {
        "message_id": 3, "date": 1, "chat": group, "from": {"id": 7, "first_name": "Ana"},
        "text": "hola", "is_topic_message": True, "message_thread_id": 12,
    }  # fmt: skip
    body = msgspec.json.encode({"update_id": 1, "message": message})
    given = Delivery(body=body, headers={}, received_at=AT)
    (left,) = CONNECTOR.parse(given, ACCOUNT)
    assert isinstance(left, Unknown)
    open_to_all = msgspec.structs.replace(ACCOUNT, settings={"groups": True})
    (taken,) = CONNECTOR.parse(given, open_to_all)
    assert isinstance(taken, MessageIn)
    assert taken.sender.identities[0].value == "-5/12"
    assert (taken.sender.name, taken.stamp["author"]) == ("Barrio", "Ana")


@pytest.mark.parametrize(
    "said",
    [
        {"new_chat_members": [{"id": 8, "first_name": "Eva"}]},
        {"left_chat_member": {"id": 8, "first_name": "Eva"}},
        {"forum_topic_created": {"name": "Envíos", "icon_color": 1}},
        {"migrate_from_chat_id": -6},
    ],
    ids=lambda said: next(iter(said)),
)
def test_what_a_group_says_of_itself_is_no_message(said: dict[str, object]) -> None:
    group = {"id": -5, "type": "supergroup", "title": "Barrio"}
    message = {"message_id": 3, "date": 1, "chat": group, "from": {"id": 7, "first_name": "Ana"}}
    body = msgspec.json.encode({"update_id": 1, "message": message | said})
    open_to_all = msgspec.structs.replace(ACCOUNT, settings={"groups": True})
    (left,) = CONNECTOR.parse(Delivery(body=body, headers={}, received_at=AT), open_to_all)
    assert left == Unknown(kind=next(iter(said)), reason="nobody has said anything")


def test_a_link_into_a_group_brings_its_code_too() -> None:
    group = {"id": -5, "type": "supergroup", "title": "Barrio"}
    message = {
        "message_id": 3, "date": 1, "chat": group, "from": {"id": 7, "first_name": "Ana"},
        "text": "/start@casafaro_bot k7",
    }  # fmt: skip
    body = msgspec.json.encode({"update_id": 1, "message": message})
    open_to_all = msgspec.structs.replace(ACCOUNT, settings={"groups": True})
    (came,) = CONNECTOR.parse(Delivery(body=body, headers={}, received_at=AT), open_to_all)
    assert isinstance(came, MessageIn)
    assert came.referral is not None
    assert came.referral.token == "k7"


def test_what_nobody_can_do_here_is_said() -> None:
    with pytest.raises(Unsupported):
        CONNECTOR.simulator(ACCOUNT).deed(Deed(does="comment", who="7"), AT)


@given(st.integers(-(2**52), 2**52), st.text("abcXYZ09_-", max_size=20), st.integers(0, 2**31))
def test_names_come_back_whole(chat: int, connection: str, number: int) -> None:
    identity = f"{chat}@{connection}" if connection else str(chat)
    assert names.where(identity) == names.Where(chat, connection)
    named = names.of_message(wire.Chat(id=chat), number, connection)
    assert (names.number_of(named), named.rpartition(":")[0]) == (number, identity)


@given(st.lists(st.sampled_from(["text", "react", "edit", "start"]), max_size=12))
def test_updates_are_numbered_and_every_one_is_understood(does: list[str]) -> None:
    bot = CONNECTOR.simulator(ACCOUNT)
    webhooks = list(bot.deed(Deed(does="text", who="7", text="0"), AT))
    for n, each in enumerate(does):
        deed = Deed(does=each, who="7", text=str(n), target="1", emoji="👍")  # type: ignore[arg-type]
        webhooks += bot.deed(deed, AT + timedelta(seconds=n))
    numbers = [msgspec.json.decode(each.body)["update_id"] for each in webhooks]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(read(webhooks)) == len(webhooks)
