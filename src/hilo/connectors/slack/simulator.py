"""The Web API and the events of a workspace on a shelf: one application and who writes to it.

No I/O. Each contact has a chat of its own with the application. What the application posts comes
back as an event, as it does there; the history keeps the facts beside each message.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from hilo.connectors.slack import words
from hilo.kit.errors import NotFound, Rejected, Unsupported
from hilo.sdk.account import Account
from hilo.sdk.allowance import Allowance
from hilo.sdk.forms import unpack, urlencoded
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
Sign = Callable[[bytes, str, datetime], Mapping[str, str]]
APP, BOT, BOT_MEMBER = "A0HILO", "B0BOT", "U0BOT"
FILES = "https://files.slack.com"
FACES = "https://avatars.slack-edge.com"
_TEXT_CHARS = 40_000
_KEPT = 1_000
_LIMITED = "ratelimited"
_SCOPES = (
    "chat:write,channels:history,channels:read,files:read,files:write,groups:history,groups:read,"
    "im:history,im:read,reactions:read,reactions:write,users:read"
)


class Refused(Exception):
    """The vendor says no, by a word."""


class Workspace:
    """A workspace, the application in it, and everybody who writes to it."""

    def __init__(self, account: Account, sign: Sign, first: int = 1) -> None:
        """sign: returns the headers that prove a delivery."""
        self._token = account.secrets.get("bot_token", "")
        self._key = account.secrets.get("signing_secret", "")
        self.team = (account.address or f"T{account.id.hex[-10:]}").upper()
        self._sign = sign
        self.phones_ = Phones()
        self._each = Allowance(5, 1)
        self._numbers = itertools.count(first)
        self._metadata: dict[str, Body] = {}
        self._uploads: dict[str, Body] = {}
        self._methods: Mapping[str, Callable[[Body, datetime], tuple[Body, list[Webhook]]]] = {
            "auth.test": self._who,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "conversations.history": self._history,
            "conversations.replies": self._history,
            "conversations.info": self._info,
            "users.info": self._member,
            "reactions.get": self._marks,
            "reactions.add": self._mark,
            "reactions.remove": self._mark,
            "files.getUploadURLExternal": self._upload,
            "files.completeUploadExternal": self._complete,
        }

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call of ours; what we post comes back as an event."""
        parts = urlsplit(request.url)
        name = parts.path.rpartition("/")[2]
        if request.url.startswith((FILES, FACES)):
            return self._carry(request, name), []
        headers = {key.lower(): value for key, value in request.headers.items()}
        if headers.get("authorization") != f"Bearer {self._token}":
            return _told("invalid_auth"), []
        do = self._methods.get(name)
        if do is None:
            return _told("unknown_method"), []
        try:
            answer, webhooks = do(_fields(request, headers.get("content-type", "")), at)
        except Refused as refused:
            is_limited = str(refused) == _LIMITED
            return self.trouble("throttled") if is_limited else _told(str(refused)), []
        except (NotFound, KeyError):
            return _told("message_not_found"), []
        return _json({"ok": True, **answer}, {"x-oauth-scopes": _SCOPES}), webhooks

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
        self.phones_.recall(known, lambda address: number_after("D", address))

    def trouble(self, trouble: Trouble) -> Response:
        """Return the vendor's words for a fault."""
        match trouble:
            case "throttled":
                body = msgspec.json.encode({"ok": False, "error": _LIMITED})
                return Response(status=429, headers={"retry-after": "2"}, body=body)
            case "expired_token":
                return _told("token_expired")
            case "server_error":
                return Response(status=502, body=b"<html>Bad Gateway</html>")

    def phones(self) -> Sequence[Phone]:
        """Return every contact's phone."""
        return self.phones_.phones()

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble."""
        return self.phones_.file(name)

    def stamp(self, at: datetime) -> str:
        """Return the name of the next message: its moment, and a number that makes it one."""
        return f"{int(at.timestamp())}.{next(self._numbers):06}"

    def event(self, event: Body, at: datetime) -> Webhook:
        """Return an event, signed."""
        envelope = {
            "type": "event_callback",
            "team_id": self.team,
            "api_app_id": APP,
            "event_id": f"Ev{next(self._numbers):09}",
            "event_time": int(at.timestamp()),
            "authorizations": [{"team_id": self.team, "user_id": BOT_MEMBER, "is_bot": True}],
            "event": event,
        }
        body = msgspec.json.encode(envelope)
        return Webhook(body=body, headers=self._sign(body, self._key, at))

    def pressed(self, interaction: Body, at: datetime) -> Webhook:
        """Return an interaction, signed."""
        content_type, body = urlencoded([("payload", msgspec.json.encode(interaction).decode())])
        headers = {**self._sign(body, self._key, at), "content-type": content_type}
        return Webhook(body=body, headers=headers)

    def _post(self, body: Body, at: datetime) -> tuple[Body, list[Webhook]]:
        if not self._each.takes(str(body.get("channel")), at):
            raise Refused(_LIMITED)
        line, text = self._at(body), str(body.get("text") or "")
        if not text:
            raise Refused("no_text")
        if len(text) > _TEXT_CHARS:
            raise Refused("msg_too_long")
        keys = [key for block in body.get("blocks", ()) for key in block.get("elements", ())]
        taps = tuple((key["value"], key["text"]["text"]) for key in keys if "url" not in key)
        bubble = Bubble(
            id=self.stamp(at),
            mine=False,
            text=words.plain(text),
            at=at,
            choices=taps,
            reply_to=body.get("thread_ts"),
        )
        line.add(bubble)
        self._metadata[bubble.id] = body.get("metadata", {})
        for oldest in list(self._metadata)[:-_KEPT]:
            del self._metadata[oldest]
        message = {"type": "message", **own(bubble), "metadata": self._metadata[bubble.id]}
        told = self.event({**message, **where(line), "event_ts": bubble.id}, at)
        return {"channel": line.address, "ts": bubble.id, "message": message}, [told]

    def _update(self, body: Body, at: datetime) -> tuple[Body, list[Webhook]]:
        line, bubble = self._own(body, "cant_update_message")
        changed = line.change(bubble.id, text=words.plain(str(body["text"])), is_edited=True)
        event = {
            "type": "message",
            "subtype": "message_changed",
            **where(line),
            "ts": self.stamp(at),
            "message": own(changed),
            "previous_message": own(bubble),
        }
        return {"channel": line.address, "ts": bubble.id}, [self.event(event, at)]

    def _delete(self, body: Body, _at: datetime) -> tuple[Body, list[Webhook]]:
        line, bubble = self._own(body, "cant_delete_message")
        line.change(bubble.id, text="", is_deleted=True)
        return {"channel": line.address, "ts": bubble.id}, []

    def _history(self, body: Body, _at: datetime) -> tuple[Body, list[Webhook]]:
        line = self._at(body)
        since = float(body.get("oldest") or 0)
        found = [each for each in line.bubbles if not each.mine and float(each.id) >= since]
        told = [{**own(each), "metadata": self._metadata.get(each.id, {})} for each in found]
        return {"messages": told[::-1], "has_more": False}, []

    def _who(self, _body: Body, _at: datetime) -> tuple[Body, list[Webhook]]:
        return {"team": "Hilo", "team_id": self.team, "user": "hilo", "user_id": BOT_MEMBER}, []

    def _info(self, body: Body, _at: datetime) -> tuple[Body, list[Webhook]]:
        line = self._at(body)
        return {"channel": {"id": line.address, "is_im": True, "user": member(line)}}, []

    def _member(self, body: Body, _at: datetime) -> tuple[Body, list[Webhook]]:
        line = self._at({"channel": "D" + str(body["user"])[1:]})
        picture = f"{FACES}/{line.portrait}"
        face = {"display_name": line.name, "real_name": line.name, "image_192": picture}
        return {"user": {"name": line.who, "locale": "es-ES", "profile": face}}, []

    def _marks(self, body: Body, _at: datetime) -> tuple[Body, list[Webhook]]:
        bubble = self._at(body).find(str(body["timestamp"]))
        marks = [{"name": words.name_of(each), "users": [BOT_MEMBER]} for each in bubble.marks]
        return {"type": "message", "message": {"ts": bubble.id, "reactions": marks}}, []

    def _mark(self, body: Body, _at: datetime) -> tuple[Body, list[Webhook]]:
        line = self._at(body)
        bubble, sign = line.find(str(body["timestamp"])), words.emoji(str(body["name"]))
        kept = [each for each in bubble.marks if each != sign]
        marks = kept if len(kept) < len(bubble.marks) else [*kept, sign]
        line.change(bubble.id, marks=tuple(marks))
        return {}, []

    def _upload(self, body: Body, _at: datetime) -> tuple[Body, list[Webhook]]:
        id_ = f"F{next(self._numbers):09}"
        self._uploads[id_] = {"name": str(body["filename"]), "size": int(body["length"])}
        return {"upload_url": f"{FILES}/upload/v1/{id_}", "file_id": id_}, []

    def _complete(self, body: Body, at: datetime) -> tuple[Body, list[Webhook]]:
        line, (given,) = self._at({"channel": body["channel_id"]}), body["files"]
        about = self._uploads.get(given["id"])
        if about is None or "kept" not in about:
            raise Refused("file_not_found")
        bubble = Bubble(
            id=self.stamp(at),
            mine=False,
            text=words.plain(str(body.get("initial_comment") or "")),
            at=at,
            file=given["id"],
            media_type="application/octet-stream",
        )
        line.add(bubble)
        file = {"id": given["id"], "name": about["name"], "size": about["size"]}
        event = {"type": "message", "subtype": "file_share", **own(bubble), "files": [file]}
        return {"files": [file]}, [self.event({**event, **where(line)}, at)]

    def _carry(self, request: Request, name: str) -> Response:
        if request.method == "POST":
            if name not in self._uploads or len(request.body) != self._uploads[name]["size"]:
                return Response(status=400)
            self._uploads[name]["kept"] = True
            self.phones_.keep(name, request.body, "application/octet-stream")
            return Response(body=b"OK")
        headers = {key.lower(): value for key, value in request.headers.items()}
        is_open = request.url.startswith(FACES)
        if not is_open and headers.get("authorization") != f"Bearer {self._token}":
            return Response(body=b"<html>sign in</html>", headers={"content-type": "text/html"})
        try:
            content, media_type = self.phones_.file(name)
        except NotFound:
            return Response(status=404)
        return Response(body=content, headers={"content-type": media_type})

    def _at(self, body: Body) -> Line:
        line = self.phones_.at(str(body.get("channel", "")))
        if line is None:
            raise Refused("channel_not_found")
        return line

    def _own(self, body: Body, refusal: str) -> tuple[Line, Bubble]:
        line = self._at(body)
        bubble = line.find(str(body["ts"]))
        if bubble.mine:
            raise Refused(refusal)
        return line, bubble

    def _line(self, deed: Deed) -> Line:
        number = int(deed.who) if deed.who.isdigit() else sum(deed.who.encode())
        line = self.phones_.line(deed.who, f"D{number:08}", deed.name)
        line.name = line.name or f"Contact {deed.who}"
        return line


def member(line: Line) -> str:
    """Return the id of the person on a line."""
    return "U" + line.address[1:]


def where(line: Line) -> Body:
    """Return where a message stands."""
    return {"channel": line.address, "channel_type": "im"}


def own(bubble: Bubble) -> Body:
    """Return a message of the application."""
    by = {"user": BOT_MEMBER, "bot_id": BOT, "app_id": APP}
    return {"ts": bubble.id, "text": words.masked(bubble.text), **by}


def theirs(line: Line, bubble: Bubble) -> Body:
    """Return a message of a contact."""
    thread = {"thread_ts": bubble.reply_to} if bubble.reply_to else {}
    text = words.masked(bubble.text)
    return {"ts": bubble.id, "text": text, "user": member(line), **thread}


def _says(desk: Workspace, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    target = line.find(deed.target).id if deed.target else None
    text = deed.text or deed.token
    bubble = Bubble(id=desk.stamp(at), mine=True, text=text, at=at, reply_to=target)
    message = {"type": "message", **theirs(line, line.add(bubble)), **where(line)}
    return [desk.event({**message, "event_ts": bubble.id}, at)]


def _sends(desk: Workspace, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    bubble = line.add(Bubble(id=desk.stamp(at), mine=True, text=deed.text, at=at))
    name = desk.phones_.keep(f"F{bubble.id.replace('.', '')}", deed.data, deed.media_type)
    line.change(bubble.id, file=name, media_type=deed.media_type)
    file = {
        "id": name,
        "name": deed.text or "file",
        "mimetype": deed.media_type,
        "size": len(deed.data),
        "mode": "hosted",
        "url_private_download": f"{FILES}/files-pri/{name}",
    }
    message = {"type": "message", "subtype": "file_share", **theirs(line, bubble), **where(line)}
    return [desk.event({**message, "files": [file], "event_ts": bubble.id}, at)]


def _chooses(desk: Workspace, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    asked = line.find(deed.target)
    titles = dict(asked.choices)
    if deed.choice not in titles:
        raise NotFound("no such choice below this message")
    action = {
        "type": "button",
        "action_id": "choice-0",
        "value": deed.choice,
        "text": {"type": "plain_text", "text": titles[deed.choice]},
        "action_ts": desk.stamp(at),
    }
    interaction = {
        "type": "block_actions",
        "team": {"id": desk.team},
        "user": {"id": member(line)},
        "channel": {"id": line.address},
        "message": own(asked),
        "actions": [action],
    }
    return [desk.pressed(interaction, at)]


def _reacts(desk: Workspace, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    before = line.find(deed.target)
    line.change(deed.target, marks=(deed.emoji,) if deed.emoji else ())
    sign = deed.emoji or next(iter(before.marks), "👍")
    try:
        name = words.name_of(sign)
    except Rejected:
        raise Unsupported(f"no reaction {sign} here") from None
    event = {
        "type": "reaction_added" if deed.emoji else "reaction_removed",
        "user": member(line),
        "reaction": name,
        "item": {"type": "message", "channel": line.address, "ts": deed.target},
        "event_ts": desk.stamp(at),
    }
    return [desk.event(event, at)]


def _edits(desk: Workspace, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    before = line.find(deed.target)
    now = line.change(deed.target, text=deed.text, is_edited=True)
    event = {
        "type": "message",
        "subtype": "message_changed",
        **where(line),
        "ts": desk.stamp(at),
        "message": theirs(line, now),
        "previous_message": theirs(line, before),
    }
    return [desk.event(event, at)]


def _deletes(desk: Workspace, line: Line, deed: Deed, at: datetime) -> list[Webhook]:
    line.change(deed.target, text="", is_deleted=True)
    gone = {"type": "message", "subtype": "message_deleted", **where(line)}
    event = {**gone, "ts": desk.stamp(at), "deleted_ts": deed.target}
    return [desk.event(event, at)]


_DOES: Mapping[Does, Callable[[Workspace, Line, Deed, datetime], list[Webhook]]] = {
    "text": _says,
    "start": _says,
    "file": _sends,
    "voice": _sends,
    "choose": _chooses,
    "react": _reacts,
    "edit": _edits,
    "delete": _deletes,
}


def _fields(request: Request, content_type: str) -> Body:
    try:
        if content_type.startswith("application/json"):
            return msgspec.json.decode(request.body, type=Body)
        return dict(unpack(content_type, request.body)[0])
    except (ValueError, msgspec.MsgspecError):
        raise Refused("invalid_form_data") from None


def _told(error: str) -> Response:
    return _json({"ok": False, "error": error})


def _json(body: object, more: Mapping[str, str] | None = None) -> Response:
    headers = {"content-type": "application/json", **(more or {})}
    return Response(headers=headers, body=msgspec.json.encode(body))
