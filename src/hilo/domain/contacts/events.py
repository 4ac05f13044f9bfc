"""What can happen to a contact. Each carries the contact as it is afterwards.

The subject of these events is the contact's id: its timeline finds them by it.
"""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from hilo.domain.contacts.models import ContactView
from hilo.kit.events import Event


class ContactCreated(Event, frozen=True, kw_only=True, tag="contact.created", tag_field="type"):
    """A person wrote for the first time, or an agent entered one."""

    contact: ContactView


class ContactChanged(Event, frozen=True, kw_only=True, tag="contact.changed", tag_field="type"):
    """A name, an attribute or an identity is new or gone."""

    contact: ContactView


class ContactMerged(Event, frozen=True, kw_only=True, tag="contact.merged", tag_field="type"):
    """Two were one: everything of `from_id` belongs to `contact` now."""

    from_id: UUID
    contact: ContactView
    conversations: int = 0  # how many moved
    link_id: UUID | None = None  # by which it can be undone
    reason: str = ""  # code, signed; empty: somebody's hand


class ContactParted(Event, frozen=True, kw_only=True, tag="contact.parted", tag_field="type"):
    """One is two: a merge was undone, or an address became a person of its own.

    contact: who stays; other: who stands alone now. link_id: by which it can be undone, if at all.
    """

    contact: ContactView
    other: ContactView
    link_id: UUID | None = None


class ContactErased(Event, frozen=True, kw_only=True, tag="contact.erased", tag_field="type"):
    """Somebody wished to be forgotten and is; nothing but the id is left."""

    contact_id: UUID


class ContactTracked(Event, frozen=True, kw_only=True, tag="contact.tracked", tag_field="type"):
    """Something the contact did elsewhere: a page viewed, a cart left."""

    contact_id: UUID
    account_id: UUID | None = None  # which channel told it
    name: str
    data: Mapping[str, object] = {}


class ContactConsented(Event, frozen=True, kw_only=True, tag="contact.consent", tag_field="type"):
    """The contact allows or forbids what may be sent to an address. topic: all or marketing."""

    contact_id: UUID
    identity_id: UUID
    topic: Literal["all", "marketing"]
    is_given: bool
