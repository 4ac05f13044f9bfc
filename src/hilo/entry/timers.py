"""What the clock does: wake what was snoozed, fold counts, look after what is stuck, tidy up."""

from uuid import UUID

from msgspec import Struct

from hilo.domain import conversations, people
from hilo.entry.work import Tools
from hilo.kit import jobs
from hilo.kit.sql import Queries

SQL = Queries(__package__, "timers.sql")
_AT_ONCE = 200


class Due(Struct, frozen=True):
    """A conversation whose time has come."""

    workspace: UUID
    conversation: UUID


async def wake_snoozed(tools: Tools) -> None:
    """Bring back what is due; each in a transaction of its own, so that one cannot stop another."""
    db = tools.state.db
    due = await db.alone(SQL.due_snoozes, Due, most=_AT_ONCE)
    for each in due:
        actor = people.system(each.workspace)
        async with db.transaction(each.workspace, by=actor.by) as tx:
            await conversations.wake(tx, actor, each.conversation)


async def fold_counts(tools: Tools) -> None:
    """Add the changes of the last moments to the totals."""
    await tools.state.db.alone(SQL.fold_counts, int)


async def rescue(tools: Tools) -> None:
    """Queue again what was being sent by a worker that is gone, and what lost its job."""
    await conversations.rescue(tools.state.db)


async def partitions_ahead(tools: Tools) -> None:
    """Make the partitions of the coming months and events before they are needed."""
    await tools.state.db.alone(SQL.partitions_ahead, int)


async def tidy(tools: Tools) -> None:
    """Drop what is kept for a while only."""
    await tools.state.db.alone(SQL.tidy, int)
    await jobs.tidy(tools.state.db)
