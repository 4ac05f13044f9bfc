# ruff: noqa: RUF001 - prefixes of other languages are meant
"""What leaves: an ordinary mail, threaded, whole, with nothing smuggled into its headers."""

import re
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

import contract
from hilo.connectors.email import CONNECTOR, compose, threads
from hilo.connectors.email.headers import Headers
from hilo.connectors.email.testing import ACCOUNT
from hilo.kit.errors import Invalid, Rejected, TemporaryFailure
from hilo.sdk.abilities import Writer
from hilo.sdk.outbound import FileOut, MessageOut, Recipient, SmtpCall, SmtpReply
from letters import message as parsed

CAROL = Recipient(kind="email", value="carol@client.test", name="Carol Reyes")
OUT = structs.replace(
    contract.OUT, to=CAROL, text="It left today.", subject="Plates", workspace_name="Desk"
)
OWN = threads.message_id(OUT.id, 1, ACCOUNT)


def sent(message: MessageOut = OUT) -> EmailMessage:
    """Return the mail as a mail program reads it."""
    raw = compose.compose(message, ACCOUNT)
    return message_from_bytes(raw, policy=policy.default)


def text_of(mail: EmailMessage, kind: str) -> str:
    """Return the plain or the HTML body."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def file(name: str = "a.pdf", content: bytes = b"x", **more: object) -> FileOut:
    """Return a file to send."""
    plain = FileOut(
        id=UUID(int=5), name=name, media_type="application/pdf", size_bytes=len(content),
        url="https://desk.test/files/5?sig=x", content=content,
    )  # fmt: skip
    return structs.replace(plain, **more)


def test_it_is_an_ordinary_mail() -> None:
    mail = sent()
    assert mail["From"] == "Ada · Desk <help@desk.test>"
    assert mail["To"] == "Carol Reyes <carol@client.test>"
    assert mail["Subject"] == "Plates"
    assert mail["Message-ID"] == OWN == CONNECTOR.mint(OUT.id, ACCOUNT)
    assert text_of(mail, "plain").strip() == "It left today."
    assert text_of(mail, "html").strip() == "<p>It left today.</p>"
    assert mail["Auto-Submitted"] is None


def test_its_headers_are_written_as_old_programs_read_them() -> None:
    name = "Una persona con un nombre muy largo que no termina nunca jamás"
    out = structs.replace(OUT, to=structs.replace(CAROL, name=name), subject="¿Dónde está? " * 12)
    head = compose.compose(out, ACCOUNT).partition(b"\r\n\r\n")[0].decode("ascii")
    assert head.count("MIME-Version") == 1
    assert f"\r\nMessage-ID: {OWN}\r\n" in head
    assert all(len(word) <= 75 for word in re.findall(r"=\?\S+\?=", head))
    raw = message_from_bytes(head.encode(), policy=policy.compat32)
    (to,) = Headers.of(raw).addresses("to")
    assert (to.name, to.value) == (name, "carol@client.test")


def test_nothing_in_it_tells_of_numbers_or_portals() -> None:
    raw = compose.compose(OUT, ACCOUNT).decode()
    assert "https://" not in raw
    assert str(OUT.number) not in sent()["Subject"]


def test_it_is_the_same_mail_at_every_attempt() -> None:
    again = structs.replace(OUT, attempt=4)
    assert compose.compose(OUT, ACCOUNT) == compose.compose(again, ACCOUNT)


def test_a_reply_names_what_it_answers_and_the_chain() -> None:
    mail = sent(structs.replace(OUT, references=["<a@x>", "<b@x>"], reply_to="<b@x>#1234"))
    assert mail["In-Reply-To"] == "<b@x>"
    assert mail["References"].split() == ["<a@x>", "<b@x>"]


def test_the_chain_has_at_most_twenty_ids_and_keeps_its_root() -> None:
    long = structs.replace(OUT, references=[f"<{n}@x>" for n in range(60)], reply_to="<59@x>")
    chain = sent(long)["References"].split()
    assert (len(chain), chain[0], chain[-1]) == (20, "<0@x>", "<59@x>")
    assert chain[1] == "<41@x>"


@pytest.mark.parametrize(
    ("given_subject", "expected"),
    [
        ("Plates", "Re: Plates"),
        ("Re: Plates", "Re: Plates"),
        ("RE: re: AW: Plates", "Re: Plates"),
        ("SV: Re[2]: Antw: Plates", "Re: Plates"),
        ("回复：Plates", "Re: Plates"),
        ("Fwd: Plates", "Re: Fwd: Plates"),
        ("Reply needed: Plates", "Re: Reply needed: Plates"),
        ("", "Re: It left today."),
    ],
)
def test_a_reply_has_exactly_one_prefix(given_subject: str, expected: str) -> None:
    assert (
        sent(structs.replace(OUT, subject=given_subject, reply_to="<a@x>"))["Subject"] == expected
    )


def test_the_answer_comes_to_an_address_that_knows_its_conversation() -> None:
    address = sent()["Reply-To"].addresses[0].addr_spec
    assert threads.conversation_of([address], ACCOUNT) == OUT.conversation


def test_a_mailbox_that_takes_no_plus_addresses_gets_none() -> None:
    plain = structs.replace(ACCOUNT, settings={**ACCOUNT.settings, "plus_address": False})
    raw = compose.compose(OUT, plain)
    assert b"Reply-To" not in raw


def test_the_quote_stands_below_and_our_own_reader_folds_it() -> None:
    quote = "On 22 Nov 2026, Carol <carol@client.test> wrote:"
    out = structs.replace(OUT, quote="Where is it?\n\nCarol", quote_from=quote)
    assert text_of(sent(out), "plain").strip().endswith("> Where is it?\n>\n> Carol")
    raw = compose.compose(out, ACCOUNT).replace(b"help@desk.test", b"x@client.test")
    raw = raw.replace(OWN.encode(), b"<x@client.test>")
    read = parsed(raw)
    assert read.text == "It left today."
    assert "Where is it?" in (read.quoted or "")
    assert "Where is it?" not in (read.html or "")


def test_everybody_gets_it_once_and_hidden_copies_stay_hidden() -> None:
    out = structs.replace(
        OUT,
        cc=["Dora <dora@client.test>", "help+x@desk.test"],
        bcc=["boss@desk.test", "CAROL@client.test"],
    )
    everyone = compose.recipients(out, ACCOUNT)
    assert everyone == ["carol@client.test", "dora@client.test", "boss@desk.test"]
    mail = sent(out)
    assert "boss" not in mail.as_string()
    assert mail["Cc"].startswith("dora@client.test")


def test_two_replies_have_their_own_recipients() -> None:
    first, second = structs.replace(OUT, cc=["a@b.test"]), structs.replace(OUT, bcc=["c@d.test"])
    assert compose.recipients(first, ACCOUNT)[1:] == ["a@b.test"]
    assert compose.recipients(second, ACCOUNT)[1:] == ["c@d.test"]


def test_files_are_attached_and_images_of_the_text_are_inside_it() -> None:
    image = file("p.png", b"\x89PNG", media_type="image/png", inline=True, content_id="p1")
    mail = sent(
        structs.replace(OUT, html='<p>x<img src="cid:p1"></p>', files=[image, file("año.pdf")])
    )
    names = [part.get_filename() for part in mail.walk() if part.get_filename()]
    assert names == ["p.png", "año.pdf"]
    assert "multipart/related" in [part.get_content_type() for part in mail.walk()]
    assert [part.get_content_disposition() for part in mail.iter_attachments()] == ["attachment"]


def test_files_too_large_to_attach_leave_as_links() -> None:
    big = file("film.mp4", b"x" * 20_000_001)
    unread = file("later.pdf", b"", size_bytes=7)
    mail = sent(structs.replace(OUT, files=[big, unread, file()]))
    text = text_of(mail, "plain")
    assert "film.mp4\nhttps://desk.test/files/5?sig=x" in text
    assert "later.pdf" in text
    assert [part.get_filename() for part in mail.iter_attachments()] == ["a.pdf"]


def test_automatic_mail_says_so_and_takes_no_answer() -> None:
    out = structs.replace(OUT, automatic=True)
    mail = sent(out)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] == "bulk"
    call = next(CONNECTOR.send(out, ACCOUNT))
    assert isinstance(call, SmtpCall)
    assert call.mail_from == ""


@pytest.mark.parametrize(
    "bad",
    [
        {"subject": "Hi\r\nBcc: evil@x.test"},
        {"subject": "Hi\nX: y"},
        {"to": structs.replace(CAROL, name="Carol\r\nBcc: evil@x.test")},
        {"to": structs.replace(CAROL, value="carol@client.test\r\nRCPT TO:<evil@x.test>")},
        {"to": structs.replace(CAROL, value="not an address")},
        {"cc": ["dora@client.test\nBcc: evil@x.test"]},
        {"sender_name": "Ada\nX: y"},
        {"files": [file("a\r\nX: y.pdf")]},
    ],
)
def test_a_line_end_in_a_header_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(Rejected):
        compose.compose(structs.replace(OUT, **bad), ACCOUNT)


_NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=40)


@given(
    subject=_NAMES,
    name=_NAMES,
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
)
def test_any_text_arrives_whole(subject: str, name: str, text: str) -> None:
    out = structs.replace(OUT, subject=subject, text=text, sender_name=name)
    raw = compose.compose(out, ACCOUNT)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    mail = message_from_bytes(raw, policy=policy.default)
    words: Sequence[str] = text.split()
    assert text_of(mail, "plain").split() == words


@pytest.mark.parametrize("domain", ["münchen.test", "xn--mnchen-3ya.test"])
def test_domains_of_other_alphabets_are_written_in_ascii(domain: str) -> None:
    out = structs.replace(OUT, to=structs.replace(CAROL, value=f"carol@{domain}"))
    assert b"carol@xn--mnchen-3ya.test" in compose.compose(out, ACCOUNT)


def test_one_refused_of_three_is_told_for_that_one() -> None:
    out = structs.replace(OUT, cc=["a@b.test", "c@d.test"])
    sending = CONNECTOR.send(out, ACCOUNT)
    next(sending)
    with pytest.raises(StopIteration) as done:
        sending.send(SmtpReply(code=250, refused={"a@b.test": "550 5.1.1 unknown"}))
    assert done.value.value.refused == {"a@b.test": "550 5.1.1 unknown"}
    assert done.value.value.external_id == OWN


def test_a_mail_to_ourselves_alone_is_refused_before_any_call() -> None:
    out = structs.replace(OUT, to=structs.replace(CAROL, value="help@desk.test"))
    with pytest.raises(Rejected):
        next(CONNECTOR.send(out, ACCOUNT))


def test_all_refused_for_now_is_tried_again() -> None:
    sending = CONNECTOR.send(OUT, ACCOUNT)
    next(sending)
    with pytest.raises(TemporaryFailure):
        sending.send(SmtpReply(code=450, text="later"))


def test_settings_are_completed_and_checked() -> None:
    read = CONNECTOR.configure(
        {"address": "Help@Desk.test", "imap_host": "mail.desk.test", "smtp_host": "mail.desk.test"},
        None,
    )
    assert read.address == "help@desk.test"
    assert (read.settings["imap_port"], read.settings["smtp_port"]) == (993, 587)
    assert read.settings["plus_address"] is False
    assert len(read.secrets[threads.SECRET]) > 40
    again = CONNECTOR.configure({"display_name": "Desk"}, read)
    assert again.secrets == read.secrets
    assert again.name == "Desk"


@pytest.mark.parametrize(
    ("given_settings", "field"),
    [
        ({}, "settings.address"),
        ({"address": "nobody"}, "settings.address"),
        ({"address": "a@b.test", "imap_host": "http://x/"}, "settings.imap_host"),
        ({"address": "a@b.test", "smtp_host": "x", "smtp_port": 0}, "settings.smtp_port"),
        ({"address": "a@b.test", "smtp_security": "magic"}, "settings.smtp_security"),
        ({"address": "a@b.test", "colour": "red"}, "settings.colour"),
    ],
)
def test_wrong_settings_are_named(given_settings: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        CONNECTOR.configure(given_settings, None)
    assert caught.value.errors[0].field == field


MANY = structs.replace(
    ACCOUNT,
    settings={
        **ACCOUNT.settings,
        "aliases": ["sales@desk.test"],
        "signature": ["{agent}, Desk & Co", "{address}"],
    },
)


@pytest.mark.parametrize(
    ("answered", "sender"),
    [
        (["Sales <Sales+x@desk.test>", "help@desk.test"], "sales@desk.test"),
        (["help@desk.test"], "help@desk.test"),
        (["stranger@desk.test"], "help@desk.test"),
        ([], "help@desk.test"),
    ],
)
def test_we_answer_from_the_address_that_was_written_to(answered: list[str], sender: str) -> None:
    out = structs.replace(OUT, answered_to=answered, cc=["sales@desk.test", "dora@client.test"])
    mail = message_from_bytes(compose.compose(out, MANY), policy=policy.default)
    assert mail["from"].addresses[0].addr_spec == sender
    assert [each.addr_spec for each in mail["cc"].addresses] == ["dora@client.test"]
    call = next(CONNECTOR.send(out, MANY))
    assert isinstance(call, SmtpCall)
    assert call.mail_from == sender
    assert call.rcpt_to == ["carol@client.test", "dora@client.test"]


@pytest.mark.parametrize("sender", ["sales@desk.test", "help@desk.test", "gone@desk.test"])
def test_what_is_kept_with_the_message_is_the_sender_and_changes_nothing_else(sender: str) -> None:
    out = structs.replace(OUT, answered_to=["help@desk.test"], sender=sender)
    mail = message_from_bytes(compose.compose(out, MANY), policy=policy.default)
    plain = message_from_bytes(compose.compose(OUT, MANY), policy=policy.default)
    assert mail["from"].addresses[0].addr_spec == sender
    assert mail["from"].addresses[0].display_name == plain["from"].addresses[0].display_name
    for kept in ("Message-ID", "Reply-To", "To", "Subject", "Date"):
        assert mail[kept] == plain[kept]
    assert mail["Message-ID"] == CONNECTOR.mint(out.id, MANY)
    assert text_of(mail, "plain").endswith(f"\n{sender}\n")
    call = next(CONNECTOR.send(out, MANY))
    assert isinstance(call, SmtpCall)
    assert call.mail_from == sender


@pytest.mark.parametrize(
    "sender", ["a@b.test\r\nBcc: eve@evil.test", "nobody", "a@b.test, c@d.test"]
)
def test_a_sender_that_is_no_address_never_leaves(sender: str) -> None:
    with pytest.raises(Rejected):
        compose.compose(structs.replace(OUT, sender=sender), MANY)


def test_a_mailbox_tells_its_addresses_and_what_stands_below_each() -> None:
    mixed = {"aliases": ["Sales@Desk.test", "help@desk.test", "sales@desk.test"]}
    several = structs.replace(MANY, settings={**MANY.settings, **mixed})
    assert list(CONNECTOR.senders(several)) == ["help@desk.test", "sales@desk.test"]
    assert list(CONNECTOR.senders(ACCOUNT)) == ["help@desk.test"]
    ada = Writer(name="Ada", signature="Engines")
    signed = CONNECTOR.signature(MANY, "sales@desk.test", ada)
    assert signed == "Engines\nAda, Desk & Co\nsales@desk.test"
    assert CONNECTOR.signature(ACCOUNT, "help@desk.test", Writer(name="Ada")) == ""


def test_what_was_written_to_is_told_but_for_our_own_reply_address() -> None:
    token = threads.reply_address(OUT.conversation, MANY)
    assert CONNECTOR.sender(MANY, [f"Desk <{token}>"]) == ""
    assert CONNECTOR.sender(MANY, [f"Desk <{token}>", "sales@desk.test"]) == "sales@desk.test"
    assert CONNECTOR.sender(MANY, ["Help+vip@desk.test"]) == "help@desk.test"
    assert CONNECTOR.sender(MANY, ["eve@evil.test", "nonsense", ""]) == ""


def test_the_signature_stands_between_text_and_quote_and_is_folded_by_readers() -> None:
    out = structs.replace(OUT, sender_name="Ada", quote="Where?", quote_from="Carol wrote:")
    mail = message_from_bytes(compose.compose(out, MANY), policy=policy.default)
    plain = text_of(mail, "plain")
    assert plain.startswith("It left today.\n\n-- \nAda, Desk & Co\nhelp@desk.test\n\nCarol wrote:")
    assert "Ada, Desk &amp; Co<br>" in text_of(mail, "html")
    back = parsed(compose.compose(out, MANY), account=structs.replace(ACCOUNT, secrets={}))
    assert back.text == "It left today."


def test_the_writers_own_lines_stand_above_the_accounts() -> None:
    out = structs.replace(OUT, sender_name="Ada", sender_signature="Ada <Lovelace>\nEngines")
    plain = text_of(message_from_bytes(compose.compose(out, MANY), policy=policy.default), "plain")
    own = "\n\n-- \nAda <Lovelace>\nEngines\nAda, Desk & Co\nhelp@desk.test"
    assert own in plain
    bare = message_from_bytes(compose.compose(out, ACCOUNT), policy=policy.default)
    assert text_of(bare, "plain").rstrip().endswith("-- \nAda <Lovelace>\nEngines")
    assert "Ada &lt;Lovelace&gt;<br>" in text_of(bare, "html")


def test_a_machine_signs_nothing() -> None:
    out = structs.replace(OUT, automatic=True, sender_signature="Ada")
    assert b"Desk & Co" not in compose.compose(out, MANY)


def test_an_alias_must_be_an_address() -> None:
    with pytest.raises(Invalid, match="aliases"):
        CONNECTOR.configure({"address": "help@desk.test", "aliases": ["nonsense"]}, None)
