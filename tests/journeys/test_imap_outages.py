"""A real mailbox on bad days: outages, cut connections, folders that change, mails too large."""

import asyncio
import imaplib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

import mailserver as box
from hilo.connectors.email import CONNECTOR
from hilo.connectors.email.live import reading
from hilo.kit.errors import AuthExpired, LeftBehind
from hilo.sdk.account import Delivery
from letters import letter
from patience import PATIENCE_S

pytestmark = [
    pytest.mark.dovecot,
    pytest.mark.skipif(not box.is_installed(), reason=box.MISSING),
]
DAYS = 7
A_DAY = 40


@pytest.fixture
def server() -> Iterator[box.Dovecot]:
    """Give a fresh server with an empty mailbox."""
    with box.running() as started:
        yield started


@pytest.fixture
def shelf() -> box.Shelf:
    """Give an empty place for what arrives."""
    return box.Shelf()


def mail(name: object, size: int = 0) -> bytes:
    """Return a mail, padded to about a size."""
    line = "x" * 70 + "\n"
    named = {"Subject": f"Mail {name}", "Message-ID": f"<{name}@c.test>"}
    return letter(f"Text {name}\n" + line * (size // 72), named)


def append(server: box.Dovecot, raw: bytes, at: datetime, folder: str = "INBOX") -> None:
    """Put a mail into a folder as if it had come at that moment."""
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login(box.USER, box.PASSWORD)
        client.append(folder, "", at, raw)


async def admin(server: box.Dovecot, *words: str) -> None:
    """Run a command of the server's administrator."""
    await asyncio.to_thread(server.admin, *words)


async def until(condition: object, seconds: float = PATIENCE_S) -> None:
    """Wait for something to hold."""
    assert callable(condition)
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


async def test_a_week_of_outage_is_replayed_whole_and_in_order(
    server: box.Dovecot, shelf: box.Shelf
) -> None:
    account = server.account(imap_since_now=True)
    async with box.held(account, shelf):
        await until(lambda: "INBOX" in shelf.kept)
    now = datetime.now(UTC).replace(microsecond=0)
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login(box.USER, box.PASSWORD)
        for number in range(DAYS * A_DAY):
            at = now - timedelta(days=DAYS) + timedelta(hours=24 * number / A_DAY)
            client.append("INBOX", "", at, mail(number))
    async with box.held(account, shelf):
        await shelf.until(DAYS * A_DAY)
    assert shelf.subjects() == [f"Mail {number}" for number in range(DAYS * A_DAY)]
    assert len(shelf.keys) == DAYS * A_DAY


async def test_an_old_mail_moved_into_the_folder_is_taken(
    server: box.Dovecot, shelf: box.Shelf
) -> None:
    account = server.account(imap_since_now=True)
    async with box.held(account, shelf):
        await until(lambda: "INBOX" in shelf.kept)
        old = datetime.now(UTC) - timedelta(days=400)
        await asyncio.to_thread(append, server, mail("old"), old)
        await shelf.until(1)
    assert shelf.subjects() == ["Mail old"]


@asynccontextmanager
async def cutting(port: int, after: int, times: int) -> AsyncIterator[SimpleNamespace]:
    """Relay connections to a port and cut the first few after so many bytes of the server's."""
    told = SimpleNamespace(cuts=0, port=0)
    tasks: set[asyncio.Task[None]] = set()

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, most: int) -> None:
        passed = 0
        with suppress(ConnectionError):
            while piece := await source.read(4096):
                if passed + len(piece) > most:
                    told.cuts += 1
                    break
                passed += len(piece)
                sink.write(piece)
                await sink.drain()
        sink.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        most = after if told.cuts < times else 1 << 40
        tasks.add(asyncio.create_task(pump(reader, back, 1 << 40)))
        await pump(there, writer, most)
        back.close()

    listening = await asyncio.start_server(relay, "127.0.0.1", 0)
    told.port = listening.sockets[0].getsockname()[1]
    try:
        yield told
    finally:
        listening.close()
        for task in tasks:
            task.cancel()


async def test_a_connection_cut_amid_a_mail_costs_nothing(
    server: box.Dovecot, shelf: box.Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_HEALTHY_S", 0)
    monkeypatch.setattr(reading, "_RECONNECT_S", 0.05)
    for number in range(5):
        await asyncio.to_thread(server.deliver, mail(number, 300_000))
    async with cutting(server.imap, 400_000, 3) as line:
        account = server.account(imap_port=line.port)
        async with box.held(account, shelf):
            await shelf.until(5)
    assert line.cuts == 3
    assert shelf.subjects() == [f"Mail {number}" for number in range(5)]
    sizes = [len(raw) for raw, _ in shelf.arrived]
    assert min(sizes) > 299_000
    assert not any("left" in headers for _, headers in shelf.arrived)


async def test_a_folder_renamed_and_made_anew_is_read_on(
    server: box.Dovecot, shelf: box.Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_IDLE_S", 0.5)
    monkeypatch.setattr(reading, "_HEALTHY_S", 0)  # this server hangs up on a renamed folder
    monkeypatch.setattr(reading, "_MISSING_S", 0.2)
    await admin(server, "mailbox", "create", "-u", box.USER, "Support")
    now = datetime.now(UTC)
    append(server, mail("first"), now, "Support")
    async with box.held(server.account(imap_folders=["INBOX", "Support"]), shelf):
        await shelf.until(1)
        await admin(server, "mailbox", "rename", "-u", box.USER, "Support", "Archive")
        await asyncio.to_thread(server.deliver, mail("meanwhile"))
        await shelf.until(2)
        await admin(server, "mailbox", "create", "-u", box.USER, "Support")
        await asyncio.to_thread(append, server, mail("second"), now, "Support")
        await shelf.until(3)
    assert shelf.subjects() == ["Mail first", "Mail meanwhile", "Mail second"]


async def test_a_folder_that_stays_away_is_told_to_an_admin(
    server: box.Dovecot, shelf: box.Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_IDLE_S", 0.3)
    monkeypatch.setattr(reading, "_MISSING_S", 0.05)
    monkeypatch.setattr(reading, "_MISSING_LOOKS", 3)
    await admin(server, "mailbox", "create", "-u", box.USER, "Support")
    async with box.held(server.account(imap_folders=["Support"]), shelf) as task:
        await until(lambda: "Support" in shelf.kept)
        await admin(server, "mailbox", "delete", "-u", box.USER, "Support")
        with pytest.raises(AuthExpired, match="Support"):
            await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)


async def test_a_mail_over_the_limit_is_left_visibly_and_taken_when_the_limit_is_raised(
    server: box.Dovecot, shelf: box.Shelf
) -> None:
    account = server.account(imap_most_mb=1)
    whole = mail("large", 1_500_000)
    await asyncio.to_thread(server.deliver, whole)
    await asyncio.to_thread(server.deliver, mail("after"))
    async with box.held(account, shelf):
        await shelf.until(2)
    head, facts = shelf.arrived[0]
    assert shelf.subjects() == ["Mail large", "Mail after"]
    assert len(head) < 70_000
    with pytest.raises(LeftBehind, match=r"1\.5 MB"):
        CONNECTOR.parse(Delivery(body=head, headers=facts, received_at=datetime.now(UTC)), account)
    async with box.held(server.account(imap_most_mb=2), shelf):
        await shelf.until(3)
    raw, facts = shelf.arrived[2]
    assert "left" not in facts
    assert raw.endswith(whole[-1000:])
    assert shelf.kept["INBOX"]["left"] == []
