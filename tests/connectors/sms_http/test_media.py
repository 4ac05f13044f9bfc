"""Files of a gateway, both ways: by what the settings say, against the gateway on a shelf."""

from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import pytest
from msgspec import structs

import shelf
from hilo.connectors.sms_http import CONNECTOR, fields
from hilo.connectors.sms_http.testing import ACCOUNT
from hilo.kit.errors import Invalid, Rejected, TemporaryFailure
from hilo.kit.http import Guard, PrivateAddress
from hilo.sdk.account import Account
from hilo.sdk.inbound import MessageIn, Unknown
from hilo.sdk.outbound import HttpCall, MessageOut, Recipient
from hilo.sdk.simulator import Deed, Response, Webhook
from shelf import AT, play

TO = Recipient(kind="phone", value="+12025550007")
LINK = "https://desk.test/files/9"
FORM = {"content-type": "application/x-www-form-urlencoded"}
OLD = {"send_url": "https://gateway.test/messages", "number": "+12025550100", "format": "json"}


def with_settings(**more: object) -> Account:
    """Return an account from before there were files, with these settings."""
    signed_in = {**ACCOUNT.secrets, "auth_secret": "token"}
    return structs.replace(ACCOUNT, settings={**OLD, **more}, secrets=signed_in)


def with_file(text: str = "") -> MessageOut:
    """Return a part with a picture."""
    return shelf.part(TO, text, files=[shelf.file("image/png")])


def sent(account: Account, message: MessageOut) -> dict[str, list[str]]:
    """Return each field of the request that the gateway gets."""
    call = next(CONNECTOR.send(message, account))
    assert isinstance(call, HttpCall)
    if account.settings["format"] == "json":
        given = msgspec.json.decode(call.body, type=dict[str, str | list[str]])
        return {name: [at] if isinstance(at, str) else at for name, at in given.items()}
    return parse_qs(urlsplit(call.url).query if call.method == "GET" else call.body.decode())


def heard(body: bytes, account: Account, **more: object) -> MessageIn:
    """Return the message that is told."""
    webhook = msgspec.convert({"body": body, "headers": {}, **more}, Webhook)
    message, *_ = CONNECTOR.parse(shelf.delivery(webhook, account), account)
    assert isinstance(message, MessageIn)
    return message


@pytest.mark.parametrize("text", ["", "Is it this one?"])
@pytest.mark.parametrize("old", [True, False])
def test_without_a_field_for_files_a_link_stands_below_the_words(text: str, *, old: bool) -> None:
    account = with_settings() if old else with_settings(media="link", media_field="media")
    body = sent(account, with_file(text))
    assert body["text"] == [f"{text}\n{LINK}" if text else LINK]
    assert "media" not in body


@pytest.mark.parametrize("written", ["json", "form", "query"])
@pytest.mark.parametrize("media", ["one", "list"])
def test_files_go_by_their_address_in_the_field_that_is_named(media: str, written: str) -> None:
    account = with_settings(media=media, media_field="MediaUrl", format=written)
    assert sent(account, with_file("Is it this one?"))["MediaUrl"] == [LINK]
    assert sent(account, with_file("Is it this one?"))["text"] == ["Is it this one?"]
    assert "text" not in sent(account, with_file())
    assert "MediaUrl" not in sent(account, shelf.part(TO, "no file"))


def test_what_a_single_field_cannot_hold_is_not_lost() -> None:
    two = shelf.part(TO, "Both", files=[shelf.file("image/png"), shelf.file("image/png")])
    assert sent(with_settings(media="list"), two)["media"] == [LINK, LINK]
    body = sent(with_settings(media="one"), two)
    assert (body["media"], body["text"]) == ([LINK], [f"Both\n{LINK}"])


def test_json_says_one_address_as_a_text_and_several_as_a_list() -> None:
    for media, wanted in (("one", LINK), ("list", [LINK])):
        call = next(CONNECTOR.send(with_file(), with_settings(media=media)))
        assert isinstance(call, HttpCall)
        assert msgspec.json.decode(call.body)["media"] == wanted


@pytest.mark.parametrize("written", ["json", "form", "query"])
def test_files_pass_both_ways(written: str) -> None:
    account = with_settings(media="list", format=written)
    gateway = CONNECTOR.simulator(account)
    deed = Deed(does="file", who="7", text="this", data=b"jpeg", media_type="image/jpeg")
    message, *others = shelf.read(CONNECTOR, account, gateway.deed(deed, AT))
    assert isinstance(message, MessageIn)
    assert (message.text, len(message.files), others) == ("this", 1, [])
    got = play(gateway, CONNECTOR.fetch(str(message.files[0].url), account))
    assert (got.content, got.media_type) == (b"jpeg", "image/jpeg")
    play(gateway, CONNECTOR.send(with_file("see"), account))
    mine, ours = gateway.phones()[0].bubbles
    assert (gateway.file(mine.file), ours.text, ours.url) == ((b"jpeg", "image/jpeg"), "see", LINK)
    with pytest.raises(Rejected):
        play(gateway, CONNECTOR.fetch(f"{message.files[0].url}x", account))


def test_a_simulated_phone_gets_a_link_as_words() -> None:
    gateway = CONNECTOR.simulator(with_settings())
    gateway.deed(Deed(does="text", who="7", text="hola"), AT)
    play(gateway, CONNECTOR.send(with_file("see"), with_settings()))
    bubble = gateway.phones()[0].bubbles[-1]
    assert (bubble.text, bubble.url) == (f"see\n{LINK}", "")


def test_a_field_that_repeats_in_a_form_is_several_files() -> None:
    pairs = [("id", "a-1"), ("from", "+34600000142"), ("key", "x")]
    pairs += [("media", f"https://cdn.test/{n}.jpg") for n in range(2)]
    by_form = heard(urlencode(pairs).encode(), with_settings(), headers=FORM)
    by_address = heard(b"", with_settings(), query=f"?{urlencode(pairs)}")
    for message in (by_form, by_address):
        assert [each.name for each in message.files] == ["0.jpg", "1.jpg"]


def test_several_fields_are_read_and_none_where_none_is_named() -> None:
    told = {"id": "a-1", "from": "+34600000142", "MediaUrl0": "https://cdn.test/0"}
    told |= {"MediaUrl1": "https://cdn.test/1", "media": "https://cdn.test/2"}
    body = msgspec.json.encode(told)
    both = heard(body, with_settings(in_media=["MediaUrl0", "MediaUrl1"]))
    assert [each.url for each in both.files] == ["https://cdn.test/0", "https://cdn.test/1"]
    assert heard(body, with_settings(in_media=[])).files == []


@pytest.mark.parametrize(
    "bad",
    [
        "image/jpeg", "/relative.jpg", "//cdn.test/a.jpg", "ftp://cdn.test/a.jpg", "https://",
        "https://u:p@cdn.test/a.jpg", "https://cdn.test:x/a", "https://[::1/a", "https://a b/c",
        "https://cdn.test/" + "a" * 4000,
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_file_is_told_and_the_words_arrive(bad: str) -> None:
    told = {"id": "a-1", "from": "+34600000142", "text": "mira", "media": [bad]}
    webhook = Webhook(body=msgspec.json.encode(told))
    message, strange = CONNECTOR.parse(shelf.delivery(webhook, ACCOUNT), with_settings())
    assert isinstance(message, MessageIn)
    assert (message.text, message.files) == ("mira", [])
    assert isinstance(strange, Unknown)
    assert (strange.kind, strange.reason) == ("media", "not an address of a file")


async def test_a_private_address_is_refused_before_anything_is_sent() -> None:
    async def found(host: str, _port: int) -> list[str]:
        return ["192.168.1.7"] if host == "inside.test" else [host]

    for url in (
        "https://10.0.0.1/a",
        "https://127.0.0.1/a",
        "http://[::1]/a",
        "https://inside.test",
    ):
        call = next(CONNECTOR.fetch(url, with_settings()))
        assert isinstance(call, HttpCall)
        with pytest.raises(PrivateAddress):
            await Guard(resolve=found).check(call.url)


@pytest.mark.parametrize(
    ("url", "is_own"),
    [
        ("https://gateway.test/media/1", True),
        ("https://gateway.test:443/media/1", True),
        ("https://gateway.test:8443/media/1", False),
        ("http://gateway.test/media/1", False),
        ("https://gateway.test.evil.test/media/1", False),
        ("https://cdn.test/1", False),
    ],
)
def test_a_stranger_sees_no_credentials(url: str, *, is_own: bool) -> None:
    account = with_settings(auth="bearer")
    call = next(CONNECTOR.fetch(url, account))
    assert isinstance(call, HttpCall)
    assert call.headers == ({"authorization": "Bearer token"} if is_own else {})


def test_files_come_from_the_hosts_that_are_named_and_from_the_gateway_itself() -> None:
    account = with_settings(media_hosts=["Files.test", "*.cdn.test"])
    for url in ("https://files.test/1", "https://a.cdn.test/1", "https://gateway.test/media/1"):
        assert isinstance(next(CONNECTOR.fetch(url, account)), HttpCall)
    for url in ("https://elsewhere.test/1", "https://cdn.test/1", "https://files.test.evil.test/"):
        with pytest.raises(Rejected):
            next(CONNECTOR.fetch(url, account))


@pytest.mark.parametrize(
    ("status", "error"), [(404, Rejected), (410, Rejected), (503, TemporaryFailure)]
)
def test_a_file_that_is_gone_is_not_asked_for_again(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        shelf.answer(
            CONNECTOR.fetch("https://cdn.test/1", with_settings()), Response(status=status)
        )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"media_hosts": ["https://cdn.test"]}, "settings.media_hosts.0"),
        ({"media_hosts": ["cdn.test", "*"]}, "settings.media_hosts.1"),
        ({"media": "one", "media_field": "text"}, "settings.media_field"),
        ({"media": "list", "media_field": "dest", "to_field": "dest"}, "settings.media_field"),
        ({"media": "many"}, "settings.media"),
    ],
)
def test_wrong_settings_are_named(given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        CONNECTOR.configure({**OLD, **given}, None)
    assert [each.field for each in caught.value.errors] == [field]


def test_an_account_from_before_links_its_files_and_reads_the_usual_field() -> None:
    manifest = CONNECTOR.manifest
    assert manifest.links_files(OLD)
    assert manifest.links_files({**OLD, "media": "link"})
    assert not manifest.links_files({**OLD, "media": "one"})
    body = b'{"id": "a-1", "from": "+34600000142", "media": "https://cdn.test/a.jpg"}'
    assert [each.name for each in heard(body, with_settings()).files] == ["a.jpg"]


def test_a_path_reaches_through_lists_but_not_without_end() -> None:
    deep: object = "https://cdn.test/1"
    for _ in range(50):
        deep = [deep]
    (record,) = fields.of(msgspec.json.encode({"a": [{"b": ["x", 7, None]}], "c": deep}), {}, "")
    assert (record.lists, record.words) == ({"a.b": ["x"]}, {})
