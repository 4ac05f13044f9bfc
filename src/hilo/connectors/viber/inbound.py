"""A callback, read. Each tells one thing."""

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from hilo.connectors.viber import wire
from hilo.connectors.viber.wire import Callback, Message
from hilo.sdk import payloads, verdicts
from hilo.sdk.content import Chosen, Content, People, Person, Place, Shared, Sticker, Strange
from hilo.sdk.inbound import (
    ConsentIn,
    ContactChanged,
    FileIn,
    IdentityIn,
    Inbound,
    MessageIn,
    Referral,
    SenderIn,
    StatusIn,
    Unknown,
)
from hilo.sdk.reasons import Reason

VERDICTS = verdicts.read(__package__)
TAP = "tap:"  # before what a button of ours carries: id, newline, title
_DECODER = msgspec.json.Decoder(Callback)
_FILES = {
    "picture": ("photo.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "file": ("", ""),
}
_TEXTS = {"text", "picture", "video", "file", "location", "contact", "sticker", "url"}
# What a failure's own words tell where they name no error; the first that is found holds.
_SAID: Sequence[tuple[re.Pattern[str], Reason]] = [
    (
        re.compile(r"account (is|was) (blocked|suspended)|no (balance|money)", re.IGNORECASE),
        "account",
    ),
    (re.compile(r"not subscribed|unsubscribed|block", re.IGNORECASE), "blocked"),
    (re.compile(r"not allowed|not authori[sz]ed|country", re.IGNORECASE), "not-allowed"),
    (re.compile(r"limit|exceeded", re.IGNORECASE), "limit"),
    (re.compile(r"too (large|big)|file size", re.IGNORECASE), "too-large"),
    (re.compile(r"not registered|device|version|expired|time ?out", re.IGNORECASE), "unreachable"),
]
_NOTHING = {"webhook", "client_status", "action"}


def read(body: bytes) -> Sequence[Inbound]:
    """Return what a callback means; nothing, when the vendor only tries the address."""
    callback = decode(body)
    if callback.event in _NOTHING:
        return []
    say = _KINDS.get(callback.event)
    if say is None:
        reason = "a kind of event that Hilo does not use"
        return [Unknown(kind=callback.event[:100], reason=reason)]
    return [say(callback)]


def decode(body: bytes) -> Callback:
    """Return a callback. Raises MalformedPayload."""
    return payloads.decoded(body, _DECODER)


def _message(callback: Callback) -> Inbound:
    message, sender = callback.message, callback.sender
    if message is None or sender is None:
        return Unknown(kind="message", reason="nothing in it")
    content = _content(message)
    return MessageIn(
        external_id=str(callback.message_token),
        sender=_person(sender),
        text=content.title if isinstance(content, Chosen) else message.text,
        content=content,
        files=_files(message),
        at=payloads.moment(callback.timestamp),
        stamp={"tracking": message.tracking_data} if message.tracking_data else {},
    )


def _content(message: Message) -> Content | None:
    content: Content | None = None
    match message:
        case Message(type="text", text=text) if text.startswith(TAP):
            id_, _, title = text.removeprefix(TAP).partition("\n")
            content = Chosen(id=id_, title=title or id_)
        case Message(type="location", location=wire.Place() as at):
            content = Place(latitude=at.lat, longitude=at.lon)
        case Message(type="contact", contact=wire.Card() as card):
            phones = [card.phone_number] if card.phone_number else []
            content = People(people=[Person(name=card.name, phones=phones)])
        case Message(type="sticker"):
            content = Sticker()
        case Message(type="url"):
            content = Shared(url=message.media, title=message.text)
        case _ if message.type not in _TEXTS:
            kind = message.type[:100]
            content = Strange(kind=kind, reason="a kind of message Hilo cannot show")
        case _:
            pass
    return content


def _files(message: Message) -> list[FileIn]:
    if message.type not in _FILES or not message.media:
        return []
    name, media_type = _FILES[message.type]
    return [FileIn(name=message.file_name or name, media_type=media_type, url=message.media)]


def _began(callback: Callback) -> Inbound:
    """Say who opened the chat: no message, unless a code in the link says where it belongs."""
    if callback.user is None:
        return Unknown(kind="conversation_started", reason="by nobody")
    if not callback.context:
        return ContactChanged(sender=_person(callback.user))
    return MessageIn(
        external_id=f"start:{callback.message_token}",
        sender=_person(callback.user),
        text=callback.context,
        at=payloads.moment(callback.timestamp),
        referral=Referral(source="link", token=callback.context),
    )


def _subscribed(callback: Callback) -> Inbound:
    if callback.user is None:
        return Unknown(kind="subscribed", reason="by nobody")
    at = payloads.moment(callback.timestamp)
    return ConsentIn(sender=_person(callback.user), is_given=True, at=at)


def _left(callback: Callback) -> Inbound:
    if not callback.user_id:
        return Unknown(kind="unsubscribed", reason="by nobody")
    sender = _person(wire.User(id=callback.user_id))
    return ConsentIn(sender=sender, is_given=False, at=payloads.moment(callback.timestamp))


def _receipt(callback: Callback) -> Inbound:
    states = {"delivered": "delivered", "seen": "read", "failed": "failed"}
    named = _named(callback.desc)
    return StatusIn(
        state=states[callback.event],  # type: ignore[arg-type]
        external_id=str(callback.message_token),
        at=payloads.moment(callback.timestamp),
        error=callback.desc,
        vendor_code=named,
        reason=VERDICTS.why(named) or _said(callback.desc),
    )


def _named(words: str) -> str:
    """Return the error that words name: by its number alone, or anywhere by its name."""
    found = [words.strip(), *re.findall(r"[A-Za-z]+", words)]
    return next((each for each in found if VERDICTS.knows(each)), "")


def _said(words: str) -> Reason:
    return next((reason for pattern, reason in _SAID if pattern.search(words)), "")


def _person(who: wire.User) -> SenderIn:
    return SenderIn(
        identities=[IdentityIn(kind="external", value=who.id, verified=True)],
        name=who.name,
        locale=who.language,
        attributes={"country": who.country} if who.country else {},
    )


_KINDS: Mapping[str, Callable[[Callback], Inbound]] = {
    "message": _message,
    "conversation_started": _began,
    "subscribed": _subscribed,
    "unsubscribed": _left,
    "delivered": _receipt,
    "seen": _receipt,
    "failed": _receipt,
}
