"""Who is one person: proposals, addresses that are parted, and the way back of all of it."""

from collections.abc import Sequence

from litestar import delete, get, post, put
from msgspec import Struct

from hilo.domain.contacts import ContactView
from hilo.domain.conversations import Likeness, LinkView, identity
from hilo.entry.api.forms import Acting, Id, Open


class Likenesses(Struct, frozen=True):
    """Who may be the same person, the likeliest first."""

    items: Sequence[Likeness]
    next_cursor: None = None


class Links(Struct, frozen=True):
    """What joined or parted a contact, the newest first."""

    items: Sequence[LinkView]
    next_cursor: None = None


@get("/contacts/{contact_id:uuid}/likenesses", tags=["contacts"])
async def list_likenesses(contact_id: Id, actor: Acting, tx: Open) -> Likenesses:
    """List contacts that may be the same person, each with the reasons."""
    return Likenesses(await identity.likenesses(tx, actor, contact_id))


@put(
    "/contacts/{contact_id:uuid}/likenesses/{other_contact_id:uuid}/dismissal",
    status_code=204,
    tags=["contacts"],
)
async def dismiss_likeness(contact_id: Id, other_contact_id: Id, actor: Acting, tx: Open) -> None:
    """Say that two contacts are two persons: they are not proposed again for these reasons."""
    await identity.dismiss(tx, actor, contact_id, other_contact_id)


@delete(
    "/contacts/{contact_id:uuid}/likenesses/{other_contact_id:uuid}/dismissal",
    status_code=204,
    tags=["contacts"],
)
async def bring_back_likeness(
    contact_id: Id, other_contact_id: Id, actor: Acting, tx: Open
) -> None:
    """Propose two contacts again."""
    await identity.bring_back(tx, actor, contact_id, other_contact_id)


@post(
    "/contacts/{contact_id:uuid}/identities/{identity_id:uuid}/unlink",
    status_code=201,
    tags=["contacts"],
)
async def unlink_identity(contact_id: Id, identity_id: Id, actor: Acting, tx: Open) -> ContactView:
    """Make an address a contact of its own, with what came and went by it."""
    return await identity.unlink(tx, actor, contact_id, identity_id)


@get("/contacts/{contact_id:uuid}/links", tags=["contacts"])
async def list_links(contact_id: Id, actor: Acting, tx: Open) -> Links:
    """List the merges and partings of a contact."""
    return Links(await identity.list_links(tx, actor, contact_id))


@delete("/links/{link_id:uuid}", status_code=200, tags=["contacts"])
async def undo_link(link_id: Id, actor: Acting, tx: Open) -> LinkView:
    """Undo a merge or a parting."""
    return await identity.undo(tx, actor, link_id)


ROUTES = [
    list_likenesses,
    dismiss_likeness,
    bring_back_likeness,
    unlink_identity,
    list_links,
    undo_link,
]
