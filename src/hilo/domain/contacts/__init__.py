"""With whom: contacts and their identities."""

from hilo.domain.contacts.addresses import normal
from hilo.domain.contacts.events import (
    ContactChanged,
    ContactConsented,
    ContactCreated,
    ContactErased,
    ContactMerged,
    ContactParted,
    ContactTracked,
)
from hilo.domain.contacts.forgetting import forget, forget_visitors, hold, visitors_of
from hilo.domain.contacts.lists import END, LAST, found, list_contacts, patterns_of, words_of
from hilo.domain.contacts.matching import Asked, Matched, match
from hilo.domain.contacts.models import (
    ContactRow,
    ContactView,
    IdentityGiven,
    IdentityView,
    contact_view,
)
from hilo.domain.contacts.moving import note_consent, readdress
from hilo.domain.contacts.parting import (
    Taken,
    give,
    hold_both,
    part_with,
    stand_again,
    taken,
    view_of,
)
from hilo.domain.contacts.verbs import (
    ContactPatch,
    Merged,
    NewContact,
    add_identity,
    change_contact,
    create_contact,
    get_contact,
    lock_pair,
    merge_into,
    remove_identity,
)

__all__ = [
    "END",
    "LAST",
    "Asked",
    "ContactChanged",
    "ContactConsented",
    "ContactCreated",
    "ContactErased",
    "ContactMerged",
    "ContactParted",
    "ContactPatch",
    "ContactRow",
    "ContactTracked",
    "ContactView",
    "IdentityGiven",
    "IdentityView",
    "Matched",
    "Merged",
    "NewContact",
    "Taken",
    "add_identity",
    "change_contact",
    "contact_view",
    "create_contact",
    "forget",
    "forget_visitors",
    "found",
    "get_contact",
    "give",
    "hold",
    "hold_both",
    "list_contacts",
    "lock_pair",
    "match",
    "merge_into",
    "normal",
    "note_consent",
    "part_with",
    "patterns_of",
    "readdress",
    "remove_identity",
    "stand_again",
    "taken",
    "view_of",
    "visitors_of",
    "words_of",
]
