"""What agents decide about a reply: take it back, send it again, call it sent, or drop it."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from hilo.domain.conversations.errors import TooLateToWithdraw
from hilo.domain.conversations.events import MessageWithdrawn
from hilo.domain.conversations.models import MessageView
from hilo.domain.conversations.replies.replying import SQL, find_message, queue_carry
from hilo.domain.conversations.replies.withdrawn import without
from hilo.domain.conversations.thread import receipts
from hilo.domain.conversations.thread.changes import lock
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, invalid

Decision = Literal["resend", "sent", "drop"]
_STATES: Mapping[Decision, Literal["queued", "sent", "failed"]] = {
    "resend": "queued",
    "sent": "sent",
    "drop": "failed",
}
_DROPPED = '{"code": "dropped", "detail": ""}'


async def withdraw(tx: Tx, actor: Actor, conversation_id: UUID, message_id: UUID) -> MessageView:
    """Take a reply back before it leaves; return it as it was. Its client id stays used.

    Raises: NotFound; Forbidden; TooLateToWithdraw. Publishes: MessageWithdrawn.
    """
    actor.must("conversation:reply")
    await lock(tx, conversation_id)
    message = await find_message(tx, conversation_id, message_id)
    if message.kind != "outgoing" or message.state != "queued":
        raise TooLateToWithdraw("it is leaving or has left", state=message.state)
    await tx.run(SQL.take_back_parts, workspace=tx.workspace, message=message_id)
    if await tx.one(SQL.parts_left, int, workspace=tx.workspace, message=message_id):
        raise TooLateToWithdraw("it is leaving", state="sending")
    await tx.run(SQL.delete_message, workspace=tx.workspace, message=message_id)
    left = await without(tx, conversation_id)
    tx.publish(
        MessageWithdrawn(conversation=left, message_id=message_id),
        subject=conversation_id,
        by=actor.by,
    )
    return message


async def decide(
    tx: Tx,
    actor: Actor,
    conversation_id: UUID,
    message_id: UUID,
    decision: Decision,
    part: int | None = None,
) -> MessageView:
    """Send a failed or uncertain reply again, say that the uncertain one did arrive, or drop it.

    part: which of its parts; None = each that waits for it. Sending again touches nothing that has
    left; what is dropped stays unsent, and nobody is asked about it any more.
    Raises: NotFound; Forbidden; Conflict when there is nothing to decide; Invalid when a failed one
    is called sent. Publishes: MessageState.
    """
    actor.must("conversation:reply")
    await lock(tx, conversation_id)
    before = await find_message(tx, conversation_id, message_id)
    if before.state not in {"failed", "uncertain"}:
        raise Conflict("there is nothing to decide", state=before.state)
    if decision == "sent" and before.state == "failed" and part is None:
        raise invalid("decision", "unsupported", "a failed reply can only be sent again")
    state = _STATES[decision]
    decided = await tx.all(
        SQL.decide_parts,
        int,
        workspace=tx.workspace,
        message=message_id,
        number=part,
        state=state,
        states=["uncertain"] if decision == "sent" else ["failed", "uncertain"],
        error=_DROPPED if decision == "drop" else None,
        now=tx.now,
    )
    if part is not None and not decided:
        raise Conflict("there is nothing to decide of this part", state=before.state)
    await receipts.derive(tx, [message_id], {message_id: tx.now})
    if state == "queued":
        await queue_carry(tx, conversation_id, tx.now)
    return await find_message(tx, conversation_id, message_id)
