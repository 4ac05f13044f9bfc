"""What a message holds: text, files and the kinds that are neither."""

import json
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Raw, Struct

from hilo.connectors.telegram import wire
from hilo.connectors.telegram.wire import Message
from hilo.sdk.content import Chosen, Content, People, Person, Place, Sticker, Story, Strange, Voice
from hilo.sdk.inbound import FileIn

STRANGE = Strange(kind="message")
# What a message has beside what it says.
_AROUND = {
    "message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat",
    "sender_boost_count", "sender_business_bot", "sender_tag", "date", "guest_query_id",
    "business_connection_id", "chat", "forward_origin", "is_topic_message",
    "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story",
    "reply_to_checklist_task_id", "reply_to_poll_option_id", "via_bot",
    "guest_bot_caller_user", "guest_bot_caller_chat", "edit_date", "has_protected_content",
    "is_from_offline", "is_paid_post", "media_group_id", "author_signature",
    "paid_star_count", "entities", "link_preview_options", "suggested_post_info",
    "effect_id", "caption", "caption_entities", "show_caption_above_media",
    "has_media_spoiler", "reply_markup",
}  # fmt: skip
# What a chat says of itself: nobody has written.
SERVICE = {
    "new_chat_members", "left_chat_member", "chat_owner_left", "chat_owner_changed",
    "new_chat_title", "new_chat_photo", "delete_chat_photo", "group_chat_created",
    "supergroup_chat_created", "channel_chat_created", "message_auto_delete_timer_changed",
    "migrate_from_chat_id", "pinned_message", "connected_website", "write_access_allowed",
    "proximity_alert_triggered", "boost_added", "chat_background_set",
    "direct_message_price_changed", "paid_message_price_changed", "forum_topic_created",
    "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    "general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created",
    "giveaway_completed", "managed_bot_created", "poll_option_added", "poll_option_deleted",
    "video_chat_scheduled", "video_chat_started", "video_chat_ended",
    "video_chat_participants_invited",
}  # fmt: skip
_FIELDS = msgspec.json.Decoder(dict[str, Raw])


class Read(Struct, frozen=True):
    """A message's content in our words."""

    text: str
    content: Content | None = None
    files: list[FileIn] = []


def read(message: Message) -> Read:
    """Return what the message says; never nothing."""
    text = _spelled(message.text or message.caption, [*message.entities, *message.caption_entities])
    for name, make in _FILES.items():
        file = getattr(message, name)
        if file is not None:
            return make(text, file)
    if message.photo:
        largest = max(message.photo, key=lambda each: each.file_size)
        return Read(text, None, [_file(largest, "image/jpeg", "photo.jpg")])
    return _other(message, text)


def named(raw: Raw) -> str:
    """Return the vendor's word for what a message holds."""
    return next((field for field in _FIELDS.decode(raw) if field not in _AROUND), "message")


def _spelled(text: str, mentions: Sequence[wire.Mention]) -> str:
    """Return the text with the address of each hidden link behind its words."""
    hidden = [each for each in mentions if each.type == "text_link" and each.url]
    if not hidden:
        return text
    units = text.encode("utf-16-le")
    for each in sorted(hidden, key=lambda each: each.offset, reverse=True):
        begin, end = 2 * each.offset, 2 * (each.offset + each.length)
        if units[begin:end].decode("utf-16-le", "replace") != each.url:
            units = units[:end] + f" ({each.url})".encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le", "replace")


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
        case Message(checklist=wire.Checklist() as given):
            done = [f"{'☑' if each.completion_date else '☐'} {each.text}" for each in given.tasks]
            text = "\n".join([given.title, *done])
        case Message(web_app_data=wire.Filled() as filled):
            text = filled.button_text
            content = Chosen(id="web_app", title=text, answers=_answers(filled.data))
        case Message(reply_to_story=wire.Story(chat=wire.Chat(username=who), id=number)) if who:
            content = Story(what="reply", url=f"https://t.me/{who}/s/{number}")
        case _:
            pass
    return Read(text, STRANGE if content is None and not text else content)


def _answers(data: str) -> dict[str, str]:
    """Return what a page sent, by field; as one where it is no JSON object."""
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return {"data": data}
    return {
        str(name): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in given.items()
    }


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
