"""A batch of events, read. Every event is said, and what Hilo cannot show is named."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from hilo.connectors.line import wire
from hilo.connectors.line.wire import Event, Message
from hilo.sdk import payloads
from hilo.sdk.content import Chosen, Content, Place, Sticker, Strange, Voice
from hilo.sdk.inbound import (
    AccountIn,
    ConsentIn,
    DeletedIn,
    FileIn,
    IdentityIn,
    Inbound,
    MessageIn,
    SenderIn,
    Unknown,
)

CONTENT = "content:"  # what `fetch` is given: this, the kind, a colon and the message
STICKERS = "https://stickershop.line-scdn.net/stickershop/v1/sticker"
_DECODER = msgspec.json.Decoder(wire.Batch)
_EVENT = msgspec.json.Decoder(Event)
_MOVING = {"ANIMATION", "ANIMATION_SOUND", "POPUP", "POPUP_SOUND"}
_NAMES = {
    "image": ("photo.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("audio.m4a", "audio/mp4"),
}


def read(body: bytes, *, takes_groups: bool) -> Sequence[Inbound]:
    """Return what a batch means; nothing, when the vendor only tries the address.

    takes_groups: a group is a contact of its own; else groups are left alone.
    """
    batch = payloads.decoded(body, _DECODER)
    say = partial(_items, takes_groups=takes_groups)
    return payloads.each("event", batch.events, _EVENT, say)


def _items(event: Event, *, takes_groups: bool) -> Sequence[Inbound]:
    source = event.source
    say = _KINDS.get(event.type)
    if say is None:
        return [Unknown(kind=event.type[:100], reason="a kind of event that Hilo does not use")]
    if event.type in _OF_THE_ACCOUNT:
        return [say(event, wire.Source(type="user"))]
    if source is None or not _value(source):
        return [Unknown(kind=event.type[:100], reason="by nobody that can be answered")]
    if source.type != "user" and not takes_groups:
        return [Unknown(kind=f"{source.type} {event.type}"[:100], reason="groups are turned off")]
    return [say(event, source)]


def _message(event: Event, source: wire.Source) -> Inbound:
    message = event.message
    if message is None:
        return Unknown(kind="message", reason="nothing in it")
    stamp: dict[str, object] = {}
    if message.image_set is not None:
        stamp["album"] = message.image_set.id
    if source.type != "user" and source.user_id:
        stamp["author"] = source.user_id
    content = _content(message)
    return MessageIn(
        external_id=message.id,
        sender=_sender(source),
        text=_text(message, content),
        content=content,
        files=_files(message),
        reply_to=message.quoted_message_id or None,
        at=payloads.moment(event.timestamp),
        order=message.image_set.index if message.image_set else 0,
        stamp=stamp,
    )


def _text(message: Message, content: Content | None) -> str:
    if isinstance(content, Sticker):
        return message.text or (message.keywords[0] if message.keywords else "")
    return message.text


def _content(message: Message) -> Content | None:
    match message.type:
        case "text" | "image" | "video" | "file":
            return None
        case "audio":
            return Voice(duration_s=message.duration / 1000 if message.duration > 0 else None)
        case "location":
            return Place(
                latitude=message.latitude,
                longitude=message.longitude,
                name=message.title,
                address=message.address,
            )
        case "sticker":
            return Sticker(is_animated=message.sticker_resource_type in _MOVING)
        case other:
            return Strange(kind=other[:100], reason="a kind of message Hilo cannot show")


def _files(message: Message) -> list[FileIn]:
    if message.type == "sticker":
        url = f"{STICKERS}/{message.sticker_id}/android/sticker.png"
        return [FileIn(name="sticker.png", media_type="image/png", url=url)]
    if message.type == "file":
        return [FileIn(name=message.file_name, url=f"{CONTENT}file:{message.id}")]
    if message.type not in _NAMES:
        return []
    name, media_type = _NAMES[message.type]
    kept = message.content_provider
    url = kept.original_content_url or f"{CONTENT}{message.type}:{message.id}"
    return [FileIn(name=name, media_type=media_type, url=url)]


def _postback(event: Event, source: wire.Source) -> Inbound:
    given = event.postback
    if given is None:
        return Unknown(kind="postback", reason="nothing in it")
    id_, _, title = given.data.partition("\n")
    return MessageIn(
        external_id=f"tap:{event.webhook_event_id}",
        sender=_sender(source),
        text=title or id_,
        content=Chosen(id=id_, title=title, answers=given.params),
        at=payloads.moment(event.timestamp),
    )


def _unsend(event: Event, _source: wire.Source) -> Inbound:
    if event.unsend is None:
        return Unknown(kind="unsend", reason="nothing in it")
    return DeletedIn(external_id=event.unsend.message_id, at=payloads.moment(event.timestamp))


def _follow(event: Event, source: wire.Source) -> Inbound:
    return ConsentIn(
        sender=_sender(source),
        is_given=event.type == "follow",
        at=payloads.moment(event.timestamp),
    )


def _suspended(event: Event, _source: wire.Source) -> Inbound:
    stopped = event.type == "botSuspended"
    return AccountIn(
        kind=event.type,
        detail="the vendor suspended the account" if stopped else "the account works again",
        does="hold" if stopped else "tell",
    )


def _sender(source: wire.Source) -> SenderIn:
    return SenderIn(
        identities=[IdentityIn(kind="external", value=_value(source), verified=True)],
    )


def _value(source: wire.Source) -> str:
    """Return whom an answer goes to."""
    return {"group": source.group_id, "room": source.room_id}.get(source.type, source.user_id)


_OF_THE_ACCOUNT = {"botSuspended", "botResumed"}
_KINDS: Mapping[str, Callable[[Event, wire.Source], Inbound]] = {
    "message": _message,
    "postback": _postback,
    "unsend": _unsend,
    "follow": _follow,
    "unfollow": _follow,
    "botSuspended": _suspended,
    "botResumed": _suspended,
}
