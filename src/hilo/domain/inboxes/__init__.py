"""Where messages land: inboxes, their accounts, what arrived by them, and the way out."""

from hilo.domain.inboxes import catcher, consent, deliveries, queries
from hilo.domain.inboxes.carrier import Carrier
from hilo.domain.inboxes.channels import Channels
from hilo.domain.inboxes.events import (
    AccountChanged,
    AccountDeleted,
    AccountExpiring,
    DeliveryParked,
    InboxChanged,
    InboxDeleted,
    UnknownReceived,
)
from hilo.domain.inboxes.models import (
    AccountRow,
    AccountView,
    InboxRow,
    InboxView,
    NewDelivery,
    Parked,
    Pending,
    Source,
)
from hilo.domain.inboxes.pace import Pace, back_off_s
from hilo.domain.inboxes.sandbox import Sandbox
from hilo.domain.inboxes.verbs import (
    AccountChange,
    InboxChange,
    change_account,
    change_inbox,
    create_account,
    create_inbox,
    delete_account,
    delete_inbox,
    find_account,
    get_account,
    get_inbox,
    hold_account,
    list_inboxes,
    rotate_secret,
)

__all__ = [
    "AccountChange",
    "AccountChanged",
    "AccountDeleted",
    "AccountExpiring",
    "AccountRow",
    "AccountView",
    "Carrier",
    "Channels",
    "DeliveryParked",
    "InboxChange",
    "InboxChanged",
    "InboxDeleted",
    "InboxRow",
    "InboxView",
    "NewDelivery",
    "Pace",
    "Parked",
    "Pending",
    "Sandbox",
    "Source",
    "UnknownReceived",
    "back_off_s",
    "catcher",
    "change_account",
    "change_inbox",
    "consent",
    "create_account",
    "create_inbox",
    "delete_account",
    "delete_inbox",
    "deliveries",
    "find_account",
    "get_account",
    "get_inbox",
    "hold_account",
    "list_inboxes",
    "queries",
    "rotate_secret",
]
