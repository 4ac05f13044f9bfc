"""What somebody who waits for an answer may expect: how long others waited, how many are before."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from hilo.kit.db import Tx
from hilo.kit.sql import Queries

SQL = Queries(__package__, "waiting.sql")
REPLY_TIME_SPAN = timedelta(days=7)
REPLY_TIME_LEAST = 5  # fewer answers say nothing
QUEUE_MOST = 1_000


class ReplyTime(Struct, frozen=True):
    """seconds: three of four got their first answer within; answers: of how many we know."""

    seconds: float
    answers: int


async def reply_time(tx: Tx, inbox: UUID) -> ReplyTime | None:
    """Return how long a first answer took in the last seven days; None: too few to say."""
    found = await tx.one(
        SQL.reply_time,
        ReplyTime,
        workspace=tx.workspace,
        inbox=inbox,
        since=tx.now - REPLY_TIME_SPAN,
    )
    return found if found.answers >= REPLY_TIME_LEAST else None


async def queue(tx: Tx, inbox: UUID) -> Sequence[UUID]:
    """Return the conversations of an inbox that wait for anybody, the oldest first, 1,000 at most.

    A conversation that an agent has is no longer in line: it waits for that agent.
    """
    return await tx.all(SQL.queue, UUID, workspace=tx.workspace, inbox=inbox, most=QUEUE_MOST)
