"""The Gateway: one held connection, by which messages come.

Each event is stored before its number is kept, so that after any break the vendor repeats what was
not stored, and what was stored twice is known by session and number. A session the vendor has given
up is begun anew; what was said between is not told again.
"""

import asyncio
import random
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import structlog
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from hilo.connectors.discord import wire
from hilo.connectors.discord.inbound import WANTED
from hilo.kit.errors import AuthExpired, TemporaryFailure
from hilo.sdk.abilities import Arrive, Cursors
from hilo.sdk.account import Account

_LOG: Final = structlog.get_logger(__name__)
_HOME: Final = "wss://gateway.discord.gg"
_QUERY: Final = "/?v=10&encoding=json"
_CURSOR: Final = "gateway"
_FRAME: Final = msgspec.json.Decoder(wire.Frame)
_FRAME_BYTES: Final = 16_000_000
_OPEN_S: Final = 20
_PAUSE_S: Final = 1
_HEALTHY_S: Final = 5  # a connection that lived so long is made again at once
# Chats with the bot and reactions there; in servers too, with the words of messages.
_CHATS: Final = 1 << 12 | 1 << 13
_SERVERS: Final = 1 << 9 | 1 << 10 | 1 << 15
_REFUSED: Final = {4004, 4010, 4011, 4012, 4013, 4014}
_FORGOTTEN: Final = {4007, 4009}


class Place(Struct, frozen=True, kw_only=True):
    """Where a session stopped. number: of the last event that is stored."""

    session: str = ""
    number: int = 0
    home: str = ""


class Gateway:
    """The `Live` part of the connector."""

    def __init__(self, home: str = _HOME) -> None:
        """home: where a session is begun."""
        self._home = home

    def wants(self, account: Account) -> bool:
        """Say whether there is a bot to hold."""
        return bool(account.secrets.get("bot_token"))

    async def hold(self, account: Account, arrive: Arrive, cursors: Cursors) -> None:
        """Read until cancelled.

        Raises: AuthExpired when an admin must act; TemporaryFailure when trying later may help.
        """
        loop = asyncio.get_running_loop()
        kept = await cursors.get(_CURSOR)
        line = Line(account, arrive, cursors, _place(kept))
        while True:
            began = loop.time()
            try:
                await line.read(self._at(line.place))
            except ConnectionClosed as error:
                code = error.rcvd.code if error.rcvd else 0
                if code in _REFUSED:
                    raise AuthExpired(f"the Gateway refuses the bot: {code}") from error
                if code in _FORGOTTEN:
                    await line.forget()
                _LOG.info("gateway.closed", account=str(account.id), code=code)
            except (OSError, TimeoutError, InvalidHandshake, msgspec.MsgspecError) as error:
                if loop.time() - began < _HEALTHY_S:
                    raise TemporaryFailure(f"the Gateway: {error!r}"[:500]) from error
            await asyncio.sleep(_PAUSE_S * random.uniform(0.2, 1))  # noqa: S311 - no secret

    def _at(self, place: Place) -> str:
        """Return where to connect: a session goes on at its own address, if that is theirs."""
        given = urlsplit(place.home)
        ours = urlsplit(self._home).hostname
        host = given.hostname or ""
        is_theirs = given.scheme == "wss" and host.endswith(".discord.gg")
        return (place.home if is_theirs or host == ours else self._home).rstrip("/") + _QUERY


class Line:
    """A session over as many connections as it takes."""

    def __init__(self, account: Account, arrive: Arrive, cursors: Cursors, place: Place) -> None:
        """place: where it stopped."""
        self._account = account
        self._arrive = arrive
        self._cursors = cursors
        self.place = place
        self._is_answered = True

    async def read(self, url: str) -> None:
        """Read one connection until it ends; the vendor may ask for another."""
        async with connect(url, max_size=_FRAME_BYTES, open_timeout=_OPEN_S) as socket:
            hello = _FRAME.decode(await asyncio.wait_for(socket.recv(), _OPEN_S))
            await socket.send(msgspec.json.encode(self._greeting()))
            every_s = float(hello.d["heartbeat_interval"]) / 1000
            self._is_answered = True
            beating = asyncio.create_task(self._beat(socket, every_s))
            try:
                async for raw in socket:
                    data = raw.encode() if isinstance(raw, str) else raw
                    if not await self._take(socket, data):
                        return
            finally:
                beating.cancel()

    async def forget(self) -> None:
        """Begin anew at the next connection."""
        await self._keep(Place())

    def _greeting(self) -> Mapping[str, Any]:
        token = self._account.secrets.get("bot_token", "")
        if self.place.session:
            went = {"session_id": self.place.session, "seq": self.place.number}
            return {"op": 6, "d": {"token": token, **went}}
        servers = _SERVERS if self._account.settings.get("channels") is True else 0
        about = {"os": "linux", "browser": "hilo", "device": "hilo"}
        return {"op": 2, "d": {"token": token, "intents": _CHATS | servers, "properties": about}}

    async def _beat(self, socket: ClientConnection, every_s: float) -> None:
        """Beat until cancelled; an unanswered beat means a dead line."""
        await asyncio.sleep(every_s * random.random())  # noqa: S311 - the vendor asks for it
        while True:
            if not self._is_answered:
                await socket.close(4000)
                return
            self._is_answered = False
            await self._tell_number(socket)
            await asyncio.sleep(every_s)

    async def _tell_number(self, socket: ClientConnection) -> None:
        number = self.place.number or None
        await socket.send(msgspec.json.encode({"op": 1, "d": number}))

    async def _take(self, socket: ClientConnection, raw: bytes) -> bool:
        """Take a frame; False: this connection is over."""
        frame = _FRAME.decode(raw)
        match frame.op:
            case 0:
                await self._event(frame, raw)
            case 1:
                await self._tell_number(socket)
            case 11:
                self._is_answered = True
            case 7:
                return False
            case 9:
                if frame.d is not True:
                    await self.forget()
                return False
            case _:
                _LOG.info("gateway.unknown_frame", op=frame.op)
        return True

    async def _event(self, frame: wire.Frame, raw: bytes) -> None:
        number = frame.s or self.place.number
        if frame.t == "READY":
            home = str(frame.d.get("resume_gateway_url") or "")
            await self._keep(Place(session=str(frame.d["session_id"]), number=number, home=home))
            return
        if frame.t in WANTED:
            await self._arrive(raw, {}, f"{self.place.session}:{number}")
            await self._keep(msgspec.structs.replace(self.place, number=number))
        else:  # nothing was stored: its number is kept with the next that is
            self.place = msgspec.structs.replace(self.place, number=number)

    async def _keep(self, place: Place) -> None:
        self.place = place
        await self._cursors.put(_CURSOR, msgspec.structs.asdict(place))


def _place(kept: Mapping[str, object] | None) -> Place:
    try:
        return msgspec.convert(kept or {}, Place)
    except msgspec.ValidationError:
        return Place()
