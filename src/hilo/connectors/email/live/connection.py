"""One IMAP connection: streams with deadlines, TLS with an optional pinned certificate, sign-in."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, Self

from hilo.connectors.email import imap, oauth
from hilo.kit import clock, tls
from hilo.kit.errors import AuthExpired, TemporaryFailure
from hilo.sdk.account import Account

_CONNECT_S: Final = 20
_COMMAND_S: Final = 60
_LINE_BYTES: Final = 1 << 20
_LITERAL_BYTES: Final = 160_000_000  # sizes are told before; some servers are out by a few percent
_PORTS: Final = {"tls": 993, "starttls": 143, "none": 143}
_BUSY: Final = ("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "TRY AGAIN", "TOO MANY")


def pinned(account: Account) -> str:
    """Return the SHA-256 of the one certificate to trust, or an empty text."""
    return str(account.settings.get("certificate_sha256") or "")


@asynccontextmanager
async def _certificate_judged() -> AsyncIterator[None]:
    try:
        yield
    except OSError as error:
        notice = tls.refused(error)
        raise (notice or error) from error


class FolderMissing(AuthExpired):
    """A folder cannot be opened: an admin's business, unless it comes back by itself."""


class Connection:
    """One signed-in connection. Every method raises OSError or TimeoutError when it is dead.

    has_news: set when the server tells of new mail, also amid the answer to another command, where
    it is told once and never again.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take an open stream."""
        self._reader = reader
        self._writer = writer
        self._tag = 0
        self.capabilities: frozenset[str] = frozenset()
        self.has_news = False

    @classmethod
    @asynccontextmanager
    async def open(cls, account: Account) -> AsyncIterator[Self]:
        """Connect and sign in; hang up at the end."""
        settings = account.settings
        security = str(settings.get("imap_security") or "tls")
        given = settings.get("imap_port")
        port = given if isinstance(given, int) else _PORTS[security]
        host, context = str(settings["imap_host"]), tls.context(pinned(account))
        async with asyncio.timeout(_CONNECT_S), _certificate_judged():
            reader, writer = await asyncio.open_connection(
                host, port, ssl=context if security == "tls" else None, limit=_LINE_BYTES
            )
        connection = cls(reader, writer)
        try:
            greeting = await connection.read(_CONNECT_S)
            connection.capabilities = imap.capabilities([greeting])
            if security == "starttls":
                await connection.run("STARTTLS")
                async with _certificate_judged():
                    await writer.start_tls(context, server_hostname=host)
                connection.capabilities = frozenset()
            tls.check(pinned(account), writer.get_extra_info("ssl_object"))
            await connection._sign_in(account)
            yield connection
        finally:
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()

    async def run(self, command: str, *, timeout_s: float = _COMMAND_S) -> imap.Done:
        """Run a command; a refusal is TemporaryFailure."""
        done = await self._command(command, timeout_s=timeout_s)
        if done.status != "OK":
            raise TemporaryFailure(f"{command.split(' ', maxsplit=1)[0]}: {done.text}"[:500])
        return done

    async def examine(self, folder: str) -> Mapping[str, int]:
        """Open a folder read-only. Raises FolderMissing."""
        done = await self._command(f"EXAMINE {imap.folder_name(folder)}")
        if done.status != "OK":
            if any(word in done.text.upper() for word in _BUSY):
                raise TemporaryFailure(f"the folder {folder} is put off: {done.text}"[:500])
            raise FolderMissing(f"the folder {folder} cannot be opened: {done.text}"[:500])
        return imap.folder_state(done.untagged)

    async def idle(self, most_s: float) -> None:
        """Wait until the server tells of news, or so long."""
        tag = await self._send("IDLE")
        response = await self.read(_COMMAND_S)
        while not response.line.startswith(b"+"):
            if response.line.startswith(tag):
                raise TemporaryFailure("the server refuses IDLE")
            response = await self.read(_COMMAND_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(most_s):
                while not self.has_news:
                    await self.read(None)
        self._writer.write(b"DONE\r\n")
        await self._until(tag, _COMMAND_S)

    async def read(self, timeout_s: float | None) -> imap.Response:
        """Read one response with its literals."""
        async with asyncio.timeout(timeout_s):
            line = b""
            literals: list[bytes] = []
            while True:
                piece = await self._reader.readline()
                if not piece.endswith(b"\n"):
                    raise ConnectionResetError("the server hung up")
                line += piece.rstrip(b"\r\n")
                size = imap.literal_size(line)
                if size is None:
                    response = imap.Response(line, literals)
                    self.has_news = self.has_news or imap.has_news(response)
                    return response
                if size > _LITERAL_BYTES:
                    raise ConnectionAbortedError(f"the server announces {size} bytes")
                literals.append(await self._reader.readexactly(size))

    async def _command(self, command: str, *, timeout_s: float = _COMMAND_S) -> imap.Done:
        return await self._until(await self._send(command), timeout_s)

    async def _send(self, command: str) -> bytes:
        self._tag += 1
        tag = f"A{self._tag:04d}"
        self._writer.write(f"{tag} {command}\r\n".encode())
        await self._writer.drain()
        return f"{tag} ".encode()

    async def _until(self, tag: bytes, timeout_s: float) -> imap.Done:
        untagged: list[imap.Response] = []
        async with asyncio.timeout(timeout_s):
            while True:
                response = await self.read(None)
                if response.line.startswith(tag):
                    status, _, text = (
                        response.line[len(tag) :].decode("utf-8", "replace").partition(" ")
                    )
                    return imap.Done(status.upper(), text, untagged)
                if response.line.upper().startswith(b"* BYE") and not untagged:
                    raise ConnectionResetError("the server said goodbye")
                untagged.append(response)

    async def _sign_in(self, account: Account) -> None:
        if not self.capabilities:
            self.capabilities = imap.capabilities((await self.run("CAPABILITY")).untagged)
        username = str(account.settings.get("imap_username") or account.address or "")
        token = oauth.token_of(account, clock.now())
        if token:
            done = await self._authenticate_by_token(username, token)
        else:
            password = account.secrets.get("imap_password", "")
            done = await self._authenticate(username, password)
        if done.status != "OK":
            if any(word in done.text.upper() for word in _BUSY):
                raise TemporaryFailure(f"sign-in put off: {done.text}"[:500])
            raise AuthExpired(f"the mailbox refuses the sign-in: {done.text}"[:500])
        self.capabilities = imap.capabilities((await self.run("CAPABILITY")).untagged)

    async def _authenticate_by_token(self, username: str, token: str) -> imap.Done:
        if "AUTH=XOAUTH2" not in self.capabilities:
            raise AuthExpired("the server offers no sign-in by token (XOAUTH2)")
        tag = await self._send("AUTHENTICATE XOAUTH2")
        response = await self.read(_COMMAND_S)
        if response.line.startswith(b"+"):
            self._writer.write(f"{oauth.xoauth2(username, token)}\r\n".encode())
            response = await self.read(_COMMAND_S)
        if response.line.startswith(b"+"):
            self._writer.write(b"\r\n")  # a refusal is explained first, then said
            response = await self.read(_COMMAND_S)
        while not response.line.startswith(tag):
            response = await self.read(_COMMAND_S)
        status, _, text = response.line[len(tag) :].decode("utf-8", "replace").partition(" ")
        return imap.Done(status.upper(), text, [])

    async def _authenticate(self, username: str, password: str) -> imap.Done:
        if "LOGINDISABLED" not in self.capabilities and (username + password).isascii():
            return await self._command(f"LOGIN {imap.quoted(username)} {imap.quoted(password)}")
        way = "PLAIN" if "AUTH=PLAIN" in self.capabilities else "CRAM-MD5"
        if f"AUTH={way}" not in self.capabilities:
            raise AuthExpired("the server offers no sign-in by password")
        tag = await self._send(f"AUTHENTICATE {way}")
        challenge = (await self.read(_COMMAND_S)).line.removeprefix(b"+").strip()
        answer = (
            imap.plain(username, password)
            if way == "PLAIN"
            else imap.cram(challenge, username, password)
        )
        self._writer.write(f"{answer}\r\n".encode())
        return await self._until(tag, _COMMAND_S)
