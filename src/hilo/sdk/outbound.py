"""What leaves: parts of messages, the calls that carry them, and what the vendor said."""

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.sdk.content import Content
from hilo.sdk.inbound import IdentityKind


class FileOut(Struct, frozen=True, kw_only=True):
    """A file to send.

    url: signed and public for a while. content: read before the call where the manifest has
    `uploads`.
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
    """One part of a message: what goes out with one of the vendor's sends.

    text, files, content: this part's alone, already within the channel's limits.
    heard_at: when the contact last did something that opens the reply window.

    part: 1-based, which of its vendor calls. references: earlier Message-IDs, oldest first.
    reply_to: the external id of the message it answers. answered_to: to whom that one was. sender:
    which of the account's addresses it leaves from; empty: none was kept with it. quote,
    quote_from: what to repeat below and the line that introduces it, in the contact's language.
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
    sender_signature: str = ""
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
    content: Content | None = None
    parts: int = 1
    heard_at: datetime | None = None
    answered_to: Sequence[str] = ()
    sender: str = ""

    @property
    def tracker(self) -> str:
        """Our own name of this part, for vendors that give it back."""
        return f"{self.id}.{self.part}"


def tracked(text: object) -> tuple[UUID, int] | None:
    """Return message and part of a tracker that came back; None when it is not ours."""
    message, dot, part = text.partition(".") if isinstance(text, str) else ("", "", "")
    if not dot or not (part.isascii() and part.isdigit()):
        return None
    try:
        return UUID(message), int(part)
    except ValueError:
        return None


class ActionOut(Struct, frozen=True, kw_only=True):
    """Something done to a message that is known at the outside.

    external_id: its name there. emoji: for react; empty takes the mark away. text: for edit.
    """

    does: Literal["react", "edit", "delete"]
    external_id: str
    to: Recipient
    is_ours: bool
    emoji: str = ""
    text: str = ""
    now: datetime


class MarkOut(Struct, frozen=True, kw_only=True):
    """A sign that passes: tried once, never recorded. external_id: the newest that was read."""

    does: Literal["typing_on", "typing_off", "read"]
    to: Recipient
    external_id: str | None = None
    now: datetime


class HttpCall(Struct, frozen=True, kw_only=True, tag="http"):
    """One HTTP request for the carrier to make. timeout_s counts the whole call.

    is_harmless: asking twice changes nothing, so no answer is a temporary failure, never unknown.
    redirects: how many may be followed (GET only); credentials stay with the first host.
    body_bytes_max: of the answer.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    timeout_s: float = 10
    is_harmless: bool = False
    redirects: int = 0
    body_bytes_max: int = 5_000_000


class SmtpServer(Struct, frozen=True, kw_only=True):
    """Where mail leaves. certificate_sha256: the one certificate to trust; empty: any valid.

    token: signs in by XOAUTH2 instead of the password.
    """

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: str = ""
    token: str = ""
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
