"""The mail door with a certificate: TLS for who wants it, and nothing said before it counts."""

import asyncio
import contextlib
import os
import smtplib
import socket
import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Self

import asyncpg
import pytest

from cast import CAST
from hilo.domain.inboxes import NewDelivery
from hilo.entry.smtp import Handler, Listener
from hilo.kit.db import Database
from hilo.kit.tls import Shown
from mailserver import certify, fingerprint

PATIENCE_S = 60


class Shelf:
    """Stores in a list."""

    def __init__(self) -> None:
        self.kept: list[NewDelivery] = []

    async def store(self, delivery: NewDelivery) -> None:
        """Keep it."""
        self.kept.append(delivery)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a self-made certificate."""
    certify(tmp_path)
    return tmp_path


@pytest.fixture
async def port(
    db: Database, owner: asyncpg.Connection, shelf: Shelf, folder: Path
) -> AsyncIterator[int]:
    """Give the port of a listener that shows it, where help@ has a mailbox."""
    await owner.execute(
        "insert into account (workspace_id, id, inbox_id, channel, address, secrets) values"
        " ($1, '01900000-0000-7000-8000-007700000000', $2, 'email', 'help@hilo.test', '')",
        *(CAST.workspace, CAST.inbox),
    )
    shown = Shown(folder / "cert.pem", folder / "key.pem")
    listener = Listener(Handler(db, shelf.store), "127.0.0.1", 0, shown)
    await listener.start()
    yield listener.port
    await listener.stop()


def trusting() -> ssl.SSLContext:
    """Return how senders of mail connect: whatever the certificate."""
    made = ssl.create_default_context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def mail() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "carol@example.test", "help@hilo.test", "Order"
    made.set_content("Hello")
    return made


def hand_over(port: int, *, encrypted: bool) -> tuple[list[str], list[str], str]:
    """Hand a mail over; return what was offered before and after TLS, and its version."""
    with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE_S) as client:
        client.ehlo()
        before, version = sorted(client.esmtp_features), ""
        if encrypted:
            client.starttls(context=trusting())
            client.ehlo()
            version = str(client.sock.version())  # type: ignore[union-attr]
        client.send_message(mail())
        return before, sorted(client.esmtp_features), version


class Raw:
    """A sender that says what it likes."""

    def __init__(self, port: int) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._answers = self.line.makefile("rb")
        self.answer()

    def say(self, text: bytes) -> bytes:
        """Say it; return the last line of one answer."""
        self.line.sendall(text)
        return self.answer()

    def answer(self) -> bytes:
        """Return the last line of an answer; empty when the other side has gone."""
        line = self._answers.readline()
        while line[3:4] == b"-":
            line = self._answers.readline()
        return line

    def __enter__(self) -> Self:
        """Speak within."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._answers.close()
        self.line.close()

    def encrypt(self) -> None:
        """Go on in TLS."""
        self._answers.close()
        self.line = trusting().wrap_socket(self.line)
        self._answers = self.line.makefile("rb")


async def test_a_mail_comes_encrypted_or_in_plain(port: int, shelf: Shelf) -> None:
    before, after, version = await asyncio.to_thread(hand_over, port, encrypted=True)
    assert "starttls" in before
    assert "starttls" not in after
    assert "auth" not in {*before, *after}
    assert version in {"TLSv1.2", "TLSv1.3"}
    await asyncio.to_thread(hand_over, port, encrypted=False)
    assert [each.headers["rcpt-to"] for each in shelf.kept] == ["help@hilo.test"] * 2
    assert shelf.kept[0].body == shelf.kept[1].body


async def test_what_was_said_in_plain_does_not_count_after(port: int, shelf: Shelf) -> None:
    def inject() -> list[bytes]:
        # Somebody between the two adds lines to the packet of STARTTLS.
        added = b"MAIL FROM:<mallory@x.test>\r\nRCPT TO:<help@hilo.test>\r\nDATA\r\n"
        with Raw(port) as raw:
            raw.say(b"EHLO x\r\n")
            begun = raw.say(b"STARTTLS\r\n" + added)
            raw.encrypt()
            said = [raw.say(b"NOOP\r\n"), raw.say(b"MAIL FROM:<a@x.test>\r\n")]
            raw.say(b"EHLO x\r\n")
            return [begun, *said, raw.say(b"RCPT TO:<help@hilo.test>\r\n")]

    begun, noop, early, without = await asyncio.to_thread(inject)
    assert begun.startswith(b"220")
    assert noop.startswith(b"250")  # the answer to NOOP, not to what was added
    assert early.startswith(b"503")  # also who greeted before is asked to greet again
    assert without.startswith(b"503")  # no sender was named inside
    assert shelf.kept == []


async def test_the_sender_named_in_plain_is_forgotten(port: int) -> None:
    def begin() -> bytes:
        with Raw(port) as raw:
            for line in (b"EHLO x\r\n", b"MAIL FROM:<a@x.test>\r\n", b"STARTTLS\r\n"):
                raw.say(line)
            raw.encrypt()
            raw.say(b"EHLO x\r\n")
            return raw.say(b"RCPT TO:<help@hilo.test>\r\n")

    assert (await asyncio.to_thread(begin)).startswith(b"503")


async def test_nonsense_ends_one_connection_and_no_other(port: int, shelf: Shelf) -> None:
    def confuse() -> tuple[bytes, bytes, bytes]:
        with Raw(port) as raw:
            raw.say(b"EHLO x\r\n")
            wrong = raw.say(b"STARTTLS now\r\n")
            raw.say(b"STARTTLS\r\n")
            raw.encrypt()
            raw.say(b"EHLO x\r\n")
            twice = raw.say(b"STARTTLS\r\n")
        with Raw(port) as broken:
            broken.say(b"EHLO x\r\n")
            broken.say(b"STARTTLS\r\n")
            broken.line.sendall(b"this is no handshake\r\n" * 10)
            left = b""
            with contextlib.suppress(ConnectionError):
                while piece := broken.line.recv(1_000):
                    left += piece
        return wrong, twice, left

    wrong, twice, left = await asyncio.to_thread(confuse)
    assert wrong.startswith(b"501")
    assert twice.startswith(b"503")
    assert b"250" not in left
    await asyncio.to_thread(hand_over, port, encrypted=True)
    assert len(shelf.kept) == 1


async def test_a_renewed_certificate_is_shown_without_a_restart(port: int, folder: Path) -> None:
    def shown() -> str:
        with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE_S) as client:
            client.starttls(context=trusting())
            assert client.sock is not None
            der = client.sock.getpeercert(binary_form=True)  # type: ignore[attr-defined]
            return ssl.DER_cert_to_PEM_cert(der)

    first = await asyncio.to_thread(shown)
    assert first == (folder / "cert.pem").read_text()
    was = fingerprint(folder)
    certify(folder)
    assert fingerprint(folder) != was
    assert await asyncio.to_thread(shown) == (folder / "cert.pem").read_text()
    kept = (folder / "cert.pem").read_text()
    (folder / "cert.pem").write_text("half a fil")
    assert await asyncio.to_thread(shown) == kept
    (folder / "cert.pem").unlink()
    assert await asyncio.to_thread(shown) == kept


async def test_without_a_certificate_there_is_no_tls(db: Database, shelf: Shelf) -> None:
    listener = Listener(Handler(db, shelf.store), "127.0.0.1", 0)
    await listener.start()

    def ask() -> tuple[bytes, bytes]:
        with Raw(listener.port) as raw:
            raw.say(b"EHLO x\r\n")
            return raw.say(b"STARTTLS\r\n"), raw.say(b"NOOP\r\n")

    refused, on = await asyncio.to_thread(ask)
    await listener.stop()
    assert refused.startswith(b"454")
    assert on.startswith(b"250")


def test_a_certificate_that_cannot_be_used_is_said_at_once(folder: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Shown(folder / "none.pem", None)
    with pytest.raises(ssl.SSLError):
        Shown(folder / "cert.pem", None)  # there is no key in it
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    assert Shown(both, None).ends_at().tzinfo is not None
    certify(folder)
    other = folder / "key.pem"
    with pytest.raises(ssl.SSLError):
        Shown(both, other)
    os.truncate(both, 0)
    with pytest.raises(ssl.SSLError):
        Shown(both, None)
