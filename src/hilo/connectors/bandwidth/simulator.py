"""The carrier on a shelf: takes messages, brings lists of events. No I/O."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from hilo.kit.errors import NotFound, Unsupported
from hilo.sdk.account import Account
from hilo.sdk.allowance import Allowance
from hilo.sdk.forms import basic
from hilo.sdk.phones import Phones, dialled_number
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

_PATH = re.compile(r"^/api/v2/users/(?P<account>[^/]+)/(?P<rest>messages|media/(?P<name>.+))$")
_NAME = "hilo"
_RECEIPTS = (("message-sending", 0.1), ("message-delivered", 0.6))
_TEXT_CHARS = 2048
_DEEDS: Sequence[Does] = ("text", "file", "voice", "start", "stop")
_JSON = {"content-type": "application/json"}


class Carrier:
    """One account of the vendor, and everybody with a phone."""

    def __init__(self, account: Account, first: int = 1) -> None:
        """Know this account's credentials only."""
        settings = account.settings
        self._account = str(settings.get("account_id", ""))
        self._application = str(settings.get("application_id", ""))
        self._number = str(settings.get("number", ""))
        token, secret = str(settings.get("api_token", "")), account.secrets.get("api_secret", "")
        self._ours = basic(token, secret)
        self._theirs = basic(_NAME, account.secrets.get("secret", ""))
        self._phones = Phones()
        self._all = Allowance(20, 1 / 15)
        self._count = first - 1

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call of ours."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        match = _PATH.match(urlsplit(request.url).path)
        if headers.get("authorization") != self._ours:
            return _refusal(401, "authentication-failed", "Access is denied"), []
        if match is None or match["account"] != self._account:
            return _refusal(403, "forbidden", "Access is denied"), []
        if match["name"]:
            return self._lend(match["name"]), []
        if request.method == "GET":
            return _json(200, {"totalCount": 0, "messages": []}), []
        if not self._all.takes("", at):
            return self.trouble("throttled"), []
        return self._take(request.body, at)

    def deeds(self) -> Sequence[Does]:
        """Return what a contact can do here."""
        return _DEEDS

    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let somebody with a phone write."""
        if deed.does not in _DEEDS:
            raise Unsupported(f"nobody can {deed.does} here")
        words = {"start": deed.token or "START", "stop": "STOP"}
        text = words.get(deed.does, deed.text)
        line = self._phones.dialled(deed.who, deed.name)
        self._count += 1
        id_ = f"in{self._count:030x}"
        media: list[str] = []
        name = ""
        if deed.data:
            name = self._phones.keep(f"{id_}-file", deed.data, deed.media_type)
            media = [f"https://messaging.bandwidth.com/api/v2/users/{self._account}/media/{name}"]
        line.add(Bubble(id=id_, mine=True, text=text, at=at, file=name, media_type=deed.media_type))
        message = {
            "id": id_,
            "owner": self._number,
            "applicationId": self._application,
            "time": at,
            "segmentCount": 1,
            "direction": "in",
            "to": [self._number],
            "from": line.address,
            "text": text,
            "media": media,
        }
        event = {"type": "message-received", "time": at, "to": self._number}
        return [self._webhook({**event, "description": "Incoming message", "message": message})]

    def recall(self, known: Sequence[Heard]) -> None:
        """Know again who wrote before."""
        self._phones.recall(known, dialled_number)

    def trouble(self, trouble: Trouble) -> Response:
        """Return the vendor's words for a fault."""
        match trouble:
            case "throttled":
                return _refusal(429, "too-many-requests", "Too many requests")
            case "expired_token":
                return _refusal(401, "authentication-failed", "Access is denied")
            case "server_error":
                return _refusal(503, "service-unavailable", "Try again")

    def phones(self) -> Sequence[Phone]:
        """Return every phone."""
        return self._phones.phones()

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble."""
        return self._phones.file(name)

    def _take(self, body: bytes, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        try:
            given = msgspec.json.decode(body, type=dict[str, object])
        except msgspec.MsgspecError:
            return _refusal(400, "request-validation", "The request cannot be read"), []
        to, text = given.get("to"), str(given.get("text") or "")
        if not (isinstance(to, list) and to and (text or given.get("media"))):
            return _refusal(400, "request-validation", "'to' and 'text' must not be empty"), []
        if len(text) > _TEXT_CHARS:
            return _refusal(400, "request-validation", "'text' is too long"), []
        self._count += 1
        id_ = f"out{self._count:029x}"
        line = self._phones.at(str(to[0]))
        if line is not None:
            media = given.get("media")
            url = str(media[0]) if isinstance(media, list) and media else ""
            line.add(Bubble(id=id_, mine=False, text=text, at=at, url=url))
        message = {
            "id": id_,
            "owner": self._number,
            "applicationId": self._application,
            "time": at,
            "segmentCount": 1,
            "direction": "out",
            "to": to,
            "from": self._number,
            "text": "",
            "tag": given.get("tag", ""),
        }
        told = [
            self._webhook(
                {"type": kind, "time": at, "description": "ok", "to": to[0], "message": message},
                after_s=after_s,
            )
            for kind, after_s in _RECEIPTS
        ]
        return _json(202, {**message, "text": text}), told

    def _webhook(self, event: Mapping[str, object], after_s: float = 0) -> Webhook:
        headers = {**_JSON, "authorization": self._theirs}
        return Webhook(body=msgspec.json.encode([event]), headers=headers, after_s=after_s)

    def _lend(self, name: str) -> Response:
        try:
            content, media_type = self._phones.file(name)
        except NotFound:
            return _refusal(404, "media-not-found", "No such media")
        return Response(body=content, headers={"content-type": media_type})


def _refusal(status: int, kind: str, description: str) -> Response:
    return _json(status, {"type": kind, "description": description})


def _json(status: int, body: object) -> Response:
    return Response(status=status, headers=_JSON, body=msgspec.json.encode(body))
