"""Parts, actions and marks as calls of the API. A nonce makes the vendor know a repeat."""

from collections.abc import Generator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid5

import msgspec

from hilo.connectors.discord import wire
from hilo.kit.errors import UnknownOutcome, Unsupported
from hilo.sdk import verdicts
from hilo.sdk.abilities import Profile
from hilo.sdk.account import Account
from hilo.sdk.content import Choice, Choices, Sticker, Voice
from hilo.sdk.forms import FormFile, multipart
from hilo.sdk.outbound import (
    Accepted,
    ActionOut,
    Call,
    HttpCall,
    HttpReply,
    MarkOut,
    MessageOut,
    Recipient,
    Reply,
    Sending,
)

API = "https://discord.com/api/v10"
AGENT = "DiscordBot (https://hilo.test, 1)"
_VERDICTS = verdicts.read(__package__)
_OK = range(200, 300)
_UPLOAD_S = 60.0
_NONCE_CHARS = 25
_ROW = 5
_ID_CHARS = 100
T = TypeVar("T")
Body = Mapping[str, object]


def send(message: MessageOut, account: Account) -> Sending:
    """Send one part; the same nonce again, within minutes, gives back the first message."""
    body: dict[str, object] = {
        "nonce": uuid5(message.id, str(message.part)).hex[:_NONCE_CHARS],
        "enforce_nonce": True,
        "allowed_mentions": {"parse": []},
    }
    if message.text:
        body["content"] = message.text
    if message.reply_to:
        quoted = message.reply_to.rpartition(":")[2]
        body["message_reference"] = {"message_id": quoted, "fail_if_not_exists": False}
    body |= _components(message)
    channel = message.to.value
    call = _call(account, "POST", f"channels/{quote(channel, safe='')}/messages", body)
    if message.files:
        call = _with_file(call, message, body)
    posted = _judged((yield call), wire.Posted, message)
    return Accepted(external_id=f"{channel}:{posted.id}")


def act(action: ActionOut, account: Account) -> Sending:
    """React, change or take back."""
    channel, _, id_ = action.external_id.partition(":")
    place = f"channels/{quote(channel, safe='')}/messages/{quote(id_, safe='')}"
    match action.does:
        case "edit":
            yield from ask(account, "PATCH", place, None, {"content": action.text})
        case "delete":
            yield from ask(account, "DELETE", place, None)
        case "react":
            message = yield from ask(account, "GET", place, wire.Message)
            ours = {each.emoji.name or "" for each in message.reactions if each.me}
            for sign in sorted(ours - {action.emoji}):
                yield from ask(account, "DELETE", f"{place}/reactions/{quote(sign)}/@me", None)
            if action.emoji and action.emoji not in ours:
                sign = quote(action.emoji)
                yield from ask(account, "PUT", f"{place}/reactions/{sign}/@me", None)
    return Accepted()


def mark(given: MarkOut, account: Account) -> Sending:
    """Show that we type; nothing tells that we have read."""
    if given.does == "typing_on":
        place = f"channels/{quote(given.to.value, safe='')}/typing"
        yield from ask(account, "POST", place, None)
    return Accepted()


def profile(who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
    """Return the name of a channel, or name and picture of the one person in it."""
    place = f"channels/{quote(who.value, safe='')}"
    channel = yield from ask(account, "GET", place, wire.Channel)
    if not channel.recipients:
        return Profile(name=f"#{channel.name or ''}")
    person = channel.recipients[0]
    picture = f"https://cdn.discordapp.com/avatars/{person.id}/{person.avatar}.png"
    return Profile(
        name=person.global_name or person.username, avatar=picture if person.avatar else ""
    )


def ask(
    account: Account, method: str, place: str, shape: type[T] | None, body: Body | None = None
) -> Generator[Call, Reply, T]:
    """Ask something that changes nothing, or set the same again. shape None: no answer."""
    call = _call(account, method, place, body)
    reply = yield msgspec.structs.replace(call, is_harmless=True)
    return _judged(reply, shape, None)


def _components(message: MessageOut) -> Body:
    match message.content:
        case None | Voice() | Sticker():
            return {}
        case Choices(choices=choices):
            keys = [_button(each) for each in choices]
            rows = [keys[n : n + _ROW] for n in range(0, len(keys), _ROW)]
            return {"components": [{"type": 1, "components": row} for row in rows]}
        case other:
            raise Unsupported(f"no way to send a {type(other).__name__}")


def _button(choice: Choice) -> Body:
    if choice.url:
        return {"type": 2, "style": 5, "label": choice.title, "url": choice.url}
    if not 0 < len(choice.id) <= _ID_CHARS:
        raise Unsupported(f"a button's id has 1 to {_ID_CHARS} characters here")
    return {"type": 2, "style": 1, "label": choice.title, "custom_id": choice.id}


def _with_file(call: HttpCall, message: MessageOut, body: Body) -> HttpCall:
    file = message.files[0]
    whole = {**body, "attachments": [{"id": "0", "filename": file.name}]}
    fields = {"payload_json": msgspec.json.encode(whole).decode()}
    upload = FormFile(
        field="files[0]", name=file.name, media_type=file.media_type, content=file.content
    )
    content_type, form = multipart(fields, [upload])
    headers = {**call.headers, "content-type": content_type}
    return msgspec.structs.replace(call, headers=headers, body=form, timeout_s=_UPLOAD_S)


def _judged(reply: Reply, shape: type[T] | None, message: MessageOut | None) -> T:
    if not isinstance(reply, HttpReply):
        raise UnknownOutcome("no answer to an HTTP request")
    if reply.status in _OK:
        try:
            kind: Any = shape or dict[str, Any]
            found: T = msgspec.json.decode(reply.body or b"{}", type=kind)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UnknownOutcome("an answer that cannot be read") from error
        return found
    try:
        told = msgspec.json.decode(reply.body, type=wire.Refusal)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        told = wire.Refusal(message="not an answer of the API")
    if told.retry_after is not None:
        wait = {"retry-after": str(told.retry_after)}
        reply = msgspec.structs.replace(reply, headers={**reply.headers, **wait})
    now, attempt = (message.now, message.attempt) if message else (None, 1)
    known = str(told.code) if _VERDICTS.knows(str(told.code)) else f"http:{reply.status}"
    known = "global" if told.is_global else known
    raise _VERDICTS.error(known, f"{told.code} {told.message}", reply, now, attempt)


def _call(account: Account, method: str, place: str, body: Body | None) -> HttpCall:
    kind = {} if body is None else {"content-type": "application/json"}
    token = account.secrets.get("bot_token", "")
    return HttpCall(
        method=method,  # type: ignore[arg-type]
        url=f"{API}/{place}",
        headers={"authorization": f"Bot {token}", "user-agent": AGENT, **kind},
        body=b"" if body is None else msgspec.json.encode(body),
    )
