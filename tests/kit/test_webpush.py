"""Web push is read by a receiver written from the standard's other side."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag

from hilo.kit import webpush
from pushing import Receiver, signed_by

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("plain", [b"", b"hello", "¿Sí? 👍".encode(), b"x" * webpush.MOST_BYTES])
def test_the_browser_reads_what_was_encrypted_for_it_and_nobody_else_does(plain: bytes) -> None:
    reader, stranger = Receiver(), Receiver()
    body = webpush.encrypt(plain, webpush.Browser(reader.public, reader.auth))
    assert reader.read(body) == plain
    assert len(body) <= 4096
    with pytest.raises(InvalidTag):
        stranger.read(body)


def test_no_two_pushes_are_alike() -> None:
    reader = Receiver()
    browser = webpush.Browser(reader.public, reader.auth)
    assert webpush.encrypt(b"x", browser) != webpush.encrypt(b"x", browser)


def test_the_push_service_learns_who_sends_and_until_when() -> None:
    sender = webpush.Sender(b"7" * 32, "mailto:ops@hilo.test")
    key, claims = signed_by(sender.authorization("https://push.example:8443/a/b?c", NOW))
    assert key == sender.public
    assert claims["aud"] == "https://push.example:8443"
    assert claims["sub"] == "mailto:ops@hilo.test"
    assert NOW < datetime.fromtimestamp(claims["exp"], UTC) <= NOW + timedelta(hours=24)


def test_the_same_secret_is_the_same_sender_and_another_is_another() -> None:
    one, again, other = (
        webpush.Sender(each * 32, "mailto:a@b.test") for each in (b"1", b"1", b"2")
    )
    assert one.public == again.public != other.public


@pytest.mark.parametrize(
    ("public", "auth"),
    [("", ""), ("AAAA", "AAAA"), ("!!!!", "????"), ("B" + "A" * 86, "A" * 22), ("á", "A" * 22)],
)
def test_what_are_no_keys_is_refused(public: str, auth: str) -> None:
    with pytest.raises(ValueError, match="not the keys"):
        webpush.browser_of(public, auth)
