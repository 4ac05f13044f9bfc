"""A visit goes where the message goes that it was about: into another conversation, or away."""

from collections.abc import Sequence
from uuid import UUID

from hilo.domain.conversations import ConversationErased, ConversationSplit
from hilo.domain.visits.queries import SQL
from hilo.kit import forgetting
from hilo.kit.db import Tx
from hilo.kit.events import Logged


async def forget_visits(tx: Tx, round_: Sequence[Logged]) -> None:
    """Forget the visits whose message went from a conversation that stays.

    With a conversation that goes as a whole they go by themselves. Once: what is gone is not found.
    """
    for event in round_:
        erased = event.read(ConversationErased)
        gone = await tx.all(
            SQL.forget,
            UUID,
            workspace=tx.workspace,
            conversation=erased.conversation_id,
            messages=list(erased.message_ids),
        )
        if gone:
            await forgetting.forget_naming(tx, [erased.conversation_id], gone)


async def move_visits(tx: Tx, round_: Sequence[Logged]) -> None:
    """Let the visits follow messages that went into another conversation.

    Once: the same again moves nothing.
    """
    for event in round_:
        split = event.read(ConversationSplit)
        await tx.run(
            SQL.move,
            workspace=tx.workspace,
            conversation=split.conversation_id,
            into=split.into.id,
            messages=list(split.message_ids),
        )
