"""The REST bot API's shapes, as far as Hilo reads them. Fields that are not named are ignored.

Source: https://developers.viber.com/docs/api/rest-bot-api/, read 2026-11.
"""

from collections.abc import Sequence

from msgspec import Struct, field


class User(Struct, frozen=True, kw_only=True):
    """Somebody who talks to the bot."""

    id: str
    name: str = ""
    avatar: str = ""
    country: str = ""
    language: str = ""


class Place(Struct, frozen=True, kw_only=True):
    """A point on the map."""

    lat: float
    lon: float


class Card(Struct, frozen=True, kw_only=True):
    """A shared address card."""

    phone_number: str = ""
    name: str = ""


class Message(Struct, frozen=True, kw_only=True):
    """What was sent. media: an address of a file, or of a page when type is url."""

    type: str
    text: str = ""
    media: str = ""
    location: Place | None = None
    contact: Card | None = None
    file_name: str = ""
    sticker_id: int = 0
    tracking_data: str = ""


class Callback(Struct, frozen=True, kw_only=True):
    """One thing that happened. timestamp: milliseconds; context: what a link carried."""

    event: str
    timestamp: int = 0
    message_token: int = 0
    sender: User | None = None
    user: User | None = None
    user_id: str = ""
    message: Message | None = None
    context: str = ""
    subscribed: bool = False
    desc: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """The envelope of every answer; status 0 is well."""

    status: int
    status_message: str = ""
    message_token: int = 0


class Info(Struct, frozen=True, kw_only=True):
    """The bot. uri: its name in links."""

    id: str = ""
    name: str = ""
    uri: str = ""
    webhook: str = ""
    event_types: Sequence[str] = field(default_factory=list)


class Details(Struct, frozen=True, kw_only=True):
    """What is told of a person."""

    user: User
