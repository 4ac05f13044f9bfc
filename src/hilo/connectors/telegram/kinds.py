"""What a message holds: text, files and the kinds that are neither."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from hilo.connectors.telegram import wire
from hilo.connectors.telegram.wire import Message
from hilo.sdk.content import Content, People, Person, Place, Sticker, Strange, Voice
from hilo.sdk.inbound import FileIn


class Read(Struct, frozen=True):
    """A message's content in our words."""

    text: str
    content: Content | None = None
    files: list[FileIn] = []


def read(message: Message) -> Read:
    """Return what the message says; never nothing."""
    text = message.text or message.caption
    for name, make in _FILES.items():
        file = getattr(message, name)
        if file is not None:
            return make(text, file)
    if message.photo:
        largest = max(message.photo, key=lambda each: each.file_size)
        return Read(text, None, [_file(largest, "image/jpeg", "photo.jpg")])
    return _other(message, text)


def _other(message: Message, text: str) -> Read:
    content: Content | None = None
    match message:
        case Message(venue=wire.Venue(location=at) as venue):
            content = _place(at, venue.title, venue.address)
        case Message(location=wire.Place() as at):
            content = _place(at)
        case Message(contact=wire.Card() as card):
            name = f"{card.first_name} {card.last_name}".strip()
            content = People(people=[Person(name=name, phones=[card.phone_number])])
        case Message(poll=wire.Poll() as poll):
            text = "\n".join([poll.question, *(f"• {each.text}" for each in poll.options)])
            content = Strange(kind="poll")
        case Message(dice=wire.Dice() as dice):
            text = f"{dice.emoji} {dice.value}"
        case _:
            pass
    if content is None and not text:
        content = Strange(kind="message", reason="a kind of message Hilo cannot show")
    return Read(text, content)


def _place(at: wire.Place, name: str = "", address: str = "") -> Place:
    return Place(latitude=at.latitude, longitude=at.longitude, name=name, address=address)


def _file(file: wire.File, media_type: str = "", name: str = "") -> FileIn:
    """Name the file by the vendor's id of it: a real address would hold the bot's token."""
    return FileIn(
        name=file.file_name or name, media_type=file.mime_type or media_type, url=file.file_id
    )


def _plain(text: str, file: wire.File) -> Read:
    return Read(text, None, [_file(file)])


def _video(text: str, file: wire.File) -> Read:
    return Read(text, None, [_file(file, "video/mp4", "video.mp4")])


def _voice(text: str, file: wire.File) -> Read:
    content = Voice(duration_s=file.duration or None)
    return Read(text, content, [_file(file, "audio/ogg", "voice.ogg")])


def _sticker(text: str, file: wire.File) -> Read:
    media_type, name = "image/webp", "sticker.webp"
    if file.is_video:
        media_type, name = "video/webm", "sticker.webm"
    elif file.is_animated:
        media_type, name = "application/x-tgsticker", "sticker.tgs"
    content = Sticker(emoji=file.emoji, is_animated=file.is_animated or file.is_video)
    return Read(text or file.emoji, content, [_file(file, media_type, name)])


# In this order: an animation is repeated as a document for older readers.
_FILES: Mapping[str, Callable[[str, wire.File], Read]] = {
    "animation": _video,
    "document": _plain,
    "video": _video,
    "video_note": _video,
    "audio": _plain,
    "voice": _voice,
    "sticker": _sticker,
}
