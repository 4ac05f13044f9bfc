"""Helpers for the message path: a state on the test's database, signed deliveries, a receiver.

The receiver is a real HTTP server on this machine: it keeps what is posted and answers as told.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from cast import API_SECRET, CAST, SECRET_KEY
from hilo.connectors.api import signing
from hilo.domain.conversations.incoming.intake import Intake
from hilo.domain.inboxes import NewDelivery
from hilo.domain.inboxes.deliveries import PendingAccount, store
from hilo.entry.state import AppState
from hilo.kit import clock
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database, Tx
from hilo.kit.ids import new_id
from patience import PATIENCE_S

HERE = PendingAccount(CAST.workspace, CAST.account)


def state_on(
    db: Database, folder: Path, *, allow: Sequence[str] = ("127.0.0.0/8", "::1/128")
) -> AppState:
    """Return what doors and workers share, on this database."""
    config = Config(
        data=folder,
        public_url="http://desk.test",
        secret_key=SECRET_KEY,
        allow_private=tuple(map(ip_network, allow)),
    )
    return AppState(config=config, db=db, vault=Vault(SECRET_KEY))


def said(
    text: str = "hello", *, id_: str | None = None, who: str = "u-1", **more: object
) -> dict[str, object]:
    """Return the body of a message of the generic channel."""
    person: dict[str, object] = {"id": who}
    for name in ("name", "email", "phone"):
        if name in more:
            person[name] = more.pop(name)
    return {"id": id_ or f"m-{uuid4()}", "from": person, "text": text, **more}


def receipt(message: UUID | str, state: str, **more: object) -> dict[str, object]:
    """Return the body of a receipt of the generic channel."""
    return {"status": {"message": str(message), "state": state, **more}}


def signed(body: bytes, *, id_: str | None = None, secret: str = API_SECRET) -> dict[str, str]:
    """Return the headers with which the other side posts a body now."""
    keys = [signing.key_of(secret)]
    return signing.sign(keys, id_ or f"msg_{uuid4()}", clock.now(), body)


def raw(body: Mapping[str, object] | bytes) -> bytes:
    """Return a body as it is posted."""
    return body if isinstance(body, bytes) else json.dumps(body).encode()


async def stored(
    db: Database,
    bodies: Iterable[Mapping[str, object] | bytes],
    *,
    account: UUID = CAST.account,
    workspace: UUID = CAST.workspace,
) -> list[UUID]:
    """Put deliveries in as the door does, in this order; return their ids."""
    given = [
        NewDelivery(workspace, new_id(), account, "hook", {}, raw(body), f"key-{uuid4()}")
        for body in bodies
    ]
    if given:
        await store(db, given)
    return [each.id for each in given]


async def taken_in(state: AppState, account: PendingAccount = HERE) -> int:
    """Let intake settle everything that waits; return how many deliveries."""
    intake = Intake(state.db, state.channels, state.files)
    total = 0
    while settled := await intake.serve(account):
        total += settled
    return total


async def heard(
    state: AppState, *bodies: Mapping[str, object] | bytes, account: PendingAccount = HERE
) -> None:
    """Store bodies and take them in."""
    await stored(state.db, bodies, account=account.account_id, workspace=account.workspace_id)
    await taken_in(state, account)


async def rows(
    db: Database, query: str, *values: object, workspace: UUID = CAST.workspace
) -> list[tuple[Any, ...]]:
    """Ask the test's own question, in a workspace."""
    async with db.transaction(workspace) as tx:
        return [tuple(row) for row in await tx.connection.fetch(query, *values)]


async def value(db: Database, query: str, *values: object) -> object:
    """Ask for one value, in the cast's workspace."""
    ((found,),) = await rows(db, query, *values)
    return found


async def events(tx: Tx, kind: str) -> list[Mapping[str, object]]:
    """Return the data of the log's events of a kind, in order."""
    found = await tx.connection.fetch("select data from event where type = $1 order by id", kind)
    return [row[0] for row in found]


class Post(Struct, frozen=True):
    """One request the receiver got."""

    headers: Mapping[str, str]
    body: Mapping[str, object]
    raw: bytes


Answer = tuple[int, Mapping[str, str], bytes]
OK: Answer = (200, {}, b"{}")


class Receiver:
    """The other side's callback. Answers one by one, the last for ever; None: silence."""

    def __init__(self, answers: Sequence[Answer | None]) -> None:
        """answers: in the order of the requests."""
        self._answers = list(answers)
        self.posts: list[Post] = []
        self.lines: list[str] = []
        self.url = ""
        self.heard = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection: one request."""
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")[1:-2]
        self.lines.append(head.split(b"\r\n", 1)[0].decode("latin-1"))
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.posts.append(Post(headers, msgspec.json.decode(body) if body else {}, body))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        self.heard.set()
        if answer is not None:
            status, more, content = answer
            extra = "".join(f"{name}: {value}\r\n" for name, value in more.items())
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n{extra}"
                "Connection: close\r\n\r\n".encode()
                + content
            )
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(*answers: Answer | None) -> AsyncIterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver(answers or (OK,))
    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}/replies"
    try:
        yield receiver
    finally:
        server.close()


async def until(true: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.02)
