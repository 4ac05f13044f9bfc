"""The application's connector against its own vendor on a shelf."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import msgspec
import pytest
from msgspec import structs

import contract
import shelf
from hilo.connectors.slack import CONNECTOR, words
from hilo.connectors.slack.testing import ACCOUNT, sign
from hilo.kit.errors import (
    AuthExpired,
    BadSignature,
    Invalid,
    Rejected,
    TemporaryFailure,
    Throttled,
    UnknownOutcome,
    Unsupported,
)
from hilo.sdk.account import Asked, Delivery
from hilo.sdk.content import Choice, Choices, Chosen, Strange
from hilo.sdk.inbound import (
    DeletedIn,
    EchoIn,
    EditedIn,
    Elsewhere,
    Inbound,
    MessageIn,
    ReactionIn,
    Unknown,
)
from hilo.sdk.outbound import ActionOut, HttpCall, HttpReply, Recipient
from hilo.sdk.simulator import Deed, Response, Simulator, Webhook
from shelf import AT, phone, play

TO = Recipient(kind="external", value="D00000007")
read = partial(shelf.read, CONNECTOR, ACCOUNT)
out = partial(shelf.part, TO)


@pytest.fixture
def desk() -> Simulator:
    """Return a vendor to whom contact 7 has written once."""
    made = CONNECTOR.simulator(ACCOUNT)
    made.deed(Deed(does="text", who="7", name="Lucía", text="hola"), AT)
    return made


def test_the_challenge_comes_back_and_a_stale_moment_is_refused() -> None:
    body = b'{"type":"url_verification","challenge":"abc"}'
    webhook = Webhook(body=body, headers=sign(body, {}, ACCOUNT, AT))
    given = shelf.delivery(webhook, ACCOUNT)
    CONNECTOR.verify(given, ACCOUNT)
    asked = Asked(method="POST", url="", body=body, received_at=AT)
    answer = CONNECTOR.greet(asked, ACCOUNT)
    assert answer is not None
    assert (answer.body, answer.stores) == (b"abc", False)
    late = structs.replace(given, received_at=AT + timedelta(seconds=301))
    with pytest.raises(BadSignature):
        CONNECTOR.verify(late, ACCOUNT)


@pytest.mark.parametrize(("kept", "kind"), [("t0hilo", MessageIn), ("t0other", Elsewhere)])
def test_the_workspace_is_known_again_by_the_small_letters_it_is_kept_in(
    kept: str, kind: type[Inbound]
) -> None:
    vendor = CONNECTOR.simulator(structs.replace(ACCOUNT, address="t0hilo"))
    (webhook,) = vendor.deed(Deed(does="text", who="7", text="hola"), AT)
    assert b'"team_id":"T0HILO"' in webhook.body
    (item,) = shelf.read(CONNECTOR, structs.replace(ACCOUNT, address=kept), [webhook])
    assert type(item) is kind


def test_a_repeat_has_the_key_of_the_first(desk: Simulator) -> None:
    (said,) = desk.deed(Deed(does="text", who="7", text="otra"), AT)
    first = shelf.delivery(said, ACCOUNT)
    again = structs.replace(first, headers={**first.headers, "x-slack-retry-num": "1"})
    key = CONNECTOR.verify(first, ACCOUNT)
    assert key is not None
    assert CONNECTOR.verify(again, ACCOUNT) == key
    (other,) = desk.deed(Deed(does="text", who="7", text="otra"), AT)
    assert CONNECTOR.verify(shelf.delivery(other, ACCOUNT), ACCOUNT) != key


def test_what_we_post_comes_back_as_an_echo_with_our_tracker(desk: Simulator) -> None:
    webhooks: list[Webhook] = []
    sent = play(desk, CONNECTOR.send(out("A < B & C > D 👋"), ACCOUNT), webhooks=webhooks)
    assert phone(desk).bubbles[-1].text == "A < B & C > D 👋"
    (echo,) = read(webhooks)
    assert isinstance(echo, EchoIn)
    assert (echo.external_id, echo.message, echo.part) == (sent.external_id, out().id, 1)


def test_a_lost_answer_is_found_by_its_mark_and_nothing_else_is(desk: Simulator) -> None:
    sent = play(desk, CONNECTOR.send(out("uno"), ACCOUNT))
    assert play(desk, CONNECTOR.resolve(out("uno"), ACCOUNT)) == sent
    assert play(desk, CONNECTOR.resolve(out("uno", part=2), ACCOUNT)) is None


def test_a_list_that_leaves_something_out_proves_nothing() -> None:
    pages = {True: out("uno"), False: out("uno", files=[shelf.file("image/png")])}
    for has_more, sought in pages.items():
        page = msgspec.json.encode({"ok": True, "messages": [], "has_more": has_more})
        with pytest.raises(UnknownOutcome):
            shelf.answer(CONNECTOR.resolve(sought, ACCOUNT), Response(status=200, body=page))


def test_a_file_goes_in_three_steps_and_its_echo_has_its_name(desk: Simulator) -> None:
    webhooks: list[Webhook] = []
    part = out(files=[shelf.file("application/pdf", name="factura.pdf")])
    sent = play(desk, CONNECTOR.send(part, ACCOUNT), webhooks=webhooks)
    shown = phone(desk).bubbles[-1]
    assert desk.file(shown.file)[0] == b"bytes"
    (echo,) = read(webhooks)
    assert isinstance(echo, EchoIn)
    assert echo.external_id == sent.external_id


def test_a_failed_upload_shows_nothing_and_is_tried_again(desk: Simulator) -> None:
    sending = CONNECTOR.send(out(files=[shelf.file("image/png")]), ACCOUNT)
    next(sending)
    sending.send(HttpReply(status=200, body=b'{"ok":true,"upload_url":"https://x","file_id":"F"}'))
    with pytest.raises(TemporaryFailure):
        sending.send(HttpReply(status=500))
    assert len(phone(desk).bubbles) == 1


def test_several_files_come_in_one_message_and_a_lost_one_does_no_harm() -> None:
    (case,) = [each for each in contract.cases("slack") if each.kind == "files"]
    (message,) = CONNECTOR.parse(contract.delivery(case), ACCOUNT)
    assert isinstance(message, MessageIn)
    assert [each.name for each in message.files] == ["1.png", "2.png"]


def said(**event: object) -> list[Inbound]:
    """Return what a message of somebody means."""
    plain = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "ts": "17.1"}
    envelope = {"type": "event_callback", "team_id": ACCOUNT.address, "event": plain | event}
    body = msgspec.json.encode(envelope)
    return list(CONNECTOR.parse(Delivery(body=body, headers={}, received_at=AT), ACCOUNT))


def test_a_message_that_was_passed_on_is_read_with_its_files() -> None:
    file = {"id": "F1", "name": "a.png", "url_private": "https://files.slack.com/a.png"}
    passed = {"is_share": True, "text": "It is &lt;open&gt;", "fallback": "x", "files": [file]}
    (message,) = said(text="See below", attachments=[passed])
    assert isinstance(message, MessageIn)
    assert message.text == "See below\nIt is <open>"
    assert [each.name for each in message.files] == ["a.png"]
    assert message.stamp["forwarded"] == "once"


def test_what_an_application_shows_is_read_where_it_says_nothing_else() -> None:
    (message,) = said(text="", attachments=[{"fallback": "Build 7 failed"}])
    assert isinstance(message, MessageIn)
    assert message.text == "Build 7 failed"
    (preview,) = said(text="https://a.test", attachments=[{"text": "A page"}])
    assert isinstance(preview, MessageIn)
    assert preview.text == "https://a.test"


def test_a_message_without_anything_to_show_says_so() -> None:
    shared = {"id": "F1", "name": None, "mode": "file_access"}
    message, lost = said(subtype="file_share", text="", files=[shared])
    assert isinstance(message, MessageIn)
    assert isinstance(message.content, Strange)
    assert isinstance(lost, Unknown)


def test_our_token_goes_to_the_vendor_only(desk: Simulator) -> None:
    deed = Deed(does="file", who="7", data=b"png", media_type="image/png", text="a.png")
    (message,) = read(desk.deed(deed, AT))
    assert isinstance(message, MessageIn)
    assert play(desk, CONNECTOR.fetch(str(message.files[0].url), ACCOUNT)).content == b"png"
    for url in ("https://elsewhere.test/a.png", "https://evilslack.com/a.png"):
        call = next(CONNECTOR.fetch(url, ACCOUNT))
        assert isinstance(call, HttpCall)
        assert "authorization" not in call.headers
    wrong = structs.replace(ACCOUNT, secrets={"bot_token": "xoxb-other"})
    with pytest.raises(Rejected):
        play(desk, CONNECTOR.fetch(str(message.files[0].url), wrong))


def test_an_answer_in_a_thread_quotes_and_is_quoted(desk: Simulator) -> None:
    sent = play(desk, CONNECTOR.send(out("¿Cuál?"), ACCOUNT))
    target = phone(desk).bubbles[-1].id
    (reply,) = read(desk.deed(Deed(does="text", who="7", text="esta", target=target), AT))
    assert isinstance(reply, MessageIn)
    assert reply.reply_to == sent.external_id
    play(desk, CONNECTOR.send(out("bien", reply_to=reply.reply_to), ACCOUNT))
    assert phone(desk).bubbles[-1].reply_to == target


def test_buttons_are_shown_and_a_tap_comes_back_by_title_and_id(desk: Simulator) -> None:
    choices = Choices(choices=[Choice(id="a", title="Talla 38"), Choice(id="b", title="Talla 39")])
    sent = play(desk, CONNECTOR.send(out("¿Cuál?", content=choices), ACCOUNT))
    deed = Deed(does="choose", who="7", target=phone(desk).bubbles[-1].id, choice="b")
    webhooks = desk.deed(deed, AT)
    (tapped,) = read(webhooks)
    assert isinstance(tapped, MessageIn)
    assert (tapped.text, tapped.content) == ("Talla 39", Chosen(id="b", title="Talla 39"))
    assert tapped.reply_to == sent.external_id
    asked = Asked(method="POST", url="", body=webhooks[0].body, received_at=AT)
    answer = CONNECTOR.greet(asked, ACCOUNT)
    assert answer is not None
    assert (answer.body, answer.stores) == (b"", True)


def test_edits_deletions_and_reactions_are_understood(desk: Simulator) -> None:
    mine = phone(desk).bubbles[0].id
    name = f"{TO.value}:{mine}"
    (edited,) = read(desk.deed(Deed(does="edit", who="7", target=mine, text="hola!"), AT))
    assert isinstance(edited, EditedIn)
    assert (edited.external_id, edited.text) == (name, "hola!")
    (marked,) = read(desk.deed(Deed(does="react", who="7", target=mine, emoji="👍"), AT))
    (gone,) = read(desk.deed(Deed(does="react", who="7", target=mine), AT))
    assert isinstance(marked, ReactionIn)
    assert isinstance(gone, ReactionIn)
    assert (marked.external_id, marked.emoji, gone.emoji) == (name, "👍", "")
    (deleted,) = read(desk.deed(Deed(does="delete", who="7", target=mine), AT))
    assert isinstance(deleted, DeletedIn)


def test_actions_change_what_is_seen_and_come_back_as_nothing(desk: Simulator) -> None:
    name = play(desk, CONNECTOR.send(out("uno"), ACCOUNT)).external_id or ""
    webhooks: list[Webhook] = []

    def act(**more: object) -> None:
        action = msgspec.convert(
            {"external_id": name, "to": TO, "is_ours": True, "now": AT, **more}, ActionOut
        )
        play(desk, CONNECTOR.act(action, ACCOUNT), webhooks=webhooks)

    act(does="edit", text="dos")
    assert (phone(desk).bubbles[-1].text, phone(desk).bubbles[-1].is_edited) == ("dos", True)
    assert read(webhooks) == []
    theirs = f"{TO.value}:{phone(desk).bubbles[0].id}"
    act(does="react", emoji="👍", external_id=theirs, is_ours=False)
    act(does="react", emoji="❤️", external_id=theirs, is_ours=False)
    assert phone(desk).bubbles[0].marks == ("❤️",)
    act(does="react", emoji="", external_id=theirs, is_ours=False)
    assert phone(desk).bubbles[0].marks == ()
    act(does="delete")
    assert phone(desk).bubbles[-1].is_deleted


def test_channels_are_left_alone_when_they_are_turned_off() -> None:
    (case,) = [each for each in contract.cases("slack") if each.kind == "channel"]
    bare = structs.replace(ACCOUNT, settings={"channels": False})
    (left,) = CONNECTOR.parse(contract.delivery(case), bare)
    assert isinstance(left, Unknown)


def test_profile(desk: Simulator) -> None:
    profile = play(desk, CONNECTOR.profile(TO, ACCOUNT))
    assert profile.name == "Lucía"
    assert shelf.picture(desk, profile.avatar).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("trouble", "error"),
    [("throttled", Throttled), ("expired_token", AuthExpired), ("server_error", UnknownOutcome)],
)
def test_the_vendors_troubles_mean_what_they_should(
    desk: Simulator, trouble: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        shelf.answer(CONNECTOR.send(out("x"), ACCOUNT), desk.trouble(trouble))  # type: ignore[arg-type]
    assert ACCOUNT.secrets["bot_token"] not in str(caught.value)


def test_connecting_learns_who_we_are_and_checking_names_missing_rights(desk: Simulator) -> None:
    connected = play(desk, CONNECTOR.connect(ACCOUNT))
    assert (connected.address, connected.settings) == ("T0HILO", {"bot_id": "U0BOT"})
    lines = play(desk, CONNECTOR.check(ACCOUNT))
    assert [(each.key, each.ok) for each in lines] == [("credentials", True), ("rights", True)]
    checking = CONNECTOR.check(ACCOUNT)
    next(checking)
    scopes = {"x-oauth-scopes": "chat:write,im:history"}
    with pytest.raises(StopIteration) as end:
        checking.send(HttpReply(status=200, headers=scopes, body=b'{"ok":true}'))
    assert not end.value.value[1].ok
    assert "files:read" in end.value.value[1].detail
    wrong = structs.replace(ACCOUNT, secrets={"bot_token": "xoxb-other"})
    (line,) = play(desk, CONNECTOR.check(wrong))
    assert (line.key, line.ok) == ("credentials", False)


def test_settings_are_checked_and_a_replaced_secret_still_counts() -> None:
    first = CONNECTOR.configure(CONNECTOR.made_up(UUID(int=7)), None)
    later = CONNECTOR.configure({"signing_secret": "f" * 32}, first)
    assert later.secrets["previous_secret"] == first.secrets["signing_secret"]
    for bad in ({"bot_token": "xoxp-a-token-of-a-person"}, {"signing_secret": "short"}):
        with pytest.raises(Invalid):
            CONNECTOR.configure(bad, first)


def test_a_sample_passes_our_own_door() -> None:
    sample = CONNECTOR.sample(ACCOUNT, UUID(int=3), AT)
    CONNECTOR.verify(sample.delivery, ACCOUNT)
    (message,) = CONNECTOR.parse(sample.delivery, ACCOUNT)
    assert isinstance(message, MessageIn)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("a &lt; b &amp;&amp; c", "a < b && c"),
        ("<https://x.test|here>", "here (https://x.test)"),
        ("<https://x.test>", "https://x.test"),
        ("<mailto:a@x.test|a@x.test>", "a@x.test"),
        ("<@U1|ana> <#C1|shop> <!here>", "@ana #shop @here"),
    ],
)
def test_texts_are_read_as_people_see_them(written: str, read_as: str) -> None:
    assert words.plain(written) == read_as


def test_a_reaction_without_a_name_is_refused() -> None:
    with pytest.raises(Rejected):
        words.name_of("🦑")
    assert words.name_of("👍🏽") == "+1"
    assert words.emoji("party-parrot") == ":party-parrot:"


def test_what_nobody_can_do_here_is_said() -> None:
    with pytest.raises(Unsupported):
        CONNECTOR.simulator(ACCOUNT).deed(Deed(does="comment", who="7"), AT)
