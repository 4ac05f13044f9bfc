"""The API and the Gateway's frames on a shelf: one bot and who writes to it. No I/O.

Where the vendor would tell by its held connection, the sandbox calls our address. The same nonce
again gives back the first message, as it does there.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from hilo.connectors.discord import signing
from hilo.kit.errors import NotFound, Unsupported
from hilo.sdk.account import Account
from hilo.sdk.allowance import Allowance
from hilo.sdk.forms import FormFile, unpack
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
CDN = "https://cdn.discordapp.com"
_TEXT_UNITS = 2000
_TYPING = timedelta(seconds=10)  # so long it shows, unless a message comes before
_KEPT_NONCES = 1_000
_FIRST_CHANNEL = 800_000_000_000_000_000


class Refused(Exception):
    """The vendor says no."""

    def __init__(self, status: int, code: int, message: str) -> None:
        """code: of the body."""
        super().__init__(message)
        self.status = status
        self.code = code


_LIMITED = Refused(429, 0, "You are being rate limited.")


class Server:
    """The vendor, as one bot sees it."""

    def __init__(self, account: Account, first: int = 1) -> None:
        """Know this account's token only."""
        self._token = account.secrets.get("bot_token", "")
        self._address = ""
        self.own = account.address or str(900_000_000_000_000_000 + account.id.int % 10**9)
        self._phones = Phones()
        self._all, self._each = Allowance(50, 1 / 50), Allowance(5, 1)
        self._ids = itertools.count(1_300_000_000_000_000_000 + first)
        self._numbers = itertools.count(1)
        self._nonces: dict[str, Body] = {}

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call of ours; what we post is told as an event."""
        if request.url.startswith(CDN):
            return self._lend(urlsplit(request.url).path), []
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("authorization") != f"Bot {self._token}":
            return _told(Refused(401, 0, "401: Unauthorized")), []
        where = urlsplit(request.url).path.removeprefix("/api/v10/").split("/")
        try:
            body, files = _fields(request, headers.get("content-type", ""))
            return self._do(request.method, [unquote(each) for each in where], (body, files), at)
        except Refused as refused:
            return _told(refused), []
        except NotFound:
            return _told(Refused(404, 10008, "Unknown Message")), []

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
        self._phones.recall(known, lambda address: int(address) - _FIRST_CHANNEL)

    def trouble(self, trouble: Trouble) -> Response:
        """Return the vendor's words for a fault."""
        match trouble:
            case "throttled":
                return _told(_LIMITED)
            case "expired_token":
                return _told(Refused(401, 0, "401: Unauthorized"))
            case "server_error":
                return Response(status=502, body=b"<html>Bad Gateway</html>")

    def phones(self) -> Sequence[Phone]:
        """Return every contact's phone."""
        return self._phones.phones()

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble."""
        return self._phones.file(name)

    def event(self, kind: str, data: Body, at: datetime) -> list[Webhook]:
        """Return a frame, signed."""
        return [self.posted({"op": 0, "s": next(self._numbers), "t": kind, "d": data}, at)]

    def posted(self, body: Body, at: datetime) -> Webhook:
        """Return a call of the vendor, signed."""
        raw = msgspec.json.encode(body)
        return Webhook(body=raw, headers=signing.sign(raw, self._token, at))

    def says(self, line: Line, at: datetime, **more: Any) -> Bubble:
        """Add a message to a chat."""
        return line.add(Bubble(id=self.fresh(), at=at, **more))

    def keep(self, name: str, file: FormFile | Deed) -> str:
        """Keep a file; return its address."""
        content = file.data if isinstance(file, Deed) else file.content
        self._phones.keep(name, content, file.media_type)
        return f"{CDN}/attachments/{name}"

    def fresh(self) -> str:
        """Return the next id."""
        return str(next(self._ids))

    def message(self, line: Line, bubble: Bubble) -> Body:
        """Return a message in the vendor's shape."""
        bot = {"id": self.own, "username": "hilo", "bot": True}
        quoted = {"message_reference": {"message_id": bubble.reply_to}} if bubble.reply_to else {}
        return {
            "id": bubble.id,
            "channel_id": line.address,
            "author": person(line) if bubble.mine else bot,
            "content": bubble.text,
            "timestamp": bubble.at.isoformat(),
            "type": 19 if bubble.reply_to else 0,
            **quoted,
        }

    def _do(
        self, method: str, where: Sequence[str], given: tuple[Body, list[FormFile]], at: datetime
    ) -> tuple[Response, Sequence[Webhook]]:
        body, files = given
        match (method, where):
            case ("POST", ["channels", channel, "messages"]):
                return self._post(self._at(channel), body, files, at)
            case ("POST", ["channels", channel, "typing"]):
                self._at(channel).typing_until = at + _TYPING
                return Response(status=204), []
            case (_, ["channels", channel, "messages", id_, *rest]):
                return self._one(method, self._at(channel), (id_, rest), body)
            case ("GET", ["channels", channel]):
                line = self._at(channel)
                return _json(200, {"id": channel, "type": 1, "recipients": [person(line)]}), []
            case ("GET", ["users", "@me"]):
                return _json(200, {"id": self.own, "username": "hilo"}), []
            case (_, ["applications", "@me"]):
                return self._application(body), []
            case _:
                raise Refused(404, 0, "404: Not Found")

    def _post(
        self, line: Line, body: Body, files: list[FormFile], at: datetime
    ) -> tuple[Response, Sequence[Webhook]]:
        text, nonce = str(body.get("content") or ""), str(body.get("nonce") or "")
        if body.get("enforce_nonce") and nonce in self._nonces:
            return _json(200, self._nonces[nonce]), []
        if not (self._each.takes(line.address, at) and self._all.takes("", at)):
            raise _LIMITED
        if line.is_blocked:
            raise Refused(403, 50007, "Cannot send messages to this account")
        if not (text or files):
            raise Refused(400, 50006, "Cannot send an empty message")
        if len(text.encode("utf-16-le")) // 2 > _TEXT_UNITS:
            raise Refused(400, 50035, "Invalid Form Body")
        keys = [key for row in body.get("components", ()) for key in row["components"]]
        taps = tuple((key["custom_id"], key["label"]) for key in keys if "custom_id" in key)
        quoted = (body.get("message_reference") or {}).get("message_id")
        bubble = self.says(line, at, mine=False, text=text, choices=taps, reply_to=quoted)
        for file in files:
            self.keep(bubble.id, file)
            line.change(bubble.id, file=bubble.id, media_type=file.media_type)
        made = {**self.message(line, bubble), "nonce": nonce}
        self._nonces[nonce] = made
        for oldest in list(self._nonces)[:-_KEPT_NONCES]:
            del self._nonces[oldest]
        return _json(200, made), self.event("MESSAGE_CREATE", made, at)

    def _one(
        self, method: str, line: Line, which: tuple[str, Sequence[str]], body: Body
    ) -> tuple[Response, Sequence[Webhook]]:
        id_, rest = which
        bubble = line.find(id_)
        if rest:  # reactions, the sign, @me
            kept = [each for each in bubble.marks if each != rest[1]]
            line.change(id_, marks=tuple([*kept, rest[1]] if method == "PUT" else kept))
            return Response(status=204), []
        if method == "GET":
            marks = [{"emoji": {"name": each}, "me": True} for each in bubble.marks]
            return _json(200, {**self.message(line, bubble), "reactions": marks}), []
        if bubble.mine:
            raise Refused(403, 50013, "Missing Permissions")
        if method == "DELETE":
            line.change(id_, text="", is_deleted=True)
            return Response(status=204), []
        changed = line.change(id_, text=str(body.get("content") or ""), is_edited=True)
        return _json(200, self.message(line, changed)), []

    def _application(self, body: Body) -> Response:
        self._address = str(body.get("interactions_endpoint_url", self._address) or "")
        about = {"id": "1", "name": "Hilo", "verify_key": signing.public_of(self._token)}
        return _json(200, {**about, "interactions_endpoint_url": self._address or None})

    def _lend(self, path: str) -> Response:
        name = path.rpartition("/")[2]
        try:
            content, media_type = self._phones.file(
                name.removesuffix(".png") if path.startswith("/stickers/") else name
            )
        except NotFound:
            return Response(status=404)
        return Response(body=content, headers={"content-type": media_type})

    def _at(self, channel: str) -> Line:
        line = self._phones.at(channel)
        if line is None:
            raise Refused(404, 10003, "Unknown Channel")
        return line

    def _line(self, deed: Deed) -> Line:
        number = int(deed.who) if deed.who.isdigit() else sum(deed.who.encode())
        line = self._phones.line(deed.who, str(_FIRST_CHANNEL + number), deed.name)
        line.name = line.name or f"Contact {deed.who}"
        return line


def person(line: Line) -> Body:
    """Return a person in the vendor's shape."""
    named = {"username": line.who, "global_name": line.name}
    picture = line.portrait.removesuffix(".png")
    return {"id": f"7{line.address[1:]}", **named, "avatar": picture}


def _says(vendor: Server, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    line.is_blocked = False
    target = line.find(deed.target).id if deed.target else None
    bubble = vendor.says(line, at, mine=True, text=deed.text or deed.token, reply_to=target)
    return vendor.event("MESSAGE_CREATE", vendor.message(line, bubble), at)


def _sends(vendor: Server, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    bubble = vendor.says(line, at, mine=True, text=deed.text)
    url = vendor.keep(bubble.id, deed)
    line.change(bubble.id, file=bubble.id, media_type=deed.media_type)
    file: Body = {"id": "0", "filename": "file", "content_type": deed.media_type, "url": url}
    message = {**vendor.message(line, bubble), "attachments": [file]}
    if deed.does == "voice":
        file |= {"duration_secs": 3.0}
        message |= {"flags": 8192}
    return vendor.event("MESSAGE_CREATE", message, at)


def _sticks(vendor: Server, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    bubble = vendor.says(line, at, mine=True)
    vendor.keep(bubble.id, deed)
    line.change(bubble.id, text=deed.emoji, file=bubble.id, media_type=deed.media_type)
    sticker = {"id": bubble.id, "name": "Wave", "format_type": 1}
    message = {**vendor.message(line, bubble), "sticker_items": [sticker]}
    return vendor.event("MESSAGE_CREATE", message, at)


def _chooses(vendor: Server, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    asked = line.find(deed.target)
    if deed.choice not in dict(asked.choices):
        raise NotFound("no such choice below this message")
    keys = [{"type": 2, "custom_id": id_, "label": title} for id_, title in asked.choices]
    message = {**vendor.message(line, asked), "components": [{"type": 1, "components": keys}]}
    interaction = {
        "type": 3,
        "id": vendor.fresh(),
        "channel_id": line.address,
        "user": person(line),
        "message": message,
        "data": {"component_type": 2, "custom_id": deed.choice},
    }
    return [vendor.posted(interaction, at)]


def _reacts(vendor: Server, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    before = line.find(deed.target)
    line.change(deed.target, marks=(deed.emoji,) if deed.emoji else ())
    sign = deed.emoji or next(iter(before.marks), "👍")
    mark = {
        "user_id": person(line)["id"],
        "channel_id": line.address,
        "message_id": deed.target,
        "emoji": {"id": None, "name": sign},
    }
    kind = "MESSAGE_REACTION_ADD" if deed.emoji else "MESSAGE_REACTION_REMOVE"
    return vendor.event(kind, mark, at)


def _edits(vendor: Server, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    bubble = line.change(deed.target, text=deed.text, is_edited=True)
    message = {**vendor.message(line, bubble), "edited_timestamp": at.isoformat()}
    return vendor.event("MESSAGE_UPDATE", message, at)


def _deletes(vendor: Server, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    line.change(deed.target, text="", is_deleted=True)
    gone = {"id": deed.target, "channel_id": line.address}
    return vendor.event("MESSAGE_DELETE", gone, at)


def _stops(_vendor: Server, line: Line, _deed: Deed, _at: datetime) -> list[Webhook]:
    line.is_blocked = True  # bots are not told
    return []


_DOES: Mapping[Does, Callable[[Server, Line, Deed, datetime], list[Webhook]]] = {
    "text": _says,
    "start": _says,
    "file": _sends,
    "voice": _sends,
    "sticker": _sticks,
    "choose": _chooses,
    "react": _reacts,
    "edit": _edits,
    "delete": _deletes,
    "stop": _stops,
}


def _fields(request: Request, content_type: str) -> tuple[Body, list[FormFile]]:
    try:
        if content_type.startswith("multipart/form-data"):
            fields, files = unpack(content_type, request.body)
            return msgspec.json.decode(fields["payload_json"], type=Body), files
        return msgspec.json.decode(request.body or b"{}", type=Body), []
    except (ValueError, KeyError, msgspec.MsgspecError):
        raise Refused(400, 50109, "The request body contains invalid JSON.") from None


def _told(refused: Refused) -> Response:
    told: Body = {"code": refused.code, "message": str(refused)}
    if refused is _LIMITED:
        told["retry_after"] = 1.5
    return _json(refused.status, told)


def _json(status: int, body: object) -> Response:
    headers = {"content-type": "application/json"}
    return Response(status=status, headers=headers, body=msgspec.json.encode(body))
