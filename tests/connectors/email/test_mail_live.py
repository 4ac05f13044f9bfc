"""The mailbox reader against servers that misbehave, and the check of the way out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from msgspec import structs

import mailserver as box
from hilo.connectors.email import CONNECTOR
from hilo.connectors.email.live import reading
from hilo.connectors.email.testing import ACCOUNT
from hilo.kit.errors import AuthExpired, TemporaryFailure
from hilo.sdk.account import Account
from hilo.sdk.inbound import Unknown
from letters import letter, parse
from patience import PATIENCE_S


class Server:
    """A small IMAP server that can be told to misbehave."""

    def __init__(self) -> None:
        """Begin with an empty folder and everything working."""
        self.mails: list[bytes] = []
        self.words: list[str] = []
        self.capability = "IMAP4rev1 IDLE"
        self.hangs_at = ""
        self.drops_at = ""
        self.refuses = ""
        self.port = 0
        self.sessions = 0
        self.tasks: list[asyncio.Task[object]] = []
        self._news = asyncio.Event()

    def add(self, raw: bytes) -> None:
        """Put a mail into the folder and tell who idles."""
        self.mails.append(raw)
        self._news.set()

    def account(self, **settings: object) -> Account:
        """Return an account of this server."""
        usual = {
            "imap_host": "127.0.0.1", "imap_port": self.port, "imap_security": "none",
            "imap_since_now": False, "imap_poll_s": 1,
        }  # fmt: skip
        return structs.replace(
            ACCOUNT,
            settings={**ACCOUNT.settings, **usual, **settings},
            secrets={"imap_password": "secret"},
        )

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.sessions += 1
        task = asyncio.current_task()
        assert task is not None
        self.tasks.append(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            writer.write(f"* OK [CAPABILITY {self.capability}] hello\r\n".encode())
            while line := (await reader.readline()).decode():
                tag, _, words = line.strip().partition(" ")
                self.words.append(words)
                if self.hangs_at and words.startswith(self.hangs_at):
                    await asyncio.Event().wait()
                if self.drops_at and words.startswith(self.drops_at):
                    break
                await self._answer(tag, words, reader, writer)
        writer.close()

    async def _answer(
        self, tag: str, words: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        done = f"{tag} OK done\r\n"
        verb = words.removeprefix("UID ").split(" ")[0]
        if self.refuses and words.startswith(self.refuses.partition("|")[0]):
            writer.write(f"{tag} NO {self.refuses.partition('|')[2]}\r\n".encode())
            return
        match verb:
            case "CAPABILITY":
                writer.write(f"* CAPABILITY {self.capability}\r\n".encode())
            case "AUTHENTICATE":
                writer.write(b"+ PDE3OTUzNjRAZGVzaz4=\r\n" if "CRAM" in words else b"+ \r\n")
                self.words.append((await reader.readline()).decode().strip())
            case "EXAMINE":
                count = len(self.mails)
                writer.write(f"* OK [UIDVALIDITY 7] ok\r\n* {count} EXISTS\r\n".encode())
                writer.write(f"* OK [UIDNEXT {count + 1}] ok\r\n".encode())
            case "SEARCH":
                found = " ".join(str(n + 1) for n in range(len(self.mails)))
                writer.write(f"* SEARCH {found}\r\n".encode())
            case "FETCH":
                self._fetch(words, writer)
            case "IDLE":
                writer.write(b"+ idling\r\n")
                await self._idle(reader, writer)
            case _:
                pass
        writer.write(done.encode())

    def _fetch(self, words: str, writer: asyncio.StreamWriter) -> None:
        for uid in map(int, words.split(" ")[2].split(",")):
            raw = self.mails[uid - 1]
            date = "22-Nov-2026 10:00:00 +0000"
            facts = f'* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)} INTERNALDATE "{date}"'
            if "BODY" not in words:
                writer.write(f"{facts})\r\n".encode())
                continue
            writer.write(
                f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"
            )

    async def _idle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        news = asyncio.create_task(self._tell(writer))
        try:
            await reader.readline()
        finally:
            news.cancel()

    async def _tell(self, writer: asyncio.StreamWriter) -> None:
        while await self._news.wait():
            self._news.clear()
            writer.write(f"* {len(self.mails)} EXISTS\r\n".encode())


@asynccontextmanager
async def serving(shape: Callable[[Server], None] = lambda _: None) -> AsyncIterator[Server]:
    """Run such a server on loopback."""
    server = Server()
    shape(server)
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in server.tasks:
            task.cancel()
        if server.tasks:
            await asyncio.wait(server.tasks)


async def test_without_idle_mail_comes_within_the_polling_interval() -> None:
    shelf = box.Shelf()
    async with serving(lambda s: setattr(s, "capability", "IMAP4rev1")) as server:
        async with box.held(server.account(), shelf):
            server.add(letter("One"))
            await shelf.until(1, seconds=20)
            server.add(letter("Two"))
            await shelf.until(2, seconds=20)
        assert not any(words.startswith("IDLE") for words in server.words)


async def test_one_server_that_hangs_keeps_nobody_waiting() -> None:
    slow, quick = box.Shelf(), box.Shelf()
    async with (
        serving(lambda s: setattr(s, "hangs_at", "UID SEARCH")) as stuck,
        serving() as well,
        box.held(stuck.account(), slow),
        box.held(well.account(), quick),
    ):
        stuck.add(letter("Never"))
        well.add(letter("Soon"))
        await quick.until(1, seconds=20)
    assert slow.arrived == []


async def test_a_connection_dropped_while_idling_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "_HEALTHY_S", 0)
    monkeypatch.setattr(reading, "_RECONNECT_S", 0.05)
    shelf = box.Shelf()
    async with (
        serving(lambda s: setattr(s, "drops_at", "IDLE")) as server,
        box.held(server.account(), shelf),
    ):
        while server.sessions < 3:
            await asyncio.sleep(0.02)
        server.drops_at = ""
        server.add(letter("After"))
        await shelf.until(1, seconds=20)


async def test_idle_is_begun_anew_before_servers_hang_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading._IDLE_S < 29 * 60  # noqa: SLF001 - the promise itself
    monkeypatch.setattr(reading, "_IDLE_S", 0.05)
    async with (
        serving() as server,
        box.held(server.account(), box.Shelf()),
        asyncio.timeout(PATIENCE_S),
    ):
        while server.words.count("IDLE") < 3:
            await asyncio.sleep(0.02)


async def test_a_mail_is_never_asked_for_by_date_and_only_peeked_at() -> None:
    shelf = box.Shelf()
    async with serving() as server:
        server.add(letter("One"))
        async with box.held(server.account(), shelf):
            await shelf.until(1)
        spoken = " ".join(server.words)
    assert "SINCE" not in spoken
    assert "SELECT" not in spoken
    assert "BODY.PEEK[]" in spoken


@pytest.mark.parametrize(
    ("capability", "spoken"),
    [
        ("IMAP4rev1", 'LOGIN "help@desk.test" "secret"'),
        ("IMAP4rev1 LOGINDISABLED AUTH=PLAIN", "AUTHENTICATE PLAIN"),
        ("IMAP4rev1 LOGINDISABLED AUTH=CRAM-MD5", "AUTHENTICATE CRAM-MD5"),
    ],
)
async def test_each_way_to_sign_in_by_password(capability: str, spoken: str) -> None:
    shelf = box.Shelf()
    async with serving(lambda s: setattr(s, "capability", capability)) as server:
        server.add(letter("One"))
        async with box.held(server.account(), shelf):
            await shelf.until(1, seconds=20)
        assert spoken in server.words


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ("LOGIN|[AUTHENTICATIONFAILED] no", AuthExpired),
        ("LOGIN|[UNAVAILABLE] try later", TemporaryFailure),
        ("LOGIN|Too many simultaneous connections", TemporaryFailure),
        ("UID SEARCH|broken", TemporaryFailure),
    ],
)
async def test_what_a_refusal_means(refusal: str, error: type[Exception]) -> None:
    async with serving(lambda s: setattr(s, "refuses", refusal)) as server:
        with pytest.raises(error):
            await CONNECTOR.hold(server.account(), box.Shelf().arrive, box.Shelf())


async def test_a_server_without_password_sign_in_is_an_admins_business() -> None:
    only_tokens = "IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2"
    async with serving(lambda s: setattr(s, "capability", only_tokens)) as server:
        with pytest.raises(AuthExpired):
            await CONNECTOR.hold(server.account(), box.Shelf().arrive, box.Shelf())


async def test_a_mail_the_server_cannot_give_is_tried_a_few_times_then_told() -> None:
    shelf = box.Shelf()
    async with serving(lambda s: setattr(s, "refuses", "UID FETCH 1 (UID BODY|gone bad")) as server:
        server.add(letter("Bad"))
        server.add(letter("Good"))
        for _ in range(5):
            with pytest.raises(TemporaryFailure):
                await CONNECTOR.hold(server.account(), shelf.arrive, shelf)
        async with box.held(server.account(), shelf):
            await shelf.until(2, seconds=20)
    (notice, facts), (good, _) = shelf.arrived
    assert (notice, facts["left"], facts["uid"]) == (b"", "unreadable", "1")
    assert b"Good" in good


# ------------------------------------------------------------------ the way out


class Post:
    """An SMTP server that keeps what it is given, or refuses at a point it is told."""

    def __init__(self, refuses: str = "") -> None:
        """refuses: RCPT, DATA or AUTH."""
        self.refuses = refuses
        self.mails: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - as the library calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        del server, session, options
        if self.refuses == "RCPT":
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take or refuse the mail."""
        del server, session
        if self.refuses == "DATA":
            return "554 5.7.1 not wanted"
        self.mails.append(envelope.original_content or b"")
        return "250 stored"

    def sign_in(self, *_: object) -> AuthResult:
        """Take or refuse a password."""
        return AuthResult(success=self.refuses != "AUTH", handled=False)


@pytest.mark.parametrize(
    ("refuses", "expected"),
    [
        ("", ["smtp_name", "smtp_connect", "smtp_login", "smtp_send"]),
        ("AUTH", ["smtp_name", "smtp_connect", "not smtp_login"]),
        ("RCPT", ["smtp_name", "smtp_connect", "smtp_login", "not smtp_send"]),
        ("DATA", ["smtp_name", "smtp_connect", "smtp_login", "not smtp_send"]),
    ],
)
async def test_the_check_of_the_way_out_says_where_it_ends(
    refuses: str, expected: list[str]
) -> None:
    post = Post(refuses)
    controller = Controller(
        post, hostname="127.0.0.1", port=box.free_port(), authenticator=post.sign_in,
        auth_require_tls=False,
    )  # fmt: skip
    controller.start()
    settings = {
        **ACCOUNT.settings, "smtp_host": "127.0.0.1", "smtp_port": controller.port,
        "smtp_security": "none", "smtp_username": "help",
    }  # fmt: skip
    account = structs.replace(
        ACCOUNT, settings=settings, secrets={**ACCOUNT.secrets, "smtp_password": "x"}
    )
    try:
        steps = [step async for step in CONNECTOR.check(account)]
    finally:
        controller.stop()
    said = [("" if each.ok else "not ") + each.key for each in steps[1:]]
    assert said == expected
    for raw in post.mails:
        item = parse(raw, account=account)
        assert isinstance(item, Unknown)
        assert item.kind == "own-mail"


async def test_a_server_nobody_knows_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise OSError("no such name")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    settings = {**ACCOUNT.settings, "smtp_host": "no-such-host.invalid"}
    account = structs.replace(ACCOUNT, settings=settings)
    steps = [step async for step in CONNECTOR.check(account)]
    assert (steps[-1].key, steps[-1].ok) == ("smtp_name", False)
