"""What goes to WhatsApp: each kind of part as the vendor wants it, against the vendor on a shelf.

conformance  test
W-06         test_somebody_without_a_number_is_reached_by_id
W-20         test_a_file_that_is_not_what_was_promised_is_asked_for_again
W-26         test_after_24_hours_only_a_template_arrives
W-27, W-28   test_a_template_is_filled_in, test_a_variable_that_cannot_be_sent_is_named_before
W-29         test_a_template_that_is_not_there_or_paused_fails_visibly
W-30         test_choices_are_buttons_a_list_or_refused
W-31         test_only_opus_is_a_voice_note
W-32         test_too_much_to_one_person_slows_that_person_only
W-33         test_marketing_stops_where_a_person_said_no
W-34         test_templates_come_page_by_page
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

import shelf
from hilo.connectors.whatsapp import CONNECTOR
from hilo.connectors.whatsapp.testing import ACCOUNT, DIALOG
from hilo.kit.errors import AuthExpired, Rejected, TemporaryFailure, Throttled, Unsupported
from hilo.sdk.account import Account
from hilo.sdk.content import (
    Choice,
    Choices,
    Chosen,
    Content,
    People,
    Person,
    Place,
    Sticker,
    Template,
    Voice,
)
from hilo.sdk.inbound import ConsentIn, Inbound, MessageIn, StatusIn
from hilo.sdk.outbound import (
    ActionOut,
    FileOut,
    HttpCall,
    HttpReply,
    MarkOut,
    MessageOut,
    Recipient,
)
from hilo.sdk.simulator import Bubble, Deed, Request, Simulator, Webhook
from shelf import AT, play

TO = Recipient(kind="phone", value="+12025550107")


@pytest.fixture
def vendor() -> Simulator:
    """Return a vendor to whom phone 7 has written once."""
    made = CONNECTOR.simulator(ACCOUNT)
    made.deed(Deed(does="text", who="7", text="hola"), AT)
    return made


def read(webhooks: Sequence[Webhook], account: Account = ACCOUNT) -> Sequence[Inbound]:
    return shelf.read(CONNECTOR, account, webhooks)


def part(text: str = "", to: Recipient = TO, **more: object) -> MessageOut:
    return shelf.part(to, text, **more)


def last(vendor: Simulator, who: str = "7") -> Bubble:
    return next(each for each in vendor.phones() if each.who == who).bubbles[-1]


def body_of(message: MessageOut, account: Account = ACCOUNT) -> Any:
    """Return the body of the message call, after the uploads."""
    sending = CONNECTOR.send(message, account)
    call = next(sending)
    while isinstance(call, HttpCall) and call.url.endswith("/media"):
        call = sending.send(HttpReply(status=200, body=b'{"id":"500000000000001"}'))
    assert isinstance(call, HttpCall)
    return json.loads(call.body)


def test_a_text_arrives_and_its_receipts_name_our_part(vendor: Simulator) -> None:
    webhooks: list[Webhook] = []
    sent = play(vendor, CONNECTOR.send(part("¡Hola! 👋", part=2), ACCOUNT), webhooks=webhooks)
    assert last(vendor).text == "¡Hola! 👋"
    states = [each for each in read(webhooks) if isinstance(each, StatusIn)]
    assert [each.state for each in states] == ["sent", "delivered"]
    seen = vendor.deed(Deed(does="read", who="7"), AT)
    states += [each for each in read(seen) if isinstance(each, StatusIn)]
    for each in states:
        assert (each.external_id, each.part) == (sent.external_id, 2)
        assert each.message == part().id
    assert states[-1].state == "read"


def test_a_quote_names_what_it_answers(vendor: Simulator) -> None:
    asked = last(vendor)
    play(vendor, CONNECTOR.send(part("yes", reply_to=asked.id), ACCOUNT))
    assert last(vendor).reply_to == asked.id
    (answer,) = read(vendor.deed(Deed(does="text", who="7", text="ok", target=last(vendor).id), AT))
    assert isinstance(answer, MessageIn)
    assert answer.reply_to is not None


def test_somebody_without_a_number_is_reached_by_id(vendor: Simulator) -> None:
    to = Recipient(kind="external", value="US.9000000000000000007")
    body = body_of(part("hello", to))
    assert body["recipient"] == to.value
    assert "to" not in body
    play(vendor, CONNECTOR.send(part("hello", to), ACCOUNT))
    assert last(vendor).text == "hello"


@pytest.mark.parametrize(
    ("media_type", "content", "kind"),
    [
        ("image/jpeg", None, "image"),
        ("image/webp", None, "document"),
        ("image/webp", Sticker(), "sticker"),
        ("video/mp4", None, "video"),
        ("audio/mpeg", None, "audio"),
        ("audio/ogg; codecs=opus", Voice(), "audio"),
        ("application/pdf", None, "document"),
        ("", None, "document"),
    ],
)
def test_a_file_is_stored_first_and_sent_by_its_id(
    vendor: Simulator, media_type: str, content: Content | None, kind: str
) -> None:
    message = part("with words", files=[shelf.file(media_type, b"\x00bytes\r\n")], content=content)
    body = body_of(message)
    assert body["type"] == kind
    assert set(body[kind]) >= {"id"}
    assert ("caption" in body[kind]) is (kind in {"image", "video", "document"})
    play(vendor, CONNECTOR.send(message, ACCOUNT))
    assert vendor.file(last(vendor).file)[0] == b"\x00bytes\r\n"


def test_only_opus_is_a_voice_note() -> None:
    note = part(files=[shelf.file("audio/ogg")], content=Voice())
    assert body_of(note)["audio"]["voice"] is True
    song = part(files=[shelf.file("audio/mpeg")], content=Voice())
    assert "voice" not in body_of(song)["audio"]


def test_a_picture_that_is_too_large_goes_as_a_document() -> None:
    big = FileOut(
        id=part().id, name="big.png", media_type="image/png", size_bytes=6_000_000, url="https://x"
    )
    assert body_of(part(files=[big]))["document"] == {"link": "https://x", "filename": "big.png"}
    huge = FileOut(
        id=part().id, name="huge.zip", media_type="", size_bytes=100_000_001, url="https://x"
    )
    with pytest.raises(Rejected):
        body_of(part(files=[huge]))


def test_a_file_is_fetched_in_two_calls(vendor: Simulator) -> None:
    webhooks = vendor.deed(Deed(does="file", who="7", data=b"jpeg", media_type="image/jpeg"), AT)
    (item,) = read(webhooks)
    assert isinstance(item, MessageIn)
    (file,) = item.files
    fetched = play(vendor, CONNECTOR.fetch(file.url or "", ACCOUNT))
    assert (fetched.content, fetched.media_type) == (b"jpeg", "image/jpeg")
    assert file.sha256 == hashlib.sha256(fetched.content).hexdigest()


def test_a_file_that_is_not_what_was_promised_is_asked_for_again() -> None:
    about = {"url": "https://lookaside.fbsbx.com/x?mid=77", "mime_type": "image/png"}
    promised = {**about, "sha256": hashlib.sha256(b"whole").hexdigest()}
    for body, error in ((b"whole", None), (b"who", TemporaryFailure)):
        fetching = CONNECTOR.fetch("media:77", ACCOUNT)
        next(fetching)
        fetching.send(HttpReply(status=200, body=json.dumps(promised).encode()))
        with pytest.raises(error or StopIteration):
            fetching.send(HttpReply(status=200, body=body))


@pytest.mark.parametrize("url", ["https://evil.test/x", "https://fbsbx.com.evil.test/x", "", "x"])
def test_our_token_goes_to_no_foreign_host(url: str) -> None:
    fetching = CONNECTOR.fetch("media:77", ACCOUNT)
    next(fetching)
    with pytest.raises(Rejected):
        fetching.send(HttpReply(status=200, body=json.dumps({"url": url}).encode()))


def test_the_go_between_serves_files_from_its_own_host() -> None:
    fetching = CONNECTOR.fetch("media:77", DIALOG)
    first = next(fetching)
    assert isinstance(first, HttpCall)
    assert first.url == "https://waba-v2.360dialog.io/77"
    about = b'{"url":"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=77&ext=1"}'
    second = fetching.send(HttpReply(status=200, body=about))
    assert isinstance(second, HttpCall)
    assert second.url == "https://waba-v2.360dialog.io/whatsapp_business/attachments/?mid=77&ext=1"
    assert second.headers["D360-API-KEY"] == "key-madeup"


def test_an_address_of_somewhere_else_is_not_fetched() -> None:
    for url in ("https://evil.test/x", "media:../me", "media:"):
        with pytest.raises(Rejected):
            next(CONNECTOR.fetch(url, ACCOUNT))


def choices(count: int, title: str = "Choice", **more: object) -> Choices:
    made = [Choice(id=str(n), title=f"{title} {n}") for n in range(count)]
    return Choices(choices=made, **more)  # type: ignore[arg-type]


def test_choices_are_buttons_a_list_or_refused(vendor: Simulator) -> None:
    kinds = {3: "button", 4: "list", 10: "list"}
    for count, kind in kinds.items():
        body = body_of(part("Which one?", content=choices(count)))
        assert body["interactive"]["type"] == kind
        play(vendor, CONNECTOR.send(part("Which one?", content=choices(count)), ACCOUNT))
        assert len(last(vendor).choices) == count
        deed = Deed(does="choose", who="7", target=last(vendor).id, choice="1")
        (answer,) = read(vendor.deed(deed, AT))
        assert isinstance(answer, MessageIn)
        assert answer.content == Chosen(id="1", title="Choice 1")
        assert answer.reply_to is not None
    with pytest.raises(Rejected):
        body_of(part("Which one?", content=choices(11)))


def test_what_a_title_loses_stands_whole_in_the_text() -> None:
    long = "A very long title for a button"
    body = body_of(part("Which one?", content=choices(2, long)))["interactive"]
    titles = [each["reply"]["title"] for each in body["action"]["buttons"]]
    assert all(len(each) <= 20 for each in titles)
    assert f"• {long} 1" in body["body"]["text"]


def test_one_link_is_a_button_that_opens_it() -> None:
    link = Choices(choices=[Choice(id="1", title="Track", url="https://shop.test/t?a=1&b=2")])
    action = body_of(part("Here", content=link))["interactive"]["action"]
    assert action["parameters"] == {"display_text": "Track", "url": "https://shop.test/t?a=1&b=2"}


def test_places_and_people_arrive(vendor: Simulator) -> None:
    play(vendor, CONNECTOR.send(part(content=Place(latitude=40.4, longitude=-3.7)), ACCOUNT))
    assert last(vendor).text == "40.4, -3.7"
    people = People(people=[Person(name="Gina", phones=["+12025550199"], emails=["g@x.test"])])
    play(vendor, CONNECTOR.send(part(content=people), ACCOUNT))
    assert last(vendor).text == "Gina"


def test_a_card_without_a_name_goes_by_its_number() -> None:
    nameless = People(people=[Person(name="", phones=["+12025550199"]), Person(name="")])
    first, second = body_of(part(content=nameless))["contacts"]
    assert first["name"]["formatted_name"] == "+12025550199"
    assert second["name"]["formatted_name"] == "?"  # the vendor takes no empty one


def test_a_template_is_filled_in(vendor: Simulator) -> None:
    template = Template(name="order_update", language="es", variables={"2": "$1 {{x}}", "1": "Ana"})
    play(vendor, CONNECTOR.send(part(content=template), ACCOUNT))
    assert last(vendor).text.startswith("Hola, Ana: su pedido $1 {{x}} ya ha salido.")
    named = Template(
        name="visit_reminder",
        language="en",
        variables={"header.1": "on Friday", "first_name": "Ana", "shop": "Faro"},
    )
    play(vendor, CONNECTOR.send(part(content=named), ACCOUNT))
    assert last(vendor).text == "See you on Friday\nAna, we expect you in Faro."
    assert len(last(vendor).choices) == 2
    tap = Deed(does="choose", who="7", target=last(vendor).id, choice="I will come")
    (answer,) = read(vendor.deed(tap, AT))
    assert isinstance(answer, MessageIn)
    assert answer.content == Chosen(id="I will come", title="I will come")


def test_a_template_s_heading_and_button_are_filled_in(vendor: Simulator) -> None:
    template = Template(name="receipt", language="en", variables={"button.0": "71?a=b c"})
    message = part(content=template, files=[shelf.file("application/pdf", name="bill.pdf")])
    header, button = body_of(message)["template"]["components"]
    assert header["parameters"][0]["document"]["filename"] == "bill.pdf"
    assert button == {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": "71?a=b c"}],
    }
    play(vendor, CONNECTOR.send(message, ACCOUNT))


def test_a_code_to_copy_is_a_variable_of_its_button() -> None:
    row = {
        "name": "sale",
        "language": "es",
        "status": "APPROVED",
        "components": [
            {"type": "BODY", "text": "Hola {{1}}"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "URL", "text": "Ver", "url": "https://shop.test/{{1}}"},
                    {"type": "COPY_CODE", "text": "Copiar", "example": "FARO20"},
                ],
            },
        ],
    }
    asking = CONNECTOR.templates(ACCOUNT)
    next(asking)
    with pytest.raises(StopIteration) as end:
        asking.send(HttpReply(status=200, body=json.dumps({"data": [row]}).encode()))
    (seen,) = end.value.value
    assert list(seen.variables) == ["1", "button.0", "coupon.1"]
    given = {"1": "Ana", "button.0": "x", "coupon.1": "FARO20"}
    filled = Template(name="sale", language="es", variables=given)
    body, link, code = body_of(part(content=filled))["template"]["components"]
    assert (body["type"], link["sub_type"], link["index"]) == ("body", "url", "0")
    assert code == {
        "type": "button",
        "sub_type": "copy_code",
        "index": "1",
        "parameters": [{"type": "coupon_code", "coupon_code": "FARO20"}],
    }


@pytest.mark.parametrize("value", ["", "  ", "two\nlines", "a\ttab", "far     apart"])
def test_a_variable_that_cannot_be_sent_is_named_before(value: str) -> None:
    template = Template(name="order_update", language="en", variables={"1": "Ana", "2": value})
    with pytest.raises(Rejected, match="variable 2"):
        next(CONNECTOR.send(part(content=template), ACCOUNT))


@pytest.mark.parametrize(
    ("name", "variables", "code"),
    [
        ("nowhere", {}, "132001"),
        ("offer_paused", {}, "132015"),
        ("order_update", {"1": "Ana"}, "132000"),
    ],
)
def test_a_template_that_is_not_there_or_paused_fails_visibly(
    vendor: Simulator, name: str, variables: dict[str, str], code: str
) -> None:
    template = Template(name=name, language="en", variables=variables)
    with pytest.raises(Rejected) as caught:
        play(vendor, CONNECTOR.send(part(content=template), ACCOUNT))
    assert caught.value.vendor_code == code


def test_templates_come_page_by_page(vendor: Simulator) -> None:
    asking = CONNECTOR.templates(ACCOUNT)
    call = next(asking)
    pages = 0
    found = None
    while found is None:
        assert isinstance(call, HttpCall)
        small = call.url.replace("limit=100", "limit=3")
        response, _ = vendor.request(Request(method="GET", url=small, headers=call.headers), AT)
        pages += 1
        try:
            call = asking.send(shelf.reply_of(response))
        except StopIteration as end:
            found = end.value
    assert pages == 3
    by_name = {(each.name, each.language): each for each in found}
    reminder = by_name["visit_reminder", "en"]
    assert list(reminder.variables) == ["header.1", "first_name", "shop"]
    assert reminder.example == {"first_name": "Ana", "shop": "Calle Mayor"}
    receipt = by_name["receipt", "en"]
    assert (receipt.header, list(receipt.variables)) == ("document", ["button.0"])
    assert by_name["offer_paused", "en"].status == "paused"
    assert by_name["order_update", "pt_BR"].footer == "Casa Faro"


def test_a_page_that_fails_ends_the_sync_for_now() -> None:
    asking = CONNECTOR.templates(ACCOUNT)
    next(asking)
    page = b'{"data":[],"paging":{"cursors":{"after":"x"},"next":"https://graph.facebook.com/x"}}'
    asking.send(HttpReply(status=200, body=page))
    with pytest.raises(TemporaryFailure):
        asking.send(HttpReply(status=503, body=b'{"error":{"code":2,"message":"busy"}}'))


def test_after_24_hours_only_a_template_arrives(vendor: Simulator) -> None:
    found = []
    for late in (timedelta(hours=24), timedelta(hours=24, seconds=1)):
        webhooks: list[Webhook] = []
        play(vendor, CONNECTOR.send(part("hi"), ACCOUNT), webhooks=webhooks, at=AT + late)
        status = [each for each in read(webhooks) if isinstance(each, StatusIn)][-1]
        found.append((status.state, status.vendor_code))
    assert found == [("delivered", ""), ("failed", "131047")]
    webhooks = []
    template = Template(name="order_update", language="en", variables={"1": "Ana", "2": "71"})
    sending = CONNECTOR.send(part(content=template), ACCOUNT)
    play(vendor, sending, webhooks=webhooks, at=AT + timedelta(days=2))
    assert [each.state for each in read(webhooks) if isinstance(each, StatusIn)][-1] == "delivered"


def test_a_number_nobody_has_fails_some_moments_later(vendor: Simulator) -> None:
    webhooks: list[Webhook] = []
    nobody = Recipient(kind="phone", value="+34600000000")
    play(vendor, CONNECTOR.send(part("hi", nobody), ACCOUNT), webhooks=webhooks)
    (status,) = read(webhooks)
    assert isinstance(status, StatusIn)
    assert (status.state, status.vendor_code) == ("failed", "131026")


def test_marketing_stops_where_a_person_said_no(vendor: Simulator) -> None:
    vendor.deed(Deed(does="stop", who="7"), AT)
    webhooks: list[Webhook] = []
    offer = Template(name="offer_of_the_week", language="en")
    play(vendor, CONNECTOR.send(part(content=offer), ACCOUNT), webhooks=webhooks)
    status, consent = read(webhooks)
    assert isinstance(status, StatusIn)
    assert status.vendor_code == "131050"
    assert isinstance(consent, ConsentIn)
    assert (consent.is_given, consent.topic) == (False, "marketing")
    play(vendor, CONNECTOR.send(part("a reply"), ACCOUNT), webhooks=webhooks)
    assert last(vendor).text == "a reply"


def test_too_much_to_one_person_slows_that_person_only(vendor: Simulator) -> None:
    for _ in range(45):
        play(vendor, CONNECTOR.send(part("x"), ACCOUNT))
    with pytest.raises(Throttled) as caught:
        play(vendor, CONNECTOR.send(part("x", attempt=2), ACCOUNT))
    assert (caught.value.scope, caught.value.retry_after_s) == ("recipient", 16)
    vendor.deed(Deed(does="text", who="8", text="me too"), AT)
    other = Recipient(kind="phone", value="+12025550108")
    play(vendor, CONNECTOR.send(part("y", other), ACCOUNT))
    play(vendor, CONNECTOR.send(part("x"), ACCOUNT), at=AT + timedelta(seconds=6))


def test_faults_are_told_apart(vendor: Simulator) -> None:
    raised = {"throttled": Throttled, "expired_token": AuthExpired}
    for trouble, error in raised.items():
        with pytest.raises(error):
            shelf.answer(CONNECTOR.send(part("x"), ACCOUNT), vendor.trouble(trouble))  # type: ignore[arg-type]


def test_a_wrong_token_is_refused_by_the_vendor(vendor: Simulator) -> None:
    stranger = Account(
        id=ACCOUNT.id,
        workspace=ACCOUNT.workspace,
        inbox=ACCOUNT.inbox,
        channel="whatsapp",
        address=ACCOUNT.address,
        settings=ACCOUNT.settings,
        secrets={"access_token": "old"},
    )
    with pytest.raises(AuthExpired):
        play(vendor, CONNECTOR.send(part("x"), stranger))


def test_reactions_and_marks_reach_the_phone(vendor: Simulator) -> None:
    asked = last(vendor)
    react = ActionOut(does="react", external_id=asked.id, to=TO, is_ours=False, emoji="👍", now=AT)
    play(vendor, CONNECTOR.act(react, ACCOUNT))
    typing = MarkOut(does="typing_on", to=TO, external_id=asked.id, now=AT)
    play(vendor, CONNECTOR.mark(typing, ACCOUNT))
    (phone,) = vendor.phones()
    assert phone.typing_until
    assert phone.bubbles[0].state == "read"
    assert any("👍" in each for each in phone.bubbles[0].marks)
    play(vendor, CONNECTOR.mark(MarkOut(does="typing_off", to=TO, now=AT), ACCOUNT))
    play(vendor, CONNECTOR.send(part("done"), ACCOUNT))
    assert not vendor.phones()[0].typing_until


@pytest.mark.parametrize("does", ["edit", "delete"])
def test_what_was_sent_stays(does: str) -> None:
    action = ActionOut(
        does=does,  # type: ignore[arg-type]
        external_id="wamid.1",
        to=TO,
        is_ours=True,
        now=AT,
    )
    with pytest.raises(Unsupported):
        next(CONNECTOR.act(action, ACCOUNT))


def test_the_go_between_speaks_the_same_words() -> None:
    vendor = CONNECTOR.simulator(DIALOG)
    vendor.deed(Deed(does="text", who="7", text="hola"), AT)
    webhooks: list[Webhook] = []
    play(vendor, CONNECTOR.send(part("hi"), DIALOG), webhooks=webhooks)
    assert [type(each) for each in read(webhooks, DIALOG)][:1] == [StatusIn]
    found = play(vendor, CONNECTOR.templates(DIALOG))
    assert len(found) == 8
