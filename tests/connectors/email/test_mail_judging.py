"""SPF, DKIM and DMARC with look-ups the test brings: no network, keys made here."""

import base64
from collections.abc import Mapping, Sequence

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hilo.connectors.email.judging import judge
from hilo.connectors.email.spf import Letter
from hilo.connectors.email.spf import judge as spf
from letters import letter, message

Zone = Mapping[tuple[str, str], Sequence[str]]
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
).decode()
ZONE: Zone = {
    ("client.test", "TXT"): ["something else", "v=spf1 ip4:192.0.2.0/24 include:more.test -all"],
    ("more.test", "TXT"): ["v=spf1 a mx:mx.test ip6:2001:db8::/32 ~all"],
    ("more.test", "A"): ["198.51.100.1"],
    ("mx.test", "MX"): ["10 in.mx.test."],
    ("in.mx.test", "A"): ["198.51.100.2"],
    ("loop.test", "TXT"): ["v=spf1 include:loop.test -all"],
    ("twice.test", "TXT"): ["v=spf1 -all", "v=spf1 +all"],
    ("moved.test", "TXT"): ["v=spf1 redirect=client.test"],
    ("odd.test", "TXT"): ["v=spf1 magic:x -all"],
    ("_dmarc.client.test", "TXT"): ["v=DMARC1; p=reject"],
    **{
        (f"s1._domainkey.{name}", "TXT"): [f"v=DKIM1; k=rsa; p={PUBLIC}"]
        for name in ("client.test", "news.client.test", "mailer.test", "eve.shop.test")
    },
    # SPF with everything it knows
    ("user.test", "TXT"): ["v=spf1 exists:%{ir}.%{l1r-}.%{v}.list.test -all"],
    ("7.2.0.192.carol.in-addr.list.test", "A"): ["127.0.0.2"],
    ("named.test", "TXT"): ["v=spf1 ptr:named.test -all"],
    ("7.2.0.192.in-addr.arpa", "PTR"): ["liar.named.test.", "out.named.test."],
    ("liar.named.test", "A"): ["198.51.100.9"],
    ("out.named.test", "A"): ["192.0.2.7"],
    ("empty.test", "TXT"): ["v=spf1 a:no1.test a:no2.test a:no3.test ip4:192.0.2.7 -all"],
    ("deep.test", "TXT"): ["v=spf1 include:d1.test ip4:192.0.2.7 -all"],
    **{(f"d{n}.test", "TXT"): [f"v=spf1 include:d{n + 1}.test ?all"] for n in range(1, 11)},
    ("d11.test", "TXT"): ["v=spf1 ?all"],
    ("dangling.test", "TXT"): ["v=spf1 include:nothing.test +all"],
    ("late.test", "TXT"): ["v=spf1 +all magic:x"],
    # DMARC: strict alignment, a registry below which strangers live, a weak record above
    ("_dmarc.strict.test", "TXT"): ["v=DMARC1; p=reject; aspf=s; adkim=s"],
    ("_dmarc.shop.test", "TXT"): ["v=DMARC1; p=none; psd=y"],
    ("_dmarc.vic.shop.test", "TXT"): ["v=DMARC1; p=reject"],
    ("news.strict.test", "TXT"): ["v=spf1 ip4:192.0.2.7 -all"],
    ("s1._domainkey.news.strict.test", "TXT"): [f"v=DKIM1; k=rsa; p={PUBLIC}"],
    ("s1._domainkey.strict.test", "TXT"): [f"v=DKIM1; k=rsa; p={PUBLIC}"],
}


def look_up(name: str, kind: str) -> Sequence[str]:
    """Answer from the zone above."""
    return ZONE.get((name.lower(), kind), ())


def away(name: str, kind: str) -> Sequence[str]:
    """Play name servers that are away."""
    raise OSError(f"{kind} {name}")


def signed(raw: bytes, signer: str = "client.test") -> bytes:
    """Return the mail with a signature of a domain."""
    return bytes(dkim.sign(raw, b"s1", signer.encode(), PRIVATE)) + raw


def facts(address: str, sender: str = "carol@client.test") -> Mapping[str, str]:
    """Return what the listener saw."""
    return {"remote-ip": address, "mail-from": sender, "helo": "client.test"}


@pytest.mark.parametrize(
    ("address", "domain", "verdict"),
    [
        ("192.0.2.7", "client.test", "pass"),
        ("198.51.100.1", "client.test", "pass"),
        ("198.51.100.2", "client.test", "pass"),
        ("2001:db8::1", "client.test", "pass"),
        ("203.0.113.1", "client.test", "fail"),
        ("203.0.113.1", "more.test", "softfail"),
        ("203.0.113.1", "nothing.test", "none"),
        ("203.0.113.1", "loop.test", "permerror"),
        ("203.0.113.1", "twice.test", "permerror"),
        ("203.0.113.1", "odd.test", "permerror"),
        ("192.0.2.7", "moved.test", "pass"),
        ("192.0.2.7", "user.test", "pass"),
        ("192.0.2.8", "user.test", "fail"),
        ("192.0.2.7", "named.test", "pass"),
        ("198.51.100.9", "named.test", "fail"),
        ("192.0.2.7", "empty.test", "permerror"),
        ("192.0.2.7", "deep.test", "permerror"),
        ("192.0.2.7", "dangling.test", "permerror"),
        ("192.0.2.7", "late.test", "permerror"),
        ("::ffff:192.0.2.7", "client.test", "pass"),
    ],
)
def test_who_may_send_for_a_domain(address: str, domain: str, verdict: str) -> None:
    letter = Letter.of(address, f"carol@{domain}", "helo.test")
    assert letter is not None
    assert spf(letter, look_up) == verdict


def test_a_genuine_mail_passes_and_carries_no_warning() -> None:
    raw = signed(letter("Hi"))
    said = judge(raw, facts("192.0.2.7"), look_up)
    assert "spf=pass" in said
    assert "dkim=pass header.d=client.test" in said
    assert "dmarc=pass header.from=client.test" in said
    assert "warnings" not in message(raw, {"authentication-results": said}).stamp


def test_a_forwarded_mail_still_passes_by_its_signature() -> None:
    said = judge(signed(letter("Hi")), facts("203.0.113.1", "list@other.test"), look_up)
    assert "dmarc=pass" in said


@pytest.mark.parametrize(
    ("raw", "address", "sender"),
    [
        (letter("Send money"), "203.0.113.1", "carol@client.test"),
        (letter("Send money"), "203.0.113.1", "eve@evil.test"),
        (signed(letter("Hi")).replace(b"Hi", b"Send money"), "203.0.113.1", "eve@evil.test"),
    ],
)
def test_a_forged_mail_fails_and_is_still_the_contacts(
    raw: bytes, address: str, sender: str
) -> None:
    said = judge(raw, facts(address, sender), look_up)
    assert "dmarc=fail" in said
    item = message(raw, {"authentication-results": said})
    assert item.stamp["warnings"] == ["dmarc-fail"]
    assert item.sender.identities[0].value == "carol@client.test"


def test_trouble_with_names_is_never_a_pass() -> None:
    said = judge(signed(letter("Hi")), facts("192.0.2.7"), away)
    assert "pass" not in said
    item = message(letter("Hi"), {"authentication-results": said})
    assert item.stamp["warnings"] == ["auth-missing"]


@pytest.mark.parametrize("raw", [b"", b"DKIM-Signature: v=1; a=rsa\r\n\r\n", b"\xff" * 50])
def test_strange_mail_is_judged_without_harm(raw: bytes) -> None:
    assert judge(raw, {}, look_up).startswith("hilo")


def test_ten_look_ups_are_allowed_and_not_one_more() -> None:
    letter = Letter.of("192.0.2.7", "carol@d1.test", "")
    assert letter is not None
    assert spf(letter, look_up) == "neutral"


def author(address: str) -> bytes:
    """Return a mail of somebody."""
    return letter("Hi", {"From": f"Carol <{address}>"})


@pytest.mark.parametrize(
    ("raw", "sender", "verdict"),
    [
        (signed(author("carol@news.client.test")), "eve@evil.test", "pass"),  # relaxed, upwards
        (signed(author("c@client.test"), "news.client.test"), "eve@evil.test", "pass"),  # downwards
        (signed(author("c@client.test"), "mailer.test"), "eve@evil.test", "fail"),
        (signed(author("c@strict.test"), "strict.test"), "eve@evil.test", "pass"),
        (signed(author("c@strict.test"), "news.strict.test"), "eve@evil.test", "fail"),
        (author("c@strict.test"), "c@news.strict.test", "fail"),
        (signed(author("c@vic.shop.test"), "eve.shop.test"), "eve@eve.shop.test", "fail"),
        (author("c@nothing.test"), "c@client.test", "none"),
    ],
)
def test_whose_signature_counts_for_the_author(raw: bytes, sender: str, verdict: str) -> None:
    assert f"dmarc={verdict}" in judge(raw, facts("192.0.2.7", sender), look_up)


def test_several_signatures_are_each_judged_and_one_good_one_is_enough() -> None:
    broken = b"DKIM-Signature: v=1; a=rsa-sha256; d=mailer.test; s=s1; h=from; bh=x; b=x\r\n"
    said = judge(
        broken + signed(signed(letter("Hi"), "mailer.test")), facts("203.0.113.1"), look_up
    )
    assert "dkim=permerror header.d=mailer.test" in said
    assert "dkim=pass header.d=client.test" in said
    assert "dkim=pass header.d=mailer.test" in said
    assert "dmarc=pass" in said


def test_a_signature_that_has_expired_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = letter("Hi")
    signer = dkim.DKIM(raw)
    write = signer.gen_header

    def with_end(fields: list[tuple[bytes, bytes]], *rest: object, **named: object) -> bytes:
        return bytes(write([*fields[:-1], (b"x", b"1700000000"), fields[-1]], *rest, **named))

    monkeypatch.setattr(signer, "gen_header", with_end)
    monkeypatch.setattr(dkim.time, "time", lambda: 1_600_000_000)
    old = bytes(signer.sign(b"s1", b"client.test", PRIVATE)) + raw
    assert b"x=1700000000" in old
    assert "dkim=pass" in judge(old, facts("203.0.113.1"), look_up)
    monkeypatch.setattr(dkim.time, "time", lambda: 1_800_000_000)
    assert "dkim=pass" not in judge(old, facts("203.0.113.1"), look_up)


def test_a_signature_over_the_beginning_of_the_body_vouches_for_nothing() -> None:
    raw = letter("Hi")
    partial = bytes(dkim.sign(raw, b"s1", b"client.test", PRIVATE, length=True)) + raw
    assert "dkim=pass" in judge(partial, facts("203.0.113.1"), look_up)
    said = judge(partial + b"\r\nSend money", facts("203.0.113.1"), look_up)
    assert "dkim=policy" in said
    assert "dmarc=fail" in said


def test_a_mail_with_two_authors_is_nobodys() -> None:
    raw = signed(letter("Hi"))
    twice = b"From: Boss <boss@strict.test>\r\n" + raw
    assert "dmarc=fail" in judge(twice, facts("203.0.113.1"), look_up)
