"""The demo as plain data, before it has rows: who, what was said, who came by."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from hilo.domain.visits import State
from hilo.entry.demo.texts import Locale

Channel = Literal["email", "webchat", "store"]
Status = Literal["open", "pending", "snoozed", "resolved"]


class PlannedContact(Struct, frozen=True, kw_only=True):
    """A person. phone: empty for most; chats: has been in the widget."""

    name: str
    first: str
    locale: Locale
    email: str
    phone: str
    zone: str
    city: str
    orders: int
    is_vip: bool


class PlannedMessage(Struct, frozen=True, kw_only=True):
    """One message. agent: place in the list, None for the contact and for Hilo itself.

    code, params: of an activity. trouble: how a reply ended that did not get there; detail: what
    the other side said.
    """

    kind: Literal["incoming", "outgoing", "note", "activity"]
    channel: Channel
    text: str
    at: datetime
    agent: int | None = None
    file: str = ""
    code: str = ""
    params: Mapping[str, str] = {}
    trouble: Literal["", "failed", "uncertain"] = ""
    detail: str = ""


class PlannedVisit(Struct, frozen=True, kw_only=True):
    """A turn in the shop. number: of its day; rank: of all; agent: place in the list."""

    number: int
    rank: int
    day: date
    topic: str
    state: State
    counter: str
    agent: int | None
    joined_at: datetime
    called_at: datetime | None
    began_at: datetime | None
    ended_at: datetime | None


class PlannedConversation(Struct, frozen=True, kw_only=True):
    """One story told. assignee: place in the list of agents."""

    contact: int
    channel: Channel
    about: str
    subject: str
    status: Status
    messages: Sequence[PlannedMessage]
    assignee: int | None
    team: int | None
    is_read: bool
    snoozed_until: datetime | None = None
    visit: PlannedVisit | None = None


class Plan(Struct, frozen=True):
    """Everything, oldest conversation first."""

    contacts: Sequence[PlannedContact]
    conversations: Sequence[PlannedConversation]
