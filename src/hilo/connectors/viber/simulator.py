"""The REST bot API on a shelf: one bot and who talks to it. No I/O.

Answers 200 to everything and says in `status` what it means, as the vendor does. Receipts follow a
message; nobody is written to who never wrote or has left.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from hilo.kit.errors import NotFound, Unsupported
from hilo.sdk.account import Account
from hilo.sdk.allowance import Allowance
from hilo.sdk.phones import Line, Phones, number_after
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
HOST = "https://chatapi.viber.com"
_TEXT_CHARS = 7000
_DELIVERED_S, _SEEN_S = 0.3, 0.1
_KINDS = {"text", "picture", "video", "file", "location", "contact", "sticker", "url"}


class Refused(Exception):
    """The vendor says no."""

    def __init__(self, status: int, message: str) -> None:
        """status: of the body; HTTP's is 200 all the same."""
        super().__init__(message)
        self.status = status


class Bot:
    """A bot and everybody who talks to it."""

    def __init__(self, account: Account, sign: Sign, first: int = 1) -> None:
        """sign: returns the header that proves a callback."""
        self._token = account.secrets.get("auth_token", "")
        self._sign = sign
        self._hook = account.webhook_url
        self._events: Sequence[str] = ()
        self._phones = Phones()
        self._all = Allowance(100, 1 / 100)
        self._tokens = itertools.count(4_912_661_846_655_238_144 + first)
        self._methods: Mapping[str, Callable[[Body, datetime], tuple[Body, list[Webhook]]]] = {
            "set_webhook": self._set_webhook,
            "get_account_info": self._info,
            "get_user_details": self._details,
            "send_message": self._send,
        }

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call of ours."""
        if request.method == "GET":
            return self._lend(request.url.rpartition("/")[2]), []
        headers = {name.lower(): value for name, value in request.headers.items()}
        do = self._methods.get(request.url.rpartition("/")[2])
        if headers.get("x-viber-auth-token") != self._token:
            return _told(2, "invalidAuthToken"), []
        if do is None:
            return Response(status=404, body=b"Not Found"), []
        try:
            answer, webhooks = do(msgspec.json.decode(request.body, type=Body), at)
        except Refused as refused:
            return _told(refused.status, str(refused)), []
        except (msgspec.MsgspecError, KeyError):
            return _told(3, "badData"), []
        return _json({"status": 0, "status_message": "ok", **answer}), webhooks

    def deeds(self) -> Sequence[Does]:
        """Return what a contact can do here."""
        return tuple(_DOES)

    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let a contact do something."""
        does = _DOES.get(deed.does)
        if does is None:
            raise Unsupported(f"nobody can {deed.does} here")
        return does(self, self._line(deed), deed, at)

    def recall(self, known: Sequence[Heard]) -> None:
        """Know again who wrote before."""
        self._phones.recall(known, lambda address: number_after("contact", address[:-2]))

    def trouble(self, trouble: Trouble) -> Response:
        """Return the vendor's words for a fault."""
        match trouble:
            case "throttled":
                return _told(12, "tooManyRequests")
            case "expired_token":
                return _told(2, "invalidAuthToken")
            case "server_error":
                return Response(status=502, body=b"<html>Bad Gateway</html>")

    def phones(self) -> Sequence[Phone]:
        """Return every contact's phone."""
        return self._phones.phones()

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble."""
        return self._phones.file(name)

    def keep(self, name: str, deed: Deed) -> str:
        """Keep a file that a contact sends; return its address."""
        return f"{HOST}/media/{self._phones.keep(name, deed.data, deed.media_type)}"

    def says(self, line: Line, at: datetime, text: str = "", *, mine: bool = True) -> Bubble:
        """Add a message to a chat."""
        return line.add(Bubble(id=str(next(self._tokens)), mine=mine, text=text, at=at))

    def callback(self, event: str, at: datetime, token: str, **more: object) -> Webhook:
        """Return a callback, signed."""
        body = msgspec.json.encode(
            {
                "event": event,
                "timestamp": int(at.timestamp() * 1000),
                "message_token": int(token),
                **more,
            }
        )
        headers = {"content-type": "application/json", **self._sign(body, self._token)}
        return Webhook(body=body, headers=headers)

    def fresh(self) -> str:
        """Return the next token."""
        return str(next(self._tokens))

    def _set_webhook(self, body: Body, at: datetime) -> tuple[Body, list[Webhook]]:
        self._hook = str(body["url"])
        self._events = [*body.get("event_types", ()), "message"]
        tried = [self.callback("webhook", at, self.fresh())] if self._hook else []
        return {"event_types": list(self._events)}, tried

    def _info(self, _body: Body, _at: datetime) -> tuple[Body, list[Webhook]]:
        about = {"id": "pa:1", "name": "Hilo", "uri": "hilosandbox", "subscribers_count": 1}
        return {**about, "webhook": self._hook, "event_types": list(self._events)}, []

    def _details(self, body: Body, _at: datetime) -> tuple[Body, list[Webhook]]:
        line = self._at(str(body["id"]))
        return {"message_token": int(self.fresh()), "user": person(line)}, []

    def _send(self, body: Body, at: datetime) -> tuple[Body, list[Webhook]]:
        if not self._all.takes("", at):
            raise Refused(12, "tooManyRequests")
        line = self._at(str(body["receiver"]))
        if not body["sender"]["name"] or body["type"] not in _KINDS:
            raise Refused(3, "badData")
        text = _shown(body)
        if len(text) > _TEXT_CHARS:
            raise Refused(3, "badData: text is too long")
        bubble = self.says(line, at, text, mine=False)
        keys = body.get("keyboard", {}).get("Buttons", ())
        taps = [
            (each["ActionBody"], each["Text"]) for each in keys if each["ActionType"] == "reply"
        ]
        line.change(bubble.id, choices=tuple(taps))
        receipt = self.callback("delivered", at, bubble.id, user_id=line.address)
        late = msgspec.structs.replace(receipt, after_s=_DELIVERED_S)
        return {"message_token": int(bubble.id), "billing_status": 1}, [late]

    def _lend(self, name: str) -> Response:
        try:
            content, media_type = self._phones.file(name)
        except NotFound:
            return Response(status=404)
        return Response(body=content, headers={"content-type": media_type})

    def _at(self, address: str) -> Line:
        line = self._phones.at(address)
        if line is None:
            raise Refused(5, "receiverNotRegistered")
        if line.is_blocked:
            raise Refused(6, "receiverNotSubscribed")
        return line

    def _line(self, deed: Deed) -> Line:
        number = int(deed.who) if deed.who.isdigit() else sum(deed.who.encode())
        line = self._phones.line(deed.who, f"contact{number:06}==", deed.name)
        line.name = line.name or f"Contact {deed.who}"
        return line


def person(line: Line) -> dict[str, object]:
    """Return a user in the vendor's shape."""
    avatar = f"{HOST}/media/{line.portrait}"
    told = {"id": line.address, "name": line.name, "avatar": avatar}
    return {**told, "country": "ES", "language": "es"}


def _shown(body: Body) -> str:
    """Return a message as phones show it."""
    match body["type"]:
        case "text":
            if not body.get("text"):
                raise Refused(3, "badData: no text")
            return str(body["text"])
        case "location":
            return f"{body['location']['lat']}, {body['location']['lon']}"
        case "contact":
            return f"{body['contact']['name']} {body['contact']['phone_number']}"
        case _:
            return f"{body.get('file_name', '')} {body['media']}".strip()


def _says(bot: Bot, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    line.is_blocked = False
    bubble = bot.says(line, at, deed.text)
    return _message(bot, line, bubble, {"type": "text", "text": deed.text})


def _message(bot: Bot, line: Line, bubble: Bubble, message: Body) -> list[Webhook]:
    return [bot.callback("message", bubble.at, bubble.id, sender=person(line), message=message)]


def _sends(bot: Bot, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    bubble = bot.says(line, at, deed.text)
    url = bot.keep(bubble.id, deed)
    line.change(bubble.id, file=bubble.id, media_type=deed.media_type)
    kind = {"image": "picture", "video": "video"}.get(deed.media_type.partition("/")[0], "file")
    message: Body = {"type": kind, "media": url, "text": deed.text, "size": len(deed.data)}
    if kind == "file":
        message["file_name"] = deed.text or "file"
    return _message(bot, line, bubble, message)


def _sticks(bot: Bot, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    bubble = bot.says(line, at, deed.emoji or "sticker")
    return _message(bot, line, bubble, {"type": "sticker", "sticker_id": 40100})


def _points(bot: Bot, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    bubble = bot.says(line, at, f"{deed.latitude}, {deed.longitude}")
    where = {"lat": deed.latitude, "lon": deed.longitude}
    return _message(bot, line, bubble, {"type": "location", "location": where})


def _shares(bot: Bot, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    card = {"name": deed.text or line.name, "phone_number": deed.number}
    bubble = bot.says(line, at, f"{card['name']} {deed.number}")
    return _message(bot, line, bubble, {"type": "contact", "contact": card})


def _chooses(bot: Bot, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    titles = dict(line.find(deed.target).choices)
    if deed.choice not in titles:
        raise NotFound("no such choice below this message")
    bubble = bot.says(line, at, titles[deed.choice])
    return _message(bot, line, bubble, {"type": "text", "text": deed.choice})


def _starts(bot: Bot, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    line.is_blocked = False
    began = {"type": "open", "context": deed.token, "subscribed": False, "user": person(line)}
    return [bot.callback("conversation_started", at, bot.fresh(), **began)]


def _stops(bot: Bot, line: Line, _deed: Deed, at: datetime) -> list[Webhook]:
    line.is_blocked = True
    return [bot.callback("unsubscribed", at, bot.fresh(), user_id=line.address)]


def _reads(bot: Bot, line: Line, _deed: Deed, at: datetime) -> list[Webhook]:
    """Tell of each message that is looked at."""
    unseen = [each for each in line.bubbles if not each.mine and each.state != "read"]
    for each in unseen:
        line.change(each.id, state="read")
    seen = [bot.callback("seen", at, each.id, user_id=line.address) for each in unseen]
    return [msgspec.structs.replace(each, after_s=_SEEN_S) for each in seen]


_DOES: Mapping[Does, Callable[[Bot, Line, Deed, datetime], list[Webhook]]] = {
    "text": _says,
    "file": _sends,
    "voice": _sends,
    "sticker": _sticks,
    "location": _points,
    "people": _shares,
    "choose": _chooses,
    "start": _starts,
    "stop": _stops,
    "read": _reads,
}


def _told(status: int, message: str) -> Response:
    return _json({"status": status, "status_message": message})


def _json(body: object) -> Response:
    headers = {"content-type": "application/json"}
    return Response(headers=headers, body=msgspec.json.encode(body))
