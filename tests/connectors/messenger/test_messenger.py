"""Messenger's connector against its own vendor on a shelf: what goes out arrives, and back.

conformance  test
F-02         test_who_tells_nothing_stays_unnamed
F-03         test_an_echo_proves_which_part_of_ours_it_is
F-04         test_everything_up_to_a_millisecond_is_read
F-09         test_only_people_answer_after_24_hours
F-10         test_each_file_is_a_message_of_its_own
F-11         fixtures/*.reply.json by test_contract.py
F-12         test_a_subscription_that_was_taken_away_is_asked_for_again
"""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from msgspec import structs

import contract
import shelf
from hilo.connectors._graph import connecting
from hilo.connectors.messenger import CONNECTOR, setup
from hilo.connectors.messenger.testing import ACCOUNT, SECRET, sign
from hilo.kit.errors import (
    AuthExpired,
    BadSignature,
    Invalid,
    Rejected,
    Throttled,
    UnknownOutcome,
    Unsupported,
)
from hilo.sdk.account import Asked, Delivery, SettingsRead
from hilo.sdk.content import Carousel, Choice, Choices, Chosen, Comment, Place, Slide, Sticker
from hilo.sdk.inbound import (
    DeletedIn,
    EchoIn,
    EditedIn,
    MessageIn,
    ReactionIn,
    SeenIn,
    StatusIn,
    Unknown,
)
from hilo.sdk.outbound import ActionOut, HttpCall, HttpReply, MarkOut, MessageOut, Recipient
from hilo.sdk.simulator import Bubble, Deed, Simulator, Webhook
from shelf import AT, play

TO = Recipient(kind="external", value="24000000000007")
read = partial(shelf.read, CONNECTOR, ACCOUNT)


@pytest.fixture
def vendor() -> Simulator:
    """Return a vendor to whom phone 7 has written once."""
    made = CONNECTOR.simulator(ACCOUNT)
    made.deed(Deed(does="text", who="7", text="hola"), AT)
    return made


def part(text: str = "", to: Recipient = TO, **more: object) -> MessageOut:
    return shelf.part(to, text, **more)


def last(vendor: Simulator) -> Bubble:
    return vendor.phones()[0].bubbles[-1]


def body_of(message: MessageOut) -> Any:
    """Return the body of the message call, after the uploads."""
    sending = CONNECTOR.send(message, ACCOUNT)
    call = next(sending)
    while isinstance(call, HttpCall) and call.url.endswith("/message_attachments"):
        call = sending.send(HttpReply(status=200, body=b'{"attachment_id":"5"}'))
    assert isinstance(call, HttpCall)
    return json.loads(call.body)


def test_the_made_up_person_is_who_we_write_to(vendor: Simulator) -> None:
    assert vendor.phones()[0].address == TO.value


def test_an_echo_proves_which_part_of_ours_it_is(vendor: Simulator) -> None:
    webhooks: list[Webhook] = []
    sent = play(vendor, CONNECTOR.send(part("¡Hola!", part=3), ACCOUNT), webhooks=webhooks)
    echo, delivered, up_to = read(webhooks)
    assert isinstance(echo, EchoIn)
    assert (echo.external_id, echo.message, echo.part) == (sent.external_id, part().id, 3)
    assert isinstance(delivered, StatusIn)
    assert delivered.external_id == sent.external_id
    assert isinstance(up_to, SeenIn)
    assert last(vendor).text == "¡Hola!"


def test_everything_up_to_a_millisecond_is_read(vendor: Simulator) -> None:
    play(vendor, CONNECTOR.send(part("x"), ACCOUNT))
    at = AT + timedelta(seconds=5, milliseconds=123)
    (seen,) = read(vendor.deed(Deed(does="read", who="7"), at))
    assert isinstance(seen, SeenIn)
    assert (seen.state, seen.up_to) == ("read", at)
    assert not vendor.deed(Deed(does="read", who="7"), at)


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/png", "image"),
        ("video/mp4", "video"),
        ("audio/mpeg", "audio"),
        ("application/pdf", "file"),
        ("", "file"),
    ],
)
def test_each_file_is_a_message_of_its_own(vendor: Simulator, media_type: str, kind: str) -> None:
    message = part(files=[shelf.file(media_type, b"\x00bytes")])
    body = body_of(message)
    assert body["message"]["attachment"] == {"type": kind, "payload": {"attachment_id": "5"}}
    assert body["message"]["metadata"] == message.tracker
    play(vendor, CONNECTOR.send(message, ACCOUNT))
    assert vendor.file(last(vendor).file)[0] == b"\x00bytes"


def test_only_people_answer_after_24_hours(vendor: Simulator) -> None:
    day, later = timedelta(hours=24), timedelta(hours=24, seconds=1)
    for late, automatic, tag in (
        (day, False, None),
        (later, False, "HUMAN_AGENT"),
        (later, True, None),
    ):
        now = AT + late
        message = part("x", heard_at=AT, now=now, automatic=automatic)
        assert body_of(message).get("tag") == tag
    late_words = part("x", heard_at=AT, now=AT + later)
    play(vendor, CONNECTOR.send(late_words, ACCOUNT), at=AT + later)
    machine = part("x", heard_at=AT, now=AT + later, automatic=True)
    with pytest.raises(Rejected) as caught:
        play(vendor, CONNECTOR.send(machine, ACCOUNT), at=AT + later)
    assert caught.value.vendor_code == "10/2018278"
    week = AT + timedelta(days=7, seconds=1)
    with pytest.raises(Rejected):
        play(vendor, CONNECTOR.send(part("x", heard_at=AT, now=week), ACCOUNT), at=week)


def test_what_is_offered_is_tapped(vendor: Simulator) -> None:
    offered = Choices(choices=[Choice(id="a", title="Apples"), Choice(id="o", title="Oranges")])
    play(vendor, CONNECTOR.send(part("Which?", content=offered), ACCOUNT))
    tap = Deed(does="choose", who="7", target=last(vendor).id, choice="o")
    (answer,) = read(vendor.deed(tap, AT))
    assert isinstance(answer, MessageIn)
    assert answer.content == Chosen(id="o", title="Oranges")
    slide = Slide(
        title="Box", image="https://shop.test/1.jpg", choices=[Choice(id="b", title="Buy")]
    )
    play(vendor, CONNECTOR.send(part(content=Carousel(slides=[slide])), ACCOUNT))
    tap = Deed(does="choose", who="7", target=last(vendor).id, choice="b")
    (answer,) = read(vendor.deed(tap, AT))
    assert isinstance(answer, MessageIn)
    assert answer.content == Chosen(id="b", title="Buy")


def test_a_link_among_choices_makes_a_card() -> None:
    choices = Choices(choices=[Choice(id="1", title="Open", url="https://shop.test")])
    payload = body_of(part("Look", content=choices))["message"]["attachment"]["payload"]
    assert payload["template_type"] == "button"
    assert payload["buttons"] == [{"type": "web_url", "title": "Open", "url": "https://shop.test"}]
    many = Choices(choices=[Choice(id=str(n), title=str(n)) for n in range(14)])
    with pytest.raises(Rejected):
        body_of(part("x", content=many))


def test_what_people_do_is_told(vendor: Simulator) -> None:
    asked = last(vendor)
    (edit,) = read(vendor.deed(Deed(does="edit", who="7", target=asked.id, text="buenas"), AT))
    assert edit == EditedIn(external_id=asked.id, text="buenas", at=AT)
    (gone,) = read(vendor.deed(Deed(does="delete", who="7", target=asked.id), AT))
    assert gone == DeletedIn(external_id=asked.id, at=AT)
    play(vendor, CONNECTOR.send(part("x"), ACCOUNT))
    for emoji in ("❤️", ""):
        deed = Deed(does="react", who="7", target=last(vendor).id, emoji=emoji)
        (mark,) = read(vendor.deed(deed, AT))
        assert isinstance(mark, ReactionIn)
        assert mark.emoji == emoji
    (place,) = read(vendor.deed(Deed(does="location", who="7", latitude=1, longitude=2), AT))
    assert isinstance(place, MessageIn)
    assert place.content == Place(latitude=1, longitude=2)
    start = Deed(does="start", who="7", token="hilo-77")
    (came,) = read(vendor.deed(start, AT))
    assert isinstance(came, MessageIn)
    assert came.referral is not None
    assert came.referral.token == "hilo-77"


@pytest.mark.parametrize("does", ["file", "voice", "sticker"])
def test_a_file_is_where_it_is_said_to_be(vendor: Simulator, does: str) -> None:
    deed = Deed(does=does, who="7", data=b"png", media_type="image/png", text="look")  # type: ignore[arg-type]
    (item,) = read(vendor.deed(deed, AT))
    assert isinstance(item, MessageIn)
    assert isinstance(item.content, Sticker) is (does == "sticker")
    request = shelf.request_of(HttpCall(method="GET", url=item.files[0].url or ""))
    response, _ = vendor.request(request, AT)
    assert (response.status, response.body) == (200, b"png")


def test_marks_and_reactions_reach_the_phone(vendor: Simulator) -> None:
    asked = last(vendor)
    react = ActionOut(does="react", external_id=asked.id, to=TO, is_ours=False, emoji="👍", now=AT)
    play(vendor, CONNECTOR.act(react, ACCOUNT))
    for does in ("read", "typing_on"):
        mark = MarkOut(does=does, to=TO, external_id=asked.id, now=AT)
        play(vendor, CONNECTOR.mark(mark, ACCOUNT))
    (phone,) = vendor.phones()
    assert phone.typing_until == AT + timedelta(seconds=20)
    assert phone.bubbles[0].state == "read"
    assert "👍" in phone.bubbles[0].marks[0]
    with pytest.raises(Unsupported):
        next(CONNECTOR.act(structs.replace(react, does="edit"), ACCOUNT))


def test_a_profile_has_a_name(vendor: Simulator) -> None:
    profile = play(vendor, CONNECTOR.profile(TO, ACCOUNT))
    assert profile.name == vendor.phones()[0].name


def test_who_tells_nothing_stays_unnamed() -> None:
    error = b'{"error":{"code":100,"error_subcode":2018218,"message":"No profile available"}}'
    asking = CONNECTOR.profile(TO, ACCOUNT)
    next(asking)
    with pytest.raises(Rejected):
        asking.send(HttpReply(status=400, body=error))


def test_a_subscription_that_was_taken_away_is_asked_for_again() -> None:
    checking = CONNECTOR.check(ACCOUNT)
    next(checking)
    checking.send(HttpReply(status=200, body=b'{"id":"1","name":"Casa Faro"}'))
    again = checking.send(HttpReply(status=200, body=b'{"data":[]}'))
    assert isinstance(again, HttpCall)
    assert (again.method, again.url.rpartition("/")[2]) == ("POST", "subscribed_apps")
    checking.send(HttpReply(status=200, body=b'{"success":true}'))
    with pytest.raises(StopIteration) as end:
        checking.send(HttpReply(status=400, body=b'{"error":{"code":100}}'))  # not told to a page
    assert [(each.key, each.ok) for each in end.value.value] == [
        ("credentials", True),
        ("resubscribed", None),
    ]


def test_a_page_that_tells_of_no_comments_is_asked_for_them(vendor: Simulator) -> None:
    silent = structs.replace(ACCOUNT, settings={**ACCOUNT.settings, "comments": False})
    play(vendor, CONNECTOR.connect(silent))
    seen = [play(vendor, CONNECTOR.check(ACCOUNT))[1] for _ in range(2)]
    assert [(each.key, each.ok, each.detail) for each in seen] == [
        ("asked_more", None, "feed"),
        ("webhook", True, ""),
    ]


@pytest.mark.parametrize(("app", "key"), [("77", "asked_more"), ("78", "webhook")])
def test_of_several_programs_on_a_page_ours_counts(app: str, key: str) -> None:
    own = structs.replace(ACCOUNT, settings={**ACCOUNT.settings, "app_id": app})
    fields = json.dumps([*setup.FIELDS, "feed"])
    told = f"""{{"data":[{{"id":"77","subscribed_fields":["messages"]}},
                         {{"id":"78","subscribed_fields":{fields}}}]}}"""
    checking, lines = CONNECTOR.check(own), []
    answers = ['{"id":"1","name":"Casa Faro"}', told, '{"success":true}', "{}"]
    next(checking)
    try:
        for answer in answers:
            checking.send(HttpReply(status=200, body=answer.encode()))
    except StopIteration as end:
        lines = [each.key for each in end.value]
    assert lines == ["credentials", key]


def test_connecting_points_the_webhook_here(vendor: Simulator) -> None:
    first = next(CONNECTOR.connect(ACCOUNT))
    assert isinstance(first, HttpCall)
    body = json.loads(first.body)
    assert (body["callback_url"], body["object"]) == (ACCOUNT.webhook_url, "page")
    assert body["access_token"] == f"77|{SECRET}"
    assert "authorization" not in first.headers
    connected = play(vendor, CONNECTOR.connect(ACCOUNT))
    assert (connected.address, connected.name) == (ACCOUNT.address, "Casa Faro")
    play(vendor, CONNECTOR.disconnect(ACCOUNT))


def test_faults_are_told_apart(vendor: Simulator) -> None:
    with pytest.raises(Throttled):
        shelf.answer(CONNECTOR.send(part("x"), ACCOUNT), vendor.trouble("throttled"))
    with pytest.raises(AuthExpired):
        shelf.answer(CONNECTOR.send(part("x"), ACCOUNT), vendor.trouble("expired_token"))


def test_somebody_who_never_wrote_is_not_asked_for() -> None:
    with pytest.raises(Rejected):
        body_of(part("x", Recipient(kind="phone", value="+12025550107")))


def test_settings_are_digits_and_a_changed_secret_stays_valid_once() -> None:
    given = {"page_id": "1", "access_token": "t", "app_secret": "one"}
    first = CONNECTOR.configure(given, None)
    assert (first.address, len(str(first.settings["verify_token"])) > 20) == ("1", True)
    second = CONNECTOR.configure(
        {"app_secret": "two"},
        SettingsRead(settings=first.settings, secrets=first.secrets),
    )
    assert second.secrets["previous_app_secret"] == "one"
    for wrong in ({**given, "page_id": "my page"}, {"page_id": "1", "access_token": "t"}):
        with pytest.raises(Invalid):
            CONNECTOR.configure(wrong, None)
    made_up = CONNECTOR.configure(CONNECTOR.made_up(ACCOUNT.id), None)
    assert made_up.address


def test_a_sample_is_taken_like_any_other() -> None:
    sample = CONNECTOR.sample(ACCOUNT, part().id, AT)
    CONNECTOR.verify(sample.delivery, ACCOUNT)
    (item,) = CONNECTOR.parse(sample.delivery, ACCOUNT)
    assert isinstance(item, MessageIn)


def test_the_handshake_and_the_former_secret() -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "7", "hub.verify_token": "handshake-word"}
    asked = Asked(method="GET", url="x", query=query, received_at=AT)
    answer = CONNECTOR.greet(asked, ACCOUNT)
    assert answer is not None
    assert answer.body == b"7"
    body = b'{"object":"page","entry":[]}'
    signed = Delivery(body=body, headers=sign(body, {}, ACCOUNT, contract.NOW), received_at=AT)
    turning = {"app_secret": "new", "previous_app_secret": SECRET}
    CONNECTOR.verify(signed, structs.replace(ACCOUNT, secrets=turning))
    with pytest.raises(BadSignature):
        CONNECTOR.verify(signed, structs.replace(ACCOUNT, secrets={"app_secret": "new"}))


def commented(vendor: Simulator, target: str | None = None) -> MessageIn:
    """Return a comment that phone 7 wrote."""
    deed = Deed(does="comment", who="7", text="How much?", target=target)
    (item,) = read(vendor.deed(deed, AT))
    assert isinstance(item, MessageIn)
    return item


def test_a_comment_is_answered_below_it_or_in_private(vendor: Simulator) -> None:
    name = commented(vendor).external_id
    public = part("Seven euros", reply_to=name, content=Comment(post="1"))
    call = next(CONNECTOR.send(public, ACCOUNT))
    assert isinstance(call, HttpCall)
    assert call.url.endswith(f"/{name.removeprefix('comment:')}/comments")
    assert json.loads(call.body) == {"message": "Seven euros"}
    webhooks: list[Webhook] = []
    sent = play(vendor, CONNECTOR.send(public, ACCOUNT), webhooks=webhooks)
    assert (sent.external_id or "").startswith("comment:")
    assert read(webhooks) == [Unknown(kind="comment.own")]
    body = body_of(part("In private", reply_to=name))
    assert body["recipient"] == {"comment_id": name.removeprefix("comment:")}
    assert "reply_to" not in body
    play(vendor, CONNECTOR.send(part("In private", reply_to=name), ACCOUNT))
    assert [each.text for each in vendor.phones()[0].bubbles][-2:] == ["Seven euros", "In private"]
    ours = sent.external_id or ""
    remove = ActionOut(does="delete", external_id=ours, to=TO, is_ours=True, now=AT)
    play(vendor, CONNECTOR.act(remove, ACCOUNT))
    with pytest.raises(Rejected):
        play(vendor, CONNECTOR.send(part("again", reply_to=ours, content=public.content), ACCOUNT))


def test_a_private_answer_some_days_later_needs_no_leave_for_people(vendor: Simulator) -> None:
    name = commented(vendor).external_id
    later = AT + timedelta(days=3)
    late = part("x", reply_to=name, heard_at=AT, now=later)
    body = body_of(late)
    assert (body["messaging_type"], "tag" in body) == ("RESPONSE", False)
    play(vendor, CONNECTOR.send(late, ACCOUNT), at=later)


def test_a_second_or_late_private_answer_is_refused(vendor: Simulator) -> None:
    name = commented(vendor).external_id
    late = part("x", reply_to=name, heard_at=AT, now=AT + timedelta(days=7, seconds=1))
    with pytest.raises(Rejected) as caught:
        next(CONNECTOR.send(late, ACCOUNT))
    assert caught.value.reason == "window"
    play(vendor, CONNECTOR.send(part("x", reply_to=name), ACCOUNT))
    with pytest.raises(Rejected):
        play(vendor, CONNECTOR.send(part("x", reply_to=name), ACCOUNT))


def test_a_comment_can_be_answered_changed_and_taken_back(vendor: Simulator) -> None:
    first = commented(vendor)
    assert isinstance(first.content, Comment)
    assert first.reply_to is first.content.parent is None
    mine = first.external_id.removeprefix("comment:")
    below = commented(vendor, mine)
    assert below.reply_to == first.external_id
    assert below.content == Comment(post=first.content.post, parent=first.external_id)
    (edited,) = read(vendor.deed(Deed(does="edit", who="7", target=mine, text="Two?"), AT))
    assert isinstance(edited, EditedIn)
    assert (edited.external_id, edited.text) == (first.external_id, "Two?")
    (gone,) = read(vendor.deed(Deed(does="delete", who="7", target=mine), AT))
    assert isinstance(gone, DeletedIn)
    assert gone.external_id == first.external_id


def test_a_comment_needs_a_good_token(vendor: Simulator) -> None:
    name = commented(vendor).external_id
    stale = structs.replace(ACCOUNT, secrets={**ACCOUNT.secrets, "access_token": "old"})
    with pytest.raises(AuthExpired):
        play(vendor, CONNECTOR.send(part("x", reply_to=name), stale))
    play(vendor, CONNECTOR.send(part("x", reply_to=name), ACCOUNT))


def test_comments_may_be_left_out() -> None:
    quiet = structs.replace(ACCOUNT, settings={**ACCOUNT.settings, "comments": False})
    case = next(each for each in contract.cases("messenger") if each.kind == "comment")
    (item,) = CONNECTOR.parse(Delivery(body=case.body, received_at=AT), quiet)
    assert isinstance(item, Unknown)
    asked = {}
    for name, account in (("on", ACCOUNT), ("off", quiet)):
        sending = CONNECTOR.connect(
            structs.replace(account, settings={**account.settings, "app_id": ""})
        )
        call = next(sending)
        assert isinstance(call, HttpCall)
        asked[name] = json.loads(call.body)["subscribed_fields"]
    assert [each for each in asked["on"] if each not in asked["off"]] == ["feed"]


def test_a_lost_answer_is_found_in_the_list_of_conversations(vendor: Simulator) -> None:
    sent = play(vendor, CONNECTOR.send(part("uno"), ACCOUNT))
    newer = part("uno", at=AT + timedelta(hours=1))  # the one before is not its answer
    theirs = part("hola")  # nor is what the person wrote
    assert play(vendor, CONNECTOR.resolve(part("uno"), ACCOUNT)) == sent
    for n, each in enumerate([part("dos"), newer, theirs], 1):
        with pytest.raises(UnknownOutcome, match="0 messages"):  # never sent twice
            play(vendor, CONNECTOR.resolve(each, ACCOUNT), at=AT + timedelta(minutes=n))


def test_what_the_list_cannot_tell_is_left_to_the_agent(vendor: Simulator) -> None:
    stranger = part("x", to=Recipient(kind="external", value="24000000009999"))
    with pytest.raises(UnknownOutcome):
        play(vendor, CONNECTOR.resolve(stranger, ACCOUNT))
    for _ in range(2):
        play(vendor, CONNECTOR.send(part("uno"), ACCOUNT))
    with pytest.raises(UnknownOutcome):
        play(vendor, CONNECTOR.resolve(part("uno"), ACCOUNT))


def test_more_than_two_questions_a_second_wait(vendor: Simulator) -> None:
    play(vendor, CONNECTOR.send(part("uno"), ACCOUNT))
    for _ in range(2):
        play(vendor, CONNECTOR.resolve(part("uno"), ACCOUNT))
    with pytest.raises(Throttled):
        play(vendor, CONNECTOR.resolve(part("uno"), ACCOUNT))
    play(vendor, CONNECTOR.resolve(part("uno"), ACCOUNT), at=AT + timedelta(seconds=1))


def test_an_answer_below_a_comment_is_found_there(vendor: Simulator) -> None:
    (item,) = read(vendor.deed(Deed(does="comment", who="7", text="How much?"), AT))
    assert isinstance(item, MessageIn)
    public = part("Seven", reply_to=item.external_id, content=Comment(post="1"))
    with pytest.raises(UnknownOutcome, match="0 messages"):
        play(vendor, CONNECTOR.resolve(public, ACCOUNT))
    sent = play(vendor, CONNECTOR.send(public, ACCOUNT))
    assert play(vendor, CONNECTOR.resolve(public, ACCOUNT)) == sent
    with pytest.raises(UnknownOutcome):  # its second private answer would be refused
        play(vendor, CONNECTOR.resolve(part("Seven", reply_to=item.external_id), ACCOUNT))


def test_a_lost_file_is_found_by_being_one(vendor: Simulator) -> None:
    one = part(files=[shelf.file("image/png")])
    with pytest.raises(UnknownOutcome, match="0 messages"):
        play(vendor, CONNECTOR.resolve(one, ACCOUNT))
    sent = play(vendor, CONNECTOR.send(one, ACCOUNT))
    assert play(vendor, CONNECTOR.resolve(one, ACCOUNT)) == sent


def test_a_token_that_ends_is_known_before_it_does(vendor: Simulator) -> None:
    assert play(vendor, CONNECTOR.check(ACCOUNT))[-1].key == "expires"
    assert play(vendor, CONNECTOR.connect(ACCOUNT)).expires_at is None
    told = b'{"data":{"type":"USER","is_valid":true,"expires_at":1800000000}}'
    line = ending(CONNECTOR.check(ACCOUNT), vendor, told)[-1]
    assert (line.key, line.ok, line.detail) == ("ends", None, "2027-01-15")
    found = ending(CONNECTOR.connect(ACCOUNT), vendor, told)
    assert found.expires_at == datetime(2027, 1, 15, 8, tzinfo=UTC)


def test_who_may_not_ask_about_a_token_connects_all_the_same(vendor: Simulator) -> None:
    refused = b'{"error":{"code":100,"message":"You must provide an app access token"}}'
    assert ending(CONNECTOR.connect(ACCOUNT), vendor, refused).expires_at is None
    assert ending(CONNECTOR.check(ACCOUNT), vendor, refused)[-1].key == "webhook"


def test_the_application_asks_about_the_token_where_it_is_known() -> None:
    call = connecting.about_token(setup.way(ACCOUNT).graph, ACCOUNT)
    assert call.headers == {"authorization": f"Bearer 77|{SECRET}"}
    alone = structs.replace(ACCOUNT, settings={"page_id": "1"})
    call = connecting.about_token(setup.way(alone).graph, alone)
    assert call.headers == {"authorization": "Bearer EAAmadeup"}


def ending(asking: Any, vendor: Simulator, told: bytes) -> Any:
    """Play to the end, with these words about the token."""
    call = next(asking)
    while True:
        reply = HttpReply(status=200 if b"data" in told else 400, body=told)
        if "debug_token" not in call.url:
            reply = shelf.reply_of(vendor.request(shelf.request_of(call), AT)[0])
        try:
            call = asking.send(reply)
        except StopIteration as end:
            return end.value
