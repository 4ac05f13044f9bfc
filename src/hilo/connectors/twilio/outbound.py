"""Parts as calls of the REST API, what its answers mean, and how to ask for a lost one."""

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from hilo.connectors.twilio import wire
from hilo.connectors.twilio.inbound import TRACKER, VERDICTS
from hilo.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from hilo.sdk.abilities import Fetched, TemplateSeen
from hilo.sdk.account import Account
from hilo.sdk.content import Template
from hilo.sdk.forms import basic, urlencoded
from hilo.sdk.outbound import (
    Accepted,
    Call,
    HttpCall,
    HttpReply,
    MarkOut,
    MessageOut,
    Reply,
    Sending,
)

API = "https://api.twilio.com/2010-04-01"
CONTENT = "https://content.twilio.com/v1"
TYPING = "https://messaging.twilio.com/v2/Indicators/Typing.json"
_OK = range(200, 300)
_NOT_FOUND = 404
_GONE = {403, 404, 410}
_MEDIA_BYTES = 20_000_000
_SLACK = timedelta(minutes=5)  # between their clock and ours
T = TypeVar("T")


def send(message: MessageOut, account: Account) -> Sending:
    """Send one part. There is no key against doubles; the list of messages tells afterwards."""
    form = [("To", address(message.to.value, account)), *_sender(account)]
    form.append(("StatusCallback", f"{account.webhook_url}?{TRACKER}={quote(message.tracker)}"))
    if isinstance(message.content, Template):
        form.append(("ContentSid", message.content.name))
        variables = msgspec.json.encode(message.content.variables).decode()
        form.append(("ContentVariables", variables))
    else:
        if message.text:
            form.append(("Body", message.text))
        form += [("MediaUrl", each.url) for each in message.files]
    url = f"{_base(account)}/Messages.json"
    sent = yield from ask(_post(account, url, form), wire.Sent, message.now)
    return Accepted(external_id=sent.sid)


def resolve(message: MessageOut, account: Account) -> Generator[Call, Reply, Accepted]:
    """Look for the part among what was sent to this number since it was written.

    Exactly one that says the same is the part. Several are a question for the agent, and so is
    none: the list leaves out what still waits in the vendor's queue. Raises UnknownOutcome.
    """
    since = message.at - _SLACK
    asked = {
        "To": address(message.to.value, account),
        "DateSent>": since.strftime("%Y-%m-%d"),
        "PageSize": "100",
    }
    url = f"{_base(account)}/Messages.json?{urlencode(asked)}"
    listed = yield from ask(_get(account, url), wire.Listed, message.now)
    fits = [
        each
        for each in listed.messages
        if (each.body or "") == message.text and _is_since(each, since)
    ]
    if len(fits) != 1:
        raise UnknownOutcome(f"{len(fits)} messages of the list say the same")
    return Accepted(external_id=fits[0].sid)


def mark(given: MarkOut, account: Account) -> Sending:
    """Show over WhatsApp that we type, for 25 seconds; what was said counts as read with it.

    There is no call for having read alone, and none for text messages. A refusal is about the
    indicator: it says nothing of the account.
    """
    said = given.external_id or ""
    if given.does == "typing_on" and account.settings.get("by") == "whatsapp" and said:
        form = [("messageId", said), ("channel", "whatsapp")]
        reply = yield msgspec.structs.replace(_post(account, TYPING, form), is_harmless=True)
        if not isinstance(reply, HttpReply) or reply.status not in _OK:
            status = reply.status if isinstance(reply, HttpReply) else 0
            raise Rejected("the vendor shows no typing here", vendor_code=str(status))
    return Accepted()


def fetch(url: str, account: Account) -> Generator[Call, Reply, Fetched]:
    """Get a file; its address asks for our credentials and sends on to a store that must not."""
    reply = yield HttpCall(
        method="GET",
        url=url,
        headers={"authorization": _own(account)},
        timeout_s=60,
        is_harmless=True,
        redirects=3,
        body_bytes_max=_MEDIA_BYTES,
    )
    if not isinstance(reply, HttpReply) or reply.status not in _OK:
        status = reply.status if isinstance(reply, HttpReply) else 0
        kind = Rejected if status in _GONE else TemporaryFailure
        raise kind("the file could not be fetched", vendor_code=str(status))
    return Fetched(content=reply.body, media_type=reply.headers.get("content-type", ""))


def templates(account: Account) -> Generator[Call, Reply, Sequence[TemplateSeen]]:
    """Return the account's content templates."""
    url = f"{CONTENT}/ContentAndApprovals?PageSize=500"
    found = yield from ask(_get(account, url), wire.Templates, None)
    return [_seen(each) for each in found.contents]


def get(account: Account, url: str, shape: type[T]) -> Generator[Call, Reply, T]:
    """Ask for something."""
    return (yield from ask(_get(account, url), shape, None))


def post(
    account: Account, url: str, form: Sequence[tuple[str, str]], shape: type[T]
) -> Generator[Call, Reply, T]:
    """Set something; the same again changes nothing."""
    call = msgspec.structs.replace(_post(account, url, form), is_harmless=True)
    return (yield from ask(call, shape, None))


def ask(call: HttpCall, shape: type[T], now: datetime | None) -> Generator[Call, Reply, T]:
    """Make a call and return what was answered. Raises what a refusal means."""
    reply = yield call
    if not isinstance(reply, HttpReply):
        raise UnknownOutcome("no answer to an HTTP request")
    if reply.status in _OK:
        try:
            return msgspec.json.decode(reply.body, type=shape)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UnknownOutcome("an answer that cannot be read") from error
    refusal = wire.Refusal()
    try:
        refusal = msgspec.json.decode(reply.body, type=wire.Refusal)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        refusal = wire.Refusal(message="not an answer of the API")
    code = str(refusal.code) if refusal.code else str(reply.status)
    raise VERDICTS.error(code, refusal.message, reply, now)


def base(account: Account) -> str:
    """Return the beginning of the account's addresses."""
    return _base(account)


def address(value: str, account: Account) -> str:
    """Return a number as this network writes it."""
    return f"whatsapp:{value}" if account.settings.get("by") == "whatsapp" else value


def _base(account: Account) -> str:
    return f"{API}/Accounts/{quote(str(account.settings.get('account_sid', '')), safe='')}"


def _sender(account: Account) -> list[tuple[str, str]]:
    service = account.settings.get("messaging_service_sid")
    if service:
        return [("MessagingServiceSid", str(service))]
    return [("From", address(str(account.settings.get("number", "")), account))]


def _get(account: Account, url: str) -> HttpCall:
    headers = {"authorization": _own(account)}
    return HttpCall(method="GET", url=url, headers=headers, is_harmless=True)


def _post(account: Account, url: str, form: Sequence[tuple[str, str]]) -> HttpCall:
    content_type, body = urlencoded(form)
    headers = {"authorization": _own(account), "content-type": content_type}
    return HttpCall(method="POST", url=url, headers=headers, body=body)


def _own(account: Account) -> str:
    return basic(
        str(account.settings.get("account_sid", "")), account.secrets.get("auth_token", "")
    )


def _is_since(sent: wire.Sent, since: datetime) -> bool:
    try:
        return parsedate_to_datetime(sent.date_created or "") >= since
    except (TypeError, ValueError):
        return False


def _seen(given: wire.Template) -> TemplateSeen:
    body = next((each.body for each in given.types.values() if each.body), "")
    told: Mapping[str, object] = given.approval
    status = str(told.get("status", "approved"))
    known = {"approved", "pending", "rejected", "paused", "disabled"}
    return TemplateSeen(
        name=given.sid,
        language=given.language,
        status=status if status in known else "pending",  # type: ignore[arg-type]
        category=str(told.get("category", "")),
        body=body,
        footer="",
        variables=sorted(given.variables, key=lambda each: (len(each), each)),
        example=given.variables,
        reason=str(told.get("rejection_reason", "")),
    )
