"""A conversation without a message that was withdrawn: what its row says then."""

from uuid import UUID

from hilo.domain.conversations.models import ConversationView
from hilo.domain.conversations.replies.replying import SQL
from hilo.domain.conversations.rows import ConversationRow, conversation_view
from hilo.domain.conversations.thread.amending import last_said
from hilo.kit.db import Tx


async def without(tx: Tx, conversation_id: UUID) -> ConversationView:
    """Tell the row as if a message deleted just now had never been; return it.

    What the last of the others is, and since when the contact waits.
    """
    row = await tx.one(
        SQL.after_withdrawal,
        ConversationRow,
        workspace=tx.workspace,
        conversation=conversation_id,
        last_message=await last_said(tx, conversation_id),
    )
    return conversation_view(row)
