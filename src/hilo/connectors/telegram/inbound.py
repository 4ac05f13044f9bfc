"""An update, read. Everything an update can hold is said, and what Hilo cannot show is named."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Raw

from hilo.connectors.telegram import kinds, names, wire
from hilo.connectors.telegram.wire import Message, Update
from hilo.sdk import payloads
from hilo.sdk.content import Chosen, Strange
from hilo.sdk.inbound import (
    AccountIn,
    ConsentIn,
    DeletedIn,
    EchoIn,
    EditedIn,
    IdentityChanged,
    IdentityIn,
    Inbound,
    MessageIn,
    ReactionIn,
    Referral,
    SenderIn,
    Unknown,
)

_DECODER = msgspec.json.Decoder(Update)
_KEYS = msgspec.json.Decoder(dict[str, Raw])
_GONE = {"kicked", "left"}


def read(body: bytes, *, takes_groups: bool) -> Sequence[Inbound]:
    """Return what an update means. Raises MalformedPayload, which names the place.

    takes_groups: each topic of a group is a contact of its own; else groups are left alone.
    """
    try:
        update = _DECODER.decode(body)
        raws = {key: raw for key, raw in _KEYS.decode(body).items() if key != "update_id"}
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise payloads.misread(error) from error
    items = _items(update)
    chat = _chat(update)
    if chat is not None and chat.type != "private" and not takes_groups:
        return [Unknown(kind=f"{chat.type}_message"[:100], reason="groups are turned off here")]
    if items is None:
        kind = next(iter(raws), "empty")
        return [Unknown(kind=kind[:100], reason="a kind of update that Hilo does not use")]
    return [_named(each, raws) for each in items]


def tap_of(body: bytes) -> str | None:
    """Return the id of the tap in an update, if it is one: each wants an answer at once."""
    try:
        update = _DECODER.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return None if update.callback_query is None else update.callback_query.id


def _chat(update: Update) -> wire.Chat | None:
    """Return the chat in which somebody said or did something."""
    message = update.message or update.edited_message
    if message is None and update.callback_query is not None:
        message = update.callback_query.message
    return None if message is None or message.migrate_to_chat_id is not None else message.chat


def _items(update: Update) -> list[Inbound] | None:
    for field, say in _KINDS.items():
        given = getattr(update, field)
        if given is not None:
            return say(given, update.update_id)
    return None


def _named(item: Inbound, raws: Mapping[str, Raw]) -> Inbound:
    """Call what Hilo cannot show by the vendor's word; what nobody has said is no message."""
    if not isinstance(item, MessageIn | EchoIn | EditedIn) or item.content != kinds.STRANGE:
        return item
    kind = next((kinds.named(raw) for key, raw in raws.items() if key in _KINDS), "")[:100]
    if kind in kinds.SERVICE:
        return Unknown(kind=kind, reason="nobody has said anything")
    return msgspec.structs.replace(item, content=Strange(kind=kind or "message"))


def _message(message: Message, order: int) -> list[Inbound]:
    if message.migrate_to_chat_id is not None:
        old = IdentityIn(kind="external", value=names.of_chat(message.chat))
        new = IdentityIn(kind="external", value=str(message.migrate_to_chat_id))
        return [IdentityChanged(old=old, new=SenderIn(identities=[new]), at=_at(message.date))]
    read_ = kinds.read(message)
    name, quoted = _name(message, message), message.reply_to_message
    reply_to = None if quoted is None else _name(message, quoted)
    if _is_ours(message):
        return [
            EchoIn(
                external_id=name,
                to=_counterpart(message),
                text=read_.text,
                content=read_.content,
                files=read_.files,
                reply_to=reply_to,
                at=_at(message.date),
                written_with="Telegram",
            )
        ]
    token = _start_token(message.text)
    return [
        MessageIn(
            external_id=name,
            sender=_sender(message),
            text=read_.text,
            content=read_.content,
            files=read_.files,
            reply_to=reply_to,
            at=_at(message.date),
            order=order,
            stamp=_stamp(message),
            referral=Referral(source="link", token=token) if token else None,
        )
    ]


def _name(where: Message, which: Message | wire.Named) -> str:
    return names.of_message(where.chat, which.message_id, where.business_connection_id)


def _stamp(message: Message) -> dict[str, object]:
    """Return what belongs together, what was passed on, and in a group who spoke."""
    stamp: dict[str, object] = {}
    if message.forward_origin is not None:
        stamp["forwarded"] = "once"
    if message.media_group_id:
        stamp["album"] = message.media_group_id
    if message.chat.type != "private" and message.sender is not None:
        stamp["author"] = f"{message.sender.first_name} {message.sender.last_name}".strip()
    return stamp


def _edited(message: Message, _order: int) -> list[Inbound]:
    read_ = kinds.read(message)
    edited = EditedIn(
        external_id=_name(message, message),
        text=read_.text,
        content=read_.content,
        at=_at(message.edit_date or message.date),
    )
    return [edited]


def _tapped(tap: wire.Tap, order: int) -> list[Inbound]:
    asked = tap.message
    if asked is None:
        return [Unknown(kind="callback_query", reason="the message it belongs to is too old")]
    if not tap.data:
        return [Unknown(kind="callback_query", reason="a button of a game")]
    chosen = MessageIn(
        external_id=f"tap:{tap.id}",
        sender=_person(tap.sender, asked.chat, asked.business_connection_id),
        text=_title(asked, tap.data),
        content=Chosen(id=tap.data, title=_title(asked, tap.data)),
        reply_to=_name(asked, asked),
        order=order,
    )
    return [chosen]


def _title(asked: Message, data: str) -> str:
    """Return what stood on the button."""
    rows = () if asked.reply_markup is None else asked.reply_markup.inline_keyboard
    return next((each.text for row in rows for each in row if each.callback_data == data), data)


def _marked(marks: wire.Marks, _order: int) -> list[Inbound]:
    if marks.user is None:
        return [Unknown(kind="message_reaction", reason="by nobody in particular")]
    emoji = next((each.emoji for each in marks.new_reaction if each.type == "emoji"), "")
    reaction = ReactionIn(
        sender=_person(marks.user, marks.chat),
        external_id=names.of_message(marks.chat, marks.message_id),
        emoji=emoji if emoji or not marks.new_reaction else "\N{WHITE MEDIUM STAR}",
        at=_at(marks.date),
    )
    return [reaction]


def _deleted(gone: wire.Gone, _order: int) -> list[Inbound]:
    by = gone.business_connection_id
    return [
        DeletedIn(external_id=names.of_message(gone.chat, each, by)) for each in gone.message_ids
    ]


def _membership(given: wire.Membership, _order: int) -> list[Inbound]:
    """Blocking the bot ends what we may send; starting it again begins anew."""
    if given.chat.type != "private":
        return [Unknown(kind="my_chat_member", reason=f"in a {given.chat.type}"[:100])]
    consent = ConsentIn(
        sender=_person(given.sender, given.chat),
        is_given=given.new_chat_member.status not in _GONE,
        at=_at(given.date),
    )
    return [consent]


def _connection(given: wire.Connection, _order: int) -> list[Inbound]:
    may = given.is_enabled and given.rights is not None and given.rights.can_reply
    who = given.user.username or given.user.first_name
    state = "connected" if may else "mute" if given.is_enabled else "gone"
    return [AccountIn(kind=f"business_connection.{state}", detail=who)]


def _is_ours(message: Message) -> bool:
    """In a business account's chat the owner writes too, and so do we."""
    if not message.business_connection_id or message.sender is None:
        return False
    return message.sender_business_bot is not None or message.sender.id != message.chat.id


def _counterpart(message: Message) -> SenderIn:
    chat = message.chat
    name = f"{chat.first_name} {chat.last_name}".strip()
    identity = _identity(chat, message.business_connection_id)
    return SenderIn(identities=[identity], name=name or chat.title)


def _sender(message: Message) -> SenderIn:
    if message.sender is None:
        return _counterpart(message)
    if message.chat.type != "private":
        topic = message.message_thread_id if message.is_topic_message else None
        value = names.of_chat(message.chat, topic=topic)
        group = IdentityIn(kind="external", value=value, verified=True)
        return SenderIn(identities=[group], name=message.chat.title)
    card = message.contact
    own = card is not None and card.user_id == message.sender.id
    phone = card.phone_number if card is not None and own else ""
    return _person(message.sender, message.chat, message.business_connection_id, phone=phone)


def _person(who: wire.User, chat: wire.Chat, connection: str = "", *, phone: str = "") -> SenderIn:
    identities = [_identity(chat, connection)]
    if phone:  # shared by its owner: the vendor has proven it
        number = phone if phone.startswith("+") else f"+{phone}"
        identities.append(IdentityIn(kind="phone", value=number, verified=True))
    return SenderIn(
        identities=identities,
        name=f"{who.first_name} {who.last_name}".strip() or who.username,
        locale=who.language_code,
        attributes={"telegram": who.username} if who.username else {},
    )


def _identity(chat: wire.Chat, connection: str) -> IdentityIn:
    return IdentityIn(kind="external", value=names.of_chat(chat, connection), verified=True)


def _start_token(text: str) -> str:
    """Return what came with a link: `/start <token>`, in groups `/start@<bot> <token>`."""
    command, _, token = text.partition(" ")
    return token.strip() if command.partition("@")[0] == "/start" else ""


def _at(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


_KINDS: Mapping[str, Callable[[Any, int], list[Inbound]]] = {
    "message": _message,
    "business_message": _message,
    "edited_message": _edited,
    "edited_business_message": _edited,
    "callback_query": _tapped,
    "message_reaction": _marked,
    "deleted_business_messages": _deleted,
    "my_chat_member": _membership,
    "business_connection": _connection,
}
