"""Parts, actions and marks as calls of the Bot API, and what its answers mean.

The token stands in every address, so addresses are never logged or told.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from hilo.connectors.telegram import names
from hilo.connectors.telegram.names import Where
from hilo.connectors.telegram.wire import Message, Reply
from hilo.kit.errors import ConnectorError, Rejected, UnknownOutcome, Unsupported
from hilo.sdk import verdicts
from hilo.sdk.account import Account
from hilo.sdk.content import Choices, People, Person, Place, Sticker
from hilo.sdk.forms import FormFile, multipart
from hilo.sdk.outbound import (
    Accepted,
    ActionOut,
    Call,
    FileOut,
    HttpCall,
    HttpReply,
    MarkOut,
    MessageOut,
    Sending,
)
from hilo.sdk.outbound import Reply as Answer

HOST = "https://api.telegram.org"
_VERDICTS = verdicts.read(__package__)
_REPLY = msgspec.json.Decoder(Reply)
_UPLOAD_S = 60.0
_CALLBACK_BYTES = 64
_VCARD_BYTES = 2048
_ESCAPED = re.compile(r"([\\,;])")
_NO_TEXT, _SAME = "no text in the message", "message is not modified"


class Moved(Rejected):
    """The group became a larger kind of group and has a new number."""

    def __init__(self, chat: int) -> None:
        """chat: the new one."""
        super().__init__("the group has moved", vendor_code="400")
        self.chat = chat


class Way(Struct, frozen=True):
    """Which method carries a file, and the field it goes in."""

    method: str
    field: str


_DOCUMENT = Way("sendDocument", "document")
_WAYS: Mapping[str, Way] = {
    "image/jpeg": Way("sendPhoto", "photo"),
    "image/png": Way("sendPhoto", "photo"),
    "image/webp": Way("sendPhoto", "photo"),
    "image/gif": Way("sendAnimation", "animation"),
    "video/mp4": Way("sendVideo", "video"),
    "audio/ogg": Way("sendVoice", "voice"),
    "audio/mpeg": Way("sendAudio", "audio"),
    "audio/mp4": Way("sendAudio", "audio"),
}
_PHOTO_BYTES = 10_000_000


def send(message: MessageOut, account: Account) -> Sending:
    """Send one part. There is no key against doubles: no answer means unknown."""
    where = names.where(message.to.value)
    try:
        result = yield from ask(_call(message, where, account), message.now)
    except Moved as moved:  # surely refused: the group has a new number
        where = msgspec.structs.replace(where, chat=moved.chat)
        result = yield from ask(_call(message, where, account), message.now)
    sent = msgspec.convert(result, Message)
    return Accepted(external_id=names.of_message(sent.chat, sent.message_id, where.connection))


def act(action: ActionOut, account: Account) -> Sending:
    """React to, change or take back a message."""
    target = names.where(action.to.value)
    number = names.number_of(action.external_id)
    where: dict[str, object] = {"chat_id": target.chat, "message_id": number}
    match action.does:
        case "react":
            marks = [{"type": "emoji", "emoji": action.emoji}] if action.emoji else []
            call = _json_call(account, "setMessageReaction", {**where, "reaction": marks})
        case "edit":
            return (yield from _edit(action, {**where, **_by(target)}, account))
        case _ if target.connection:
            gone = {**_by(target), "message_ids": [number]}
            call = _json_call(account, "deleteBusinessMessages", gone)
        case _:
            call = _json_call(account, "deleteMessage", where)
    yield from ask(msgspec.structs.replace(call, is_harmless=True), action.now)
    return Accepted()


def _edit(action: ActionOut, where: Mapping[str, object], account: Account) -> Sending:
    """Change a text, or where the message is a file, what stands below it."""
    for method, field in (("editMessageText", "text"), ("editMessageCaption", "caption")):
        call = _json_call(account, method, {**where, field: action.text})
        try:
            yield from ask(msgspec.structs.replace(call, is_harmless=True), action.now)
        except Rejected as refused:
            if _NO_TEXT in refused.message and field == "text":
                continue
            if _SAME not in refused.message:  # else an earlier try has arrived after all
                raise
        break
    return Accepted()


def mark(given: MarkOut, account: Account) -> Sending:
    """Show that we type, or (in a business account's chats) that we have read."""
    target = names.where(given.to.value)
    where: dict[str, object] = {"chat_id": target.chat, **_by(target)}
    if given.does == "typing_on":
        yield from ask(_json_call(account, "sendChatAction", {**where, "action": "typing"}), None)
    elif given.does == "read" and target.connection and given.external_id:
        number = names.number_of(given.external_id)
        yield from ask(
            _json_call(account, "readBusinessMessage", {**where, "message_id": number}), None
        )
    return Accepted()


def call(
    account: Account, method: str, fields: Mapping[str, object]
) -> Generator[Call, Answer, object]:
    """Ask something that changes nothing, or the same thing again; return its result."""
    harmless = msgspec.structs.replace(_json_call(account, method, fields), is_harmless=True)
    return (yield from ask(harmless, None))


def ask(call: HttpCall, now: datetime | None) -> Generator[Call, Answer, object]:
    """Make a call and return its `result`. Raises what the answer means."""
    reply = yield call
    if not isinstance(reply, HttpReply):
        raise UnknownOutcome("no answer to an HTTP request")
    try:
        told = _REPLY.decode(reply.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise _VERDICTS.error(str(reply.status), "not an answer of the API", reply, now) from None
    if told.ok:
        return told.result
    raise _error(told, reply, now)


def address(account: Account, rest: str) -> str:
    """Return an address of the API for this bot. Never log it."""
    return f"{HOST}/bot{account.secrets.get('token', '')}/{rest}"


def _error(told: Reply, reply: HttpReply, now: datetime | None) -> ConnectorError:
    hint = told.parameters
    if hint is not None and hint.retry_after is not None:
        reply = msgspec.structs.replace(
            reply, headers={**reply.headers, "retry-after": str(hint.retry_after)}
        )
    if hint is not None and hint.migrate_to_chat_id is not None:
        return Moved(hint.migrate_to_chat_id)
    return _VERDICTS.error(str(told.error_code or reply.status), told.description, reply, now)


def _call(message: MessageOut, where: Where, account: Account) -> HttpCall:
    chat: dict[str, object] = {"chat_id": where.chat, **_by(where)}
    if message.reply_to:
        number = names.number_of(message.reply_to)
        chat["reply_parameters"] = {"message_id": number, "allow_sending_without_reply": True}
    if message.files:
        return _file_call(message, chat, account)
    method, body = _plain(message)
    return _json_call(account, method, {**chat, **body})


def _by(where: Where) -> dict[str, object]:
    if where.connection:
        return {"business_connection_id": where.connection}
    return {} if where.topic is None else {"message_thread_id": where.topic}


def _plain(message: MessageOut) -> tuple[str, dict[str, object]]:
    """Return method and fields of a part without a file."""
    match message.content:
        case Choices() as choices:
            return "sendMessage", {"text": message.text, "reply_markup": _keyboard(choices)}
        case Place(name="", address="") as place:
            return "sendLocation", {"latitude": place.latitude, "longitude": place.longitude}
        case Place() as place:
            where = {"latitude": place.latitude, "longitude": place.longitude}
            return "sendVenue", {
                **where,
                "title": place.name or place.address,
                "address": place.address or place.name,
            }
        case People(people=people):
            return _cards(people)
        case None:
            return "sendMessage", {"text": message.text}
        case other:
            raise Unsupported(f"no way to send a {type(other).__name__}")


def _cards(people: Sequence[Person]) -> tuple[str, dict[str, object]]:
    """Return the one card; several, and one without a number, leave as words: a call takes one."""
    if len(people) == 1 and people[0].phones:
        person = people[0]
        name = person.name or person.phones[0]
        card: dict[str, object] = {"phone_number": person.phones[0], "first_name": name}
        whole = _vcard(person)
        if len(person.phones) == 1 and not (person.emails or person.company):
            return "sendContact", card
        if len(whole.encode()) <= _VCARD_BYTES:
            return "sendContact", {**card, "vcard": whole}
    lines = [[each.name, each.company, *each.phones, *each.emails] for each in people]
    return "sendMessage", {"text": "\n\n".join("\n".join(filter(None, each)) for each in lines)}


def _vcard(person: Person) -> str:
    fields = [
        ("FN", person.name or person.phones[0]),
        *(("TEL", each) for each in person.phones),
        *(("EMAIL", each) for each in person.emails),
        *([("ORG", person.company)] if person.company else []),
    ]
    lines = [f"{name}:{_escaped(value)}" for name, value in fields]
    return "\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD"])


def _escaped(value: str) -> str:
    return _ESCAPED.sub(r"\\\1", " ".join(value.splitlines()))


def _keyboard(choices: Choices) -> dict[str, object]:
    """Return one button a line: titles are seldom short."""
    lines: list[Sequence[dict[str, str]]] = []
    for each in choices.choices:
        if each.url:
            lines.append([{"text": each.title, "url": each.url}])
            continue
        if len(each.id.encode()) > _CALLBACK_BYTES:
            raise Rejected(f"a button's id has more than {_CALLBACK_BYTES} bytes", reason="content")
        lines.append([{"text": each.title, "callback_data": each.id}])
    return {"inline_keyboard": lines}


def _file_call(message: MessageOut, chat: Mapping[str, object], account: Account) -> HttpCall:
    file = message.files[0]
    way = _way(file, is_sticker=isinstance(message.content, Sticker))
    fields = {name: _text(value) for name, value in chat.items()}
    if message.text and way.field != "sticker":
        fields["caption"] = message.text
    upload = FormFile(
        field=way.field, name=file.name, media_type=file.media_type, content=file.content
    )
    content_type, body = multipart(fields, [upload])
    return HttpCall(
        method="POST",
        url=address(account, way.method),
        headers={"content-type": content_type},
        body=body,
        timeout_s=_UPLOAD_S,
    )


def _way(file: FileOut, *, is_sticker: bool) -> Way:
    if is_sticker:
        return Way("sendSticker", "sticker")
    way = _WAYS.get(file.media_type.partition(";")[0], _DOCUMENT)
    too_big = way.field == "photo" and file.size_bytes > _PHOTO_BYTES
    return _DOCUMENT if too_big else way


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _json_call(account: Account, method: str, fields: Mapping[str, object]) -> HttpCall:
    return HttpCall(
        method="POST",
        url=address(account, method),
        headers={"content-type": "application/json"},
        body=msgspec.json.encode(fields),
    )
