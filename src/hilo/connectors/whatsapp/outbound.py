"""What we send: one part of a message, a reaction, a mark; and files, up before and down after.

Source: Meta, Cloud API reference, "Messages" and "Media" (read 2026-11).
"""

import hashlib
import re
from collections.abc import Generator
from typing import Any
from urllib.parse import urlsplit

from hilo.connectors.whatsapp import said, templates
from hilo.connectors.whatsapp.ways import Way
from hilo.kit.errors import Rejected, TemporaryFailure, Unsupported
from hilo.sdk.abilities import Fetched
from hilo.sdk.content import (
    Choice,
    Choices,
    Content,
    People,
    Person,
    Place,
    Sticker,
    Template,
    Voice,
)
from hilo.sdk.forms import FormFile
from hilo.sdk.outbound import (
    Accepted,
    ActionOut,
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

Body = dict[str, Any]
BUTTONS, ROWS = 3, 10
BUTTON_CHARS, ROW_CHARS, DESCRIPTION_CHARS, LABEL_CHARS = 20, 24, 72, 20
_FILE_BYTES = 100_000_000
_FETCH_S = 60.0
_FILE_HOSTS = (".fbsbx.com", ".whatsapp.net", ".facebook.com", ".360dialog.io")
_LINK = re.compile(r"https?://", re.IGNORECASE)
# Media type to the kind WhatsApp shows it as, and its most bytes; all else is a document.
_KINDS: dict[str, tuple[str, int]] = {
    "image/jpeg": ("image", 5_000_000),
    "image/png": ("image", 5_000_000),
    "video/mp4": ("video", 16_000_000),
    "video/3gpp": ("video", 16_000_000),
    "audio/aac": ("audio", 16_000_000),
    "audio/amr": ("audio", 16_000_000),
    "audio/mpeg": ("audio", 16_000_000),
    "audio/mp4": ("audio", 16_000_000),
    "audio/ogg": ("audio", 16_000_000),
}
_STICKER_BYTES = 500_000
_OPUS = "audio/ogg; codecs=opus"


def send(message: MessageOut, way: Way) -> Sending:
    """Send one part: its file first, which only stores it, then the message."""
    now = message.now or message.at
    stored: Body = {}
    kind = ""
    if message.files:
        file = message.files[0]
        kind, media_type = kind_of(file, message.content)
        stored = yield from _stored(file, media_type, way)
    body = {**addressed(message.to), **_said(message, kind, stored)}
    body["biz_opaque_callback_data"] = message.tracker
    if message.reply_to:
        body["context"] = {"message_id": message.reply_to}
    answered = yield from way.graph.ask(
        way.graph.post(way.messages, body), now=now, attempt=message.attempt
    )
    return Accepted(external_id=_id(answered))


def act(action: ActionOut, way: Way) -> Sending:
    """React. The API can neither edit nor delete. Raises Unsupported for both."""
    if action.does != "react":
        raise Unsupported(f"cannot {action.does} a message that was sent")
    body = {
        **addressed(action.to),
        "type": "reaction",
        "reaction": {"message_id": action.external_id, "emoji": action.emoji},
    }
    answered = yield from way.graph.ask(way.graph.post(way.messages, body), now=action.now)
    return Accepted(external_id=_id(answered))


def mark(mark_: MarkOut, way: Way) -> Sending:
    """Show reading, and typing, which is shown for 25 seconds and ends by itself."""
    if mark_.does == "typing_off" or not mark_.external_id:
        return Accepted()
    body: Body = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": mark_.external_id,
    }
    if mark_.does == "typing_on":
        body["typing_indicator"] = {"type": "text"}
    yield from way.graph.ask(way.graph.post(way.messages, body, is_harmless=True), now=mark_.now)
    return Accepted()


def fetch(url: str, way: Way) -> Generator[Call, Reply, Fetched]:
    """Get a file by its id: first where it is, for five minutes, then what it is."""
    id_ = url.removeprefix(said.MEDIA)
    if id_ == url or not id_.isalnum():
        raise Rejected("no file of this channel")
    query = {"phone_number_id": way.number} if way.number else {}
    about = yield from way.graph.ask(way.graph.get(id_, **query))
    where = way.file_url(str(about.get("url") or ""))
    host = urlsplit(where).hostname or ""
    if not host.endswith(_FILE_HOSTS):  # our token goes to nobody else
        raise Rejected(f"the file is at {host[:100]}", vendor_code="foreign-host")
    call = HttpCall(
        method="GET",
        url=where,
        headers=way.graph.headers,
        timeout_s=_FETCH_S,
        is_harmless=True,
        redirects=2,
        body_bytes_max=_FILE_BYTES,
    )
    reply = yield call
    if not isinstance(reply, HttpReply) or reply.status != 200:  # noqa: PLR2004 - got it
        raise way.graph.error(reply if isinstance(reply, HttpReply) else HttpReply(status=503))
    promised = said.sha256(str(about.get("sha256") or ""))
    if promised and hashlib.sha256(reply.body).hexdigest() != promised:
        raise TemporaryFailure("the file is not what was promised", vendor_code="checksum")
    return Fetched(content=reply.body, media_type=str(about.get("mime_type") or ""))


def addressed(to: Recipient) -> Body:
    """Return how every message begins. A number goes before an id: all kinds may be sent to it."""
    whom = {"to": to.value.removeprefix("+")} if to.kind == "phone" else {"recipient": to.value}
    return {"messaging_product": "whatsapp", "recipient_type": "individual", **whom}


def kind_of(file: FileOut, content: Content | None) -> tuple[str, str]:
    """Return as what a file is sent, and its media type as the vendor wants it."""
    media_type = file.media_type.partition(";")[0].strip().lower()
    if isinstance(content, Sticker) and media_type == "image/webp":
        if file.size_bytes > _STICKER_BYTES:
            raise Rejected("a sticker has at most 500 KB", reason="too-large")
        return "sticker", media_type
    kind, most = _KINDS.get(media_type, ("document", _FILE_BYTES))
    if file.size_bytes > most:
        kind, most = "document", _FILE_BYTES
    if file.size_bytes > most:
        raise Rejected("a file has at most 100 MB", reason="too-large")
    return kind, _OPUS if media_type == "audio/ogg" else media_type or "application/octet-stream"


def _stored(file: FileOut, media_type: str, way: Way) -> Generator[Call, Reply, Body]:
    """Store a file with the vendor; without its bytes, say where they are."""
    if not file.content:
        return {"link": file.url}
    form = FormFile(field="file", name=file.name, media_type=media_type, content=file.content)
    fields = {"messaging_product": "whatsapp", "type": media_type}
    answered = yield from way.graph.ask(way.graph.upload(way.media, fields, [form]))
    return {"id": str(answered.get("id") or "")}


def _said(message: MessageOut, kind: str, stored: Body) -> Body:
    match message.content:
        case Template() as template:
            return templates.body(template, kind, _named(message, kind, stored))
        case Choices() as choices:
            return _interactive(message.text, choices)
        case Place() as place:
            return {"type": "location", "location": _place(place)}
        case People() as people:
            return {"type": "contacts", "contacts": [_card(each) for each in people.people]}
        case _ if kind:
            return {"type": kind, kind: _media(message, kind, stored)}
        case _:
            text: Body = {"body": message.text}
            if _LINK.search(message.text):
                text["preview_url"] = True
            return {"type": "text", "text": text}


def _named(message: MessageOut, kind: str, stored: Body) -> Body:
    if kind == "document" and message.files:
        return {**stored, "filename": message.files[0].name}
    return stored


def _media(message: MessageOut, kind: str, stored: Body) -> Body:
    body = _named(message, kind, stored)
    if kind == "audio" and isinstance(message.content, Voice) and message.files:
        is_opus = message.files[0].media_type.startswith("audio/ogg")
        return {**body, "voice": True} if is_opus else body
    if message.text and kind in {"image", "video", "document"}:
        return {**body, "caption": message.text}
    return body


def _place(place: Place) -> Body:
    body: Body = {"latitude": place.latitude, "longitude": place.longitude}
    return body | {
        name: text for name, text in (("name", place.name), ("address", place.address)) if text
    }


def _card(person: Person) -> Body:
    name = next((each for each in (person.name, *person.phones, *person.emails) if each), "?")
    body: Body = {"name": {"formatted_name": name, "first_name": name}}
    if person.phones:
        body["phones"] = [{"phone": each} for each in person.phones]
    if person.emails:
        body["emails"] = [{"email": each} for each in person.emails]
    if person.company:
        body["org"] = {"company": person.company}
    return body


def _interactive(text: str, given: Choices) -> Body:
    """Return buttons, one link, or a list; what a title must lose stands whole in the text."""
    links = [each for each in given.choices if each.url]
    if links and len(given.choices) == 1:
        parameters = {"display_text": _cut(links[0].title, BUTTON_CHARS), "url": links[0].url}
        action: Body = {"name": "cta_url", "parameters": parameters}
        return _tappable("cta_url", text, action)
    if links or len(given.choices) > ROWS:
        raise Rejected("at most 10 choices, or one link", reason="content")
    if len(given.choices) <= BUTTONS and given.look == "buttons":
        buttons = [
            {"type": "reply", "reply": {"id": each.id, "title": _cut(each.title, BUTTON_CHARS)}}
            for each in given.choices
        ]
        whole = _whole(text, given.choices, BUTTON_CHARS)
        return _tappable("button", whole, {"buttons": buttons})
    rows = [_row(each) for each in given.choices]
    label = _cut(given.label or "≡", LABEL_CHARS)
    whole = _whole(text, given.choices, ROW_CHARS)
    return _tappable("list", whole, {"button": label, "sections": [{"rows": rows}]})


def _tappable(kind: str, text: str, action: Body) -> Body:
    body = {"type": kind, "body": {"text": text}, "action": action}
    return {"type": "interactive", "interactive": body}


def _row(choice: Choice) -> Body:
    row = {"id": choice.id, "title": _cut(choice.title, ROW_CHARS)}
    if choice.description:
        row["description"] = _cut(choice.description, DESCRIPTION_CHARS)
    return row


def _whole(text: str, choices: Any, most: int) -> str:
    long = [f"• {each.title}" for each in choices if len(each.title) > most]
    return "\n".join([text, "", *long]).strip() if long else text


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _id(answered: Body) -> str | None:
    match answered:
        case {"messages": [{"id": str(id_)}, *_]}:
            return id_
        case _:
            return None
