"""An echo that came before its call was answered and was not known as ours: two, then one.

Only the vendor's answer says that both are one message; the copy gives way to what was sent.
"""

from uuid import UUID

from msgspec import Struct

from hilo.domain.conversations.events import MessageWithdrawn
from hilo.domain.conversations.outgoing.echoes import SQL
from hilo.domain.conversations.replies.replying import SQL as REPLIES
from hilo.domain.conversations.replies.withdrawn import without
from hilo.domain.conversations.thread import receipts
from hilo.domain.conversations.thread.changes import lock
from hilo.domain.conversations.thread.receipts import Moved, State, Target
from hilo.kit.db import Tx


class _Copy(Struct, frozen=True):
    message: UUID
    conversation: UUID
    state: State


async def give_way(tx: Tx, account: UUID, name: str, ours: Target) -> None:
    """Remove the copy that has taken this part's name, and give the name to the part.

    Publishes: MessageWithdrawn, MessageState.
    """
    copy = await tx.maybe(SQL.copy, _Copy, workspace=tx.workspace, account=account, name=name)
    if copy is None:
        return
    await lock(tx, copy.conversation)
    named = {"workspace": tx.workspace, "message": copy.message}
    await tx.run(SQL.drop_copy, **named)
    await tx.run(REPLIES.delete_message, **named)
    await tx.run(SQL.take_key, **named, account=account, name=name, ours=ours.message)
    await tx.run(
        SQL.name_parts,
        workspace=tx.workspace,
        ids=[ours.message],
        numbers=[ours.number or 1],
        names=[name],
    )
    left = await without(tx, copy.conversation)
    tx.publish(
        MessageWithdrawn(conversation=left, message_id=copy.message),
        subject=copy.conversation,
    )
    moved = Moved(ours.message, copy.state, tx.now, None, ours.number, ours.is_split)
    await receipts.settle(tx, [moved])
