"""What the REST API answers, as far as Hilo reads it. Fields that are not named are ignored.

Source: https://www.twilio.com/docs/messaging/api, version 2010-04-01.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field


class Sent(Struct, frozen=True, kw_only=True):
    """A message the vendor has. date_sent: RFC 2822, empty while queued."""

    sid: str
    status: str = ""
    body: str | None = None
    to: str = ""
    date_created: str | None = None
    error_code: int | None = None


class Listed(Struct, frozen=True, kw_only=True):
    """A page of messages, the newest first."""

    messages: Sequence[Sent] = ()


class Refusal(Struct, frozen=True, kw_only=True):
    """Why not."""

    code: int = 0
    message: str = ""


class Account(Struct, frozen=True, kw_only=True):
    """The account itself."""

    friendly_name: str = ""
    status: str = ""


class Number(Struct, frozen=True, kw_only=True):
    """A number of the account, and what it calls."""

    sid: str
    sms_url: str | None = ""
    capabilities: Mapping[str, bool] = {}


class Numbers(Struct, frozen=True, kw_only=True):
    """Numbers found."""

    incoming_phone_numbers: Sequence[Number] = ()


class Text(Struct, frozen=True, kw_only=True):
    """One form a template has. Every kind of template has a body."""

    body: str = ""


class Template(Struct, frozen=True, kw_only=True):
    """A content template. variables: examples, by their number."""

    sid: str
    friendly_name: str = ""
    language: str = ""
    variables: Mapping[str, str] = {}
    types: Mapping[str, Text] = {}
    approval: Mapping[str, object] = field(name="approval_requests", default_factory=dict)


class Templates(Struct, frozen=True, kw_only=True):
    """A page of templates."""

    contents: Sequence[Template] = ()
