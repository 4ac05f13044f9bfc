"""What can happen to inboxes, accounts and deliveries."""

from uuid import UUID

from hilo.domain.inboxes.models import AccountView
from hilo.kit.events import Event


class InboxChanged(Event, frozen=True, kw_only=True, tag="inbox.changed", tag_field="type"):
    """An inbox was made or changed."""

    inbox_id: UUID
    name: str


class InboxDeleted(Event, frozen=True, kw_only=True, tag="inbox.deleted", tag_field="type"):
    """An inbox is gone, its accounts with it."""

    inbox_id: UUID


class AccountChanged(Event, frozen=True, kw_only=True, tag="account.changed", tag_field="type"):
    """An account was connected or changed, is held or active again."""

    account: AccountView


class AccountExpiring(Event, frozen=True, kw_only=True, tag="account.expiring", tag_field="type"):
    """An account's credentials end soon: in so many days somebody must sign in again."""

    account: AccountView
    days: int


class AccountDeleted(Event, frozen=True, kw_only=True, tag="account.deleted", tag_field="type"):
    """An account was disconnected."""

    account_id: UUID
    inbox_id: UUID


class DeliveryParked(Event, frozen=True, kw_only=True, tag="delivery.parked", tag_field="type"):
    """Something arrived that could not be understood; it waits in the quarantine."""

    delivery_id: UUID
    account_id: UUID
    code: str
    detail: str


class UnknownReceived(Event, frozen=True, kw_only=True, tag="delivery.unknown", tag_field="type"):
    """Something arrived that was signed and readable, but of a kind the connector does not know."""

    delivery_id: UUID
    account_id: UUID
    kind: str
    reason: str
