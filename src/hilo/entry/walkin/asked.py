"""What a phone or a kiosk may say, and what it is told. Unknown fields are ignored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hilo.domain.visits import Board, Turn, wait_s, waiting

ClientId = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[\w.:-]+$")]
Short = Annotated[str, Meta(max_length=100)]
_CALLED_SHOWN = 6


class TurnAsked(Struct, frozen=True):
    """A turn. client_id: from the browser, the same at every try. topic: in one's own words.

    phone, email: typed, not proven. is_kiosk: on our screen; the turn can go on to a phone.
    """

    client_id: ClientId
    topic: Annotated[str, Meta(max_length=1_000)]
    name: Short = ""
    phone: Short = ""
    email: Annotated[str, Meta(max_length=320)] = ""
    locale: Annotated[str, Meta(max_length=35)] = ""
    time_zone: Annotated[str, Meta(max_length=60)] = ""
    is_kiosk: bool = False


class PassAsked(Struct, frozen=True):
    """What the kiosk's code holds."""

    given: Annotated[str, Meta(min_length=1, max_length=200)]


class CodeAsked(Struct, frozen=True):
    """An address to prove. code: what was sent there; empty: send one."""

    email: Annotated[str, Meta(min_length=3, max_length=320)]
    code: Annotated[str, Meta(max_length=20)] = ""
    locale: Annotated[str, Meta(max_length=35)] = ""


class Called(Struct, frozen=True):
    """A number that was called, and where to."""

    number: int
    counter: str
    at: datetime


class QueueTold(Struct, frozen=True, kw_only=True):
    """The queue as anybody may see it. wait_s: for who comes now; None: it cannot be measured."""

    is_open: bool
    waiting: int
    wait_s: int | None
    called: Sequence[Called]


class Told(Struct, frozen=True, kw_only=True):
    """A frame of the live stream. turn: of whoever follows, if it has one."""

    queue: QueueTold
    turn: Turn | None


class Taken(Struct, frozen=True, kw_only=True):
    """A turn, and for a kiosk the pass with which it goes on to a phone, as text and as a code."""

    turn: Turn
    handover: str = ""
    code_svg: str = ""


class Holder(Struct, frozen=True):
    """Who follows the turn from now on."""

    visitor_token: str


class Sent(Struct, frozen=True):
    """Whether a code was sent; not where nothing can be sent."""

    is_sent: bool


def told(board: Board) -> QueueTold:
    """Return what anybody may see: no names."""
    called = [each for each in board.here if each.state == "called"]
    called.sort(key=lambda each: each.since, reverse=True)
    ahead = len(waiting(board))
    return QueueTold(
        is_open=board.is_open,
        waiting=ahead,
        wait_s=wait_s(board, ahead),
        called=[Called(each.number, each.counter, each.since) for each in called[:_CALLED_SHOWN]],
    )
