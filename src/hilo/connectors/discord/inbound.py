"""Frames of the Gateway and interactions, read. The contact is the channel the words stand in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from hilo.connectors.discord import wire
from hilo.kit.errors import MalformedPayload
from hilo.sdk import payloads
from hilo.sdk.content import Chosen, Content, Sticker, Strange, Voice
from hilo.sdk.inbound import (
    DeletedIn,
    EchoIn,
    EditedIn,
    FileIn,
    IdentityIn,
    Inbound,
    MessageIn,
    ReactionIn,
    SenderIn,
    Unknown,
)

PING, PRESSED = 1, 3
_KIND = msgspec.json.Decoder(wire.Kind)
_FRAME = msgspec.json.Decoder(wire.Frame)
_INTERACTION = msgspec.json.Decoder(wire.Interaction)
_SAID = {0, 19}
_VOICE = 8192
_ENDINGS = {1: "png", 2: "png", 4: "gif"}
_CDN = "https://cdn.discordapp.com"


class Desk(Struct, frozen=True):
    """What reading depends on. own: the bot's id, where it is known."""

    own: str
    takes_channels: bool


def read(body: bytes, desk: Desk) -> Sequence[Inbound]:
    """Return what a frame or an interaction means. Raises MalformedPayload."""
    kind = payloads.decoded(body, _KIND)
    if kind.op is None:
        return _interaction(payloads.decoded(body, _INTERACTION))
    frame = payloads.decoded(body, _FRAME)
    say = _KINDS.get(frame.t or "")
    if say is None:
        kind_ = str(frame.t or frame.op)[:100]
        return [Unknown(kind=kind_, reason="a kind of event that Hilo does not use")]
    given = frame.d if isinstance(frame.d, dict) else {}
    if given.get("guild_id") and not desk.takes_channels:
        return [Unknown(kind=f"{frame.t} of a server"[:100], reason="channels are turned off")]
    return say(given, desk)


def interaction_of(body: bytes) -> wire.Interaction | None:
    """Return the interaction, if it is one."""
    try:
        return payloads.decoded(body, _INTERACTION)
    except MalformedPayload:
        return None


def _interaction(given: wire.Interaction) -> Sequence[Inbound]:
    if given.type == PING:
        return []
    who = given.user or (given.member.user if given.member else None)
    if given.type != PRESSED or given.data is None or given.message is None or not who:
        reason = "a kind of interaction that Hilo does not use"
        return [Unknown(kind=f"interaction {given.type}", reason=reason)]
    title = _title(given.message.components, given.data.custom_id)
    return [
        MessageIn(
            external_id=f"tap:{given.id}",
            sender=_sender(given.channel_id, who, in_channel=bool(given.guild_id)),
            text=title or given.data.custom_id,
            content=Chosen(id=given.data.custom_id, title=title),
            reply_to=_name(given.channel_id, given.message.id),
        )
    ]


def _title(rows: Sequence[Mapping[str, Any]], id_: str) -> str:
    """Return what stood on the button."""
    for row in rows:
        keys = row.get("components")
        for key in keys if isinstance(keys, list) else ():
            if isinstance(key, dict) and key.get("custom_id") == id_:
                return str(key.get("label") or "")
    return ""


def _created(given: Mapping[str, Any], desk: Desk) -> Sequence[Inbound]:
    message = _whole(_as(given, wire.Message))
    author = message.author
    if author is None or message.type not in _SAID:
        return [Unknown(kind=f"message {message.type}", reason="a notice of the channel")]
    content = _content(message)
    name, at = _name(message.channel_id, message.id), _moment(message.timestamp)
    if author.id == desk.own:
        to = SenderIn(identities=[_identity(message.channel_id)])
        files = _files(message)
        return [
            EchoIn(external_id=name, to=to, text=message.content, files=files, at=at,
                   content=content, written_with="Discord")
        ]  # fmt: skip
    quoted = message.message_reference
    is_answer = quoted is not None and quoted.type == 0 and quoted.message_id
    return [
        MessageIn(
            external_id=name,
            sender=_sender(message.channel_id, author, in_channel=bool(message.guild_id)),
            text=message.content,
            content=content,
            files=_files(message),
            reply_to=_name(message.channel_id, str(quoted.message_id))
            if quoted and is_answer
            else None,
            at=at,
            automatic=author.bot,
            stamp=_stamp(message, author),
        )
    ]


def _whole(message: wire.Message) -> wire.Message:
    """Return the message with what it passes on: its own text and files are empty then."""
    passed = [each.message for each in message.message_snapshots]
    return msgspec.structs.replace(
        message,
        content="\n".join(filter(None, [message.content, *(each.content for each in passed)])),
        attachments=[*message.attachments, *(a for each in passed for a in each.attachments)],
        sticker_items=[*message.sticker_items, *(s for each in passed for s in each.sticker_items)],
    )


def _stamp(message: wire.Message, author: wire.User) -> dict[str, object]:
    stamp: dict[str, object] = {"forwarded": "once"} if message.message_snapshots else {}
    if message.guild_id:
        stamp["author"] = author.global_name or author.username
    return stamp


def _content(message: wire.Message) -> Content | None:
    if message.sticker_items:
        return Sticker(is_animated=message.sticker_items[0].format_type in {2, 3, 4})
    if message.flags & _VOICE and message.attachments:
        return Voice(duration_s=message.attachments[0].duration_secs)
    if not (message.content or message.attachments):
        return Strange(kind="message", reason="nothing that can be shown here")
    return None


def _files(message: wire.Message) -> list[FileIn]:
    files = [
        FileIn(name=each.filename, media_type=each.content_type or "", url=each.url)
        for each in message.attachments
        if each.url
    ]
    for each in message.sticker_items:
        ending = _ENDINGS.get(each.format_type)
        if ending:
            url = f"{_CDN}/stickers/{each.id}.{ending}"
            files.append(
                FileIn(name=f"{each.name}.{ending}", media_type=f"image/{ending}", url=url)
            )
    return files


def _updated(given: Mapping[str, Any], desk: Desk) -> Sequence[Inbound]:
    """Say what people changed; a preview that was added changes no word."""
    message = _as(given, wire.Message)
    own = message.author is not None and message.author.id == desk.own
    if own or not message.edited_timestamp:
        return []
    name = _name(message.channel_id, message.id)
    return [EditedIn(external_id=name, text=message.content, at=_moment(message.edited_timestamp))]


def _deleted(given: Mapping[str, Any], _desk: Desk) -> Sequence[Inbound]:
    gone = _as(given, wire.Gone)
    ids = gone.ids or ([gone.id] if gone.id else [])
    return [DeletedIn(external_id=_name(gone.channel_id, each)) for each in ids]


def _marked(given: Mapping[str, Any], desk: Desk) -> Sequence[Inbound]:
    return _reaction(_as(given, wire.Marked), desk, is_there=True)


def _unmarked(given: Mapping[str, Any], desk: Desk) -> Sequence[Inbound]:
    return _reaction(_as(given, wire.Marked), desk, is_there=False)


def _reaction(mark: wire.Marked, desk: Desk, *, is_there: bool) -> Sequence[Inbound]:
    if mark.user_id == desk.own:
        return []
    sign = f":{mark.emoji.name}:" if mark.emoji.id else mark.emoji.name or ""
    return [
        ReactionIn(
            sender=SenderIn(identities=[_identity(mark.channel_id)]),
            external_id=_name(mark.channel_id, mark.message_id),
            emoji=sign if is_there else "",
        )
    ]


def _sender(channel: str, who: wire.User, *, in_channel: bool) -> SenderIn:
    name = "" if in_channel else who.global_name or who.username
    attributes = {"discord": who.username} if who.username and not in_channel else {}
    return SenderIn(identities=[_identity(channel)], name=name, attributes=attributes)


def _identity(channel: str) -> IdentityIn:
    return IdentityIn(kind="external", value=channel, verified=True)


def _name(channel: str, id_: str) -> str:
    return f"{channel}:{id_}"


def _as(given: Mapping[str, Any], shape: type[Any]) -> Any:
    try:
        return msgspec.convert(given, shape)
    except (msgspec.ValidationError, RecursionError) as error:
        raise payloads.misread(error) from error


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Desk], Sequence[Inbound]]] = {
    "MESSAGE_CREATE": _created,
    "MESSAGE_UPDATE": _updated,
    "MESSAGE_DELETE": _deleted,
    "MESSAGE_DELETE_BULK": _deleted,
    "MESSAGE_REACTION_ADD": _marked,
    "MESSAGE_REACTION_REMOVE": _unmarked,
}
WANTED = frozenset(_KINDS)
