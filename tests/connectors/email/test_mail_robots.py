"""Mail no person wrote: automatic mail marked, bounces read, doubtful senders warned about."""

from uuid import UUID

import pytest
from msgspec import structs

from hilo.connectors.email import bounces, threads
from hilo.connectors.email.mime import take_apart
from hilo.connectors.email.testing import ACCOUNT
from hilo.sdk.inbound import MessageIn, StatusIn, Unknown
from letters import letter, message, parse

MESSAGE = UUID("01a203e2-b99f-73ed-842d-ddf325e20c4b")
OWN = threads.message_id(MESSAGE, 1, ACCOUNT)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated (failure)"},
        {"Precedence": "bulk"},
        {"Precedence": "list"},
        {"Precedence": "junk"},
        {"Precedence": "auto_reply"},
        {"List-Id": "<all.list.test>"},
        {"X-Auto-Response-Suppress": "All"},
        {"X-Autoreply": "yes"},
        {"X-Autorespond": "x"},
        {"Return-Path": "<>"},
        {"From": "MAILER-DAEMON@client.test"},
        {"From": "No-Reply@client.test"},
        {"From": "postmaster@client.test"},
        {"Subject": "Automatic reply: Hello"},
        {"Subject": "Respuesta automática: Hola"},
        {"Content-Type": "multipart/report; report-type=feedback-report; boundary=b"},
    ],
)
def test_automatic_mail_is_a_message_and_marked(headers: dict[str, str]) -> None:
    item = message(letter("I am away", headers))
    assert item.automatic
    assert item.stamp["automatic"]


def test_the_null_sender_of_the_envelope_marks_it() -> None:
    assert message(letter("x"), {"mail-from": "<>"}).automatic


@pytest.mark.parametrize("headers", [{}, {"Auto-Submitted": "no"}, {"Precedence": "normal"}])
def test_a_person_is_not_marked(headers: dict[str, str]) -> None:
    assert not message(letter("Hi", headers)).automatic


def bounce(text: str, **headers: str) -> bytes:
    """Return a bounce in plain words that returns our mail."""
    named = {"From": "MAILER-DAEMON@mx.test", "Subject": "Undelivered mail", **headers}
    return letter(f"{text}\n\n--- Original message ---\n\nMessage-ID: {OWN}\nTo: c@d.test\n", named)


@pytest.mark.parametrize(
    ("said", "hard"),
    [
        ("<carol@client.test>: 550 5.1.1 User unknown", True),
        ("carol@client.test\n    no such user here", True),
        ("Recipient address rejected: mailbox carol@client.test does not exist", True),
        ("<carol@client.test>: 552 5.2.2 Mailbox full", False),
        ("<carol@client.test>: 550 5.7.1 Message rejected as spam", False),
        ("<carol@client.test>: 552 5.3.4 Message too big", False),
    ],
)
def test_a_bounce_in_words_fails_our_message(said: str, *, hard: bool) -> None:
    item = parse(bounce(said))
    assert isinstance(item, StatusIn)
    assert (item.state, item.message) == ("failed", MESSAGE)
    assert item.suppress == ("carol@client.test" if hard else None)
    assert item.error


def test_a_report_of_an_unknown_robot_that_returns_our_mail_counts() -> None:
    item = parse(bounce("550 no such user", From="ndr@mx.test", Subject="Mail delivery failed"))
    assert isinstance(item, StatusIn)


def test_a_person_who_forwards_a_report_is_heard() -> None:
    raw = bounce("What is this?", From="carol@client.test", Subject="Fwd: Mail delivery failed")
    assert isinstance(parse(raw), MessageIn)


def test_a_delay_is_a_notice_and_no_failure() -> None:
    item = parse(bounce("Your message has not been delivered yet; we will keep trying."))
    assert isinstance(item, StatusIn)
    assert (item.state, item.error) == ("sent", "")
    assert item.notice


def test_a_bounce_of_nothing_of_ours_stays_visible() -> None:
    item = parse(
        letter("550 user unknown", {"From": "MAILER-DAEMON@mx.test", "Subject": "failure notice"})
    )
    assert isinstance(item, MessageIn)
    assert item.automatic


def test_a_bounce_without_sender_makes_no_contact() -> None:
    raw = letter("550 unknown", {"From": "<>", "Return-Path": "<>", "Subject": "failure notice"})
    assert isinstance(parse(raw, {"mail-from": ""}), Unknown)


def test_a_forged_id_fails_nothing_of_ours() -> None:
    forged = bounce("550 5.1.1 User unknown").replace(OWN[35:45].encode(), b"0000000000")
    assert isinstance(parse(forged), MessageIn)


def test_a_person_who_writes_about_a_failed_delivery_is_heard() -> None:
    raw = letter(
        "My parcel: delivery failed again!",
        {"Subject": "Delivery failed", "In-Reply-To": OWN, "Return-Path": "<carol@client.test>"},
    )
    assert isinstance(parse(raw), MessageIn)


def dsn(*recipients: str) -> bytes:
    """Return a report with one block per recipient."""
    blocks = "\n\n".join(recipients)
    body = f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n{blocks}\n\n"
    body += f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {OWN}\nSubject: x\n\nx\n--b--\n"
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    return letter(body, {"From": "MAILER-DAEMON@mx.test", "Content-Type": kind})


def test_the_worst_of_several_recipients_counts() -> None:
    raw = dsn(
        "Final-Recipient: rfc822; a@b.test\nAction: delivered\nStatus: 2.0.0",
        "Final-Recipient: rfc822; c@d.test\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 gone",
    )
    item = parse(raw)
    assert isinstance(item, StatusIn)
    assert (item.state, item.suppress) == ("failed", "c@d.test")
    assert item.error == "5.1.1 550 gone (c@d.test)"


def test_a_delivery_receipt_says_delivered() -> None:
    item = parse(dsn("Final-Recipient: rfc822; a@b.test\nAction: delivered\nStatus: 2.0.0"))
    assert isinstance(item, StatusIn)
    assert item.state == "delivered"


def test_a_complaint_is_a_notice_and_no_failure() -> None:
    body = "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
    body += "Original-Rcpt-To: <dora@client.test>\n\n"
    body += f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {OWN}\n\nx\n--b--\n"
    kind = "multipart/report; report-type=feedback-report; boundary=b"
    item = parse(letter(body, {"From": "fbl@mx.test", "Content-Type": kind}))
    assert isinstance(item, StatusIn)
    assert (item.state, item.suppress) == ("sent", None)
    assert item.notice == "complaint abuse (dora@client.test)"


@pytest.mark.parametrize(
    ("said", "returned", "recipient"),
    [
        ("An error occurred delivering to <postmaster@gone.test>.", "", "postmaster@gone.test"),
        ("I'm sorry.\n<help@desk.test>:\nRemote host said: 552 full", "", "help@desk.test"),
        ("Not a valid user. Message not delivered.", "To: dora@gone.test", "dora@gone.test"),
        ("It could not be delivered.", "Received: by mx for <d@gone.test>; x", "d@gone.test"),
        ("It could not be delivered.", "To: a@b.test, c@d.test", ""),
    ],
)
def test_whom_a_report_in_words_means(said: str, returned: str, recipient: str) -> None:
    body = f"--b\nContent-Type: text/plain\n\n{said}\n\n"
    body += f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {OWN}\n{returned}\n\nx\n--b--\n"
    named = {"From": "MAILER-DAEMON@mx.test", "Subject": "Sorry", "Return-Path": "<>"}
    raw = letter(body, {**named, "Content-Type": "multipart/mixed; boundary=b"})
    found = bounces.read(take_apart(raw))
    assert [(each.action, each.recipient) for each in found] == [("failed", recipient)]


def test_an_auto_reply_is_no_report() -> None:
    raw = letter("I cannot read mail until Monday.", {"Subject": "Auto reply"})
    assert bounces.read(take_apart(raw)) == []


# ------------------------------------------------------------------ who it says it is

TRUSTING = structs.replace(
    ACCOUNT, settings={**ACCOUNT.settings, "trusted_authserv": ["mx.desk.test"]}
)


@pytest.mark.parametrize(
    ("results", "warnings"),
    [
        ("spf=pass smtp.mailfrom=client.test; dkim=pass header.d=client.test; dmarc=pass", []),
        ("spf=fail smtp.mailfrom=evil.test; dkim=none; dmarc=fail", ["dmarc-fail"]),
        ("dkim=pass header.d=client.test", []),
        ("dkim=pass header.d=mail.client.test", []),
        ("spf=pass smtp.mailfrom=bounce.client.test", []),
        ("dkim=pass header.d=evil.test", ["auth-missing"]),
        ("dkim=fail header.d=client.test; spf=softfail smtp.mailfrom=x", ["dkim-fail", "spf-fail"]),
        ("none", ["auth-missing"]),
    ],
)
def test_a_doubtful_sender_is_a_warning_and_nothing_more(results: str, warnings: list[str]) -> None:
    item = message(
        letter("Hi", {"Authentication-Results": f"mx.desk.test (x); {results}"}), account=TRUSTING
    )
    assert item.stamp.get("warnings", []) == warnings
    assert [each.value for each in item.sender.identities] == ["carol@client.test"]
    assert not item.sender.identities[0].verified


def test_only_servers_we_know_are_believed() -> None:
    raw = letter("Hi", {"Authentication-Results": "mx.evil.test; dmarc=pass"})
    assert message(raw, account=TRUSTING).stamp["warnings"] == ["auth-missing"]


def test_our_listeners_own_verdict_wins() -> None:
    raw = letter("Hi", {"Authentication-Results": "mx.desk.test; dmarc=pass"})
    facts = {"authentication-results": "hilo; dmarc=fail"}
    assert message(raw, facts, TRUSTING).stamp["warnings"] == ["dmarc-fail"]


def test_a_mailbox_is_believed_above_its_own_trace_only() -> None:
    facts = {"folder": "INBOX", "uid": "1"}
    above = {"Authentication-Results": "mx.any; dmarc=pass", "Received": "by mx.any"}
    below = {"Received": "by mx.any", "Authentication-Results": "mx.any; dmarc=pass"}
    plain = {"From": "carol@client.test", "Message-ID": "<1@x>"}
    assert "warnings" not in message(letter("x", above | plain, bare=True), facts).stamp
    found = message(letter("x", below | plain, bare=True), facts).stamp["warnings"]
    assert found == ["auth-missing"]
