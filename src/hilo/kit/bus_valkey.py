"""The same bus over Valkey or Redis, for many processes: PUBLISH and SUBSCRIBE on one channel.

The few commands needed are spoken here directly. Two connections: one that listens may not publish.
"""

import asyncio
import secrets
import ssl
from urllib.parse import unquote, urlsplit

import msgspec
from typing_extensions import override

from hilo.kit import log
from hilo.kit.bus import Letter, Local

_LOG = log.get(__name__)
_CHANNEL = b"hilo"
_GATHER_S = 0.002
_TLS = ("valkeys", "rediss")
Answer = bytes | int | list["Answer"] | None


class Refused(ConnectionError):
    """The server answered with an error."""


class ValkeyBus(Local):
    """The bus over Valkey. `run` holds the connections; publishing before it is kept."""

    def __init__(self, url: str) -> None:
        """url: valkey://[user:password@]host[:port], valkeys:// with TLS, or unix:///path."""
        super().__init__()
        self._url = url
        self._me = secrets.token_hex(6)  # our own messages come back; they were delivered already
        self._outgoing: list[Letter] = []
        self._something = asyncio.Event()

    @override
    def publish(self, topic: str, payload: bytes = b"") -> None:
        super().publish(topic, payload)
        letter = (topic, payload.decode("latin-1"))
        if letter not in self._outgoing[-8:]:
            self._outgoing.append(letter)
        self._something.set()

    async def run(self) -> None:
        """Carry messages until cancelled; connect again whenever a connection breaks."""
        while True:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._listen())
                    group.create_task(self._tell())
            except* (OSError, EOFError, ValueError) as errors:
                _LOG.warning("the bus lost its server", error=repr(errors.exceptions[0]))
            await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        line = await _connect(self._url)
        try:
            await line.ask(b"SUBSCRIBE", _CHANNEL)
            self.wake_all()
            while True:
                match await line.hear():
                    case [b"message", _, bytes() as body]:
                        self._heard(body)
                    case _:
                        continue
        finally:
            line.close()

    async def _tell(self) -> None:
        line = await _connect(self._url)
        try:
            while True:
                await self._something.wait()
                await asyncio.sleep(_GATHER_S)
                self._something.clear()
                letters, self._outgoing = self._outgoing, []
                body = msgspec.json.encode((self._me, list(dict.fromkeys(letters))))
                await line.ask(b"PUBLISH", _CHANNEL, body)
        finally:
            line.close()

    def _heard(self, body: bytes) -> None:
        try:
            sender, letters = msgspec.json.decode(body, type=tuple[str, list[Letter]])
        except msgspec.DecodeError:
            return
        if sender != self._me:
            for topic, payload in letters:
                Local.publish(self, topic, payload.encode("latin-1"))


class _Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, *words: bytes) -> Answer:
        head = b"*%d\r\n" % len(words)
        self._writer.write(head + b"".join(b"$%d\r\n%s\r\n" % (len(each), each) for each in words))
        await self._writer.drain()
        return await self.hear()

    async def hear(self) -> Answer:
        line = await self._reader.readuntil(b"\r\n")
        kind, rest = line[:1], line[1:-2]
        match kind:
            case b"+":
                return rest
            case b"-":
                raise Refused(rest.decode(errors="replace"))
            case b":":
                return int(rest)
            case b"$":
                size = int(rest)
                if size < 0:
                    return None
                return (await self._reader.readexactly(size + 2))[:-2]
            case b"*":
                return [await self.hear() for _ in range(int(rest))]
            case _:
                raise Refused(f"not understood: {line!r}")

    def close(self) -> None:
        self._writer.close()


async def _connect(url: str) -> _Line:
    parts = urlsplit(url)
    async with asyncio.timeout(10):
        if parts.scheme == "unix":
            line = _Line(*await asyncio.open_unix_connection(parts.path))
        else:
            tls = ssl.create_default_context() if parts.scheme in _TLS else None
            port = parts.port or 6379
            line = _Line(
                *await asyncio.open_connection(parts.hostname or "127.0.0.1", port, ssl=tls)
            )
        if parts.password:
            words = [unquote(each).encode() for each in (parts.username, parts.password) if each]
            try:
                await line.ask(b"AUTH", *words)
            except BaseException:
                line.close()
                raise
    return line
