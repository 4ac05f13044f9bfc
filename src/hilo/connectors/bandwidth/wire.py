"""What the vendor sends and answers, as far as Hilo reads it. Other fields are ignored.

Source: https://dev.bandwidth.com/docs/messaging, API version 2.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, field


class Message(Struct, frozen=True, kw_only=True):
    """The message an event speaks of. to: recipients; in a group several."""

    id: str
    time: datetime | None = None
    sender: str = field(name="from", default="")
    to: Sequence[str] = ()
    text: str = ""
    media: Sequence[str] = ()
    tag: str = ""


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened. A request holds a list of them."""

    type: str
    time: datetime | None = None
    description: str = ""
    error_code: int | None = field(name="errorCode", default=None)
    message: Message | None = None


class Taken(Struct, frozen=True, kw_only=True):
    """The vendor took a message."""

    id: str


class Refusal(Struct, frozen=True, kw_only=True):
    """Why not. type: a word."""

    type: str = ""
    description: str = ""


class Numbered(Struct, frozen=True, kw_only=True):
    """A page of what was sent."""

    total_count: int = field(name="totalCount", default=0)
