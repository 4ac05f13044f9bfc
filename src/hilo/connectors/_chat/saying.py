"""Our own chat's translation: what a visitor's browser sent becomes inbound items.

Sending yields no call: a reply is in the conversation, and the visitor reads it there. What the
visitor has received and read comes back as `got` and `seen`.
"""

import base64
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.connectors._chat import visitor
from hilo.kit.errors import BadSignature, MalformedPayload
from hilo.sdk import manifest, payloads
from hilo.sdk.abilities import Sample
from hilo.sdk.account import Account, Delivery
from hilo.sdk.inbound import (
    ContactChanged,
    ErasureIn,
    FileIn,
    IdentityIn,
    Inbound,
    MessageIn,
    SeenIn,
    SenderIn,
    StatusIn,
    Tracked,
    Unknown,
)
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Accepted, MessageOut, Sending


class StoredFile(Struct, frozen=True):
    """A file the visitor uploaded before; the door has checked that it was this visitor."""

    id: UUID
    name: str = ""
    media_type: str = ""


class Said(Struct, frozen=True, kw_only=True):
    """A delivery's body, as the door writes it."""

    type: str
    client_id: str = ""
    text: str = ""
    files: Sequence[StoredFile] = ()
    page: str = ""
    name: str = ""
    locale: str = ""
    time_zone: str = ""
    traits: Mapping[str, str | int | float | bool | None] = {}
    event: str = ""
    data: Mapping[str, object] = {}
    ids: Sequence[UUID] = ()
    up_to: datetime | None = None
    at: datetime | None = None


class OwnChat:
    """A channel whose other side is a page of ours. The rest a channel says of itself."""

    def __init__(self, package: str) -> None:
        """Read the manifest. package: the channel's folder."""
        self._manifest = manifest.read(package)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the visitor's token and that our own door sealed the body."""
        who = _visitor(delivery, account)
        given = delivery.headers.get("x-hilo-seal", "")
        if not hmac.compare_digest(given.encode(), visitor.seal(delivery.body, account).encode()):
            raise BadSignature("the delivery was not sealed by our door")
        try:
            said = msgspec.json.decode(delivery.body, type=Said)
        except (msgspec.MsgspecError, RecursionError):
            return None
        return f"{who.id}:{said.client_id}" if said.client_id else None

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what the visitor did."""
        who = _visitor(delivery, account)
        try:
            said = msgspec.json.decode(delivery.body, type=Said)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise payloads.misread(error) from error
        return _said(said, who, said.at or delivery.received_at)

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Make no call: the visitor reads the conversation itself."""
        del message, account
        yield from ()
        return Accepted(state="sent")

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: a visitor's client names a message by our own id."""
        del message, account
        return None

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as a new visitor would, sealed as our own door does."""
        who = visitor.Visitor(id=id_)
        said = Said(type="message", client_id=f"test-{id_}", text="Hilo · test", name="Hilo", at=at)
        body = msgspec.json.encode(said)
        headers = {
            "x-hilo-visitor": visitor.issue(who, account, at),
            "x-hilo-seal": visitor.seal(body, account),
        }
        return Sample(
            entrance="chat", delivery=Delivery(body=body, headers=headers, received_at=at)
        )


def new_secrets(kept: Mapping[str, str]) -> dict[str, str]:
    """Return the two secrets of an account: those there are, else new ones."""
    return {"secret": _key(), "visitor_key": _key()} | dict(kept)


def _said(said: Said, who: visitor.Visitor, at: datetime) -> Sequence[Inbound]:
    sender = who.sender(name=said.name, locale=said.locale, time_zone=said.time_zone)
    found: Inbound
    match said.type:
        case "got":
            return [StatusIn(state="delivered", message=id_, at=at) for id_ in said.ids]
        case "message":
            answered = msgspec.structs.replace(sender, attributes=said.traits)
            found = _message(said, who, answered, at)
        case "seen":
            found = SeenIn(sender=sender, up_to=said.up_to or at)
        case "identify":
            attributes = {key: value for key, value in said.traits.items() if key != "name"}
            named = [*sender.identities, *_given(said.traits)]
            known = msgspec.structs.replace(sender, identities=named, attributes=attributes)
            found = ContactChanged(sender=known)
        case "track":
            found = Tracked(sender=sender, name=said.event, data=said.data, at=at)
        case "erase":
            found = ErasureIn(sender=sender)
        case _:
            found = Unknown(kind=said.type[:100])
    return [found]


def _message(said: Said, who: visitor.Visitor, sender: SenderIn, at: datetime) -> MessageIn:
    if not said.client_id or not (said.text.strip() or said.files):
        raise MalformedPayload("a message needs a client_id and a text or a file", reason="empty")
    stamp: dict[str, object] = {"visitor": str(who.id)}
    if said.page:
        stamp["page"] = said.page
    return MessageIn(
        external_id=f"{who.id}:{said.client_id}",
        sender=sender,
        text=said.text,
        at=at,
        files=[FileIn(name=f.name, media_type=f.media_type, stored=f.id) for f in said.files],
        client_id=said.client_id,
        stamp=stamp,
    )


def _given(traits: Mapping[str, object]) -> list[IdentityIn]:
    """Return the addresses a visitor gives of itself: not proven, but a way to answer."""
    kinds: Sequence[Literal["email", "phone"]] = ("email", "phone")
    return [
        IdentityIn(kind=kind, value=value)
        for kind in kinds
        if isinstance(value := traits.get(kind), str) and value.strip()
    ]


def _visitor(delivery: Delivery, account: Account) -> visitor.Visitor:
    token = delivery.headers.get("x-hilo-visitor", "")
    if not token:
        raise BadSignature("there is no visitor token")
    return visitor.read(token, account, delivery.received_at)


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
