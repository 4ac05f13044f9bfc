"""The mailbox reader against a real server: push, back-fill, renumbering, flags, sign-in, TLS."""

import asyncio
from collections.abc import Iterator

import pytest

import mailserver as box
from hilo.connectors.email import CONNECTOR
from hilo.kit.errors import AuthExpired, TemporaryFailure
from letters import letter
from patience import PATIENCE_S

pytestmark = [
    pytest.mark.dovecot,
    pytest.mark.skipif(not box.is_installed(), reason=box.MISSING),
]


@pytest.fixture
def server() -> Iterator[box.Dovecot]:
    """Give a fresh server with an empty mailbox."""
    with box.running() as started:
        yield started


@pytest.fixture
def shelf() -> box.Shelf:
    """Give an empty place for what arrives."""
    return box.Shelf()


def mail(number: int) -> bytes:
    """Return one of many mails."""
    named = {"Subject": f"Mail {number}", "Message-ID": f"<{number}@c.test>"}
    return letter(f"Text {number}", named)


async def deliver(server: box.Dovecot, *numbers: int) -> None:
    """Deliver some of them, in order."""
    for number in numbers:
        await asyncio.to_thread(server.deliver, mail(number))


async def test_a_new_mail_is_pushed_by_idle(server: box.Dovecot, shelf: box.Shelf) -> None:
    account = server.account(imap_poll_s=600)
    await deliver(server, 1)
    async with box.held(account, shelf):
        await shelf.until(1)
        await asyncio.sleep(0.3)
        await deliver(server, 2)
        await shelf.until(2)
    assert shelf.subjects() == ["Mail 1", "Mail 2"]
    assert shelf.arrived[0][1]["folder"] == "INBOX"


async def test_after_an_outage_of_ours_every_mail_comes_in_order(
    server: box.Dovecot, shelf: box.Shelf
) -> None:
    account = server.account()
    await deliver(server, 0)
    async with box.held(account, shelf):
        await shelf.until(1)
    await deliver(server, *range(1, 61))
    async with box.held(account, shelf):
        await shelf.until(61)
    assert shelf.subjects() == [f"Mail {number}" for number in range(61)]
    assert len(shelf.keys) == 61


async def test_after_an_outage_of_the_server_reading_goes_on(
    server: box.Dovecot, shelf: box.Shelf
) -> None:
    account = server.account()
    await deliver(server, 1)
    async with box.held(account, shelf) as task:
        await shelf.until(1)
        await asyncio.to_thread(server.stop)
        with pytest.raises(TemporaryFailure):
            await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
    await asyncio.to_thread(server.start)
    await deliver(server, 2)
    async with box.held(account, shelf):
        await shelf.until(2)
    assert shelf.subjects() == ["Mail 1", "Mail 2"]


async def test_a_renumbered_folder_is_read_again_and_nothing_comes_twice(
    server: box.Dovecot, shelf: box.Shelf
) -> None:
    account = server.account()
    await deliver(server, 1, 2)
    async with box.held(account, shelf):
        await shelf.until(2)
    before = shelf.kept["INBOX"]["uidvalidity"]
    await asyncio.to_thread(server.renumber)
    await deliver(server, 3)
    async with box.held(account, shelf):
        await shelf.until(3)
        async with asyncio.timeout(PATIENCE_S):
            while shelf.kept["INBOX"]["uidvalidity"] == before:
                await asyncio.sleep(0.05)
    assert shelf.subjects() == ["Mail 1", "Mail 2", "Mail 3"]
    assert len(shelf.keys) == 5


async def test_a_new_account_may_leave_old_mail_alone(
    server: box.Dovecot, shelf: box.Shelf
) -> None:
    await deliver(server, 1)
    await asyncio.sleep(1.1)  # the server's clock has whole seconds
    account = server.account(imap_since_now=True)
    async with box.held(account, shelf):
        async with asyncio.timeout(PATIENCE_S):
            while "INBOX" not in shelf.kept:
                await asyncio.sleep(0.05)
        await asyncio.sleep(1.1)
        await deliver(server, 2)
        await shelf.until(1)
    await asyncio.to_thread(server.renumber)
    async with box.held(account, shelf):
        await asyncio.sleep(1)
    assert shelf.subjects() == ["Mail 2"]


async def test_reading_changes_no_flag(server: box.Dovecot, shelf: box.Shelf) -> None:
    await deliver(server, 1)
    async with box.held(server.account(), shelf):
        await shelf.until(1)
    words = ("fetch", "-u", box.USER, "flags", "mailbox", "INBOX")
    assert "Seen" not in await asyncio.to_thread(server.admin, *words)


async def test_several_folders_are_read_also_with_names_of_other_alphabets(
    server: box.Dovecot, shelf: box.Shelf
) -> None:
    other = "Año & más"
    await asyncio.to_thread(server.admin, "mailbox", "create", "-u", box.USER, other)
    account = server.account(imap_folders=["INBOX", other])
    async with box.held(account, shelf):
        await deliver(server, 1)
        await shelf.until(1)
        words = ("move", "-u", box.USER, other, "mailbox", "INBOX", "all")
        await asyncio.to_thread(server.admin, *words)
        async with asyncio.timeout(PATIENCE_S):
            while len(shelf.keys) == 1:
                await asyncio.sleep(0.05)
    assert shelf.subjects() == ["Mail 1"]
    assert len(set(shelf.keys)) == 1


async def test_a_folder_that_is_not_there_is_an_admins_business(
    server: box.Dovecot, shelf: box.Shelf
) -> None:
    with pytest.raises(AuthExpired, match="Nowhere"):
        await CONNECTOR.hold(server.account(imap_folders=["Nowhere"]), shelf.arrive, shelf)


async def test_a_wrong_password_holds_the_account(server: box.Dovecot, shelf: box.Shelf) -> None:
    account = server.account(imap_username="nobody@desk.test")
    with pytest.raises(AuthExpired):
        await CONNECTOR.hold(account, shelf.arrive, shelf)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_self_made_certificate_is_refused_unless_pinned(
    server: box.Dovecot, shelf: box.Shelf, security: str
) -> None:
    port = server.imaps if security == "tls" else server.imap
    doubtful = server.account(imap_security=security, imap_port=port)
    with pytest.raises(AuthExpired, match="certificate"):
        await CONNECTOR.hold(doubtful, shelf.arrive, shelf)
    wrong = server.account(imap_security=security, imap_port=port, certificate_sha256="00" * 32)
    with pytest.raises(AuthExpired, match="pinned"):
        await CONNECTOR.hold(wrong, shelf.arrive, shelf)
    await deliver(server, 1)
    pinned = server.account(
        imap_security=security, imap_port=port, certificate_sha256=server.fingerprint()
    )
    async with box.held(pinned, shelf):
        await shelf.until(1)


async def test_the_check_goes_through_every_step(server: box.Dovecot) -> None:
    steps = [step async for step in CONNECTOR.check(server.account())]
    assert [(step.key, step.ok) for step in steps] == [
        ("imap_name", True),
        ("imap_login", True),
        ("imap_folder", True),
        ("imap_idle", True),
        ("catcher", None),
    ]
    wrong = [step async for step in CONNECTOR.check(server.account(imap_username="x"))]
    assert ("imap_login", False) in [(step.key, step.ok) for step in wrong]
