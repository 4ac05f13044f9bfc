"""The messaging network on a shelf: takes messages, brings receipts, keeps the list. No I/O."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlsplit

import msgspec

from hilo.connectors.twilio import signing
from hilo.kit.errors import NotFound, Unsupported
from hilo.sdk.account import Account
from hilo.sdk.allowance import Allowance
from hilo.sdk.forms import basic, unpack, urlencoded
from hilo.sdk.phones import Line, Phones, dialled_number
from hilo.sdk.simulator import (
    Bubble,
    Deed,
    Does,
    Heard,
    Phone,
    Request,
    Response,
    Trouble,
    Webhook,
)

_PATH = re.compile(r"^/2010-04-01/Accounts/(?P<sid>[^/]+?)(?:/(?P<rest>.+?))?\.json$")
_MEDIA = re.compile(r"^/2010-04-01/Accounts/[^/]+/Messages/[^/]+/Media/(?P<name>.+)$")
_MESSAGE = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_WINDOW = timedelta(hours=24)
_TYPING = timedelta(seconds=25)
_RECEIPTS = (("queued", 0.05), ("sent", 0.3), ("delivered", 0.8))
_BODY_CHARS = 1600
_STOP = "stop"
_MOST = 500
Json = dict[str, object]


class Refused(Exception):
    """The vendor says no."""

    def __init__(self, status: int, code: int, message: str) -> None:
        """code: the vendor's own."""
        super().__init__(message)
        self.status = status
        self.code = code


class Network:
    """One account of the vendor, and everybody with a phone."""

    def __init__(self, account: Account, first: int = 1) -> None:
        """Know this account's credentials only."""
        self._account = account
        self._sid = str(account.settings.get("account_sid", ""))
        self._token = account.secrets.get("auth_token", "")
        self._number = str(account.settings.get("number", ""))
        self._is_whatsapp = account.settings.get("by") == "whatsapp"
        self._sms_url = account.webhook_url
        self._phones = Phones()
        self._all = Allowance(100, 1 / 100)
        self._sent: list[Json] = []
        self._count = first - 1

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call of ours."""
        try:
            return self._answer(request, at)
        except Refused as refused:
            return _refusal(refused), []
        except ValueError:
            return _refusal(Refused(400, 20001, "The request cannot be read")), []

    def deeds(self) -> Sequence[Does]:
        """Return what a contact can do here; a text message holds no place."""
        return [each for each in _DOES if self._is_whatsapp or each != "location"]

    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let somebody with a phone write."""
        if deed.does not in self.deeds():
            raise Unsupported(f"nobody can {deed.does} here")
        line = self._phones.dialled(deed.who, deed.name)
        extra, text = _DOES[deed.does](self, line, deed)
        self._count += 1
        sid = f"SM{self._count:032x}"
        name = str(extra.pop("file", ""))
        if text.strip().lower() == _STOP:
            line.is_blocked = True
        elif not self._is_whatsapp or text:
            line.is_blocked = False
        line.add(Bubble(id=sid, mine=True, text=text, at=at, file=name, media_type=deed.media_type))
        fields = {
            "MessageSid": sid,
            "SmsSid": sid,
            "AccountSid": self._sid,
            "From": self._written(line.address),
            "To": self._written(self._number),
            "Body": text,
            "NumMedia": "1" if name else "0",
            "NumSegments": "1",
            **{key: str(value) for key, value in extra.items()},
        }
        if self._is_whatsapp:
            fields |= {"ProfileName": line.name, "WaId": line.address.removeprefix("+")}
        return [self._webhook(self._sms_url, fields)]

    def recall(self, known: Sequence[Heard]) -> None:
        """Know again who wrote before."""
        self._phones.recall(known, dialled_number)

    def trouble(self, trouble: Trouble) -> Response:
        """Return the vendor's words for a fault."""
        match trouble:
            case "throttled":
                return _refusal(Refused(429, 20429, "Too Many Requests"))
            case "expired_token":
                return _refusal(Refused(401, 20003, "Authenticate"))
            case "server_error":
                return _refusal(Refused(500, 20500, "Internal Server Error"))

    def phones(self) -> Sequence[Phone]:
        """Return every phone."""
        return self._phones.phones()

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble."""
        return self._phones.file(name)

    def keep(self, line: Line, deed: Deed) -> str:
        """Keep a file that is sent; return its name."""
        name = f"ME{len(line.bubbles)}{line.who}"
        return self._phones.keep(name, deed.data, deed.media_type)

    def media_url(self, name: str) -> str:
        """Return where a file that came lies."""
        base = f"https://api.twilio.com/2010-04-01/Accounts/{self._sid}"
        return f"{base}/Messages/MM{self._count:032x}/Media/{name}"

    def _answer(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        parts = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("authorization") != basic(self._sid, self._token):
            raise Refused(401, 20003, "Authenticate")
        media = _MEDIA.match(parts.path)
        if media is not None:
            return self._lend(media["name"]), []
        if parts.path == "/v2/Indicators/Typing.json":
            return self._types(unpack(headers.get("content-type", ""), request.body)[0], at), []
        if parts.hostname == "content.twilio.com":
            return _json(200, {"contents": []}), []
        match = _PATH.match(parts.path)
        if match is None or match["sid"] != self._sid:
            raise Refused(404, 20404, "The requested resource was not found")
        form: dict[str, str] = {}
        if request.method == "POST":
            form = unpack(headers.get("content-type", ""), request.body)[0]
        return self._route(request, match["rest"] or "", form, at)

    def _route(
        self, request: Request, rest: str, form: Mapping[str, str], at: datetime
    ) -> tuple[Response, Sequence[Webhook]]:
        if rest == "Messages" and request.method == "POST":
            if not self._all.takes("", at):
                return self.trouble("throttled"), []
            return self._take(form, at)
        if rest == "Messages":
            wanted = dict(parse_qsl(urlsplit(request.url).query)).get("To")
            found = [each for each in self._sent if wanted in {None, each["to"]}]
            return _json(200, {"messages": found[::-1][:100]}), []
        if rest.startswith("IncomingPhoneNumbers"):
            return self._numbers(request, form), []
        if not rest:
            return _json(200, {"friendly_name": "Sandbox", "status": "active"}), []
        raise Refused(404, 20404, "The requested resource was not found")

    def _types(self, form: Mapping[str, str], at: datetime) -> Response:
        said = form.get("messageId", "")
        if form.get("channel") != "whatsapp" or not _MESSAGE.fullmatch(said):
            raise Refused(400, 20001, "messageId or channel is not valid")
        line = self._phones.holding(said)
        if line is None:
            raise Refused(404, 20404, "The requested resource was not found")
        line.typing_until = at + _TYPING
        for each in [each for each in line.bubbles if each.mine]:
            line.change(each.id, state="read")
        return _json(200, {"success": True})

    def _take(self, form: Mapping[str, str], at: datetime) -> tuple[Response, Sequence[Webhook]]:
        to = form.get("To", "").removeprefix("whatsapp:")
        line = self._phones.at(to)
        text = form.get("Body", "")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            raise Refused(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if not (text or form.get("MediaUrl") or form.get("ContentSid")):
            raise Refused(400, 21602, "Message body is required.")
        if len(text) > _BODY_CHARS:
            raise Refused(400, 21617, "The concatenated message body exceeds the 1600 limit")
        if line is not None and line.is_blocked:
            raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")
        self._count += 1
        sid = f"SM{self._count:032x}"
        url = form.get("MediaUrl", "")
        shown = text if text or url else f"[{form.get('ContentSid')}]"
        late = self._is_late(line, at) and "ContentSid" not in form
        if line is not None and not late:
            line.add(Bubble(id=sid, mine=False, text=shown, at=at, url=url))
        sent: Json = {
            "sid": sid,
            "status": "queued",
            "body": text,
            "to": form.get("To", ""),
            "date_created": format_datetime(at),
            "error_code": None,
        }
        self._sent = [*self._sent, sent][-_MOST:]
        return _json(201, sent), self._receipts(sid, form, is_late=late)

    def _is_late(self, line: Line | None, at: datetime) -> bool:
        """Outside the window this network takes a message and fails it afterwards."""
        if not self._is_whatsapp:
            return False
        heard = [each.at for each in line.bubbles if each.mine] if line is not None else []
        if line is not None and line.heard_at is not None:
            heard.append(line.heard_at)  # before the sandbox began anew
        return not heard or at - max(heard) > _WINDOW

    def _receipts(self, sid: str, form: Mapping[str, str], *, is_late: bool) -> Sequence[Webhook]:
        url = form.get("StatusCallback", "")
        if not url:
            return []
        fields = {"MessageSid": sid, "SmsSid": sid, "AccountSid": self._sid, "To": form["To"]}
        steps: Sequence[tuple[str, float]] = (("undelivered", 0.3),) if is_late else _RECEIPTS
        error = {"ErrorCode": "63016"} if is_late else {}
        return [
            self._webhook(url, {**fields, "MessageStatus": state, **error}, after_s=after_s)
            for state, after_s in steps
        ]

    def _webhook(self, url: str, fields: Mapping[str, str], after_s: float = 0) -> Webhook:
        pairs = list(fields.items())
        content_type, body = urlencoded(pairs)
        query = urlsplit(url).query
        return Webhook(
            body=body,
            headers={
                "content-type": content_type,
                "X-Twilio-Signature": signing.sign(self._token, url, pairs),
            },
            query=f"?{query}" if query else "",
            after_s=after_s,
        )

    def _numbers(self, request: Request, form: Mapping[str, str]) -> Response:
        if request.method == "POST":
            self._sms_url = form.get("SmsUrl", self._sms_url)
        own = {"sid": "PN1", "phone_number": self._number, "sms_url": self._sms_url}
        return _json(200, own if request.method == "POST" else {"incoming_phone_numbers": [own]})

    def _lend(self, name: str) -> Response:
        try:
            content, media_type = self._phones.file(name)
        except NotFound:
            raise Refused(404, 20404, "The requested resource was not found") from None
        return Response(body=content, headers={"content-type": media_type})

    def _written(self, number: str) -> str:
        return f"whatsapp:{number}" if self._is_whatsapp else number


def _says(_network: Network, _line: Line, deed: Deed) -> tuple[Json, str]:
    return ({"OriginalRepliedMessageSid": deed.target} if deed.target else {}), deed.text


def _sends(network: Network, line: Line, deed: Deed) -> tuple[Json, str]:
    name = network.keep(line, deed)
    media = {"MediaUrl0": network.media_url(name), "MediaContentType0": deed.media_type}
    return {"file": name, **media}, deed.text


def _points(_network: Network, _line: Line, deed: Deed) -> tuple[Json, str]:
    return {"Latitude": deed.latitude, "Longitude": deed.longitude}, ""


def _starts(_network: Network, _line: Line, deed: Deed) -> tuple[Json, str]:
    return {}, deed.token or "START"


def _stops(_network: Network, _line: Line, _deed: Deed) -> tuple[Json, str]:
    return {"OptOutType": "STOP"}, "STOP"


_DOES: Mapping[Does, Callable[[Network, Line, Deed], tuple[Json, str]]] = {
    "text": _says,
    "file": _sends,
    "voice": _sends,
    "location": _points,
    "start": _starts,
    "stop": _stops,
}


def _refusal(refused: Refused) -> Response:
    body = {"code": refused.code, "message": str(refused), "status": refused.status}
    return _json(refused.status, body)


def _json(status: int, body: object) -> Response:
    headers = {"content-type": "application/json"}
    return Response(status=status, headers=headers, body=msgspec.json.encode(body))
