"""Parts as pushes, each with a key of its own, and what the answers mean.

A reply token would be free, but it dies within a minute and takes no key: a lost answer would be a
double or a loss. Every part is a push, and asking again with its key is harmless.
"""

from collections.abc import Generator, Mapping
from typing import TypeVar
from urllib.parse import quote
from uuid import uuid5

import msgspec

from hilo.connectors.line import wire
from hilo.connectors.line.inbound import CONTENT
from hilo.kit.errors import Rejected, TemporaryFailure, UnknownOutcome, Unsupported
from hilo.sdk import verdicts
from hilo.sdk.abilities import Fetched, Profile
from hilo.sdk.account import Account
from hilo.sdk.content import Choice, Choices, Place, Voice
from hilo.sdk.outbound import (
    Accepted,
    Call,
    FileOut,
    HttpCall,
    HttpReply,
    MarkOut,
    MessageOut,
    Recipient,
    Reply,
    Sending,
)

API = "https://api.line.me/v2/bot"
DATA = "https://api-data.line.me/v2/bot"
KEY = "x-line-retry-key"
_VERDICTS = verdicts.read(__package__)
_OK = range(200, 300)
_CONFLICT = 409
_NOT_YET = 202
_GONE = {400, 404, 410}
_FILE_BYTES = 50_000_000
_TITLE_CHARS = 100
_LABEL_CHARS = 20
_DATA_CHARS = 300
# A picture's small copy is the picture itself, so it must be as small as a copy may be.
_PICTURES = {"image/jpeg", "image/png"}
_PICTURE_BYTES = 1_000_000
_SOUNDS = {"audio/mp4", "audio/x-m4a", "audio/m4a", "audio/mpeg"}
_TYPING_S = 20
T = TypeVar("T")
Body = Mapping[str, object]


def send(message: MessageOut, account: Account) -> Sending:
    """Push one part. A second push with the same key is answered as the first one was."""
    body: Body = {"to": message.to.value, "messages": [_body(message)]}
    headers = {KEY: str(uuid5(message.id, str(message.part)))}
    call = _call(account, "POST", f"{API}/message/push", body, headers)
    reply = yield call
    if isinstance(reply, HttpReply) and reply.status == _CONFLICT:
        return Accepted(external_id=_first(reply))
    _judge(reply, message)
    return Accepted(external_id=_first(reply))


def mark(given: MarkOut, account: Account) -> Sending:
    """Show that we type. Reading wants a token that only the message itself brought."""
    if given.does == "typing_on" and given.to.value.startswith("U"):
        body: Body = {"chatId": given.to.value, "loadingSeconds": _TYPING_S}
        yield from ask(account, "POST", f"{API}/chat/loading/start", dict[str, object], body)
    return Accepted()


def fetch(url: str, account: Account) -> Generator[Call, Reply, Fetched]:
    """Get a file. Films and recordings are asked about first: they are prepared for a while."""
    if not url.startswith(CONTENT):
        return (yield from _open(url, {}))
    kind, _, id_ = url.removeprefix(CONTENT).partition(":")
    place = f"{DATA}/message/{quote(id_, safe='')}/content"
    if kind in {"video", "audio"}:
        ready = yield from ask(account, "GET", f"{place}/transcoding", wire.Ready)
        if ready.status == "processing":
            raise TemporaryFailure("the vendor is still preparing the file")
        if ready.status == "failed":
            raise Rejected("the vendor could not prepare the file", reason="content")
    return (yield from _open(place, _authorised(account)))


def profile(who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
    """Return name, picture and language of a person, or name and picture of a group."""
    id_ = quote(who.value, safe="")
    if who.value.startswith("C"):
        group = yield from ask(account, "GET", f"{API}/group/{id_}/summary", wire.Group)
        return Profile(name=group.group_name, avatar=group.picture_url)
    if who.value.startswith("R"):
        raise Rejected("the vendor tells nothing of a room")
    found = yield from ask(account, "GET", f"{API}/profile/{id_}", wire.Who)
    return Profile(name=found.display_name, avatar=found.picture_url, locale=found.language)


def ask(
    account: Account, method: str, url: str, shape: type[T], body: Body | None = None
) -> Generator[Call, Reply, T]:
    """Ask something that changes nothing, or set the same again; return the answer."""
    call = _call(account, method, url, body, {})
    reply = yield msgspec.structs.replace(call, is_harmless=True)
    _judge(reply, None)
    return _decoded(reply, shape)


def code_of(status: int, said: str) -> str:
    """Return the code of an answer: its status, and what only its words tell apart."""
    out = status == 429 and "monthly limit" in said  # noqa: PLR2004 - too many requests
    return "429:quota" if out else str(status)


def _open(url: str, headers: Mapping[str, str]) -> Generator[Call, Reply, Fetched]:
    reply = yield HttpCall(
        method="GET",
        url=url,
        headers=headers,
        timeout_s=60,
        is_harmless=True,
        body_bytes_max=_FILE_BYTES,
    )
    status = reply.status if isinstance(reply, HttpReply) else 0
    if not isinstance(reply, HttpReply) or status == _NOT_YET or status not in _OK:
        kind = Rejected if status in _GONE else TemporaryFailure
        raise kind("the file could not be fetched", vendor_code=str(status))
    return Fetched(content=reply.body, media_type=reply.headers.get("content-type", ""))


def _body(message: MessageOut) -> Body:
    if message.files:
        return _file(message.files[0], message.content)
    match message.content:
        case None:
            return {"type": "text", "text": message.text}
        case Choices(choices=choices):
            items = [{"type": "action", "action": _action(each)} for each in choices]
            return {"type": "text", "text": message.text, "quickReply": {"items": items}}
        case Place() as place:
            name = place.name or f"{place.latitude}, {place.longitude}"
            return {
                "type": "location",
                "title": name[:_TITLE_CHARS],
                "address": (place.address or name)[:_TITLE_CHARS],
                "latitude": place.latitude,
                "longitude": place.longitude,
            }
        case other:
            raise Unsupported(f"no way to send a {type(other).__name__}")


def _action(choice: Choice) -> Body:
    """Return what a tap does. The title travels with the id: the tap's event does not tell it."""
    label = choice.title[:_LABEL_CHARS]
    if choice.url:
        return {"type": "uri", "label": label, "uri": choice.url}
    data = f"{choice.id}\n{choice.title}"[:_DATA_CHARS]
    if len(choice.id) >= _DATA_CHARS:
        raise Rejected(f"a button's id has more than {_DATA_CHARS} characters", reason="content")
    return {"type": "postback", "label": label, "data": data, "displayText": choice.title}


def _file(file: FileOut, content: object) -> Body:
    """Return a file as phones open it; what they cannot show goes as its name and address."""
    media_type = file.media_type.partition(";")[0]
    if media_type in _PICTURES and file.size_bytes <= _PICTURE_BYTES:
        return {"type": "image", "originalContentUrl": file.url, "previewImageUrl": file.url}
    if media_type in _SOUNDS and isinstance(content, Voice) and content.duration_s:
        duration = max(int(content.duration_s * 1000), 1)
        return {"type": "audio", "originalContentUrl": file.url, "duration": duration}
    return {"type": "text", "text": f"{file.name}\n{file.url}"}


def _first(reply: Reply) -> str | None:
    """Return the name of the part; a repeated key is not always answered with it."""
    try:
        pushed = _decoded(reply, wire.Pushed)
    except UnknownOutcome:
        if isinstance(reply, HttpReply) and reply.status == _CONFLICT:
            return None
        raise
    return pushed.sent_messages[0].id if pushed.sent_messages else None


def _judge(reply: Reply, message: MessageOut | None) -> None:
    if not isinstance(reply, HttpReply):
        raise UnknownOutcome("no answer to an HTTP request")
    if reply.status in _OK:
        return
    try:
        told = msgspec.json.decode(reply.body, type=wire.Refusal)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        told = wire.Refusal(message="not an answer of the API")
    said = "; ".join(
        [told.message, *(f"{each.property}: {each.message}".strip(": ") for each in told.details)]
    )
    now, attempt = (message.now, message.attempt) if message else (None, 1)
    raise _VERDICTS.error(code_of(reply.status, told.message), said, reply, now, attempt)


def _decoded(reply: Reply, shape: type[T]) -> T:
    body = reply.body if isinstance(reply, HttpReply) else b""
    try:
        return msgspec.json.decode(body or b"{}", type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnknownOutcome("an answer that cannot be read") from error


def _call(
    account: Account, method: str, url: str, body: Body | None, headers: Mapping[str, str]
) -> HttpCall:
    kind = {} if body is None else {"content-type": "application/json"}
    return HttpCall(
        method=method,  # type: ignore[arg-type]
        url=url,
        headers={**_authorised(account), **kind, **headers},
        body=b"" if body is None else msgspec.json.encode(body),
    )


def _authorised(account: Account) -> dict[str, str]:
    return {"authorization": f"Bearer {account.secrets.get('access_token', '')}"}
