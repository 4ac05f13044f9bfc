"""The bus between processes: small, fast, allowed to lose. The truth stays in tables.

What is published reaches the subscribers of this process at once and those of the others soon.
Over PostgreSQL it is LISTEN and NOTIFY by one connection per process; messages of a few
milliseconds share one NOTIFY. After a broken connection every subscriber gets an empty message:
look for yourself.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

import asyncpg
import msgspec
from typing_extensions import override

from hilo.kit import log
from hilo.kit.db import FAILURES

_LOG = log.get(__name__)
_CHANNEL = "hilo"
_GATHER_S = 0.002
_NOTIFY_BYTES_MAX = 7_900  # the server takes less than 8,000
_WAITING_MAX = 1_000

Letter = tuple[str, str]


class Subscription(AsyncIterator[bytes]):
    """What comes on one topic; leave it with `with`. A slow reader loses the oldest."""

    def __init__(self, hub: "Local", topic: str) -> None:
        """Made by `subscribe` only."""
        self._hub = hub
        self._topic = topic
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(_WAITING_MAX)

    def push(self, payload: bytes) -> None:
        """Give it one message; one that waits already is not added again."""
        if not payload and not self._queue.empty():
            return
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(payload)

    def drain(self) -> list[bytes]:
        """Take all that waits."""
        taken = []
        with suppress(asyncio.QueueEmpty):
            while True:
                taken.append(self._queue.get_nowait())
        return taken

    @override
    async def __anext__(self) -> bytes:
        return await self._queue.get()

    async def wait(self, most_s: float) -> bool:
        """Wait for a message at most so long and take all; say whether there was one."""
        try:
            async with asyncio.timeout(most_s):
                await self._queue.get()
        except TimeoutError:
            return False
        self.drain()
        return True

    def close(self) -> None:
        """Take no more."""
        self._hub.forget(self._topic, self)

    def __enter__(self) -> Self:
        """Use it until the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take no more."""
        self.close()


class Bus(Protocol):
    """The port. Topics: log, intake, presence, attendance, visitor, cache."""

    def publish(self, topic: str, payload: bytes = b"") -> None:
        """Tell everybody. payload: at most some 3 kB; empty = look for yourself."""
        ...

    def subscribe(self, topic: str) -> Subscription:
        """Hear what is told from now on."""
        ...


class Local:
    """The bus of one process; the others build on it."""

    def __init__(self) -> None:
        """Begin with nobody listening."""
        self._subscribers: defaultdict[str, set[Subscription]] = defaultdict(set)

    def publish(self, topic: str, payload: bytes = b"") -> None:
        """Tell this process."""
        for each in tuple(self._subscribers.get(topic, ())):
            each.push(payload)

    def subscribe(self, topic: str) -> Subscription:
        """Hear what is told from now on."""
        made = Subscription(self, topic)
        self._subscribers[topic].add(made)
        return made

    def forget(self, topic: str, subscription: Subscription) -> None:
        """Drop a subscription that ends."""
        self._subscribers[topic].discard(subscription)

    def wake_all(self) -> None:
        """Send everybody an empty message: something may have been missed."""
        for topic in tuple(self._subscribers):
            Local.publish(self, topic)


class PostgresBus(Local):
    """The bus over LISTEN and NOTIFY. `run` holds the connection; publishing before it is kept."""

    def __init__(self, dsn: str, *, is_heard: bool = True) -> None:
        """dsn: of the database that all processes share.

        is_heard: False where no other process stays to listen, so that nothing is sent in vain.
        """
        super().__init__()
        self._dsn = dsn
        self._is_heard = is_heard
        self._me = secrets.token_hex(6)  # our own messages come back; they were delivered already
        self._outgoing: list[Letter] = []
        self._something = asyncio.Event()

    @override
    def publish(self, topic: str, payload: bytes = b"") -> None:
        super().publish(topic, payload)
        if not self._is_heard:
            return
        letter = (topic, payload.decode("latin-1"))  # any bytes survive it
        if letter not in self._outgoing[-8:]:
            self._outgoing.append(letter)
        self._something.set()

    async def run(self) -> None:
        """Carry messages until cancelled; connect again whenever the connection breaks."""
        while True:
            try:
                await self._connected()
            except FAILURES as error:
                _LOG.warning("the bus lost the database", error=repr(error))
            await asyncio.sleep(0.5)

    async def _connected(self) -> None:
        # A NOTIFY takes a transaction id: its commit would wait for the disk, for a mere hint.
        settings = {"application_name": "hilo bus", "synchronous_commit": "off"}
        connection = await asyncpg.connect(self._dsn, timeout=10, server_settings=settings)
        ended = asyncio.Event()

        def end(_connection: object) -> None:
            ended.set()
            self._something.set()

        connection.add_termination_listener(end)
        try:
            await connection.add_listener(_CHANNEL, self._heard)
            self.wake_all()
            while not ended.is_set():
                await self._something.wait()
                await asyncio.sleep(_GATHER_S)
                self._something.clear()
                letters, self._outgoing = self._outgoing, []
                for text in _envelopes(self._me, letters):
                    await connection.execute("select pg_notify($1, $2)", _CHANNEL, text)
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _pid: int, _channel: str, text: object) -> None:
        try:
            sender, letters = msgspec.json.decode(str(text), type=tuple[str, list[Letter]])
        except msgspec.DecodeError:
            return
        if sender != self._me:
            for topic, payload in letters:
                Local.publish(self, topic, payload.encode("latin-1"))


def _envelopes(me: str, letters: Sequence[Letter]) -> Sequence[str]:
    """Pack letters into as few NOTIFYs as fit; one that fits in none is dropped."""
    packed: list[str] = []
    bundle: list[Letter] = []
    size = 0
    for letter in dict.fromkeys(letters):
        bytes_ = len(msgspec.json.encode(letter)) + 1
        if bytes_ > _NOTIFY_BYTES_MAX - 40:
            _LOG.warning("a message was too big for the bus", topic=letter[0], size_bytes=bytes_)
            continue
        if size + bytes_ > _NOTIFY_BYTES_MAX - 40:
            packed.append(msgspec.json.encode((me, bundle)).decode())
            bundle, size = [], 0
        bundle.append(letter)
        size += bytes_
    if bundle:
        packed.append(msgspec.json.encode((me, bundle)).decode())
    return packed
