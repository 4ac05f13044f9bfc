"""Messages that came before the one they answer: each waits by that one's name at the outside.

When the awaited message comes, or what we sent gets its vendor's id, the answer points at it.
"""

from collections.abc import Mapping
from uuid import UUID

from hilo.domain.conversations.events import MessageLinked
from hilo.domain.conversations.rows import MessageRow, message_view
from hilo.kit.db import Tx
from hilo.kit.sql import Queries

SQL = Queries(__package__, "late.sql")


async def wait(tx: Tx, account: UUID, names: Mapping[UUID, str]) -> None:
    """Note what messages wait for. names: of the awaited one, by the message that answers it."""
    if names:
        await tx.run(
            SQL.wait,
            workspace=tx.workspace,
            account=account,
            names=list(names.values()),
            messages=list(names),
        )


async def bind(tx: Tx, account: UUID, known: Mapping[str, UUID]) -> None:
    """Point what waited for these names at their messages.

    Publishes: MessageLinked.
    """
    if not known:
        return
    rows = await tx.all(
        SQL.bind,
        MessageRow,
        workspace=tx.workspace,
        account=account,
        names=list(known),
        targets=list(known.values()),
    )
    for row in rows:
        tx.publish(MessageLinked(message=message_view(row)), subject=row.conversation_id)
