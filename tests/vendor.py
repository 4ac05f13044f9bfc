"""A made-up vendor for what no real channel shows alone: its connector, and a state that knows it.

A delivery is a list of inbound items as JSON; a reply is posted as JSON to the account's `base`.
"""

import json
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct, structs

from cast import CAST
from hilo.domain import people
from hilo.domain.inboxes import AccountRow, NewDelivery, create_account
from hilo.domain.inboxes.deliveries import PendingAccount, store
from hilo.entry.registry import Listed
from hilo.entry.state import AppState
from hilo.kit.db import Database
from hilo.kit.errors import BadSignature, Rejected, UnknownOutcome
from hilo.kit.ids import new_id
from hilo.sdk.account import Account, Answer, Asked, Delivery
from hilo.sdk.inbound import IdentityIn, Inbound, MessageIn, SenderIn
from hilo.sdk.manifest import Limits, Manifest, Setting
from hilo.sdk.outbound import Accepted, Call, HttpCall, HttpReply, MessageOut, Reply, Sending
from hilo.sdk.simulator import Simulator
from path import state_on, taken_in
from patience import PATIENCE_S

MANIFEST = Manifest(
    id="vendor",
    name="Vendor",
    features=["text", "image", "file", "audio", "reactions", "edit", "delete", "typing", "quotes"],
    limits=Limits(text_chars=100),
    settings=[Setting(name="base", kind="url"), Setting(name="secret", kind="secret")],
    resolve="tracker",
)


class Vendor:
    """A connector whose manifest a test may change."""

    def __init__(self, manifest: Manifest = MANIFEST, patience_s: float = PATIENCE_S) -> None:
        """Speak for a channel called vendor. patience_s: with its server."""
        self._manifest = manifest
        self._patience_s = patience_s

    @property
    def manifest(self) -> Manifest:
        """What it can do."""
        return self._manifest

    def verify(self, delivery: Delivery, _account: Account) -> str | None:
        """Take what carries the word."""
        if delivery.headers.get("x-word") != "please":
            raise BadSignature("the word is missing")
        return None

    def greet(self, asked: Asked, _account: Account) -> Answer | None:
        """Answer a challenge; take a message that came by GET."""
        if asked.method == "GET" and asked.query.get("word") == "please":
            return Answer(body=asked.query["challenge"].encode())
        if asked.query.get("word") == "store":
            return Answer(status=202, body=b"kept", stores=True)
        if asked.body == b'{"challenge":"x"}':
            return Answer(body=b"x")
        return None

    def parse(self, delivery: Delivery, _account: Account) -> Sequence[Inbound]:
        """Read the list."""
        return msgspec.json.decode(delivery.body, type=list[Inbound])

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Post one part."""
        reply = yield self._call(account, "messages", _plain(message))
        return _accepted(reply)

    def mint(self, _message: UUID, _account: Account) -> str | None:
        """Let the vendor choose."""
        return None

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Nobody plays it in these tests."""
        raise NotImplementedError(account.id)

    def accepted(self, reply: Reply) -> Accepted:
        """Say what an answer means."""
        return _accepted(reply)

    def _call(self, account: Account, path: str, body: object) -> HttpCall:
        base = str(account.settings.get("base", "https://vendor.test"))
        return HttpCall(
            method="POST",
            url=f"{base}/{path}",
            body=json.dumps(body).encode(),
            timeout_s=self._patience_s,
        )


def _plain(message: MessageOut) -> dict[str, Any]:
    kept: dict[str, Any] = msgspec.to_builtins(message)
    return {**kept, "tracker": message.tracker}


def _accepted(reply: Reply) -> Accepted:
    assert isinstance(reply, HttpReply)
    if reply.status == 500:
        raise UnknownOutcome("who knows")
    if reply.status >= 400:
        raise Rejected(reply.body.decode(), vendor_code=str(reply.status))
    return Accepted(external_id=json.loads(reply.body or b"{}").get("id"))


class Place(Struct, frozen=True):
    """A state that knows the vendor, and an account there."""

    state: AppState
    account: AccountRow

    @property
    def pending(self) -> PendingAccount:
        """Where its deliveries wait."""
        return PendingAccount(CAST.workspace, self.account.id)

    async def point(self, url: str) -> None:
        """Let the account's calls go there."""
        async with self.state.db.transaction(CAST.workspace) as tx:
            await tx.connection.execute(
                "update account set settings = $1 where id = $2", {"base": url}, self.account.id
            )

    async def hear(self, *items: Inbound, headers: Mapping[str, str] | None = None) -> None:
        """Let a delivery arrive and be understood."""
        body = msgspec.json.encode(list(items))
        given = NewDelivery(
            CAST.workspace, new_id(), self.account.id, "hook", headers or {}, body, str(uuid4())
        )
        await store(self.state.db, [given])
        await taken_in(self.state, self.pending)


async def vendor_on(
    db: Database,
    folder: Path,
    connector: Vendor | None = None,
    settings: Mapping[str, object] | None = None,
    *,
    is_sandbox: bool = False,
) -> Place:
    """Return a state that knows the vendor, with one account."""
    state = state_on(db, folder)
    spoken = connector or Vendor()
    state.__dict__["connectors"] = {**state.connectors, "vendor": Listed(spoken, "<svg/>", {})}
    given = ("vendor", "Shop", settings or {})
    async with db.transaction(CAST.workspace) as tx:
        row = await create_account(
            tx,
            people.system(CAST.workspace),
            state.channels,
            CAST.inbox,
            given,
            is_sandbox=is_sandbox,
        )
    return Place(state, row)


def by(who: str = "dora", name: str = "Dora") -> SenderIn:
    """Return a sender."""
    return SenderIn(identities=[IdentityIn(kind="external", value=who)], name=name)


def says(text: str = "hello", id_: str | None = None, who: str = "dora", **more: Any) -> MessageIn:
    """Return a message of a contact."""
    message = MessageIn(external_id=id_ or f"m-{uuid4()}", sender=by(who), text=text)
    return structs.replace(message, **more)


Steps = Generator[Call, Reply, Accepted]
