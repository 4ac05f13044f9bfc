"""A visit and a shop's queue, as everybody above sees them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

State = Literal["waiting", "called", "serving", "served", "left", "no_show"]


class VisitView(Struct, frozen=True):
    """Somebody's turn in a shop. number: of the day; rank: the order of those who wait.

    counter: where it was called to. agent_id, agent_name: who called or serves. calls: how often.
    """

    id: UUID
    account_id: UUID
    conversation_id: UUID
    contact_id: UUID
    number: int
    name: str
    topic: str
    state: State
    rank: int
    counter: str
    agent_id: UUID | None
    agent_name: str | None
    calls: int
    joined_at: datetime
    called_at: datetime | None
    began_at: datetime | None
    ended_at: datetime | None


class Shop(Struct, frozen=True, kw_only=True):
    """A shop and how its queue stands. counters, topics: of its settings."""

    account_id: UUID
    inbox_id: UUID
    name: str
    is_open: bool
    waiting: int
    counters: Sequence[str]
    topics: Sequence[str]


class Queue(Struct, frozen=True, kw_only=True):
    """A shop's queue. visits: who is served, who was called, who waits, in this order.

    wait_s: what somebody who comes now may expect; None: it cannot be measured.
    """

    shop: Shop
    visits: Sequence[VisitView]
    wait_s: int | None


class Here(Struct, frozen=True):
    """Somebody in the queue, in short: all that a place and a wait are counted from."""

    id: UUID
    number: int
    state: State
    counter: str
    agent_id: UUID | None
    since: datetime


class Board(Struct, frozen=True, kw_only=True):
    """The queue without persons. here: served, called and waiting, those who wait in order.

    services: how long the last ones took, in seconds. counters: at how many places people are
    served at the moment.
    """

    is_open: bool
    here: Sequence[Here]
    services: Sequence[float]
    counters: int
    at: datetime


class Turn(Struct, frozen=True, kw_only=True):
    """A visit as the person in the shop sees it. position: 1 is next; None: not waiting.

    wait_s: None: it cannot be measured.
    """

    id: UUID
    number: int
    state: State
    counter: str
    joined_at: datetime
    called_at: datetime | None
    position: int | None
    wait_s: int | None
