"""What contacts do on the simulated phone, as the updates the vendor would send."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from hilo.kit.errors import Unsupported
from hilo.sdk.phones import Line, Phones
from hilo.sdk.simulator import Bubble, Deed, Does

SENDS = {
    "sendMessage", "sendPhoto", "sendVideo", "sendAudio", "sendVoice", "sendDocument",
    "sendAnimation", "sendSticker", "sendLocation", "sendVenue", "sendContact",
}  # fmt: skip
FIRST_CHAT = 1_000_000_000
Update = dict[str, object]


class Chats:
    """The bot's chats. Updates and the messages of each chat are numbered without gaps."""

    def __init__(self, first: int) -> None:
        """first: number of an update, and of a message in each chat."""
        self.phones = Phones()
        self._before = first - 1
        self._updates = self._before
        self._messages: dict[str, int] = {}

    def line(self, deed: Deed) -> Line:
        """Return the chat of who does it; its number follows from the contact's."""
        number = int(deed.who) if deed.who.isdigit() else sum(deed.who.encode())
        line = self.phones.line(deed.who, str(FIRST_CHAT + number), deed.name)
        line.name = line.name or f"Contact {deed.who}"
        return line

    def next_update(self, **what: object) -> Update:
        """Return an update with the next number."""
        self._updates += 1
        return {"update_id": self._updates, **what}

    def say(
        self,
        line: Line,
        text: str,
        at: datetime,
        *,
        mine: bool = False,
        taps: Sequence[tuple[str, str]] = (),
    ) -> Bubble:
        """Add a message to a chat. mine: the contact wrote it."""
        number = self._messages[line.address] = self._messages.get(line.address, self._before) + 1
        return line.add(Bubble(id=str(number), mine=mine, text=text, at=at, choices=tuple(taps)))

    def message(self, line: Line, bubble: Bubble) -> dict[str, object]:
        """Return a message in the vendor's shape."""
        sender: dict[str, object] = {"id": 1, "is_bot": True, "first_name": "Hilo"}
        return {
            "message_id": int(bubble.id),
            "date": int(bubble.at.timestamp()),
            "chat": chat(line),
            "from": person(line) if bubble.mine else sender,
            **({"text": bubble.text} if bubble.text else {}),
        }


def chat(line: Line) -> dict[str, object]:
    """Return a chat in the vendor's shape."""
    return {"id": int(line.address), "type": "private", "first_name": line.name}


def person(line: Line) -> dict[str, object]:
    """Return a user in the vendor's shape."""
    return {"id": int(line.address), "is_bot": False, "first_name": line.name}


def taps(markup: object) -> list[tuple[str, str]]:
    """Return the buttons below a message: id and title."""
    if isinstance(markup, str):
        markup = msgspec.json.decode(markup)
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    return [
        (str(each["callback_data"]), str(each["text"]))
        for row in rows
        for each in row
        if "callback_data" in each
    ]


def _keyboard(bubble: Bubble) -> dict[str, object]:
    rows = [[{"text": title, "callback_data": id_}] for id_, title in bubble.choices]
    return {"inline_keyboard": rows}


def update(chats: Chats, deed: Deed, at: datetime) -> Update:
    """Do it; return the update. Raises Unsupported."""
    does = _DOES.get(deed.does)
    if does is None:
        raise Unsupported(f"nobody can {deed.does} here")
    return does(chats, chats.line(deed), deed, at)


def _says(chats: Chats, line: Line, deed: Deed, at: datetime) -> Update:
    bubble = chats.say(line, deed.text, at, mine=True)
    message = chats.message(line, bubble)
    if deed.target:
        message["reply_to_message"] = chats.message(line, line.find(deed.target))
    return chats.next_update(message=message)


def _starts(chats: Chats, line: Line, deed: Deed, at: datetime) -> Update:
    line.is_blocked = False
    bubble = chats.say(line, f"/start {deed.token}".strip(), at, mine=True)
    return chats.next_update(message=chats.message(line, bubble))


def _sends(field: str) -> Callable[[Chats, Line, Deed, datetime], Update]:
    def sends(chats: Chats, line: Line, deed: Deed, at: datetime) -> Update:
        bubble = chats.say(line, "", at, mine=True)
        name = chats.phones.keep(f"{line.address}-{bubble.id}", deed.data, deed.media_type)
        bubble = line.change(bubble.id, text=deed.text, file=name, media_type=deed.media_type)
        file = {"file_id": name, "file_unique_id": name, "file_size": len(deed.data)}
        message = chats.message(line, msgspec.structs.replace(bubble, text=""))
        message |= _file_fields(field, deed, file)
        if deed.text:
            message["caption"] = deed.text
        return chats.next_update(message=message)

    return sends


def _file_fields(field: str, deed: Deed, file: Mapping[str, object]) -> dict[str, object]:
    family = deed.media_type.partition("/")[0]
    if field == "voice":
        return {"voice": {**file, "duration": 3, "mime_type": deed.media_type or "audio/ogg"}}
    if field == "sticker":
        shape = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
        return {"sticker": {**file, **shape, "type": "regular", "emoji": deed.emoji}}
    if family == "image":
        return {"photo": [{**file, "width": 640, "height": 480}]}
    if family == "video":
        shape = {"width": 640, "height": 480, "duration": 3}
        return {"video": {**file, **shape, "mime_type": deed.media_type}}
    return {"document": {**file, "file_name": deed.text or "file", "mime_type": deed.media_type}}


def _points(chats: Chats, line: Line, deed: Deed, at: datetime) -> Update:
    bubble = chats.say(line, "", at, mine=True)
    message = chats.message(line, bubble)
    message["location"] = {"latitude": deed.latitude, "longitude": deed.longitude}
    line.change(bubble.id, text=f"{deed.latitude}, {deed.longitude}")
    return chats.next_update(message=message)


def _shares(chats: Chats, line: Line, deed: Deed, at: datetime) -> Update:
    """Share a card; the own one proves the number."""
    bubble = chats.say(line, "", at, mine=True)
    message = chats.message(line, bubble)
    card: dict[str, object] = {"phone_number": deed.number, "first_name": deed.text or line.name}
    if not deed.text:
        card["user_id"] = int(line.address)
    line.change(bubble.id, text=f"{card['first_name']} {deed.number}")
    return chats.next_update(message={**message, "contact": card})


def _chooses(chats: Chats, line: Line, deed: Deed, at: datetime) -> Update:
    asked = line.find(deed.target)
    tap = {
        "id": f"{line.address}{asked.id}{int(at.timestamp() * 1000)}",
        "from": person(line),
        "chat_instance": line.address,
        "message": {**chats.message(line, asked), "reply_markup": _keyboard(asked)},
        "data": deed.choice,
    }
    return chats.next_update(callback_query=tap)


def _reacts(chats: Chats, line: Line, deed: Deed, at: datetime) -> Update:
    line.change(deed.target, marks=(deed.emoji,) if deed.emoji else ())
    marks = [{"type": "emoji", "emoji": deed.emoji}] if deed.emoji else []
    return chats.next_update(
        message_reaction={
            "chat": chat(line),
            "message_id": int(deed.target or 0),
            "user": person(line),
            "date": int(at.timestamp()),
            "old_reaction": [],
            "new_reaction": marks,
        }
    )


def _edits(chats: Chats, line: Line, deed: Deed, at: datetime) -> Update:
    bubble = line.change(deed.target, text=deed.text, is_edited=True)
    message = {**chats.message(line, bubble), "edit_date": int(at.timestamp())}
    return chats.next_update(edited_message=message)


def _stops(chats: Chats, line: Line, _deed: Deed, at: datetime) -> Update:
    line.is_blocked = True
    bot = {"id": 1, "is_bot": True, "first_name": "Hilo"}
    return chats.next_update(
        my_chat_member={
            "chat": chat(line),
            "from": person(line),
            "date": int(at.timestamp()),
            "old_chat_member": {"user": bot, "status": "member"},
            "new_chat_member": {"user": bot, "status": "kicked", "until_date": 0},
        }
    )


_DOES: Mapping[Does, Callable[[Chats, Line, Deed, datetime], Update]] = {
    "text": _says,
    "start": _starts,
    "file": _sends("file"),
    "voice": _sends("voice"),
    "sticker": _sends("sticker"),
    "location": _points,
    "people": _shares,
    "choose": _chooses,
    "react": _reacts,
    "edit": _edits,
    "stop": _stops,
}
DEEDS = tuple(_DOES)
