"""The Messaging API on a shelf: one official account and who talks to it. No I/O.

Takes a retry key as the vendor does: the same key again is answered 409 with the first answer. Who
blocked the account is written to in silence. Films and recordings are ready at the second asking.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import msgspec

from hilo.kit.errors import NotFound, Unsupported
from hilo.sdk.account import Account
from hilo.sdk.allowance import Allowance
from hilo.sdk.phones import Line, Phones
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

Body = dict[str, Any]
Sign = Callable[[bytes, str], Mapping[str, str]]
_KEPT_KEYS = 10_000
_FIRST_LINE = 0x1000
_MOST_MESSAGES = 5
_TEXT_UNITS = 5000
_LOADING_S = 20
_QUICK_REPLIES = 13
_FACES = "https://profile.line-scdn.net"


class Refused(Exception):
    """The vendor says no."""

    def __init__(self, status: int, message: str, *details: Mapping[str, str]) -> None:
        """details: what exactly, and where."""
        super().__init__(message)
        self.status = status
        self.details = details


class OfficialAccount:
    """An official account and everybody who talks to it."""

    def __init__(self, account: Account, sign: Sign, first: int = 1) -> None:
        """sign: returns the header that proves a webhook."""
        self._token = account.secrets.get("access_token", "")
        self._key = account.secrets.get("channel_secret", "")
        self._basic_id = str(account.settings.get("basic_id") or "@hilo")
        self._hook = ""
        self._sign = sign
        self._phones = Phones()
        self._all = Allowance(1000, 1 / 1000)
        self._ids = itertools.count(500_000_000_000_000_000 + first)
        self._answers: dict[str, Body] = {}
        self._prepared: set[str] = set()

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call of ours; this vendor calls back only for what contacts do."""
        parts = urlsplit(request.url)
        if (parts.hostname or "").endswith("line-scdn.net"):
            return self._shown(parts.path), []
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("authorization") != f"Bearer {self._token}":
            return _told(Refused(401, "Authentication failed. Is the access token valid?")), []
        try:
            return self._do(request, parts.path.removeprefix("/v2/bot"), headers, at), []
        except Refused as refused:
            return _told(refused), []

    def deeds(self) -> Sequence[Does]:
        """Return what a contact can do here."""
        return tuple(_DOES)

    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let a contact do something."""
        does = _DOES.get(deed.does)
        if does is None:
            raise Unsupported(f"nobody can {deed.does} here")
        return [self.webhook([does(self, self._line(deed), deed, at)])]

    def recall(self, known: Sequence[Heard]) -> None:
        """Know again who wrote before."""
        self._phones.recall(known, lambda address: int(address[1:], 16) - _FIRST_LINE)

    def trouble(self, trouble: Trouble) -> Response:
        """Return the vendor's words for a fault."""
        match trouble:
            case "throttled":
                return _told(Refused(429, "The API rate limit has been exceeded. Try again later."))
            case "expired_token":
                return _told(Refused(401, "Authentication failed due to an expired access token"))
            case "server_error":
                return _told(Refused(500, "Internal server error"))

    def phones(self) -> Sequence[Phone]:
        """Return every contact's phone."""
        return self._phones.phones()

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble."""
        return self._phones.file(name)

    def webhook(self, events: Sequence[Body]) -> Webhook:
        """Return a batch of events, signed."""
        body = msgspec.json.encode({"destination": f"U{1:032x}", "events": events})
        headers = {"content-type": "application/json", **self._sign(body, self._key)}
        return Webhook(body=body, headers=headers)

    def event(self, kind: str, line: Line, at: datetime, **more: object) -> Body:
        """Return an event in the vendor's shape."""
        return {
            "type": kind,
            "timestamp": int(at.timestamp() * 1000),
            "mode": "active",
            "webhookEventId": f"01H{next(self._ids):023d}",
            "deliveryContext": {"isRedelivery": False},
            "source": {"type": "user", "userId": line.address},
            "replyToken": f"{next(self._ids):032x}",
            **more,
        }

    def says(self, line: Line, at: datetime, text: str = "", *, mine: bool = True) -> Bubble:
        """Add a message to a chat."""
        return line.add(Bubble(id=str(next(self._ids)), mine=mine, text=text, at=at))

    def keep(self, name: str, deed: Deed) -> str:
        """Keep a file that a contact sends."""
        return self._phones.keep(name, deed.data, deed.media_type)

    def _do(
        self, request: Request, path: str, headers: Mapping[str, str], at: datetime
    ) -> Response:
        body: Body = _read(request.body)
        where = path.strip("/").split("/")
        match (request.method, where):
            case ("POST", ["message", "push"]):
                if not self._all.takes("", at):
                    return self.trouble("throttled")
                return self._push(body, headers.get("x-line-retry-key"), at)
            case ("POST", ["chat", "loading", "start"]):
                shown = timedelta(seconds=int(body.get("loadingSeconds", _LOADING_S)))
                self._at(str(body.get("chatId"))).typing_until = at + shown
                return _json(202, {})
            case (method, ["channel", "webhook", what]):
                return self._webhook(method, what, body)
            case ("GET", _):
                return self._get(where)
            case _:
                raise Refused(404, "Not found")

    def _get(self, where: Sequence[str]) -> Response:
        match where:
            case ["message", id_, "content"]:
                return self._lend(unquote(id_))
            case ["message", id_, "content", "transcoding"]:
                return self._prepare(unquote(id_))
            case ["profile", id_]:
                line = self._at(unquote(id_))
                who = {"userId": line.address, "displayName": line.name, "language": "es"}
                return _json(200, {**who, "pictureUrl": f"{_FACES}/{line.portrait}"})
            case ["info"]:
                names = {"basicId": self._basic_id, "displayName": "Hilo", "chatMode": "bot"}
                return _json(200, {"userId": f"U{1:032x}", "markAsReadMode": "auto", **names})
            case _:
                raise Refused(404, "Not found")

    def _push(self, body: Body, key: str | None, at: datetime) -> Response:
        if key is not None:
            _be_uuid(key)
        if key in self._answers:
            already = {"message": "The retry key is already accepted"}
            headers = {"x-line-accepted-request-id": "accepted-1"}
            return _json(409, {**already, **self._answers[str(key)]}, headers)
        messages = body.get("messages")
        if not isinstance(messages, list) or not 1 <= len(messages) <= _MOST_MESSAGES:
            raise Refused(400, "The request body has 1 error(s)", _wrong("messages", "Size 1-5"))
        line = self._phones.at(str(body.get("to")))
        if line is None:
            raise Refused(400, "The property, 'to', in the request body is invalid (line: -)")
        shown = [_shown(each, place) for place, each in enumerate(messages)]
        made = []
        for text, taps in shown:
            id_ = str(next(self._ids))
            made.append({"id": id_})
            if not line.is_blocked:
                line.add(Bubble(id=id_, mine=False, text=text, at=at, choices=tuple(taps)))
        answer: Body = {"sentMessages": made}
        if key is not None:
            self._answers[key] = answer
            for oldest in list(self._answers)[:-_KEPT_KEYS]:
                del self._answers[oldest]
        return _json(200, answer)

    def _lend(self, name: str) -> Response:
        try:
            content, media_type = self._phones.file(name)
        except NotFound:
            raise Refused(404, "Not found") from None
        return Response(body=content, headers={"content-type": media_type})

    def _shown(self, path: str) -> Response:
        """Give what lies open to everybody: faces, and stickers by their number."""
        folders = path.split("/")
        name = folders[-3] if folders[-1] == "sticker.png" else folders[-1]
        try:
            return self._lend(name)
        except Refused as refused:
            return _told(refused)

    def _prepare(self, name: str) -> Response:
        ready = name in self._prepared
        self._prepared.add(name)
        return _json(200, {"status": "succeeded" if ready else "processing"})

    def _webhook(self, method: str, what: str, body: Body) -> Response:
        if (method, what) == ("PUT", "endpoint"):
            self._hook = str(body.get("endpoint", ""))
            return _json(200, {})
        if not self._hook:
            raise Refused(404, "Webhook endpoint not found")
        if what == "test":
            tried = {"statusCode": 200, "reason": "OK", "detail": "200"}
            return _json(200, {"success": True, "timestamp": "2026-11-22T10:00:00Z", **tried})
        return _json(200, {"endpoint": self._hook, "active": True})

    def _at(self, address: str) -> Line:
        line = self._phones.at(address)
        if line is None or line.is_blocked:
            raise Refused(404, "Not found")
        return line

    def _line(self, deed: Deed) -> Line:
        number = int(deed.who) if deed.who.isdigit() else sum(deed.who.encode())
        line = self._phones.line(deed.who, f"U{number + _FIRST_LINE:032x}", deed.name)
        line.name = line.name or f"Contact {deed.who}"
        return line


def _shown(message: Body, place: int) -> tuple[str, list[tuple[str, str]]]:
    """Return text and taps of a message as phones show it. Raises Refused."""
    match message.get("type"):
        case "text":
            text = str(message.get("text", ""))
            if not text or len(text.encode("utf-16-le")) // 2 > _TEXT_UNITS:
                at = f"messages[{place}].text"
                raise Refused(400, "The request body has 1 error(s)", _wrong(at, "Size 1-5000"))
        case "location":
            text = f"{message['title']} {message['latitude']}, {message['longitude']}"
        case "image" | "audio":
            text = str(message.get("originalContentUrl"))
        case other:
            raise Refused(400, f"Unknown message type {other}")
    items = message.get("quickReply", {}).get("items", [])
    if len(items) > _QUICK_REPLIES:
        raise Refused(400, "The request body has 1 error(s)", _wrong("quickReply", "Size 0-13"))
    actions = [each["action"] for each in items]
    taps = [(each["data"], each["label"]) for each in actions if each["type"] == "postback"]
    return text, taps


def _says(vendor: OfficialAccount, line: Line, deed: Deed, at: datetime) -> Body:
    bubble = vendor.says(line, at, deed.text)
    message = {"type": "text", "id": bubble.id, "text": deed.text, "quoteToken": f"q{bubble.id}"}
    quoted = {"quotedMessageId": line.find(deed.target).id} if deed.target else {}
    return vendor.event("message", line, at, message={**message, **quoted})


def _sends(vendor: OfficialAccount, line: Line, deed: Deed, at: datetime) -> Body:
    bubble = vendor.says(line, at, deed.text)
    line.change(bubble.id, file=vendor.keep(bubble.id, deed), media_type=deed.media_type)
    family = deed.media_type.partition("/")[0]
    message: Body = {"id": bubble.id, "type": family}
    match family:
        case "image":
            message |= {"contentProvider": {"type": "line"}, "quoteToken": f"q{bubble.id}"}
        case "video":
            message |= {"contentProvider": {"type": "line"}, "quoteToken": f"q{bubble.id}"}
            message["duration"] = 3000
        case "audio":
            message |= {"contentProvider": {"type": "line"}, "duration": 3000}
        case _:
            name = deed.text or "file"
            message |= {"type": "file", "fileName": name, "fileSize": len(deed.data)}
    return vendor.event("message", line, at, message=message)


def _sticks(vendor: OfficialAccount, line: Line, deed: Deed, at: datetime) -> Body:
    bubble = vendor.says(line, at, deed.emoji)
    vendor.keep(bubble.id, deed)
    line.change(bubble.id, file=bubble.id, media_type=deed.media_type)
    message = {
        "type": "sticker", "id": bubble.id, "quoteToken": f"q{bubble.id}", "packageId": "446",
        "stickerId": bubble.id, "stickerResourceType": "STATIC",
        "keywords": [deed.emoji or "hello"],
    }  # fmt: skip
    return vendor.event("message", line, at, message=message)


def _points(vendor: OfficialAccount, line: Line, deed: Deed, at: datetime) -> Body:
    bubble = vendor.says(line, at, f"{deed.latitude}, {deed.longitude}")
    where = {"latitude": deed.latitude, "longitude": deed.longitude}
    return vendor.event("message", line, at, message={"type": "location", "id": bubble.id, **where})


def _starts(vendor: OfficialAccount, line: Line, deed: Deed, at: datetime) -> Body:
    line.is_blocked = False
    if deed.token:
        return _says(vendor, line, msgspec.structs.replace(deed, text=deed.token), at)
    return vendor.event("follow", line, at, follow={"isUnblocked": False})


def _stops(vendor: OfficialAccount, line: Line, _deed: Deed, at: datetime) -> Body:
    line.is_blocked = True
    event = vendor.event("unfollow", line, at)
    del event["replyToken"]
    return event


def _chooses(vendor: OfficialAccount, line: Line, deed: Deed, at: datetime) -> Body:
    asked = line.find(deed.target)
    titles = dict(asked.choices)
    if deed.choice not in titles:
        raise NotFound("no such choice below this message")
    vendor.says(line, at, titles[deed.choice])
    return vendor.event("postback", line, at, postback={"data": deed.choice})


def _deletes(vendor: OfficialAccount, line: Line, deed: Deed, at: datetime) -> Body:
    line.change(deed.target, text="", is_deleted=True)
    event = vendor.event("unsend", line, at, unsend={"messageId": deed.target})
    del event["replyToken"]
    return event


_DOES: Mapping[Does, Callable[[OfficialAccount, Line, Deed, datetime], Body]] = {
    "text": _says,
    "file": _sends,
    "voice": _sends,
    "sticker": _sticks,
    "location": _points,
    "choose": _chooses,
    "delete": _deletes,
    "start": _starts,
    "stop": _stops,
}


def _be_uuid(key: str) -> None:
    try:
        UUID(key)
    except ValueError:
        raise Refused(400, "The retry key must be a UUID") from None


def _read(body: bytes) -> Body:
    if not body:
        return {}
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise Refused(400, "The request body could not be parsed as JSON") from None


def _wrong(property_: str, message: str) -> dict[str, str]:
    return {"property": property_, "message": message}


def _told(refused: Refused) -> Response:
    details = {"details": list(refused.details)} if refused.details else {}
    return _json(refused.status, {"message": str(refused), **details})


def _json(status: int, body: object, more: Mapping[str, str] | None = None) -> Response:
    headers = {"content-type": "application/json", **(more or {})}
    return Response(status=status, headers=headers, body=msgspec.json.encode(body))
