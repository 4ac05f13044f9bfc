"""The channel contract: what a connector receives and gives.

Data and protocols; nothing here does work.

A delivery is one raw request or mail. `parse` turns it into inbound items; `send` yields calls and
returns a
receipt. The domain stores, retries, limits and threads; a connector only translates.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable
from uuid import UUID

from msgspec import Struct

from hilo.sdk.manifest import Manifest

IdentityKind = Literal["email", "phone", "visitor", "external"]
ReceiptState = Literal["sent", "delivered", "read", "failed"]


class Account(Struct, frozen=True, kw_only=True):
    """A connected account as a connector sees it. secrets are opened; never log one."""

    id: UUID
    workspace: UUID
    inbox: UUID
    channel: str
    address: str | None = None
    settings: Mapping[str, object] = {}
    secrets: Mapping[str, str] = {}
    public_url: str = ""


class Delivery(Struct, frozen=True, kw_only=True):
    """One raw request as received. headers: lower-cased names; received_at: our clock, aware."""

    body: bytes
    headers: Mapping[str, str] = {}
    url: str = ""
    received_at: datetime
    id: UUID | None = None


class IdentityIn(Struct, frozen=True, kw_only=True):
    """One address of the sender. value: as given; the domain normalises e-mail and phone."""

    kind: IdentityKind
    value: str
    verified: bool = False


class SenderIn(Struct, frozen=True, kw_only=True):
    """Who wrote.

    identities: the first is the one the message came from. attributes: merged when absent.
    """

    identities: Sequence[IdentityIn]
    name: str = ""
    locale: str = ""
    time_zone: str = ""
    attributes: Mapping[str, object] = {}


class FileIn(Struct, frozen=True, kw_only=True):
    """A file that came with a message: bytes at hand, or an address to fetch it from later.

    stored: the id of a file the library holds already, checked by the door to be the sender's.
    """

    name: str = ""
    media_type: str = ""
    content: bytes | None = None
    url: str | None = None
    stored: UUID | None = None
    inline: bool = False
    content_id: str = ""


class MessageIn(Struct, frozen=True, kw_only=True, tag="message"):
    """A message from a contact (or an echo of ours: `echo`).

    ref: how other mails name this one (a Message-ID) where external_id says more: keep `ref` as the
    thread reference. thread: references that may name a known message, newest first; thread_root:
    what mails of one thread share. conversation: from the token of our own reply address, already
    verified. number: a conversation's number in the subject, believed only when the sender is known
    there. stamp: free facts for `meta` (to, cc, warnings, automatic …).
    """

    external_id: str
    sender: SenderIn
    text: str = ""
    html: str | None = None
    quoted: str | None = None
    subject: str = ""
    at: datetime | None = None
    files: Sequence[FileIn] = ()
    reply_to: str | None = None
    ref: str | None = None
    thread: Sequence[str] = ()
    thread_root: str | None = None
    conversation: UUID | None = None
    number: int | None = None
    client_id: str | None = None
    automatic: bool = False
    stamp: Mapping[str, object] = {}


class StatusIn(Struct, frozen=True, kw_only=True, tag="status"):
    """What became of a message we sent: by external id, or by our own message id.

    suppress: an address that will never accept mail. notice: news that changes no state (delayed).
    """

    state: ReceiptState
    external_id: str | None = None
    message: UUID | None = None
    at: datetime | None = None
    error: str = ""
    suppress: str | None = None
    notice: str = ""


class SeenIn(Struct, frozen=True, kw_only=True, tag="seen"):
    """The contact has read everything up to a sequence number or a moment."""

    sender: SenderIn
    up_to_seq: int | None = None
    up_to: datetime | None = None


class ContactChanged(Struct, frozen=True, kw_only=True, tag="contact"):
    """The contact told more about itself. Never creates a conversation."""

    sender: SenderIn


class Tracked(Struct, frozen=True, kw_only=True, tag="tracked"):
    """Something the contact did elsewhere (page viewed, cart left). Goes to the log."""

    sender: SenderIn
    name: str
    data: Mapping[str, object] = {}
    at: datetime | None = None


class Unknown(Struct, frozen=True, kw_only=True, tag="unknown"):
    """Understood as signed, unknown in kind: counted and shown, never dropped."""

    kind: str
    reason: str = ""


Inbound = MessageIn | StatusIn | SeenIn | ContactChanged | Tracked | Unknown


class FileOut(Struct, frozen=True, kw_only=True):
    """A file to send.

    url: signed and public for a while; content is read by the carrier when asked for.
    """

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    url: str
    content: bytes = b""
    inline: bool = False
    content_id: str = ""


class Recipient(Struct, frozen=True, kw_only=True):
    """To whom."""

    kind: IdentityKind
    value: str
    name: str = ""


class MessageOut(Struct, frozen=True, kw_only=True):
    """A message to send.

    part: 1-based, which of its vendor calls. references: earlier Message-IDs, oldest first.
    reply_to: the external id of the message it answers. quote, quote_from: what to repeat below and
    the line that introduces it, in the contact's language.
    """

    id: UUID
    conversation: UUID
    number: int
    part: int
    to: Recipient
    text: str
    html: str | None = None
    subject: str = ""
    files: Sequence[FileOut] = ()
    sender_name: str = ""
    workspace_name: str = ""
    references: Sequence[str] = ()
    reply_to: str | None = None
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    quote: str = ""
    quote_from: str = ""
    locale: str = "en"
    attempt: int = 1
    at: datetime
    now: datetime | None = None
    automatic: bool = False


class HttpCall(Struct, frozen=True, kw_only=True, tag="http"):
    """One HTTP request for the carrier to make. timeout_s counts the whole call."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    timeout_s: float = 10


class SmtpServer(Struct, frozen=True, kw_only=True):
    """Where mail leaves. certificate_sha256: the one certificate to trust; empty: any valid."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: str = ""
    certificate_sha256: str = ""


class SmtpCall(Struct, frozen=True, kw_only=True, tag="smtp"):
    """One mail for the carrier to hand over. server None: the built-in catcher."""

    server: SmtpServer | None
    mail_from: str
    rcpt_to: Sequence[str]
    message: bytes
    timeout_s: float = 30


Call = HttpCall | SmtpCall


class HttpReply(Struct, frozen=True, kw_only=True, tag="http"):
    """What the server answered. headers: lower-cased names; body is capped."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""


class SmtpReply(Struct, frozen=True, kw_only=True, tag="smtp"):
    """What the mail server answered. refused: recipient to 'code text'; empty = all accepted."""

    code: int = 250
    text: str = ""
    refused: Mapping[str, str] = {}


Reply = HttpReply | SmtpReply


class Accepted(Struct, frozen=True, kw_only=True):
    """The vendor took it.

    external_id: theirs, or ours where we mint it. state: where it stands at once.
    """

    external_id: str | None = None
    state: Literal["sent", "delivered"] = "sent"
    refused: Mapping[str, str] = {}


# `send` raises for everything else: Rejected, Throttled, TemporaryFailure, AuthExpired,
# UnknownOutcome.
Sending = Generator[Call, Reply, Accepted]


@runtime_checkable
class ChannelConnector(Protocol):
    """A channel. Stateless, free of I/O, safe to share between tasks."""

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        ...

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the raw bytes.

        Return the signed dedupe key, or None for the body's hash. Raises BadSignature.
        """
        ...

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means; pure. Raises MalformedPayload when it cannot be understood."""
        ...

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Yield each call, be given its reply, return what the vendor said of this part."""
        ...

    def mint(self, message: UUID, account: Account) -> str | None:
        """Return the external id chosen before sending (a Message-ID).

        None: the vendor chooses.
        """
        ...


class Check(Struct, frozen=True, kw_only=True):
    """One line of an account's live check.

    key: of its text; ok None = cannot tell. detail: plain, no secrets.
    """

    key: str
    ok: bool | None
    detail: str = ""


class SettingsRead(Struct, frozen=True, kw_only=True):
    """An account's settings after the connector accepted them.

    address: the mailbox, where there is one.
    """

    settings: Mapping[str, object]
    secrets: Mapping[str, str]
    address: str | None = None
    name: str = ""


@runtime_checkable
class Configurable(Protocol):
    """Optional: the connector checks and completes settings itself.

    It may make its secret and find its address.
    """

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Return what to keep. Raises Invalid naming `settings.<name>`. Pure but for randomness."""
        ...


@runtime_checkable
class Embeddable(Protocol):
    """Optional: the channel is put on a website."""

    def snippet(self, account: Account) -> str:
        """Return the HTML to paste into its pages."""
        ...


class Sample(Struct, frozen=True, kw_only=True):
    """A message as the outside would send it. entrance: by which door it would come."""

    entrance: Literal["hook", "mail", "chat"]
    delivery: Delivery


@runtime_checkable
class Trial(Protocol):
    """Optional: makes a sample, so that a person can try the way in before anybody writes."""

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Return a message that `verify` and `parse` accept at that moment. id_: its own."""
        ...


Arrive = Callable[[bytes, Mapping[str, str], str], Awaitable[None]]
"""(raw, headers, dedupe key): durable when it returns."""


class Cursors(Protocol):
    """Where a held connection stopped, kept by the domain."""

    async def get(self, key: str) -> Mapping[str, object] | None:
        """Return what was kept."""
        ...

    async def put(self, key: str, value: Mapping[str, object]) -> None:
        """Keep it; durable when it returns."""
        ...


@runtime_checkable
class Judging(Protocol):
    """Optional: says how far a delivery's sender can be believed, before it is stored."""

    async def judge(self, raw: bytes, facts: Mapping[str, str]) -> str | None:
        """Return what goes into the delivery's `authentication-results`; None: nothing to say."""
        ...


@runtime_checkable
class Live(Protocol):
    """Optional: holds a connection (a mailbox). Only `live.py` of a connector does I/O."""

    def wants(self, account: Account) -> bool:
        """Say whether this account has something to hold."""
        ...

    async def hold(self, account: Account, arrive: Arrive, cursors: Cursors) -> None:
        """Read until cancelled.

        Raises AuthExpired or TemporaryFailure; the worker decides when to come back.
        """
        ...

    def check(self, account: Account) -> AsyncIterator[Check]:
        """Try the credentials and servers, step by step."""
        ...
