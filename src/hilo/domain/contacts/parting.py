"""Two contacts that were one, or one that is two: addresses and facts go back where they belong.

What is told of it, and what becomes of conversations, lies above: `conversations.identity`.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain.contacts import avatars, queries
from hilo.domain.contacts.models import ContactRow, ContactView, IdentityView, contact_view
from hilo.domain.contacts.queries import Facts
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, NotFound
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries

SQL = Queries(__package__, "parting.sql")
_NAMED = {"email", "phone"}


class Taken(Struct, frozen=True, kw_only=True):
    """What a merge took from the loser: ids and names of facts, no fact itself.

    facts: of name, locale and time_zone those the winner had not. attributes: likewise.
    """

    identities: Sequence[UUID]
    losers: Sequence[UUID] = ()
    facts: Sequence[str] = ()
    attributes: Sequence[str] = ()


async def taken(tx: Tx, loser: ContactView, winner: ContactView) -> Taken:
    """Say what a merge of the two is about to take."""
    facts = [
        name
        for name in ("name", "locale", "time_zone")
        if getattr(loser, name) and not getattr(winner, name)
    ]
    return Taken(
        identities=[each.id for each in loser.identities],
        losers=await tx.all(SQL.losers_of, UUID, workspace=tx.workspace, contact=loser.id),
        facts=facts,
        attributes=[name for name in loser.attributes if name not in winner.attributes],
    )


async def hold_both(tx: Tx, one: UUID, other: UUID) -> None:
    """Hold two contacts until the end of the transaction, in the order everybody does."""
    await queries.lock(tx, [one, other])


async def stand_again(tx: Tx, loser: UUID, winner: UUID, given: Taken) -> None:
    """Part what a merge had made one; the winner keeps what was changed since.

    Both are held. Raises: NotFound; Conflict when one of them was merged again since.
    """
    after = await _standing(tx, winner)
    row = await queries.contact(tx, loser)
    if row is None:
        raise NotFound("no such contact")
    if row.merged_into != winner:
        raise Conflict("a later change comes first", reason="changed-since")
    await tx.run(
        SQL.stand_again,
        workspace=tx.workspace,
        contact=loser,
        losers=list(given.losers),
        winner=winner,
        now=tx.now,
    )
    await give(tx, given.identities, winner, loser)
    await avatars.give_back(tx, winner, loser)
    await queries.update(tx, winner, _without(after, row, given))


async def give(
    tx: Tx, ids: Sequence[UUID], contact: UUID, into: UUID, *, by_code: bool = False
) -> list[UUID]:
    """Give a contact's addresses to another; return those that were its own."""
    return await tx.all(
        SQL.give,
        UUID,
        workspace=tx.workspace,
        ids=list(ids),
        contact=contact,
        heir=into,
        by_code=by_code,
    )


async def mark_by_code(tx: Tx, contact: UUID, ids: Sequence[UUID]) -> None:
    """Note that these addresses are the contact's because a code said so."""
    await tx.run(SQL.mark_by_code, workspace=tx.workspace, contact=contact, ids=list(ids))


async def part_with(tx: Tx, whose: ContactView, identity: IdentityView, name: str) -> ContactView:
    """Make a new contact of one address. name: for one that does not say it. Publishes nothing."""
    id_ = new_id()
    facts = Facts(
        name=identity.value if identity.kind in _NAMED else name,
        locale=whose.locale,
        time_zone=whose.time_zone,
        attributes={},
        blocked_at=None,
    )
    await queries.insert(tx, id_, facts)
    await give(tx, [identity.id], whose.id, id_)
    if identity.scope is not None:
        await avatars.move(tx, whose.id, id_, identity.scope)
    await queries.touch(tx, whose.id)
    return contact_view(await _standing(tx, id_))


async def view_of(tx: Tx, contact: UUID) -> ContactView:
    """Return a contact as it is. Raises: NotFound; Conflict when it was merged."""
    return contact_view(await _standing(tx, contact))


async def _standing(tx: Tx, contact: UUID) -> ContactRow:
    row = await queries.contact(tx, contact)
    if row is None:
        raise NotFound("no such contact")
    if row.merged_into is not None:
        raise Conflict("a later change comes first", reason="changed-since")
    return row


def _without(winner: ContactRow, loser: ContactRow, given: Taken) -> Facts:
    """Return the winner's facts without the loser's, where nobody has changed them since."""

    def own(name: str) -> str:
        value = str(getattr(winner, name))
        return "" if name in given.facts and value == getattr(loser, name) else value

    kept: Mapping[str, object] = {
        name: value
        for name, value in winner.attributes.items()
        if name not in given.attributes or value != loser.attributes.get(name)
    }
    return Facts(
        name=own("name"),
        locale=own("locale"),
        time_zone=own("time_zone"),
        attributes=kept,
        blocked_at=winner.blocked_at,
    )
