"""What we post to the other side, and what its answer means."""

from datetime import datetime
from email.utils import parsedate_to_datetime

import msgspec

from hilo.kit.errors import AuthExpired, Rejected, TemporaryFailure, Throttled, UnknownOutcome
from hilo.sdk.outbound import Accepted, HttpReply, MessageOut

_ID_CHARS = 500
_DETAIL_CHARS = 300
_DEFAULT_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 3600.0


def body_of(message: MessageOut) -> bytes:
    """Return what is posted for a reply; the README documents it."""
    named = "id" if message.to.kind in {"external", "visitor"} else message.to.kind
    body: dict[str, object] = {
        "id": message.id,
        "conversation": message.conversation,
        "to": {named: message.to.value, "name": message.to.name},
        "from": {"name": message.sender_name},
        "text": message.text,
        "attachments": [
            {
                "id": each.id,
                "name": each.name,
                "media_type": each.media_type,
                "size_bytes": each.size_bytes,
                "url": each.url,
            }
            for each in message.files
        ],
        "at": message.at,
    }
    if message.html:
        body["html"] = message.html
    if message.reply_to:
        body["in_reply_to"] = message.reply_to
    return msgspec.json.encode(body)


def outcome(reply: HttpReply, now: datetime) -> Accepted:
    """Say what an answer means. Raises the error that says what to do next."""
    said = reply.body[:_DETAIL_CHARS].decode("utf-8", "replace").replace("\x00", "")
    code = str(reply.status)
    match reply.status:
        case status if 200 <= status < 300:  # noqa: PLR2004 - the class of success
            return Accepted(external_id=_given_id(reply.body))
        case 401:
            raise AuthExpired("the callback refused our signature", vendor_code=code)
        case 429:
            raise Throttled(said, retry_after_s=_pause_s(reply, now), vendor_code=code)
        case 503 if "retry-after" in reply.headers:
            raise Throttled(said, retry_after_s=_pause_s(reply, now), vendor_code=code)
        case 502 | 504:
            # A gateway speaks, not the receiver: it may have the message and be unable to say so.
            raise UnknownOutcome(said, vendor_code=code)
        case status if status in {408, 425} or status >= 500:  # noqa: PLR2004 - the server's faults
            raise TemporaryFailure(said, vendor_code=code)
        case _:
            raise Rejected(said, vendor_code=code)


def _given_id(body: bytes) -> str | None:
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    given = answer.get("id") if isinstance(answer, dict) else None
    if isinstance(given, str | int) and not isinstance(given, bool) and str(given).strip():
        return str(given)[:_ID_CHARS]
    return None


def _pause_s(reply: HttpReply, now: datetime) -> float:
    """Read Retry-After: seconds or a date."""
    header = reply.headers.get("retry-after", "")
    if header.isascii() and header.isdigit():
        return min(float(header), _LONGEST_PAUSE_S)
    try:
        pause = (parsedate_to_datetime(header) - now).total_seconds()
    except (TypeError, ValueError):
        return _DEFAULT_PAUSE_S
    return min(max(pause, 0.0), _LONGEST_PAUSE_S)
