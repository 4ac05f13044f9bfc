"""The mail door over a real socket: what it takes, what it refuses, and when it says 250."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage

import asyncpg
import pytest

from cast import CAST
from hilo.domain.inboxes import NewDelivery
from hilo.entry import smtp
from hilo.entry.smtp import Handler, Listener
from hilo.kit.db import Database
from hilo.kit.errors import Unavailable
from patience import PATIENCE_S


class Shelf:
    """Stores in a list; `broken` makes it fail as a database that is down would."""

    def __init__(self) -> None:
        self.kept: list[NewDelivery] = []
        self.broken = False

    async def store(self, delivery: NewDelivery) -> None:
        """Keep it."""
        if self.broken:
            raise Unavailable("the database is away")
        self.kept.append(delivery)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def port(db: Database, owner: asyncpg.Connection, shelf: Shelf) -> AsyncIterator[int]:
    """Give the port of a listener where help@ and sales@ have mailboxes."""
    for number, address in enumerate(("help@hilo.test", "sales@hilo.test")):
        await owner.execute(
            """insert into account (workspace_id, id, inbox_id, channel, address, secrets)
               values ($1, $2, $3, 'email', $4, '')""",
            CAST.workspace,
            f"01900000-0000-7000-8000-00770000000{number}",
            CAST.inbox,
            address,
        )
    await owner.execute(
        """insert into account_alias (workspace_id, account_id, channel, address)
           values ($1, $2, 'email', 'orders@hilo.test')""",
        CAST.workspace,
        "01900000-0000-7000-8000-007700000001",
    )
    listener = Listener(Handler(db, shelf.store), "127.0.0.1", 0)
    await listener.start()
    yield listener.port
    await listener.stop()


def _mail(text: str = "Hello") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "carol@example.test", "help@hilo.test", "Order"
    mail.set_content(text)
    return mail


def _hand_over(port: int, to: list[str], text: str = "Hello") -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE_S) as client:
        return client.send_message(_mail(text), to_addrs=to)


async def test_a_mail_is_stored_raw_with_its_envelope(port: int, shelf: Shelf) -> None:
    await asyncio.to_thread(_hand_over, port, ["help@hilo.test"], "¿Cuándo llega?")
    (kept,) = shelf.kept
    assert kept.source == "mail"
    assert kept.headers["mail-from"] == "carol@example.test"
    assert kept.headers["rcpt-to"] == "help@hilo.test"
    assert kept.headers["remote-ip"] == "127.0.0.1"
    assert b"Subject: Order" in kept.body


async def test_what_is_sent_to_another_address_of_a_mailbox_arrives_there(
    port: int, shelf: Shelf
) -> None:
    to = ["Orders+spring@hilo.test", "sales@hilo.test"]
    await asyncio.to_thread(_hand_over, port, to)
    (kept,) = shelf.kept
    assert str(kept.account_id) == "01900000-0000-7000-8000-007700000001"


async def test_two_mailboxes_in_one_mail_get_one_delivery_each(port: int, shelf: Shelf) -> None:
    to = ["HELP@hilo.test", "sales+spring@hilo.test", "help+x@hilo.test"]
    await asyncio.to_thread(_hand_over, port, to)
    assert len({each.account_id for each in shelf.kept}) == len(shelf.kept) == 2


async def test_an_unknown_mailbox_is_refused_and_the_known_one_served(
    port: int, shelf: Shelf
) -> None:
    refused = await asyncio.to_thread(_hand_over, port, ["help@hilo.test", "who@hilo.test"])
    assert refused["who@hilo.test"][0] == 550
    assert len(shelf.kept) == 1


async def test_the_sender_is_told_to_try_again_while_nothing_can_be_stored(
    port: int, shelf: Shelf
) -> None:
    shelf.broken = True
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        await asyncio.to_thread(_hand_over, port, ["help@hilo.test"])
    assert refusal.value.smtp_code == 451


async def test_the_same_mail_again_has_the_same_key(port: int, shelf: Shelf) -> None:
    for _ in range(2):
        await asyncio.to_thread(_hand_over, port, ["help@hilo.test"])
    assert shelf.kept[0].dedupe_key == shelf.kept[1].dedupe_key
    assert shelf.kept[0].id != shelf.kept[1].id


@pytest.mark.parametrize("address", ["", "@", "a@b@c", "x" * 300 + "@hilo.test", "né@hilo.test"])
async def test_odd_addresses_are_refused_without_harm(port: int, address: str) -> None:
    with pytest.raises((smtplib.SMTPException, UnicodeEncodeError)):
        await asyncio.to_thread(_hand_over, port, [address])


async def test_a_letter_written_on_one_line_is_taken_whole(port: int, shelf: Shelf) -> None:
    """Programs write so; RFC 5321's 1,000 characters a line would lose their mail."""
    letter = b"From: carol@example.test\r\nSubject: " + b"s" * 5_000 + b"\r\n\r\n" + b"x" * 500_000

    def hand_over() -> tuple[int, bytes]:
        with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE_S) as client:
            client.ehlo()
            client.mail("carol@example.test")
            client.rcpt("help@hilo.test")
            return client.data(letter)

    assert (await asyncio.to_thread(hand_over))[0] == 250
    (kept,) = shelf.kept
    assert kept.body.rstrip() == letter


async def test_a_mail_for_too_many_or_too_large_is_refused(
    port: int, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [f"help+{n}@hilo.test" for n in range(101)]
    refused = await asyncio.to_thread(_hand_over, port, many)
    assert {code for code, _ in refused.values()} == {452}
    assert len(refused) == 1
    monkeypatch.setattr(smtp, "MAIL_BYTES", 10_000)
    with pytest.raises(smtplib.SMTPResponseException) as refusal:
        await asyncio.to_thread(_hand_over, port, ["help@hilo.test"], "x " * 10_000)
    assert refusal.value.smtp_code == 552
    assert len(shelf.kept) == 1
