"""The channel's translation, by the names the account's settings give.

What the gateway sends is proven by a secret of ours: in a header, or in the address where it can
send no header.
"""

import hmac
import re
import secrets
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import msgspec

from hilo.connectors.sms_http import fields, media
from hilo.connectors.sms_http.simulator import Gateway
from hilo.kit.errors import BadSignature, FieldError, Invalid, MalformedPayload, UnknownOutcome
from hilo.sdk import hosts, keywords, payloads
from hilo.sdk import manifest as manifests
from hilo.sdk import settings as form
from hilo.sdk.abilities import Fetched, Sample
from hilo.sdk.account import Account, Answer, Asked, Check, Delivery, SettingsRead
from hilo.sdk.forms import basic, urlencoded
from hilo.sdk.inbound import (
    ConsentIn,
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
from hilo.sdk.reasons import Reason
from hilo.sdk.simulator import Simulator
from hilo.sdk.verdicts import Verdicts

HEADER = "x-hilo-secret"
_VERDICTS = Verdicts([])  # gateways share no codes: the HTTP status speaks
_OK = range(200, 300)
_NUMBER = re.compile(r"^\+?[0-9]{3,15}$")
_ID_CHARS = 400
# What gateways mean by the words they have in common, which come from their networks' own receipts.
_WHY: Mapping[str, Reason] = {
    "undelivered": "unreachable",
    "undeliv": "unreachable",
    "expired": "unreachable",
    "rejected": "policy",
    "rejectd": "policy",
}


class SmsHttp:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifests.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Compare the secret; of a message by GET the address is the content, so it is the key."""
        given = delivery.headers.get(HEADER, "") or _query(delivery.url, fields.KEY)
        active = [account.secrets.get(each, "") for each in ("secret", "previous_secret")]
        if not any(hmac.compare_digest(given.encode(), each.encode()) for each in active if each):
            raise BadSignature("the secret is missing or wrong")
        return None

    def greet(self, asked: Asked, account: Account) -> Answer | None:
        """Take a message that comes by GET, as many gateways send it."""
        if asked.method == "POST":
            return None
        delivery = Delivery(
            body=b"", headers=asked.headers, url=asked.url, received_at=asked.received_at
        )
        self.verify(delivery, account)
        return Answer(body=b"OK", stores=True)

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means, record by record."""
        items: list[Inbound] = []
        for each in fields.of(delivery.body, delivery.headers, delivery.url):
            try:
                items += _said(each, account.settings)
            except MalformedPayload as error:
                items.append(payloads.unread("record", error))
        return items

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part; our tracker goes along as the reference."""
        named = account.settings
        text, files = media.placed(message.text, [each.url for each in message.files], named)
        body: dict[str, str | list[str]] = {
            **dict(_pair(each) for each in _list(named, "extra_fields")),
            _name(named, "to_field"): message.to.value,
            _name(named, "from_field"): str(named.get("number", "")),
            _name(named, "reference_field"): message.tracker,
        }
        if text or files is None:
            body[_name(named, "text_field")] = text
        if files is not None:
            body[_name(named, "media_field")] = files
        reply = yield _call(account, body)
        if not isinstance(reply, HttpReply):
            raise UnknownOutcome("no answer to an HTTP request")
        if reply.status not in _OK:
            said = reply.body[:300].decode("utf-8", "replace")
            raise _VERDICTS.error(str(reply.status), said, reply, message.now)
        return Accepted(external_id=_answered(reply, _name(named, "answer_id")))

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the gateway may name the message, and our reference comes back."""
        del message, account
        return None

    def fetch(self, url: str, account: Account) -> Generator[Call, Reply, Fetched]:
        """Get a file that came."""
        return media.fetch(url, account.settings, _authorization(account))

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings; make the secret where there is none."""
        read = form.read(self._manifest, given, old)
        number = re.sub(r"[\s().-]", "", str(read.settings.get("number") or ""))
        errors = []
        if not (_NUMBER.match(number) or re.fullmatch(r"[A-Za-z0-9 ]{3,11}", number)):
            errors.append(_wrong("number", "a number, or a name of 3 to 11 letters and digits"))
        for place, each in enumerate(_list(read.settings, "extra_fields")):
            if "=" not in each:
                errors.append(_wrong(f"extra_fields.{place}", "name=value"))
        if read.settings.get("auth") in {"basic", "header"} and not read.settings.get("auth_name"):
            errors.append(_wrong("auth_name", "a name to sign in with, or the header's name"))
        errors += _wrong_media(read.settings)
        if errors:
            raise Invalid(*errors)
        kept = dict(read.secrets)
        kept.setdefault("secret", secrets.token_urlsafe(32))
        return msgspec.structs.replace(
            read,
            settings={**read.settings, "number": number},
            secrets=kept,
            name=read.name or number,
        )

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Show the two addresses; nothing can be tried without sending."""
        yield from ()
        url = f"{account.webhook_url}?{fields.KEY}=…"
        return [
            Check(key="send_url", ok=None, detail=str(account.settings.get("send_url", ""))),
            Check(key="webhook", ok=None, detail=url),
        ]

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as the gateway would."""
        named = account.settings
        body = msgspec.json.encode(
            {
                _name(named, "in_id"): f"test-{id_}",
                _name(named, "in_from"): "+12025550199",
                _name(named, "in_text"): "Hilo · test",
            }
        )
        headers = {"content-type": "application/json", HEADER: account.secrets["secret"]}
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return a gateway on a shelf."""
        return Gateway(account, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return the settings of a gateway of nobody."""
        number = f"+1202555{seed.int % 10**4:04}"
        return {"send_url": "https://gateway.test/messages", "number": number}


def _wrong_media(named: Mapping[str, object]) -> list[FieldError]:
    errors = [
        _wrong(f"media_hosts.{place}", "a host's name, like media.example.com or *.example.com")
        for place, each in enumerate(_list(named, "media_hosts"))
        if not hosts.is_name(each)
    ]
    others = {_name(named, f"{each}_field") for each in ("to", "from", "text", "reference")}
    if named.get("media") in {"one", "list"} and _name(named, "media_field") in others:
        errors.append(_wrong("media_field", "a field of its own"))
    return errors


def _said(given: fields.Record, named: Mapping[str, object]) -> list[Inbound]:
    record = given.words
    status = record.get(_name(named, "in_status"), "")
    id_, address = record.get(_name(named, "in_id"), ""), record.get(_name(named, "in_from"), "")
    text = record.get(_name(named, "in_text"), "")
    files, strange = media.found(given, named)
    if status:
        told = _status(status, record, named)
        # Many gateways give a message that came a status of its own, such as `received`.
        says = address.strip() and (text or files)
        if not (isinstance(told, Unknown) and says):
            return [told]
    if not address.strip():
        raise _missing(_name(named, "in_from"))
    if not id_.strip():
        raise _missing(_name(named, "in_id"))
    sender = SenderIn(identities=[_identity(address.strip())])
    items: list[Inbound] = [
        MessageIn(external_id=id_[:_ID_CHARS], sender=sender, text=text, files=files),
        *strange,
    ]
    agrees = keywords.consent(text)
    if agrees is not None:
        items.append(ConsentIn(sender=sender, is_given=agrees))
    return items


def _identity(address: str) -> IdentityIn:
    digits = re.sub(r"[\s().-]", "", address)
    if digits.startswith("00"):
        digits = f"+{digits.removeprefix('00')}"
    if re.fullmatch(r"\+?[1-9][0-9]{6,14}", digits):
        return IdentityIn(kind="phone", value=f"+{digits.removeprefix('+')}", verified=True)
    return IdentityIn(kind="external", value=address[:_ID_CHARS], verified=True)


def _status(status: str, record: Mapping[str, str], named: Mapping[str, object]) -> Inbound:
    word = status.strip().lower()
    state: ReceiptState | None = None
    if word in {each.lower() for each in _list(named, "delivered_words")}:
        state = "delivered"
    elif word in {each.lower() for each in _list(named, "failed_words")}:
        state = "failed"
    if state is None:
        return Unknown(kind=f"status.{word}"[:100], reason="not a word the settings name")
    ours = tracked(record.get(_name(named, "reference_field"), ""))
    return StatusIn(
        state=state,
        external_id=record.get(_name(named, "in_id"), "")[:_ID_CHARS] or None,
        message=None if ours is None else ours[0],
        part=None if ours is None else ours[1],
        error=(record.get(_name(named, "in_error")) or status) if state == "failed" else "",
        reason=_WHY.get(word, "") if state == "failed" else "",
    )


def _call(account: Account, body: Mapping[str, str | list[str]]) -> HttpCall:
    url, headers = str(account.settings.get("send_url", "")), _authorization(account)
    pairs = [
        (name, each)
        for name, value in body.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    match account.settings.get("format"):
        case "query":
            joint = "&" if urlsplit(url).query else "?"
            return HttpCall(method="GET", url=f"{url}{joint}{urlencode(pairs)}", headers=headers)
        case "form":
            content_type, written = urlencoded(pairs)
        case _:
            content_type, written = "application/json", msgspec.json.encode(body)
    return HttpCall(
        method="POST", url=url, headers={**headers, "content-type": content_type}, body=written
    )


def _authorization(account: Account) -> dict[str, str]:
    name = str(account.settings.get("auth_name") or "")
    secret = account.secrets.get("auth_secret", "")
    match account.settings.get("auth"):
        case "basic":
            return {"authorization": basic(name, secret)}
        case "bearer":
            return {"authorization": f"Bearer {secret}"}
        case "header":
            return {name.lower(): secret}
        case _:
            return {}


def _answered(reply: HttpReply, path: str) -> str | None:
    """Return the gateway's id of the message, wherever its answer holds it."""
    try:
        given = msgspec.json.decode(reply.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if isinstance(given, list) and given:
        given = given[0]
    return fields.flat(given).get(path) if isinstance(given, dict) else None


def _query(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query).get(name, [""])[0]


def _name(named: Mapping[str, object], setting: str) -> str:
    return fields.named(named, setting)


def _list(named: Mapping[str, object], setting: str) -> list[str]:
    given = named.get(setting)
    return [str(each) for each in given] if isinstance(given, list | tuple) else []


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _wrong(name: str, expected: str) -> FieldError:
    return FieldError(f"settings.{name}", "invalid", expected)


CONNECTOR = SmsHttp()


def _missing(field: str) -> MalformedPayload:
    return MalformedPayload(f"field `{field}` is missing", reason="field-missing", field=field)
