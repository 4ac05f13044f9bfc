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


class AccountTold(Event, frozen=True, kw_only=True, tag="account.told", tag_field="type"):
    """The vendor says something of the account that admins should know."""

    account_id: UUID
    kind: str
    detail: str


class TemplateChanged(Event, frozen=True, kw_only=True, tag="template.changed", tag_field="type"):
    """The vendor judged a template anew."""

    account_id: UUID
    name: str
    language: str
    status: str
    reason: str


class TemplatesSynced(Event, frozen=True, kw_only=True, tag="template.synced", tag_field="type"):
    """An account's templates were read anew from the vendor."""

    account_id: UUID
    count: int
