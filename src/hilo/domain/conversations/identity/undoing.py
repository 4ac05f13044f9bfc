"""Merges and partings are undone: what they moved goes back, what happened since goes with its own.

The last change comes first: where one of the two was merged again since, that is undone before.
"""

from uuid import UUID

import msgspec

from hilo.domain import contacts
from hilo.domain.contacts import Merged
from hilo.domain.conversations.identity import journal, parting
from hilo.domain.conversations.identity.journal import LinkRow, LinkView, Trail
from hilo.domain.conversations.identity.merging import move_all
from hilo.domain.conversations.identity.seeing import insist_on_sight, insist_on_sight_of_any
from hilo.domain.conversations.identity.unlinking import tell_parted
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.sql import Queries

JOURNAL = Queries(__package__, "journal.sql")
SQL = Queries(__package__, "parting.sql")


async def undo(tx: Tx, actor: Actor, link_id: UUID) -> LinkView:
    """Take back a merge or a parting. Undone already: nothing happens.

    Raises: Forbidden; NotFound; Conflict when a later change comes first.
    Publishes: ContactParted or ContactMerged, and what becomes of conversations.
    """
    actor.must("contact:merge")
    row = await journal.hold(tx, link_id)
    await insist_on_sight(tx, actor, row.from_id, row.into_id)
    if row.undone_at is not None:
        return journal.view_of(row)
    await contacts.hold_both(tx, row.from_id, row.into_id)
    trail = msgspec.convert(row.moved, Trail)
    await insist_on_sight_of_any(tx, actor, [each.id for each in trail.moved])
    if row.kind == "merge":
        await _part_again(tx, actor, row, trail)
    else:
        await _join_again(tx, actor, row, trail)
    after = await tx.one(JOURNAL.undone, LinkRow, workspace=tx.workspace, id=link_id, now=tx.now)
    return journal.view_of(after)


async def _part_again(tx: Tx, actor: Actor, row: LinkRow, trail: Trail) -> None:
    loser, winner = row.from_id, row.into_id
    await contacts.stand_again(tx, loser, winner, trail.taken)
    await parting.restore(tx, actor.by, winner, loser, trail.moved)
    # What came since, each by its address: into what is the other's by now.
    for contact, other in ((winner, loser), (loser, winner)):
        theirs = await tx.all(SQL.identities_of, UUID, workspace=tx.workspace, contact=other)
        await parting.part(tx, actor.by, contact, other, theirs)
        await tx.run(SQL.cut_crossings, workspace=tx.workspace, identities=theirs, contact=other)
    one, two = await contacts.view_of(tx, winner), await contacts.view_of(tx, loser)
    tell_parted(tx, actor, one, two, None)


async def _join_again(tx: Tx, actor: Actor, row: LinkRow, trail: Trail) -> None:
    contact, new = row.from_id, row.into_id
    before, parted = await contacts.view_of(tx, contact), await contacts.view_of(tx, new)
    await contacts.give(tx, trail.taken.identities, new, contact, by_code=trail.by_code)
    await parting.restore(tx, actor.by, new, contact, trail.moved)
    for split in trail.split:
        await parting.carry_back(tx, actor.by, split)
    for crossing, identity in trail.crossings:
        await tx.run(SQL.mend_crossings, workspace=tx.workspace, ids=[crossing], identity=identity)
    moved = await move_all(tx, actor, new, contact)
    own = msgspec.structs.replace(parted, name="", identities=())  # its name was the address
    await contacts.merge_into(tx, actor, own, before, Merged(conversations=len(moved)))
