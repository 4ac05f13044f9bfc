"""What a visitor's browser may say. Unknown fields are ignored: panels differ in age."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

Short = Annotated[str, Meta(max_length=200)]
Page = Annotated[str, Meta(max_length=2_000)]
Token = Annotated[str, Meta(max_length=4_096)]
Answers = Mapping[Annotated[str, Meta(max_length=60)], Annotated[str, Meta(max_length=2_000)]]
ClientId = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[\w.:-]+$")]


class SessionAsked(Struct, frozen=True):
    """Who is there. identity_jwt: signed by the company."""

    visitor_token: Token | None = None
    identity_jwt: Token | None = None
    locale: Short = ""
    time_zone: Short = ""
    page: Page | None = ""


class MessageAsked(Struct, frozen=True):
    """A message. client_id: from the browser, the same at every try. attachments: from /files.

    answers: to the questions before the first message, by name.
    """

    client_id: ClientId
    text: str = ""
    attachments: Sequence[Annotated[str, Meta(max_length=200)]] = ()
    page: Page | None = ""
    locale: Short = ""
    time_zone: Short = ""
    answers: Answers | None = None


class AnswersAsked(Struct, frozen=True):
    """Answers to be checked; they are kept with the first message."""

    answers: Answers


class ReadAsked(Struct, frozen=True):
    """The last message the visitor looked at."""

    message_id: UUID


class TrackAsked(Struct, frozen=True):
    """Something the visitor did on the site."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    data: Mapping[str, object] = {}
    page: Page | None = ""


class IdentifyAsked(Struct, frozen=True):
    """A signed identity, or what the visitor says of itself."""

    identity_jwt: Token | None = None
    traits: Mapping[Annotated[str, Meta(min_length=1, max_length=60)], object] | None = None


class PushKeys(Struct, frozen=True):
    """What a browser gives to be written to, base64url."""

    p256dh: Short
    auth: Short


class PushGiven(Struct, frozen=True):
    """A browser's push subscription, as it writes it itself."""

    endpoint: Page
    keys: PushKeys


class PushAsked(Struct, frozen=True):
    """A wish to be called. ticket: for whom. page: where the chat was; opened from the call."""

    ticket: Short
    subscription: PushGiven
    page: Annotated[str, Meta(max_length=1_000)] = ""
    locale: Short = "en"


class Uploaded(Struct, frozen=True, kw_only=True):
    """A file that is kept. id: what a message of this visitor names it by."""

    id: str
    name: str
    media_type: str
    size_bytes: int
