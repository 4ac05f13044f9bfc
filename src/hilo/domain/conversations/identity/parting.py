"""Conversations of a person that is two.

One whose every message came and went by the addresses that leave goes as a whole. Of a mixed one
those messages go into a new one beside it, under the numbers they had: so they can come back.
Notes and activity lines stay where the team wrote them.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain.conversations.events import (
    ConversationChanged,
    ConversationErased,
    ConversationOpened,
    ConversationSplit,
)
from hilo.domain.conversations.identity.journal import Moved, Split
from hilo.domain.conversations.models import ConversationView
from hilo.domain.conversations.rows import ConversationRow, conversation_view
from hilo.domain.conversations.thread import amending
from hilo.kit.db import Tx
from hilo.kit.events import By
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries

SQL = Queries(__package__, "parting.sql")


class Parted(Struct, frozen=True, kw_only=True):
    """What went, and how."""

    moved: Sequence[Moved] = ()
    split: Sequence[Split] = ()


class _Touched(Struct, frozen=True):
    id: UUID
    is_whole: bool


async def part(tx: Tx, by: By, contact: UUID, into: UUID, identities: Sequence[UUID]) -> Parted:
    """Give what came and went by these addresses to another contact.

    Publishes: ConversationChanged (moved), ConversationOpened and ConversationSplit.
    """
    given = {"workspace": tx.workspace, "identities": list(identities)}
    held = await tx.all(SQL.hold, UUID, contact=contact, **given)
    if not held:
        return Parted()
    touched = await tx.all(SQL.touched, _Touched, conversations=held, **given)
    whole = [each.id for each in touched if each.is_whole]
    moved = await tx.all(SQL.keys_held, Moved, workspace=tx.workspace, ids=whole)
    await tx.run(SQL.move, workspace=tx.workspace, ids=whole, contact=contact, heir=into)
    await tell_moved(tx, by, whole)
    split = [
        await _split(tx, by, each.id, into, identities) for each in touched if not each.is_whole
    ]
    return Parted(moved=moved, split=split)


async def restore(tx: Tx, by: By, contact: UUID, into: UUID, moved: Sequence[Moved]) -> list[UUID]:
    """Give whole conversations back; return those that were still there."""
    back = await tx.all(
        SQL.restore,
        UUID,
        workspace=tx.workspace,
        contact=contact,
        heir=into,
        ids=[each.id for each in moved],
        keys=[each.key for each in moved],
    )
    await tell_moved(tx, by, back)
    return back


async def carry_back(tx: Tx, by: By, split: Split) -> None:
    """Put messages back where they were, under the numbers they kept.

    Publishes: ConversationSplit; ConversationErased for the one that is empty then.
    """
    both = [split.into, split.conversation]
    if len(await views_of(tx, both)) < len(both):
        return  # one of them was erased since
    await _carry(tx, split.into, split.conversation, split.messages)
    for each in both:
        await recount(tx, each)
    views = {view.id: view for view in await views_of(tx, both)}
    _tell_split(tx, by, views[split.into], views[split.conversation], split.messages)
    given = {"workspace": tx.workspace, "conversation": split.into}
    if await tx.one(SQL.is_empty, bool, **given):
        await tx.run(SQL.delete, **given)
        tx.publish(ConversationErased(conversation_id=split.into), subject=split.into, by=by)


async def recount(tx: Tx, conversation: UUID) -> None:
    """Let a conversation say of itself what its messages say now."""
    given = {"workspace": tx.workspace, "conversation": conversation}
    last = await amending.last_said(tx, conversation)
    await tx.run(SQL.recount, last_message=last, **given)


async def tell_moved(tx: Tx, by: By, ids: Sequence[UUID], most: int = 50) -> None:
    """Say of each that it is another's now; beyond that many the change itself says enough."""
    if not 0 < len(ids) <= most:
        return
    for view in await views_of(tx, ids):
        changed = ConversationChanged(what="moved", conversation=view)
        tx.publish(changed, subject=view.id, by=by)


async def views_of(tx: Tx, ids: Sequence[UUID]) -> list[ConversationView]:
    """Return these conversations as they are."""
    rows = await tx.all(SQL.views, ConversationRow, workspace=tx.workspace, ids=list(ids))
    return [conversation_view(row) for row in rows]


async def _split(
    tx: Tx, by: By, conversation: UUID, into: UUID, identities: Sequence[UUID]
) -> Split:
    new = new_id()
    given = {"workspace": tx.workspace, "identities": list(identities)}
    await tx.run(
        SQL.open_beside, conversation=conversation, new=new, heir=into, now=tx.now, **given
    )
    ids = await tx.all(SQL.carry_over, UUID, conversation=conversation, heir=new, **given)
    await _follow(tx, conversation, new, ids)
    await recount(tx, conversation)
    await recount(tx, new)
    views = {view.id: view for view in await views_of(tx, [conversation, new])}
    tx.publish(ConversationOpened(conversation=views[new]), subject=new, by=by)
    _tell_split(tx, by, views[conversation], views[new], ids)
    return Split(conversation=conversation, into=new, messages=ids)


def _tell_split(
    tx: Tx, by: By, rest: ConversationView, into: ConversationView, ids: Sequence[UUID]
) -> None:
    event = ConversationSplit(
        conversation_id=rest.id, conversation=rest, into=into, message_ids=sorted(ids)
    )
    tx.publish(event, subject=rest.id, by=by)


async def _carry(tx: Tx, conversation: UUID, into: UUID, ids: Sequence[UUID]) -> None:
    await tx.run(
        SQL.carry_back,
        workspace=tx.workspace,
        conversation=conversation,
        heir=into,
        messages=list(ids),
    )
    await _follow(tx, conversation, into, ids)


async def _follow(tx: Tx, conversation: UUID, into: UUID, ids: Sequence[UUID]) -> None:
    """Let what hangs on the messages go with them."""
    for query in (SQL.parts_follow, SQL.clients_follow, SQL.refs_follow):
        await tx.run(
            query,
            workspace=tx.workspace,
            conversation=conversation,
            heir=into,
            messages=list(ids),
        )
