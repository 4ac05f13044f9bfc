"""Parts as messages of the bot. HTTP says nothing here: every answer is judged by its `status`."""

from collections.abc import Generator, Mapping
from typing import TypeVar

import msgspec

from hilo.connectors.viber import wire
from hilo.connectors.viber.inbound import TAP, VERDICTS
from hilo.kit.errors import Rejected, UnknownOutcome, Unsupported
from hilo.sdk.abilities import Profile
from hilo.sdk.account import Account
from hilo.sdk.content import Choice, Choices, People, Place
from hilo.sdk.outbound import (
    Accepted,
    Call,
    FileOut,
    HttpCall,
    HttpReply,
    MessageOut,
    Recipient,
    Reply,
    Sending,
)

API = "https://chatapi.viber.com/pa"
_NAME_CHARS = 28
_FILE_NAME_CHARS = 256
_PICTURES = {"image/jpeg", "image/png", "image/gif"}
_PICTURE_BYTES = 1_000_000
_VIDEO_BYTES = 26_000_000
_ACTION_CHARS = 250
_SILENT_SINCE = 6  # the version of their program that can keep a tap out of the chat
T = TypeVar("T")
Body = Mapping[str, object]


def send(message: MessageOut, account: Account) -> Sending:
    """Send one part. There is no key against doubles: no answer means unknown."""
    body = {
        "receiver": message.to.value,
        "sender": {"name": sender_name(account)},
        "tracking_data": message.tracker,
        **_body(message),
    }
    reply = yield _call(account, "send_message", body)
    sent = _judged(reply, wire.Answer, message)
    return Accepted(external_id=str(sent.message_token))


def profile(who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
    """Return name and picture; the vendor tells them twice a day at most."""
    found = yield from ask(account, "get_user_details", {"id": who.value}, wire.Details)
    person = found.user
    return Profile(name=person.name, avatar=person.avatar, locale=person.language)


def ask(account: Account, method: str, body: Body, shape: type[T]) -> Generator[Call, Reply, T]:
    """Ask something that changes nothing, or set the same again."""
    reply = yield msgspec.structs.replace(_call(account, method, body), is_harmless=True)
    return _judged(reply, shape, None)


def sender_name(account: Account) -> str:
    """Return the name that stands above what we write."""
    return (str(account.settings.get("sender_name") or "") or "Support")[:_NAME_CHARS]


def _body(message: MessageOut) -> Body:
    if message.files:
        return _file(message.files[0])
    match message.content:
        case None:
            return {"type": "text", "text": message.text}
        case Choices(choices=choices):
            keys = {"Type": "keyboard", "Buttons": [_button(each) for each in choices]}
            return {
                "type": "text",
                "text": message.text,
                "keyboard": keys,
                "min_api_version": _SILENT_SINCE,
            }
        case Place() as place:
            return {"type": "location", "location": {"lat": place.latitude, "lon": place.longitude}}
        case People(people=[person, *_]) if person.phones:
            card = {"name": person.name[:_NAME_CHARS], "phone_number": person.phones[0]}
            return {"type": "contact", "contact": card}
        case other:
            raise Unsupported(f"no way to send a {type(other).__name__}")


def _button(choice: Choice) -> Body:
    """Return a button over the whole width. The title travels with the id in what is said back."""
    if choice.url:
        action, kind = choice.url, "open-url"
    else:
        action, kind = f"{TAP}{choice.id}\n{choice.title}", "reply"
    if len(action) > _ACTION_CHARS:
        action = f"{TAP}{choice.id}"
    if len(action) > _ACTION_CHARS:
        raise Rejected(f"a button carries at most {_ACTION_CHARS} characters", reason="content")
    # Silent: what the button carries is not shown as the contact's own words.
    return {
        "Columns": 6,
        "Rows": 1,
        "ActionType": kind,
        "ActionBody": action,
        "Text": choice.title,
        "Silent": kind == "reply",
    }


def _file(file: FileOut) -> Body:
    """Return a file by its address; the vendor copies it at once."""
    media_type = file.media_type.partition(";")[0]
    if media_type in _PICTURES and file.size_bytes <= _PICTURE_BYTES:
        return {"type": "picture", "media": file.url, "text": ""}
    sized = {"media": file.url, "size": file.size_bytes}
    if media_type == "video/mp4" and file.size_bytes <= _VIDEO_BYTES:
        return {"type": "video", **sized}
    return {"type": "file", **sized, "file_name": file.name[-_FILE_NAME_CHARS:]}


def _judged(reply: Reply, shape: type[T], message: MessageOut | None) -> T:
    """Return the answer. Raises what its `status` means, whatever HTTP says."""
    if not isinstance(reply, HttpReply):
        raise UnknownOutcome("no answer to an HTTP request")
    now, attempt = (message.now, message.attempt) if message else (None, 1)
    try:
        told = msgspec.json.decode(reply.body, type=wire.Answer)
        if told.status == 0:
            return msgspec.json.decode(reply.body, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        if reply.status < 300:  # noqa: PLR2004 - taken, and not understood
            raise UnknownOutcome("an answer that cannot be read") from None
        code = f"http:{reply.status}"
        raise VERDICTS.error(code, "not an answer of the API", reply, now, attempt) from None
    raise VERDICTS.error(str(told.status), told.status_message, reply, now, attempt)


def _call(account: Account, method: str, body: Body) -> HttpCall:
    return HttpCall(
        method="POST",
        url=f"{API}/{method}",
        headers={
            "content-type": "application/json",
            "x-viber-auth-token": account.secrets.get("auth_token", ""),
        },
        body=msgspec.json.encode(body),
    )
