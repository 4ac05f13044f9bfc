"""A form from the vendor, read: a message that came, or what became of one of ours."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from hilo.kit.errors import MalformedPayload
from hilo.sdk import keywords, verdicts
from hilo.sdk.content import Chosen, Content, Place, Strange
from hilo.sdk.inbound import (
    ConsentIn,
    FileIn,
    IdentityIn,
    Inbound,
    MessageIn,
    ReceiptState,
    Referral,
    SenderIn,
    StatusIn,
    Unknown,
)
from hilo.sdk.outbound import tracked

VERDICTS = verdicts.read(__package__)
TRACKER = "hilo"  # the name of our tracker in the address of receipts
_WHATSAPP = "whatsapp:"
_STATES: Mapping[str, ReceiptState] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
_ON_THE_WAY = {"accepted", "scheduled", "queued", "sending", "receiving", "received"}
_NO_CONTENT = {"application/smil", "application/xml", "text/xml"}
_MOST_FILES = 10


def read(fields: Mapping[str, str], url: str) -> list[Inbound]:
    """Return what a form means. url: with the query our receipts carry. Raises MalformedPayload."""
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    if not sid:
        raise MalformedPayload(
            "field `MessageSid` is missing", reason="field-missing", field="MessageSid"
        )
    status = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
    if "From" in fields and ("Body" in fields or "NumMedia" in fields):
        return _message(sid, fields)
    return [_status(sid, status.lower(), fields, url)]


def _status(sid: str, status: str, fields: Mapping[str, str], url: str) -> Inbound:
    state = _STATES.get(status)
    if state is None:
        reason = "on its way" if status in _ON_THE_WAY else "not a state we know"
        return Unknown(kind=f"status.{status}"[:100], reason=reason)
    ours = tracked(parse_qs(urlsplit(url).query).get(TRACKER, [""])[0])
    return StatusIn(
        state=state,
        external_id=sid,
        message=None if ours is None else ours[0],
        part=None if ours is None else ours[1],
        error=fields.get("ErrorMessage", "") if state == "failed" else "",
        vendor_code=fields.get("ErrorCode", "") if state == "failed" else "",
        reason=VERDICTS.why(fields.get("ErrorCode", "")) if state == "failed" else "",
    )


def _message(sid: str, fields: Mapping[str, str]) -> list[Inbound]:
    sender = _sender(fields)
    text = fields.get("Body", "")
    files = _files(fields)
    content = _content(fields)
    kind = fields.get("MessageType", "text")
    if not (text or files or content) and kind != "text":
        content = Strange(kind=kind[:100], reason="the vendor passes on nothing of it")
    items: list[Inbound] = []
    if text or files or content is not None:
        replied = fields.get("OriginalRepliedMessageSid")
        message = MessageIn(
            external_id=sid,
            sender=sender,
            text=text,
            files=files,
            content=content,
            reply_to=replied or None,
            referral=_referral(fields),
        )
        items.append(message)
    # The vendor's own keyword service tells more words than can be told from the text.
    consent = keywords.consent(fields.get("OptOutType") or text)
    if consent is not None:
        items.append(ConsentIn(sender=sender, is_given=consent))
    return items or [Unknown(kind="empty", reason="no text, no file, no place")]


def _sender(fields: Mapping[str, str]) -> SenderIn:
    address = fields["From"].removeprefix(_WHATSAPP).strip()
    named = fields.get("ProfileName", "").strip()
    if address.startswith("+"):
        identity = IdentityIn(kind="phone", value=address, verified=True)
    else:  # a short code, a name, or an identity without a number
        identity = IdentityIn(kind="external", value=address[:400], verified=True)
    return SenderIn(identities=[identity], name=named)


def _files(fields: Mapping[str, str]) -> list[FileIn]:
    try:
        count = min(int(fields.get("NumMedia") or 0), _MOST_FILES)
    except ValueError as error:
        raise MalformedPayload(
            "field `NumMedia` is no number", reason="field-wrong", field="NumMedia"
        ) from error
    found = []
    for n in range(count):
        url, media_type = fields.get(f"MediaUrl{n}", ""), fields.get(f"MediaContentType{n}", "")
        if url and media_type not in _NO_CONTENT:
            found.append(FileIn(name=url.rpartition("/")[2], media_type=media_type, url=url))
    return found


def _content(fields: Mapping[str, str]) -> Content | None:
    if fields.get("ButtonPayload") or fields.get("ListId"):
        id_ = fields.get("ButtonPayload") or fields.get("ListId", "")
        title = fields.get("ButtonText") or fields.get("ListTitle", "")
        return Chosen(id=id_, title=title)
    if fields.get("Latitude") and fields.get("Longitude"):
        try:
            return Place(
                latitude=float(fields["Latitude"]),
                longitude=float(fields["Longitude"]),
                name=fields.get("Label", ""),
                address=fields.get("Address", ""),
            )
        except ValueError as error:
            raise MalformedPayload(
                "fields `Latitude`, `Longitude` are no numbers",
                reason="field-wrong",
                field="Latitude",
            ) from error
    return None


def _referral(fields: Mapping[str, str]) -> Referral | None:
    if not fields.get("ReferralSourceId"):
        return None
    return Referral(
        source="post" if fields.get("ReferralSourceType") == "post" else "ad",
        id=fields["ReferralSourceId"],
        url=fields.get("ReferralSourceUrl", ""),
        title=fields.get("ReferralHeadline", ""),
    )
