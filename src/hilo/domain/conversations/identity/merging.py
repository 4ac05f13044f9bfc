"""Merging two contacts: addresses and facts below, conversations here, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain import contacts
from hilo.domain.contacts import ContactView, IdentityView
from hilo.domain.conversations.identity import journal, parting
from hilo.domain.conversations.identity.seeing import insist_on_sight
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.sql import Queries

SQL = Queries(__package__, "merging.sql")
_TOLD_SINGLY = 50  # beyond this the merge itself is the only event: no storm


class Collision(Struct, frozen=True):
    """Two open conversations of one matter. `conversation` stays open but receives nothing more."""

    conversation_id: UUID
    number: int
    survivor_id: UUID
    survivor_number: int


class MergePreview(Struct, frozen=True, kw_only=True):
    """What a merge would do; nothing is written."""

    contact: ContactView
    into: ContactView
    identities: Sequence[IdentityView]
    conversations: int
    collisions: Sequence[Collision]


async def preview_merge(tx: Tx, actor: Actor, contact_id: UUID, into: UUID) -> MergePreview:
    """Say what would move. Raises: NotFound; Forbidden; Gone; Invalid."""
    loser, winner = await contacts.lock_pair(tx, actor, contact_id, into)
    return MergePreview(
        contact=loser,
        into=winner,
        identities=loser.identities,
        conversations=await tx.one(
            SQL.conversations_of, int, workspace=tx.workspace, contact=contact_id
        ),
        collisions=await _collisions(tx, contact_id, into),
    )


async def merge(
    tx: Tx, actor: Actor, contact_id: UUID, into: UUID, reason: journal.Reason = ""
) -> ContactView:
    """Give everything of a contact to another; return the survivor. It can be undone.

    reason: what says that they are one, where nobody's hand did.
    Raises: NotFound; Forbidden; Gone; Invalid.
    Publishes: ContactMerged, and ConversationChanged for each that moved, up to fifty.
    """
    await insist_on_sight(tx, actor, contact_id, into)
    loser, winner = await contacts.lock_pair(tx, actor, contact_id, into)
    keys = await tx.all(SQL.keys_of, journal.Moved, workspace=tx.workspace, contact=contact_id)
    moved = await move_all(tx, actor, contact_id, into)
    trail = journal.Trail(taken=await contacts.taken(tx, loser, winner), moved=keys)
    link = await journal.note(tx, actor, "merge", contact_id, into, trail, reason)
    how = contacts.Merged(conversations=len(moved), link_id=link, reason=reason)
    return await contacts.merge_into(tx, actor, loser, winner, how)


async def move_all(tx: Tx, actor: Actor, contact_id: UUID, into: UUID) -> list[UUID]:
    """Give all conversations of a contact to another, both held; return them.

    Publishes: ConversationChanged for each, up to fifty.
    """
    collisions = await _collisions(tx, contact_id, into)
    if collisions:
        ids = [each.conversation_id for each in collisions]
        await tx.run(SQL.free_keys, workspace=tx.workspace, ids=ids)
    moved = await tx.all(SQL.move, UUID, workspace=tx.workspace, contact=contact_id, survivor=into)
    await parting.tell_moved(tx, actor.by, moved, _TOLD_SINGLY)
    return moved


async def _collisions(tx: Tx, contact_id: UUID, into: UUID) -> list[Collision]:
    return await tx.all(
        SQL.collisions, Collision, workspace=tx.workspace, contact=contact_id, survivor=into
    )
