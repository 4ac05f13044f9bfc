"""The Messaging API's shapes, as far as Hilo reads them. Fields that are not named are ignored.

Source: https://developers.line.biz/en/reference/messaging-api/, read 2026-11.
"""

from collections.abc import Sequence

from msgspec import Raw, Struct, field


class Source(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where something was said. type: user, group or room."""

    type: str
    user_id: str = ""
    group_id: str = ""
    room_id: str = ""


class Provider(Struct, frozen=True, kw_only=True, rename="camel"):
    """Who keeps a file. type: line, or external with an address."""

    type: str = "line"
    original_content_url: str = ""


class ImageSet(Struct, frozen=True, kw_only=True):
    """Pictures that were sent together."""

    id: str
    index: int = 0


class Message(Struct, frozen=True, kw_only=True, rename="camel"):
    """What was sent. duration: milliseconds."""

    type: str
    id: str
    text: str = ""
    quoted_message_id: str = ""
    content_provider: Provider = Provider()
    image_set: ImageSet | None = None
    duration: int = 0
    file_name: str = ""
    title: str = ""
    address: str = ""
    latitude: float = 0
    longitude: float = 0
    sticker_id: str = ""
    sticker_resource_type: str = ""
    keywords: Sequence[str] = ()


class Unsend(Struct, frozen=True, kw_only=True, rename="camel"):
    """Which message was taken back."""

    message_id: str


class Postback(Struct, frozen=True, kw_only=True):
    """What a button of ours carried. params: a moment that was picked."""

    data: str
    params: dict[str, str] = {}


class Context(Struct, frozen=True, kw_only=True, rename="camel"):
    """How it reached us."""

    is_redelivery: bool = False


class Event(Struct, frozen=True, kw_only=True, rename="camel"):
    """One thing that happened. timestamp: milliseconds. mode: standby = another module answers."""

    type: str
    timestamp: int
    webhook_event_id: str = ""
    mode: str = "active"
    source: Source | None = None
    delivery_context: Context = Context()
    message: Message | None = None
    unsend: Unsend | None = None
    postback: Postback | None = None


class Batch(Struct, frozen=True, kw_only=True):
    """A delivery. events: each still raw; none when the console tries the address."""

    events: Sequence[Raw]
    destination: str = ""


class Sent(Struct, frozen=True, kw_only=True):
    """A message of ours."""

    id: str


class Pushed(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a push gave."""

    sent_messages: Sequence[Sent] = ()


class Detail(Struct, frozen=True, kw_only=True):
    """What exactly was wrong, and where."""

    message: str = ""
    property: str = ""


class Refusal(Struct, frozen=True, kw_only=True):
    """What is said with an error."""

    message: str = ""
    details: Sequence[Detail] = ()


class Bot(Struct, frozen=True, kw_only=True, rename="camel"):
    """The official account."""

    user_id: str
    basic_id: str = ""
    display_name: str = ""


class Hook(Struct, frozen=True, kw_only=True):
    """Where the vendor calls us."""

    endpoint: str = ""
    active: bool = False


class Tried(Struct, frozen=True, kw_only=True, rename="camel"):
    """What came of a trial call to our address."""

    success: bool = False
    status_code: int = 0
    reason: str = ""
    detail: str = ""


class Who(Struct, frozen=True, kw_only=True, rename="camel"):
    """A person."""

    display_name: str = ""
    picture_url: str = ""
    language: str = ""


class Group(Struct, frozen=True, kw_only=True, rename="camel"):
    """A group."""

    group_name: str = ""
    picture_url: str = ""


class Ready(Struct, frozen=True, kw_only=True):
    """How far a film or recording is. status: processing, succeeded or failed."""

    status: str = field(default="")
