"""The Bot API on a shelf: one bot, its chats, and the updates it would send us. No I/O.

Speaks the vendor's envelope, numbers messages per chat as it does, and refuses unknown methods,
wrong tokens and chats that blocked the bot in its manner.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from hilo.connectors.telegram import deeds
from hilo.connectors.telegram.deeds import Chats
from hilo.kit.errors import NotFound
from hilo.sdk.account import Account
from hilo.sdk.allowance import Allowance
from hilo.sdk.forms import FormFile, unpack
from hilo.sdk.phones import Line
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

_PATH = re.compile(r"^/(?P<lends>file/)?bot(?P<token>[^/]*)/(?P<rest>.+)$")
_HEADER = "x-telegram-bot-api-secret-token"
_TEXT_UNITS = 4096
_TYPING = timedelta(seconds=5)  # so long it shows, unless a message comes before
Fields = Mapping[str, object]


class Refused(Exception):
    """The vendor says no."""

    def __init__(self, code: int, description: str, **hints: object) -> None:
        """hints: `parameters` of the answer."""
        super().__init__(description)
        self.code = code
        self.hints = hints


class Bot:
    """A bot and everybody who talks to it."""

    def __init__(self, account: Account, first: int = 1) -> None:
        """Know this account's token and secret only."""
        self._token = account.secrets.get("token", "")
        self._secret = account.secrets.get("secret", "")
        self._hook = account.webhook_url
        self._chats = Chats(first)
        self._all, self._each = Allowance(30, 1 / 30), Allowance(5, 1)
        self._methods: Mapping[str, Callable[[Fields, list[FormFile], datetime], object]] = {
            "getMe": self._get_me,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "getFile": self._get_file,
            "getChat": self._get_chat,
            "editMessageText": self._edit,
            "editMessageCaption": self._edit,
            "deleteMessage": self._delete,
            "setMessageReaction": self._react,
            "sendChatAction": self._type,
            "answerCallbackQuery": self._yes,
        }

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call of ours; this vendor calls back only for what contacts do."""
        match = _PATH.match(urlsplit(request.url).path)
        if match is None or match["token"] != self._token:
            return _told(Refused(401, "Unauthorized")), []
        if match["lends"]:
            return self._lend(match["rest"]), []
        try:
            fields, files = _fields(request)
            if match["rest"].startswith("send") and not self._takes(fields, at):
                return self.trouble("throttled"), []
            result = self._do(match["rest"], fields, files, at)
        except Refused as refused:
            return _told(refused), []
        return _json(200, {"ok": True, "result": result}), []

    def deeds(self) -> Sequence[Does]:
        """Return what a contact can do here."""
        return deeds.DEEDS

    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let a contact do something."""
        update = deeds.update(self._chats, deed, at)
        headers = {"content-type": "application/json", _HEADER: self._secret}
        return [Webhook(body=msgspec.json.encode(update), headers=headers)]

    def recall(self, known: Sequence[Heard]) -> None:
        """Know again who wrote before."""
        self._chats.phones.recall(known, lambda address: int(address) - deeds.FIRST_CHAT)

    def _takes(self, fields: Fields, at: datetime) -> bool:
        """Thirty a second in all, one a second in a chat, of which some may come at once."""
        return self._each.takes(str(fields.get("chat_id")), at) and self._all.takes("", at)

    def trouble(self, trouble: Trouble) -> Response:
        """Return the vendor's words for a fault."""
        match trouble:
            case "throttled":
                return _told(Refused(429, "Too Many Requests: retry after 2", retry_after=2))
            case "expired_token":
                return _told(Refused(401, "Unauthorized"))
            case "server_error":
                return Response(status=502, body=b"<html>Bad Gateway</html>")

    def phones(self) -> Sequence[Phone]:
        """Return every contact's phone."""
        return self._chats.phones.phones()

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble."""
        return self._chats.phones.file(name)

    def _do(self, method: str, fields: Fields, files: list[FormFile], at: datetime) -> object:
        do = self._methods.get(method)
        if do is not None:
            return do(fields, files, at)
        if method in deeds.SENDS:
            return self._send(method, fields, files, at)
        raise Refused(404, "Not Found")

    def _send(self, method: str, fields: Fields, files: list[FormFile], at: datetime) -> object:
        line = self._line(fields)
        text = str(fields.get("text") or fields.get("caption") or "")
        if method == "sendMessage" and not text:
            raise Refused(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > _TEXT_UNITS:
            raise Refused(400, "Bad Request: message is too long")
        bubble = self._chats.say(line, text, at, taps=deeds.taps(fields.get("reply_markup")))
        if files:
            name = self._chats.phones.keep(
                f"{line.address}-{bubble.id}", files[0].content, files[0].media_type
            )
            bubble = line.change(bubble.id, file=name, media_type=files[0].media_type)
        elif method in {"sendLocation", "sendVenue"}:
            where = f"{fields.get('title', '')} {fields['latitude']}, {fields['longitude']}"
            bubble = line.change(bubble.id, text=where.strip())
        elif method == "sendContact":
            card = f"{fields.get('first_name')} {fields.get('phone_number')}"
            bubble = line.change(bubble.id, text=card)
        return self._chats.message(line, bubble)

    def _edit(self, fields: Fields, _files: list[FormFile], _at: datetime) -> object:
        line, bubble = self._own(fields)
        if bubble.file and "text" in fields:
            raise Refused(400, "Bad Request: there is no text in the message to edit")
        if not bubble.file and "caption" in fields:
            raise Refused(400, "Bad Request: there is no caption in the message to edit")
        text = str(fields.get("text") or fields.get("caption") or "")
        if text == bubble.text:
            raise Refused(400, "Bad Request: message is not modified")
        changed = line.change(bubble.id, text=text, is_edited=True)
        return self._chats.message(line, changed)

    def _delete(self, fields: Fields, _files: list[FormFile], _at: datetime) -> object:
        line, bubble = self._own(fields)
        line.change(bubble.id, text="", is_deleted=True)
        return True

    def _react(self, fields: Fields, _files: list[FormFile], _at: datetime) -> object:
        line = self._line(fields)
        given = fields.get("reaction")
        marks = [str(each.get("emoji")) for each in given] if isinstance(given, list) else []
        try:
            line.change(str(fields.get("message_id")), marks=tuple(marks))
        except NotFound:
            raise Refused(400, "Bad Request: message to react not found") from None
        return True

    def _type(self, fields: Fields, _files: list[FormFile], at: datetime) -> object:
        self._line(fields).typing_until = at + _TYPING
        return True

    def _yes(self, _fields: Fields, _files: list[FormFile], _at: datetime) -> object:
        return True

    def _get_me(self, _fields: Fields, _files: list[FormFile], _at: datetime) -> object:
        bot = {"id": 1, "is_bot": True, "first_name": "Hilo", "username": "hilo_sandbox_bot"}
        return bot | {"can_read_all_group_messages": True}

    def _set_webhook(self, fields: Fields, _files: list[FormFile], _at: datetime) -> object:
        self._hook = str(fields.get("url", ""))
        self._secret = str(fields.get("secret_token", ""))
        return True

    def _delete_webhook(self, _fields: Fields, _files: list[FormFile], _at: datetime) -> object:
        self._hook = ""
        return True

    def _get_webhook_info(self, _fields: Fields, _files: list[FormFile], _at: datetime) -> object:
        return {"url": self._hook, "has_custom_certificate": False, "pending_update_count": 0}

    def _get_file(self, fields: Fields, _files: list[FormFile], _at: datetime) -> object:
        name = str(fields.get("file_id", ""))
        content, _ = self._kept(name)
        return {
            "file_id": name,
            "file_unique_id": name,
            "file_size": len(content),
            "file_path": name,
        }

    def _get_chat(self, fields: Fields, _files: list[FormFile], _at: datetime) -> object:
        line = self._line(fields)
        photo = {"small_file_id": line.portrait, "big_file_id": line.portrait}
        named = {"type": "private", "first_name": line.name}
        return {"id": int(line.address), **named, "photo": photo}

    def _lend(self, name: str) -> Response:
        try:
            content, media_type = self._kept(name)
        except Refused as refused:
            return _told(refused)
        return Response(body=content, headers={"content-type": media_type})

    def _kept(self, name: str) -> tuple[bytes, str]:
        try:
            return self._chats.phones.file(name)
        except NotFound:
            raise Refused(400, "Bad Request: wrong file_id or the file is unavailable") from None

    def _line(self, fields: Fields) -> Line:
        line = self._chats.phones.at(str(fields.get("chat_id", "")))
        if line is None:
            raise Refused(400, "Bad Request: chat not found")
        if line.is_blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return line

    def _own(self, fields: Fields) -> tuple[Line, Bubble]:
        line = self._line(fields)
        try:
            bubble = line.find(str(fields.get("message_id")))
        except NotFound:
            raise Refused(400, "Bad Request: message to edit not found") from None
        if bubble.mine:
            raise Refused(400, "Bad Request: message can't be edited")
        return line, bubble


def _fields(request: Request) -> tuple[Fields, list[FormFile]]:
    headers = {name.lower(): value for name, value in request.headers.items()}
    content_type = headers.get("content-type", "")
    try:
        if content_type.startswith("application/json"):
            return msgspec.json.decode(request.body, type=dict[str, object]), []
        return unpack(content_type, request.body)
    except (ValueError, msgspec.MsgspecError):
        raise Refused(400, "Bad Request: can't parse the request") from None


def _told(refused: Refused) -> Response:
    body: dict[str, object] = {
        "ok": False,
        "error_code": refused.code,
        "description": str(refused),
    }
    if refused.hints:
        body["parameters"] = refused.hints
    return _json(refused.code, body)


def _json(status: int, body: object) -> Response:
    headers = {"content-type": "application/json"}
    return Response(status=status, headers=headers, body=msgspec.json.encode(body))
