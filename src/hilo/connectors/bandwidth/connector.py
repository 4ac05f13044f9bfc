"""The channel's translation: a list of events in, one JSON post a part out.

The vendor proves itself by a name and password of our making, which its application repeats.
"""

import hmac
import re
import secrets
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, urlsplit
from uuid import UUID

import msgspec
from msgspec import Raw

from hilo.connectors.bandwidth import wire
from hilo.connectors.bandwidth.simulator import Carrier
from hilo.kit.errors import (
    BadSignature,
    ConnectorError,
    FieldError,
    Invalid,
    MalformedPayload,
    Rejected,
    TemporaryFailure,
    UnknownOutcome,
)
from hilo.sdk import keywords, payloads, verdicts
from hilo.sdk import manifest as manifests
from hilo.sdk import settings as form
from hilo.sdk.abilities import Fetched, Sample
from hilo.sdk.account import Account, Check, Delivery, SettingsRead, failed
from hilo.sdk.forms import basic
from hilo.sdk.inbound import (
    ConsentIn,
    FileIn,
    IdentityIn,
    Inbound,
    MessageIn,
    ReceiptState,
    SenderIn,
    StatusIn,
    Unknown,
)
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import (
    Accepted,
    Call,
    HttpCall,
    HttpReply,
    MessageOut,
    Reply,
    Sending,
    tracked,
)
from hilo.sdk.simulator import Simulator

NAME = "hilo"
API = "https://messaging.bandwidth.com/api/v2/users"
_VERDICTS = verdicts.read(__package__)
_DECODER = msgspec.json.Decoder(list[Raw])
_EVENT = msgspec.json.Decoder(wire.Event)
_STATES: Mapping[str, ReceiptState] = {
    "message-sent": "sent",
    "message-delivered": "delivered",
    "message-read": "read",
    "message-failed": "failed",
}
_NUMBER = re.compile(r"^\+[1-9]\d{6,14}$")
_NO_CONTENT = (".smil", ".xml")
_OK = range(200, 300)
_GONE = {403, 404, 410}
_MEDIA_BYTES = 20_000_000
T = TypeVar("T")


class Bandwidth:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifests.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Compare name and password."""
        given = delivery.headers.get("authorization", "").encode()
        active = [account.secrets.get(each, "") for each in ("secret", "previous_secret")]
        good = [hmac.compare_digest(given, basic(NAME, each).encode()) for each in active if each]
        if not any(good):
            raise BadSignature("name or password is missing or wrong")
        return None

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what every event of the list means."""
        del account
        events = payloads.decoded(delivery.body, _DECODER)
        return payloads.each("event", events, _EVENT, _said)

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part; the tag comes back in every receipt."""
        body: dict[str, object] = {
            "applicationId": str(account.settings.get("application_id", "")),
            "to": [message.to.value],
            "from": str(account.settings.get("number", "")),
            "tag": message.tracker,
        }
        if message.text:
            body["text"] = message.text
        if message.files:
            body["media"] = [each.url for each in message.files]
        call = HttpCall(
            method="POST",
            url=f"{_base(account)}/messages",
            headers={"authorization": _own(account), "content-type": "application/json"},
            body=msgspec.json.encode(body),
        )
        reply = yield call
        return Accepted(external_id=_answer(reply, wire.Taken, message.now).id)

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the vendor names its messages."""
        del message, account
        return None

    def fetch(self, url: str, account: Account) -> Generator[Call, Reply, Fetched]:
        """Get a file; only the vendor's own store is shown our credentials."""
        own = urlsplit(url).hostname == urlsplit(API).hostname
        reply = yield HttpCall(
            method="GET",
            url=url,
            headers={"authorization": _own(account)} if own else {},
            timeout_s=60,
            is_harmless=True,
            redirects=2,
            body_bytes_max=_MEDIA_BYTES,
        )
        if not isinstance(reply, HttpReply) or reply.status not in _OK:
            status = reply.status if isinstance(reply, HttpReply) else 0
            kind = Rejected if status in _GONE else TemporaryFailure
            raise kind("the file could not be fetched", vendor_code=str(status))
        return Fetched(content=reply.body, media_type=reply.headers.get("content-type", ""))

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try the credentials; the vendor's console alone shows what its application calls."""
        number = quote(str(account.settings.get("number", "")))
        call = HttpCall(
            method="GET",
            url=f"{_base(account)}/messages?sourceTn={number}&limit=1",
            headers={"authorization": _own(account)},
            is_harmless=True,
        )
        try:
            reply = yield call
            _answer(reply, wire.Numbered, None)
        except ConnectorError as error:
            return [failed("credentials", error)]
        return [
            Check(key="credentials", ok=True),
            Check(key="webhook", ok=None, detail=account.webhook_url),
        ]

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings; make the password where there is none."""
        read = form.read(self._manifest, given, old)
        number = re.sub(r"[\s().-]", "", str(read.settings.get("number") or ""))
        if not _NUMBER.match(number):
            expected = "a number like +12025550100"
            raise Invalid(FieldError("settings.number", "invalid", expected))
        kept = dict(read.secrets)
        kept.setdefault("secret", secrets.token_urlsafe(24))
        return msgspec.structs.replace(
            read,
            settings={**read.settings, "number": number},
            secrets=kept,
            address=number,
            name=read.name or number,
        )

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as a phone would."""
        own = str(account.settings.get("number", ""))
        message = {"id": f"test-{id_}", "time": at, "from": "+12025550199", "to": [own]}
        event = {"type": "message-received", "message": {**message, "text": "Hilo · test"}}
        headers = {
            "content-type": "application/json",
            "authorization": basic(NAME, account.secrets["secret"]),
        }
        body = msgspec.json.encode([event])
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return the vendor on a shelf."""
        return Carrier(account, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return an account of nobody."""
        return {
            "account_id": str(seed.int % 10**7),
            "application_id": str(seed),
            "number": f"+1202555{seed.int % 10**7:07}",
            "api_token": seed.hex[:16],
            "api_secret": seed.hex[16:],
        }


def _said(event: wire.Event) -> list[Inbound]:
    message = event.message
    if message is None:
        return [Unknown(kind=event.type[:100], reason="it speaks of no message")]
    if event.type == "message-received":
        return _message(message)
    state = _STATES.get(event.type)
    if state is None:
        return [Unknown(kind=event.type[:100], reason="not an event Hilo uses")]
    ours = tracked(message.tag)
    failed = state == "failed"
    return [
        StatusIn(
            state=state,
            external_id=message.id,
            message=None if ours is None else ours[0],
            part=None if ours is None else ours[1],
            at=event.time,
            error=event.description if failed else "",
            vendor_code=str(event.error_code or "") if failed else "",
            reason=_VERDICTS.why(str(event.error_code or "")) if failed else "",
        )
    ]


def _message(message: wire.Message) -> list[Inbound]:
    if not message.sender:
        missing = "Object missing required field `from` - at `$[...].message`"
        raise MalformedPayload(missing, reason="field-missing", field="from")
    identity = IdentityIn(kind="external", value=message.sender[:400], verified=True)
    if _NUMBER.match(message.sender):
        identity = IdentityIn(kind="phone", value=message.sender, verified=True)
    sender = SenderIn(identities=[identity])
    files = [
        FileIn(name=url.rpartition("/")[2], url=url)
        for url in message.media
        if not url.lower().endswith(_NO_CONTENT)
    ]
    items: list[Inbound] = []
    if message.text or files:
        said = MessageIn(
            external_id=message.id, sender=sender, text=message.text, files=files, at=message.time
        )
        items.append(said)
    given = keywords.consent(message.text)
    if given is not None:
        items.append(ConsentIn(sender=sender, is_given=given, at=message.time))
    return items or [Unknown(kind="empty", reason="no text and no file")]


def _answer(reply: Reply, shape: type[T], now: datetime | None) -> T:
    """Return what was answered. Raises what a refusal means."""
    if not isinstance(reply, HttpReply):
        raise UnknownOutcome("no answer to an HTTP request")
    if reply.status in _OK:
        try:
            return msgspec.json.decode(reply.body, type=shape)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UnknownOutcome("an answer that cannot be read") from error
    try:
        refusal = msgspec.json.decode(reply.body, type=wire.Refusal)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        refusal = wire.Refusal()
    raise _VERDICTS.error(str(reply.status), refusal.description or refusal.type, reply, now)


def _base(account: Account) -> str:
    return f"{API}/{quote(str(account.settings.get('account_id', '')), safe='')}"


def _own(account: Account) -> str:
    name = str(account.settings.get("api_token", ""))
    return basic(name, account.secrets.get("api_secret", ""))


CONNECTOR = Bandwidth()
