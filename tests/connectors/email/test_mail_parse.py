"""A raw mail as a message: ids, people, bodies, files, and what cannot be read."""

import base64
import contextlib
import struct
import time
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from hilo.connectors.email import CONNECTOR
from hilo.connectors.email.testing import ACCOUNT
from hilo.kit.errors import BadSignature, MalformedPayload
from hilo.sdk.account import Delivery
from hilo.sdk.inbound import FileIn, StatusIn, Unknown
from letters import NOW, html, letter, message, parse
from patience import PATIENCE_S

NOW_ID = UUID("01a203e2-b99f-73ed-842d-ddf325e20c4b")


def part(kind: str, body: str, more: str = "") -> str:
    """Return one part of a multipart body."""
    return f"--b\nContent-Type: {kind}\n{more}\n{body}\n"


def mixed(*parts: str, kind: str = "mixed") -> bytes:
    """Return a mail of parts."""
    return letter("".join(parts) + "--b--\n", {"Content-Type": f'multipart/{kind}; boundary="b"'})


def only_file(raw: bytes) -> FileIn:
    """Return the one file of a mail."""
    (file,) = message(raw).files
    return file


# ------------------------------------------------------------------ ids


def test_the_same_mail_through_two_folders_is_one_message() -> None:
    first = message(letter("Hi", {"Received": "by a"}))
    assert message(letter("Hi", {"Received": "by b"})).external_id == first.external_id


def test_the_same_mail_in_another_transfer_encoding_is_one_message() -> None:
    packed = base64.b64encode("Año\n".encode()).decode()
    kind = {"Content-Type": "text/plain; charset=utf-8"}
    first = message(letter("Año\n", kind))
    again = message(letter(packed, kind | {"Content-Transfer-Encoding": "base64"}))
    assert again.external_id == first.external_id


def test_the_same_message_id_with_another_body_is_another_message() -> None:
    assert message(letter("One")).external_id != message(letter("Two")).external_id
    assert message(letter("One")).ref == message(letter("Two")).ref


@pytest.mark.parametrize("given_id", [None, "", "<>", "<@>", "two words", "<broken"])
def test_without_a_usable_message_id_one_is_made_up(given_id: str | None) -> None:
    one = message(letter("One", {"Message-ID": given_id}))
    two = message(letter("Two", {"Message-ID": given_id}))
    if given_id == "<broken":
        assert one.ref == "<broken>"
        return
    assert one.external_id == message(letter("One", {"Message-ID": given_id})).external_id
    assert one.external_id != two.external_id
    assert one.thread_root != two.thread_root


def test_a_web_request_is_refused() -> None:
    facts = {"rcpt-to": "help@desk.test", "host": "desk.test", "content-type": "text/plain"}
    for headers in ({}, {"content-length": "3"}, facts):
        with pytest.raises(BadSignature):
            CONNECTOR.verify(Delivery(body=b"", headers=headers, received_at=NOW), ACCOUNT)


# ------------------------------------------------------------------ people


@pytest.mark.parametrize(
    ("raw", "address", "name"),
    [
        ("carol@client.test", "carol@client.test", ""),
        ("Carol Reyes <CAROL@Client.Test>", "carol@client.test", "Carol Reyes"),
        ('"Reyes, Carol" <carol@client.test>', "carol@client.test", "Reyes, Carol"),
        ("carol@client.test (Carol Reyes)", "carol@client.test", "Carol Reyes"),
        ("=?utf-8?B?Sm9zw6k=?= <jose@client.test>", "jose@client.test", "José"),
        ("=?utf-8?Q?Reyes=2C_Carol?= <carol@client.test>", "carol@client.test", "Reyes, Carol"),
        ("Team: carol@client.test, dora@client.test;", "carol@client.test", ""),
        ("'carol@client.test' <carol@client.test>", "carol@client.test", ""),
        ("<carol@client.test>, dora@client.test", "carol@client.test", ""),
        ("Carol <mailto:carol@client.test>", "carol@client.test", "Carol"),
    ],
)
def test_who_wrote(raw: str, address: str, name: str) -> None:
    sender = message(letter("Hi", {"From": raw})).sender
    assert [(each.kind, each.value) for each in sender.identities] == [("email", address)]
    assert sender.name == name


def test_raw_eight_bit_headers_are_read() -> None:
    raw = letter("Hi", {"From": "@", "Subject": "?"}).replace(b"@", "José <j@c.test>".encode(), 1)
    item = message(raw.replace(b"Subject: ?", "Subject: Año".encode("cp1252")))
    assert (item.sender.name, item.subject) == ("José", "Año")


@pytest.mark.parametrize(
    ("said", "signer"),
    [
        ("hilo; dkim=pass header.d=client.test", "client.test"),
        ("hilo; dkim=pass header.d=mail.client.test; dmarc=pass", "mail.client.test"),
        ("hilo; dkim=pass header.d=stranger.test; spf=pass smtp.mailfrom=client.test", None),
        ("hilo; dkim=fail header.d=client.test", None),
        ("hilo; dkim=pass header.d=client.test; dmarc=fail", None),
        ("hilo; dkim=none", None),
    ],
)
def test_only_the_authors_own_domain_signs_a_mail(said: str, signer: str | None) -> None:
    raw = letter("Hi", {"From": "Carol <carol@client.test>"})
    assert message(raw, {"authentication-results": said}).stamp.get("signed_by") == signer


def test_reply_to_names_the_person_and_is_marked() -> None:
    item = message(letter("Hi", {"Reply-To": "Dora <dora@client.test>"}))
    assert item.sender.identities[0].value == "dora@client.test"
    assert item.stamp["warnings"] == ["reply-to-differs", "auth-missing"]
    assert item.stamp["from"] == "Carol <carol@client.test>"


def test_a_lists_reply_to_is_not_a_person() -> None:
    item = message(letter("Hi", {"Reply-To": "all@list.test", "List-Id": "<all.list.test>"}))
    assert item.sender.identities[0].value == "carol@client.test"


def test_without_from_the_envelope_says_who_wrote() -> None:
    item = message(letter("Hi", {"From": None}), {"mail-from": "dora@client.test"})
    assert item.sender.identities[0].value == "dora@client.test"


def test_without_any_sender_there_is_no_contact() -> None:
    item = parse(letter("Hi", {"From": "nobody at all"}), {"mail-from": ""})
    assert isinstance(item, Unknown)


def test_our_own_mail_coming_back_is_ignored_whatever_its_case() -> None:
    own = CONNECTOR.mint(NOW_ID, ACCOUNT)
    assert own is not None
    for written in (own, own.upper()):
        item = parse(letter("Hi", {"Message-ID": written, "From": "HELP@DESK.TEST"}))
        assert isinstance(item, Unknown)
        assert item.kind == "own-mail"


def test_a_mail_from_our_own_address_starts_no_loop() -> None:
    assert message(letter("Hi", {"From": "Help+x@desk.test"})).automatic


def test_a_clock_that_is_ahead_is_not_believed() -> None:
    assert message(letter("Hi", {"Date": "Sun, 22 Nov 2099 10:00:00 +0000"})).at == NOW
    for wrong in ("yesterday", "Sun, 99 Nov 2026 99:00:00 +0000", ""):
        assert message(letter("Hi", {"Date": wrong})).at == NOW


# ------------------------------------------------------------------ bodies


def test_html_only_is_read_as_text() -> None:
    item = message(
        html("<p>Hello</p><ul><li>one<li>two</ul><p><a href='https://x.test/a'>here</a>")
    )
    assert item.text == "Hello\n\n- one\n- two\n\nhere <https://x.test/a>"


def test_of_two_forms_the_text_is_the_plain_one() -> None:
    item = message(html("<p>Hello <b>you</b></p>", "Hello you"))
    assert (item.text, item.html) == ("Hello you", "<p>Hello <b>you</b></p>")


def test_a_stub_of_a_plain_part_gives_way_to_the_html() -> None:
    item = message(html("<p>" + "Long story. " * 60 + "</p>", "Please use HTML."))
    assert item.text.startswith("Long story.")


def test_files_only_and_nothing_at_all() -> None:
    item = message(mixed(part("application/pdf; name=a.pdf", "x")))
    assert (item.text, [file.name for file in item.files]) == ("", ["a.pdf"])
    assert message(letter("")).text == ""


def test_text_around_files_is_joined_in_order() -> None:
    raw = mixed(
        part("text/plain", "One"),
        part("image/png; name=a.png", "x"),
        part("text/html", "<p>Two</p>"),
    )
    item = message(raw)
    assert item.text == "One\n\nTwo"
    assert item.html == "<p>One</p>\n<p>Two</p>"


def test_a_nested_mail_is_a_file_and_is_read_when_nothing_else_is() -> None:
    inner = "Subject: Inner\nFrom: dora@client.test\n\nThe forwarded words."
    with_words = message(mixed(part("text/plain", "See below"), part("message/rfc822", inner)))
    assert with_words.text == "See below"
    assert [(f.name, f.media_type) for f in with_words.files] == [("Inner.eml", "message/rfc822")]
    assert message(mixed(part("message/rfc822", inner))).text == "The forwarded words."


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("utf-8", "Año".encode(), "Año"),
        ("iso-8859-1", "45 €".encode("cp1252"), "45 €"),
        ("us-ascii", "Año".encode(), "Año"),
        ("gb2312", "镕基".encode("gb18030"), "镕基"),
        ("ks_c_5601-1987", "뷁".encode("cp949"), "뷁"),
        ("iso-2022-jp", "日本語".encode("iso2022_jp"), "日本語"),
        ("unicode-1-1-utf-7", "Año".encode("utf-7"), "Año"),
        ("UTF8", "Año".encode(), "Año"),
        ("windows1251", "Заказ".encode("cp1251"), "Заказ"),
        ("cp-850", "Año".encode("cp850"), "Año"),
        ("x-unknown", "Año".encode(), "Año"),
        ("utf-8", "Señor".encode("cp1252"), "Señor"),
    ],
)
def test_charsets_are_read_as_they_are_not_as_they_claim(
    charset: str, data: bytes, text: str
) -> None:
    item = message(letter(data, {"Content-Type": f"text/plain; charset={charset}"}))
    assert item.text == text


def test_a_utf7_subject_and_words_split_inside_a_letter_are_read() -> None:
    halves = "=?utf-8?B?w6k=?= =?utf-8?Q?=C3?= =?utf-8?Q?=B1?="
    assert message(letter("Hi", {"Subject": halves})).subject == "éñ"
    assert message(letter("Hi", {"Subject": "=?unicode-1-1-utf-7?Q?A+APE-o?="})).subject == "Año"


def test_a_line_that_is_no_header_begins_the_body() -> None:
    raw = b"From: carol@client.test\r\nTo: help@desk.test\r\nNo header here\r\nSecond line\r\n"
    assert message(raw).text == "No header here\nSecond line"


@pytest.mark.parametrize("boundary", ["lost", ""])
def test_a_wrong_boundary_is_found_again(boundary: str) -> None:
    body = part("text/plain", "Still here") + part("application/pdf; name=a.pdf", "x") + "--b--\n"
    item = message(letter(body, {"Content-Type": f'multipart/mixed; boundary="{boundary}"'}))
    assert (item.text, [file.name for file in item.files]) == ("Still here", ["a.pdf"])


def test_a_bogus_transfer_encoding_is_shown_as_it_is() -> None:
    assert message(letter("Hi", {"Content-Transfer-Encoding": "magic"})).text == "Hi"


def test_uuencoded_files_are_taken_out_of_the_text() -> None:
    item = message(letter("See:\nbegin 644 a.txt\n#86)C\n`\nend\nBye\n"))
    assert (item.text, item.files[0].name, item.files[0].content) == (
        "See:\n\nBye",
        "a.txt",
        b"abc",
    )


def test_nul_bytes_and_a_very_long_text_are_stored() -> None:
    assert message(letter("a\0b")).text == "ab"
    assert len(message(letter("word " * 30_000)).text) > 149_000


# ------------------------------------------------------------------ files

PNG = "Content-Transfer-Encoding: base64\n"


@pytest.mark.parametrize(
    ("more", "source"),
    [
        ("Content-ID: <a@b>\nContent-Disposition: inline\n", "cid:a@b"),
        ("Content-ID: <a@b>\n", "cid:a%40b"),
        ("Content-Location: pictures/a.png\n", "pictures/a.png"),
    ],
)
def test_images_the_html_names_are_inline(more: str, source: str) -> None:
    raw = mixed(
        part("text/html", f'<p>x<img src="{source}">'),
        part("image/png", "aaaa", PNG + more),
        kind="related",
    )
    item = message(raw)
    (file,) = item.files
    assert file.inline
    assert f'src="cid:{file.content_id}"' in (item.html or "")


def test_an_image_nobody_names_and_an_inline_document_are_files() -> None:
    raw = mixed(
        part("text/html", "<p>x"),
        part("image/png; name=a.png", "aaaa", PNG + "Content-Disposition: inline\n"),
        part(
            "application/pdf; name=b.pdf",
            "aaaa",
            PNG + "Content-Disposition: inline\nContent-ID: <b>\n",
        ),
    )
    assert [(file.name, file.inline) for file in message(raw).files] == [
        ("a.png", False),
        ("b.pdf", False),
    ]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("Content-Disposition: attachment; filename*=utf-8''a%20%E2%82%AC.txt", "a €.txt"),
        ('Content-Disposition: attachment; filename*0="a b"; filename*1=".txt"', "a b.txt"),
        ('Content-Disposition: attachment; filename="=?utf-8?Q?=C3=B1.txt?="', "ñ.txt"),
        ('Content-Disposition: attachment; filename="../../etc/passwd"', "passwd"),
        ('Content-Disposition: attachment; filename="C:\\\\x\\\\y.doc"', "y.doc"),
        ('Content-Disposition: attachment; filename="photo\u202egpj.exe"', "photo gpj.exe"),
        ("Content-Disposition: attachment", "file.bin"),
        ('Content-Disposition: attachment; filename=""', "file.bin"),
    ],
)
def test_names_of_files_are_safe(head: str, name: str) -> None:
    raw = mixed(part("text/plain", "x"), part("application/octet-stream", "x", head + "\n"))
    assert only_file(raw).name == name


def test_a_very_long_name_keeps_its_ending() -> None:
    head = f'Content-Disposition: attachment; filename="{"ñ" * 300}.pdf"\n'
    name = only_file(mixed(part("text/plain", "x"), part("application/pdf", "x", head))).name
    assert name.endswith("ñ.pdf")
    assert len(name.encode()) <= 200


def test_signed_and_encrypted_mail_is_labelled() -> None:
    signed = letter(
        part("text/plain", "x") + part("application/pgp-signature", "y") + "--b--\n",
        {"Content-Type": 'multipart/signed; protocol="application/pgp-signature"; boundary="b"'},
    )
    assert message(signed).stamp["seals"] == ["pgp-signed"]
    ours = letter(
        part("text/plain", "x") + part("application/pkcs7-signature", "eA==") + "--b--\n",
        {"Content-Type": 'multipart/signed; protocol="application/pkcs7-signature"; boundary="b"'},
    )
    assert message(ours).stamp["seals"] == ["smime-signed"]
    sealed = letter("eA==", {"Content-Type": "application/pkcs7-mime; smime-type=enveloped-data"})
    assert message(sealed).stamp["seals"] == ["smime-encrypted"]
    assert message(sealed).files[0].name == "smime.p7m"


def tnef(*files: tuple[str, bytes]) -> bytes:
    """Return a winmail.dat with files in it."""

    def attribute(tag: int, data: bytes) -> bytes:
        return struct.pack("<BII", 2, tag, len(data)) + data + struct.pack("<H", sum(data) % 65536)

    out = struct.pack("<IH", 0x223E9F78, 1)
    for name, content in files:
        long_name = name.encode("utf-16-le") + b"\0\0"
        padded = long_name + b"\0" * (-len(long_name) % 4)
        properties = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(long_name)) + padded
        out += attribute(0x00069002, b"\0" * 14) + attribute(0x00018010, b"SHORT~1.TXT\0")
        out += attribute(0x0006800F, content) + attribute(0x00069005, properties)
    return out


def test_winmail_dat_is_unpacked() -> None:
    packed = base64.b64encode(tnef(("Año.txt", b"one"), ("b.csv", b"1;2"))).decode()
    head = "Content-Transfer-Encoding: base64\n"
    raw = mixed(
        part("text/plain", "x"), part("application/ms-tnef; name=winmail.dat", packed, head)
    )
    found = [(file.name, file.content) for file in message(raw).files]
    assert found == [("Año.txt", b"one"), ("b.csv", b"1;2")]


@pytest.mark.parametrize("damage", [b"", b"x" * 40, tnef(("a.txt", b"one"))[:30]])
def test_a_damaged_winmail_dat_stays_a_file(damage: bytes) -> None:
    packed = base64.b64encode(damage + b"?").decode()
    head = "Content-Transfer-Encoding: base64\n"
    raw = mixed(
        part("text/plain", "x"), part("application/ms-tnef; name=winmail.dat", packed, head)
    )
    assert only_file(raw).name == "winmail.dat"


def test_a_mail_of_forty_three_images_is_read_within_its_budget() -> None:
    images = "".join(f'<p>{n}<img src="cid:{n}@x"></p>' for n in range(43))
    picture = base64.b64encode(b"\x89PNG" * 5_000).decode()
    parts = [part("image/png", picture, f"{PNG}Content-ID: <{n}@x>\n") for n in range(43)]
    raw = mixed(part("text/html", images), *parts, kind="related")
    started = time.process_time()
    item = message(raw)
    assert time.process_time() - started < PATIENCE_S
    assert [file.inline for file in item.files] == [True] * 43


# ------------------------------------------------------------------ poison


def test_endless_nesting_is_quarantined() -> None:
    raw = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' * 5_000
    with contextlib.suppress(MalformedPayload):
        parse(b"From: carol@client.test\r\n" + raw)


@pytest.mark.parametrize(
    "body",
    [
        "begin 644 a\n" * 40_000,
        "> a\n" * 4_900 + "end",
        "On 1 Jan 2026 a@b.c wrote:\n" * 4_900,
        "Sent from my phone\n" * 4_900,
        "\n" * 100_000,
        "a " * 200_000 + ":",
        "From: a\nTo: b\n" * 2_400,
        "<" * 200_000,
        "- " * 100_000,
        "=?utf-8?q?" * 20_000,
        "--x\n" * 50_000,
    ],
    ids=lambda body: body[:12],
)
@pytest.mark.parametrize("kind", ["text/plain", "text/html", "multipart/mixed; boundary=no"])
def test_no_text_keeps_the_parser_busy(body: str, kind: str) -> None:
    started = time.process_time()
    parse(letter(body, {"Content-Type": kind, "Subject": body[:5_000].replace("\n", " ")}))
    assert time.process_time() - started < PATIENCE_S


_HEAD = st.sampled_from(
    [b"From: ", b"To: ", b"Subject: =?utf-8?B?", b"Date: ", b"Message-ID: <", b"References: <a@b> ",
     b"Content-Type: multipart/mixed; boundary=", b"Content-Type: text/html; charset=", b"--b\r\n",
     b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
     b"Content-Type: message/delivery-status", b"Content-Transfer-Encoding: ", b"base64",
     b"\r\n\r\n",
     b"Content-Disposition: attachment; filename*=", b"utf-8''%", b"carol@client.test", b"\xff\x00"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(_HEAD, st.just(b"\r\n"), st.binary(max_size=20)), max_size=40))
def test_nothing_but_malformed_is_ever_raised(pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    facts = {"rcpt-to": "help@desk.test", "mail-from": ""}
    with contextlib.suppress(MalformedPayload):
        CONNECTOR.parse(Delivery(body=body, headers=facts, received_at=NOW), ACCOUNT)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2_000))
def test_a_torn_mail_never_breaks_the_parser(noise: bytes, place: int) -> None:
    raw = html("<div class=gmail_quote><blockquote>x</blockquote></div>", "x\n> y")
    with contextlib.suppress(MalformedPayload):
        CONNECTOR.parse(
            Delivery(body=raw[:place] + noise + raw[place:], headers={}, received_at=NOW),
            structs.replace(ACCOUNT, secrets={}),
        )


def test_a_report_names_our_message_even_when_packed() -> None:
    own = CONNECTOR.mint(NOW_ID, ACCOUNT)
    packed = base64.b64encode(f"Message-ID: {own}\n".encode()).decode()
    status = "Final-Recipient: rfc822; c@d.test\nAction: failed\nStatus: 5.2.2\n"
    raw = letter(
        part("message/delivery-status", status)
        + part("text/rfc822-headers", packed, "Content-Transfer-Encoding: base64\n")
        + "--b--\n",
        {
            "From": "mailer-daemon@client.test",
            "Content-Type": "multipart/report; report-type=delivery-status; boundary=b",
        },
    )
    item = parse(raw)
    assert isinstance(item, StatusIn)
    assert (item.state, item.message, item.suppress) == ("failed", NOW_ID, None)
