"""An address becomes a person of its own, with the messages that came and went by it."""

from uuid import UUID

from hilo.domain import contacts
from hilo.domain.contacts import ContactParted, ContactView, Taken
from hilo.domain.conversations.identity import journal, parting
from hilo.domain.conversations.identity.journal import Trail
from hilo.domain.conversations.identity.seeing import insist_on_sight, insist_on_sight_of_any
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, NotFound
from hilo.kit.sql import Queries

SQL = Queries(__package__, "parting.sql")
_FEWEST = 2


async def unlink(tx: Tx, actor: Actor, contact_id: UUID, identity_id: UUID) -> ContactView:
    """Part an address from its contact; return the new one. It can be undone.

    Raises: Forbidden; NotFound; Gone; Conflict when it is the contact's only address.
    Publishes: ContactParted, and what becomes of conversations.
    """
    actor.must("contact:merge")
    await contacts.hold_both(tx, contact_id, contact_id)
    whose = await contacts.get_contact(tx, actor, contact_id)
    identity = next((each for each in whose.identities if each.id == identity_id), None)
    if identity is None:
        raise NotFound("the contact has no such identity")
    if len(whose.identities) < _FEWEST:
        raise Conflict("it is the contact's only address", reason="only-identity")
    given = {"workspace": tx.workspace, "contact": contact_id}
    talks = await tx.all(SQL.hold, UUID, identities=[identity_id], **given)
    await insist_on_sight(tx, actor, contact_id)
    await insist_on_sight_of_any(tx, actor, talks)
    name = await tx.maybe(SQL.name_by, str, identity=identity_id, **given)
    new = await contacts.part_with(tx, whose, identity, name or "")
    parted = await parting.part(tx, actor.by, contact_id, new.id, [identity_id])
    cut = await tx.all(
        SQL.cut_crossings,
        UUID,
        workspace=tx.workspace,
        identities=[identity_id],
        contact=new.id,
    )
    trail = Trail(
        taken=Taken(identities=[identity_id]),
        moved=parted.moved,
        split=parted.split,
        crossings=[(each, identity_id) for each in cut],
        by_code=identity.by_code,
    )
    link = await journal.note(tx, actor, "unlink", contact_id, new.id, trail, "")
    tell_parted(tx, actor, await contacts.view_of(tx, contact_id), new, link)
    return new


def tell_parted(
    tx: Tx, actor: Actor, contact: ContactView, other: ContactView, link: UUID | None
) -> None:
    """Say it in the timelines of both."""
    event = ContactParted(contact=contact, other=other, link_id=link)
    for subject in (contact.id, other.id):
        tx.publish(event, subject=subject, by=actor.by)
