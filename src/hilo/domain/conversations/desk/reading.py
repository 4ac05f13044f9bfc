"""Read marks: what an agent has seen, and what the desk has. Never commits."""

from uuid import UUID

from hilo.domain.conversations.events import ConversationChanged
from hilo.domain.conversations.models import ConversationView
from hilo.domain.conversations.rows import ConversationRow, conversation_view
from hilo.domain.conversations.thread.changes import SQL, lock
from hilo.domain.people import Actor
from hilo.kit.db import Tx


async def mark_read(
    tx: Tx, actor: Actor, conversation_id: UUID, seq: int | None = None
) -> ConversationView:
    """Note what the agent has seen. seq: up to here; None = all. Never goes back.

    Raises: NotFound; Forbidden. Publishes: ConversationChanged, when nobody had read so far.
    """
    actor.must("conversation:read")
    before = await lock(tx, conversation_id)
    seen = before.last_seq if seq is None else min(max(seq, 0), before.last_seq)
    await _mark(tx, actor, conversation_id, seen)
    if seen <= before.read_seq:
        return conversation_view(before)
    return await _set_read(tx, actor, conversation_id, seen)


async def mark_unread(tx: Tx, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Make the contact's last message unread again. Without one: nothing happens.

    Raises: NotFound; Forbidden. Publishes: ConversationChanged.
    """
    actor.must("conversation:read")
    before = await lock(tx, conversation_id)
    last = await tx.one(
        SQL.last_incoming, int, workspace=tx.workspace, conversation=conversation_id
    )
    if last == 0 or before.unread:
        return conversation_view(before)
    await _mark(tx, actor, conversation_id, last - 1)
    return await _set_read(tx, actor, conversation_id, last - 1)


async def _mark(tx: Tx, actor: Actor, conversation_id: UUID, seq: int) -> None:
    if actor.kind != "system":
        await tx.run(
            SQL.mark_read,
            workspace=tx.workspace,
            agent=actor.agent,
            conversation=conversation_id,
            seq=seq,
            now=tx.now,
        )


async def _set_read(tx: Tx, actor: Actor, conversation_id: UUID, seq: int) -> ConversationView:
    row = await tx.one(
        SQL.set_read,
        ConversationRow,
        workspace=tx.workspace,
        conversation=conversation_id,
        seq=seq,
    )
    view = conversation_view(row)
    tx.publish(
        ConversationChanged(what="read", conversation=view), subject=conversation_id, by=actor.by
    )
    return view
