"""How our own API works the sandbox, wherever it runs: one signed request each."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.entry.sandbox.faults import Fault
from hilo.kit.crypto import Vault
from hilo.kit.errors import HiloError, NotFound, Unavailable, Unsupported
from hilo.kit.http import Http, Reply, Request
from hilo.sdk.simulator import Deed, Does, Phone

HEADER = "x-hilo-sandbox"
PURPOSE = "sandbox"
_OK = 200


class Command(Struct, frozen=True, kw_only=True):
    """What to do: any of these; the answer shows how things stand then. file: give this one."""

    deed: Deed | None = None
    faults: Sequence[Fault] | None = None
    file: str | None = None


class State(Struct, frozen=True, kw_only=True):
    """How a simulated account stands. deeds: what can be done on its phones."""

    deeds: Sequence[Does]
    phones: Sequence[Phone]
    faults: Sequence[Fault]


class Told(Struct, frozen=True, kw_only=True):
    """Why not."""

    code: str
    message: str


class Controls:
    """The sandbox as the API sees it."""

    def __init__(self, http: Http, vault: Vault, url: str) -> None:
        """http: reaches the sandbox only. url: without a slash at its end."""
        self._http = http
        self._vault = vault
        self._url = url.rstrip("/")

    async def do(self, account: UUID, command: Command) -> State:
        """Do it and return how things stand.

        Raises: Unsupported (this channel has no such thing), NotFound, Unavailable.
        """
        reply = await self._ask(account, command)
        return msgspec.json.decode(reply.body, type=State)

    async def file(self, account: UUID, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble and its media type. Raises NotFound."""
        reply = await self._ask(account, Command(file=name))
        return reply.body, reply.headers.get("content-type", "application/octet-stream")

    async def _ask(self, account: UUID, command: Command) -> Reply:
        request = Request(
            method="POST",
            url=f"{self._url}/{account}/controls",
            headers={HEADER: self._vault.sign(PURPOSE, str(account))},
            body=msgspec.json.encode(command),
            body_bytes_max=60_000_000,
        )
        try:
            reply = await self._http.fetch(request)
        except HiloError as error:
            raise Unavailable(f"the sandbox does not answer: {error}") from error
        if reply.status != _OK:
            told = msgspec.json.decode(reply.body, type=Told)
            kind = {"unsupported": Unsupported, "not-found": NotFound}.get(told.code, Unavailable)
            raise kind(told.message)
        return reply
