"""SPF, DKIM and DMARC with look-ups the test brings: no network, keys made here."""

import base64
from collections.abc import Mapping, Sequence

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hilo.connectors.email.judging import judge, spf
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
    ("s1._domainkey.client.test", "TXT"): [f"v=DKIM1; k=rsa; p={PUBLIC}"],
}


def look_up(name: str, kind: str) -> Sequence[str]:
    """Answer from the zone above."""
    return ZONE.get((name.lower(), kind), ())


def away(name: str, kind: str) -> Sequence[str]:
    """Play name servers that are away."""
    raise OSError(f"{kind} {name}")


def signed(raw: bytes) -> bytes:
    """Return the mail with a signature of client.test."""
    return bytes(dkim.sign(raw, b"s1", b"client.test", PRIVATE)) + raw


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
        ("nonsense", "client.test", "none"),
    ],
)
def test_who_may_send_for_a_domain(address: str, domain: str, verdict: str) -> None:
    assert spf(address, domain, look_up) == verdict


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
