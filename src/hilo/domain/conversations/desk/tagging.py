"""Tags on conversations. One transaction each; never commits."""

from uuid import UUID

from hilo.domain import library
from hilo.domain.conversations.events import ConversationChanged
from hilo.domain.conversations.models import ConversationView
from hilo.domain.conversations.rows import ConversationRow, conversation_view
from hilo.domain.conversations.thread.changes import SQL, Line, add_line, lock
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound, invalid

_TAGS = 50


async def tag(tx: Tx, actor: Actor, conversation_id: UUID, tag_id: UUID) -> ConversationView:
    """Put a tag on it. Raises: NotFound; Forbidden; Invalid. Publishes: ConversationChanged."""
    actor.must("conversation:tag")
    before = await lock(tx, conversation_id)
    name = await tx.maybe(SQL.tag_name, str, workspace=tx.workspace, tag=tag_id)
    if name is None:
        raise NotFound("no such tag")
    if tag_id in before.tag_ids:
        return conversation_view(before)
    if len(before.tag_ids) >= _TAGS:
        raise invalid("tag_id", "too-many", f"a conversation has at most {_TAGS} tags")
    await tx.run(SQL.add_tag, workspace=tx.workspace, tag=tag_id, conversation=conversation_id)
    return await _retag(
        tx, actor, before, [*before.tag_ids, tag_id], Line("tagged", "tagged", {"name": name})
    )


async def untag(tx: Tx, actor: Actor, conversation_id: UUID, tag_id: UUID) -> ConversationView:
    """Take a tag off. Raises: NotFound; Forbidden. Publishes: ConversationChanged."""
    actor.must("conversation:tag")
    before = await lock(tx, conversation_id)
    if tag_id not in before.tag_ids:
        return conversation_view(before)
    await tx.run(SQL.drop_tag, workspace=tx.workspace, tag=tag_id, conversation=conversation_id)
    name = await tx.maybe(SQL.tag_name, str, workspace=tx.workspace, tag=tag_id)
    left = [each for each in before.tag_ids if each != tag_id]
    return await _retag(tx, actor, before, left, Line("untagged", "untagged", {"name": name or ""}))


async def delete_tag(tx: Tx, actor: Actor, tag_id: UUID) -> None:
    """Delete a tag and take it off every conversation. Raises: NotFound; Forbidden.

    Publishes: TagDeleted, on which clients drop it everywhere.
    """
    actor.must("tag:write")
    await tx.run(SQL.forget_tag, workspace=tx.workspace, tag=tag_id)
    await library.delete_tag(tx, actor, tag_id)


async def _retag(
    tx: Tx, actor: Actor, before: ConversationRow, tags: list[UUID], said: Line
) -> ConversationView:
    await tx.run(SQL.set_tags, workspace=tx.workspace, conversation=before.id, tags=tags)
    view, line = await add_line(tx, actor, before, said)
    tx.publish(
        ConversationChanged(what=said.what, conversation=view, message=line),
        subject=before.id,
        by=actor.by,
    )
    return view
