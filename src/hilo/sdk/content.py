"""What a message may hold beside text and files. A closed set that everybody knows.

Where a channel cannot show one of these, it is sent as text and the message says so.
"""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct


class Place(Struct, frozen=True, kw_only=True, tag="location"):
    """A point on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Person(Struct, frozen=True, kw_only=True):
    """One shared address card."""

    name: str
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    company: str = ""


class People(Struct, frozen=True, kw_only=True, tag="people"):
    """Address cards that somebody shared."""

    people: Sequence[Person]


class Choice(Struct, frozen=True, kw_only=True):
    """One thing to tap. id: comes back when it is tapped. url: opens a page instead."""

    id: str
    title: str
    description: str = ""
    url: str | None = None


class Choices(Struct, frozen=True, kw_only=True, tag="choices"):
    """Things to tap below the text. label: of the button that opens a list."""

    choices: Sequence[Choice]
    look: Literal["buttons", "list"] = "buttons"
    label: str = ""


class Chosen(Struct, frozen=True, kw_only=True, tag="chosen"):
    """The contact tapped what we offered, or filled in a form. answers: of a form, by field."""

    id: str
    title: str = ""
    answers: dict[str, str] = {}


class Slide(Struct, frozen=True, kw_only=True):
    """One card of a carousel. image: an address, or the id of a file of ours."""

    title: str
    subtitle: str = ""
    image: str = ""
    choices: Sequence[Choice] = ()


class Carousel(Struct, frozen=True, kw_only=True, tag="carousel"):
    """Cards side by side."""

    slides: Sequence[Slide]


class Template(Struct, frozen=True, kw_only=True, tag="template"):
    """A text the vendor has approved. variables: by their name or number. header: a file of ours.

    The message's text is what the contact will read.
    """

    name: str
    language: str
    variables: dict[str, str] = {}
    header: UUID | None = None


class Line(Struct, frozen=True, kw_only=True):
    """One line of an order. price: of one, in `Order.currency`."""

    product: str
    quantity: int = 1
    price: float = 0
    name: str = ""


class Order(Struct, frozen=True, kw_only=True, tag="order"):
    """A basket the contact sent. currency: ISO 4217."""

    lines: Sequence[Line]
    currency: str = ""


class Sticker(Struct, frozen=True, kw_only=True, tag="sticker"):
    """The one file is a sticker. emoji: what it stands for."""

    emoji: str = ""
    is_animated: bool = False


class Voice(Struct, frozen=True, kw_only=True, tag="voice"):
    """The one file is a voice note. peaks: 0-100, at most 64, for the drawing."""

    duration_s: float | None = None
    peaks: Sequence[int] = ()


class Story(Struct, frozen=True, kw_only=True, tag="story"):
    """A story the contact answered or named us in. Its picture is the message's file."""

    what: Literal["reply", "mention"]
    url: str = ""


class Comment(Struct, frozen=True, kw_only=True, tag="comment"):
    """Said in public below a post. An answer goes below it, or once in private.

    A part that answers one goes below it when its content is a `Comment` too, else in private.
    """

    post: str
    link: str = ""
    preview: str = ""
    parent: str | None = None


class Shared(Struct, frozen=True, kw_only=True, tag="shared"):
    """A post, reel or page that was passed on."""

    url: str
    title: str = ""
    preview: str = ""


class Strange(Struct, frozen=True, kw_only=True, tag="strange"):
    """Something this channel can send and Hilo cannot show. kind: the vendor's word."""

    kind: str
    reason: str = ""


Content = (
    Place
    | People
    | Choices
    | Chosen
    | Carousel
    | Template
    | Order
    | Sticker
    | Voice
    | Story
    | Comment
    | Shared
    | Strange
)
