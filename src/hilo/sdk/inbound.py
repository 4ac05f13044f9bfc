"""What arrives, once a connector has understood it. One delivery may say many of these."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.sdk.content import Content
from hilo.sdk.reasons import Reason

IdentityKind = Literal["email", "phone", "visitor", "external"]
ReceiptState = Literal["sent", "delivered", "read", "failed"]


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

    url: an address anybody may open; to a channel that is `Fetching`, what it likes.

    stored: the id of a file the library holds already, checked by the door to be the sender's.
    """

    name: str = ""
    media_type: str = ""
    content: bytes | None = None
    url: str | None = None
    stored: UUID | None = None
    inline: bool = False
    content_id: str = ""
    sha256: str = ""


class Referral(Struct, frozen=True, kw_only=True):
    """How the contact came to write. token: a code of ours that says where it belongs.

    Source: an advertisement, a link with a reference, a QR code. text: of the advertisement.
    click: the vendor's own id of the tap, by which the advertisement's success is told back.
    """

    source: Literal["ad", "post", "link", "code"]
    id: str = ""
    url: str = ""
    title: str = ""
    token: str = ""
    text: str = ""
    click: str = ""


class MessageIn(Struct, frozen=True, kw_only=True, tag="message"):
    """A message from a contact.

    ref: how other mails name this one (a Message-ID) where external_id says more: keep `ref` as the
    thread reference. thread: references that may name a known message, newest first; thread_root:
    what mails of one thread share. conversation: from the token of our own reply address, already
    verified. number: a conversation's number in the subject, believed only when the sender is known
    there. stamp: free facts for `meta` (to, cc, warnings, automatic …). content: what it holds
    beside text. referral: the advertisement, link or code the contact came by. order: the vendor's
    own sequence, where two of one moment must keep their order.
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
    content: Content | None = None
    referral: Referral | None = None
    order: int = 0


class EchoIn(Struct, frozen=True, kw_only=True, tag="echo"):
    """What the business itself wrote by this account, here or with another tool.

    to: the contact. message, part: our tracker, where it came back: the proof that a call of ours
    succeeded. An echo of nothing we sent is kept as written elsewhere.
    """

    external_id: str
    to: SenderIn
    text: str = ""
    content: Content | None = None
    files: Sequence[FileIn] = ()
    reply_to: str | None = None
    at: datetime | None = None
    message: UUID | None = None
    part: int | None = None
    written_with: str = ""


class EditedIn(Struct, frozen=True, kw_only=True, tag="edited"):
    """A known message has a new text. One that is not known yet waits for its message."""

    external_id: str
    text: str
    content: Content | None = None
    at: datetime | None = None


class DeletedIn(Struct, frozen=True, kw_only=True, tag="deleted"):
    """A known message was taken back by who wrote it."""

    external_id: str
    at: datetime | None = None


class ReactionIn(Struct, frozen=True, kw_only=True, tag="reaction"):
    """A contact's mark on a known message, one for each. emoji: empty takes it away.

    is_ours: the business itself set it, with another tool; sender is still the contact.
    """

    sender: SenderIn
    external_id: str
    emoji: str
    at: datetime | None = None
    is_ours: bool = False


class StatusIn(Struct, frozen=True, kw_only=True, tag="status"):
    """What became of a message we sent: by external id, or by our own message id.

    part: with `message`, which of its calls (our tracker came back). vendor_code: why it failed.

    suppress: an address that will never accept mail. notice: news that changes no state (delayed).
    reason: of a failure.
    """

    state: ReceiptState
    external_id: str | None = None
    message: UUID | None = None
    part: int | None = None
    at: datetime | None = None
    error: str = ""
    vendor_code: str = ""
    reason: Reason = ""
    suppress: str | None = None
    notice: str = ""


class SeenIn(Struct, frozen=True, kw_only=True, tag="seen"):
    """The contact has received or read everything up to a sequence number or a moment."""

    sender: SenderIn
    up_to_seq: int | None = None
    up_to: datetime | None = None
    state: Literal["delivered", "read"] = "read"


class IdentityChanged(Struct, frozen=True, kw_only=True, tag="identity"):
    """A contact goes by another address from now on. old: must be known, else nothing happens."""

    old: IdentityIn
    new: SenderIn
    at: datetime | None = None


class ContactChanged(Struct, frozen=True, kw_only=True, tag="contact"):
    """The contact told more about itself. Never creates a conversation."""

    sender: SenderIn


class ErasureIn(Struct, frozen=True, kw_only=True, tag="erasure"):
    """The sender wishes that what it said here, and was told, is forgotten."""

    sender: SenderIn


class Tracked(Struct, frozen=True, kw_only=True, tag="tracked"):
    """Something the contact did elsewhere (page viewed, cart left). Goes to the log."""

    sender: SenderIn
    name: str
    data: Mapping[str, object] = {}
    at: datetime | None = None


class ConsentIn(Struct, frozen=True, kw_only=True, tag="consent"):
    """A contact allows or forbids what we may send. topic: "all" stops every free reply."""

    sender: SenderIn
    is_given: bool
    topic: Literal["all", "marketing"] = "all"
    at: datetime | None = None


class TemplateIn(Struct, frozen=True, kw_only=True, tag="template_status"):
    """The vendor judged a template anew. status: empty where it judged the category alone."""

    name: str
    language: str
    status: Literal["", "approved", "pending", "rejected", "paused", "disabled"]
    category: str = ""
    reason: str = ""


class AccountIn(Struct, frozen=True, kw_only=True, tag="account"):
    """The vendor says something of the account itself. does: what Hilo makes of it.

    "tell" shows it to the admins; "hold" keeps replies back until it is mended.
    """

    kind: str
    detail: str = ""
    does: Literal["tell", "hold"] = "tell"


class Elsewhere(Struct, frozen=True, kw_only=True, tag="elsewhere"):
    """This entry of the delivery is for another account of the same application.

    address: that account's. The delivery is handed on where the workspace has it with the same
    signing secret, else counted as unknown.
    """

    address: str


class Unknown(Struct, frozen=True, kw_only=True, tag="unknown"):
    """Understood as signed, unknown in kind: counted and shown, never dropped."""

    kind: str
    reason: str = ""


class Unread(Struct, frozen=True, kw_only=True, tag="unread"):
    """One of a batch that could not be read: the others count, the delivery waits in quarantine.

    reason, field: as in `MalformedPayload`, for people. detail: for who mends the connector.
    """

    kind: str
    detail: str = ""
    reason: str = ""
    field: str = ""


Inbound = (
    MessageIn
    | EchoIn
    | EditedIn
    | DeletedIn
    | ReactionIn
    | StatusIn
    | SeenIn
    | IdentityChanged
    | ContactChanged
    | ErasureIn
    | Tracked
    | ConsentIn
    | TemplateIn
    | AccountIn
    | Elsewhere
    | Unknown
    | Unread
)
