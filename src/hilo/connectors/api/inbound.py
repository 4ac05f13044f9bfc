"""What the other side posts to us, read: a message or a receipt."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import msgspec
from msgspec import Struct, field

from hilo.kit.errors import MalformedPayload
from hilo.sdk import payloads
from hilo.sdk import settings as form
from hilo.sdk.inbound import (
    FileIn,
    IdentityIn,
    Inbound,
    MessageIn,
    ReceiptState,
    SenderIn,
    StatusIn,
)

_STATES: Mapping[str, ReceiptState] = {state: state for state in get_args(ReceiptState)}
_ID_CHARS = 500
_DETAIL_CHARS = 300


class From(Struct, frozen=True, kw_only=True):
    """Who wrote, by the other side's own id."""

    id: str | int
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    attributes: Mapping[str, object] | None = None


class File(Struct, frozen=True, kw_only=True):
    """An attachment: an address to fetch, or the bytes as base64."""

    name: str | None = None
    media_type: str | None = None
    url: str | None = None
    content: str | None = None


class Problem(Struct, frozen=True, kw_only=True):
    """Why a message failed, in the longer form."""

    code: str = ""
    message: str = ""


class Status(Struct, frozen=True, kw_only=True):
    """What became of a message we posted: `message` is our id of it or theirs."""

    message: str | int
    state: str
    at: datetime | None = None
    error: str | Problem | None = None


class Body(Struct, frozen=True, kw_only=True):
    """What is posted to us: a message, or a receipt in `status`."""

    id: str | int | None = None
    sender: From | None = field(name="from", default=None)
    text: str | None = None
    at: datetime | None = None
    attachments: Sequence[File] | None = None
    in_reply_to: str | int | None = None
    status: Status | None = None


_DECODER = msgspec.json.Decoder(Body)


def read(body: bytes) -> Inbound:
    """Return what a body means. Raises MalformedPayload, which names the place."""
    given = payloads.decoded(body, _DECODER)
    return _message(given) if given.status is None else _status(given.status)


def _message(body: Body) -> Inbound:
    if body.id is None or body.sender is None:
        missing = "id" if body.id is None else "from"
        raise MalformedPayload(
            f"Object missing required field `{missing}`", reason="field-missing", field=missing
        )
    if not body.text and not body.attachments:
        raise MalformedPayload("a text or an attachment is expected", reason="empty")
    return MessageIn(
        external_id=_id(body.id, "id"),
        sender=_sender(body.sender),
        text=body.text or "",
        at=_aware(body.at),
        files=[_file(each, n) for n, each in enumerate(body.attachments or ())],
        reply_to=None if body.in_reply_to is None else _id(body.in_reply_to, "in_reply_to"),
    )


def _sender(given: From) -> SenderIn:
    identities = [IdentityIn(kind="external", value=_id(given.id, "from.id"), verified=True)]
    if given.email and given.email.strip():
        identities.append(IdentityIn(kind="email", value=given.email.strip(), verified=True))
    if given.phone and given.phone.strip():
        identities.append(IdentityIn(kind="phone", value=given.phone.strip(), verified=True))
    return SenderIn(
        identities=identities,
        name=(given.name or "").strip(),
        locale=given.locale or "",
        time_zone=given.time_zone or "",
        attributes=given.attributes or {},
    )


def _file(given: File, number: int) -> FileIn:
    name, media_type = given.name or "", given.media_type or ""
    if given.content is not None:
        try:
            content = base64.b64decode(given.content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise _wrong("`content` is not base64", f"attachments[{number}]") from error
        return FileIn(name=name, media_type=media_type, content=content)
    if not given.url or not form.is_web_address(given.url):
        raise _wrong("`url` or `content` is expected", f"attachments[{number}]")
    return FileIn(name=name, media_type=media_type, url=given.url)


def _status(given: Status) -> StatusIn:
    id_ = _id(given.message, "status.message")
    state = _STATES.get(given.state)
    if state is None:
        raise _wrong(f"one of {', '.join(_STATES)} is expected", "status.state")
    return StatusIn(
        state=state,
        external_id=id_,
        message=_uuid(id_),
        at=_aware(given.at),
        error=_error_text(given.error),
    )


def _error_text(error: str | Problem | None) -> str:
    if isinstance(error, Problem):
        error = f"{error.code} {error.message}".strip()
    return (error or "")[:_DETAIL_CHARS]


def _id(value: str | int, path: str) -> str:
    text = str(value)
    if not text.strip() or len(text) > _ID_CHARS:
        raise _wrong(f"1 to {_ID_CHARS} characters are expected", path)
    return text


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _wrong(said: str, field: str) -> MalformedPayload:
    return MalformedPayload(f"{said} - at `$.{field}`", reason="field-wrong", field=f"$.{field}")
