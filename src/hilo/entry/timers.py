"""What the clock does: wake what was snoozed, fold counts, look after what is stuck, tidy up."""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from hilo.domain import conversations, inboxes, people
from hilo.entry.chat.accounts import CHANNEL
from hilo.entry.chat.looks import keep_days
from hilo.entry.work import Tools
from hilo.kit import jobs, log
from hilo.kit.errors import ConnectorError
from hilo.kit.sql import Queries
from hilo.sdk.abilities import Templating

_LOG = log.get(__name__)
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


async def erase_resting(tools: Tools) -> None:
    """Forget conversations that rest for longer than their chat says it keeps them."""
    db = tools.state.db
    async with db.transaction(None) as tx:
        refs = await inboxes.queries.accounts_of_channel(tx, CHANNEL)
    for each in refs:
        actor = people.system(each.workspace_id)
        is_more = True
        while is_more:
            async with db.transaction(each.workspace_id, by=actor.by) as tx:
                account = await inboxes.queries.account(tx, each.id)
                days = 0 if account is None else keep_days(account.settings)
                is_more = (
                    account is not None
                    and days > 0
                    and bool(
                        await conversations.erase_resting(
                            tx, account, tx.now - timedelta(days=days)
                        )
                    )
                )


async def sync_templates(tools: Tools) -> None:
    """Read every account's templates anew; an account that fails never stops the others."""
    state = tools.state
    for channel, connector in state.channels.connectors.items():
        if not isinstance(connector, Templating):
            continue
        async with state.db.transaction(None) as tx:
            refs = await inboxes.queries.accounts_of_channel(tx, channel)
        for ref in refs:
            if ref.state == "active":
                await _sync(tools, connector, ref.workspace_id, ref.id)


async def _sync(tools: Tools, connector: Templating, workspace: UUID, id_: UUID) -> None:
    state = tools.state
    async with state.db.transaction(workspace) as tx:
        row = await inboxes.queries.account(tx, id_)
    if row is None:
        return
    try:
        account = state.channels.opened(row)
        seen = await tools.carrier.aside(connector.templates(account), account)
    except ConnectorError as error:
        _LOG.warning("templates.failed", account=str(id_), error=repr(error))
        return
    async with state.db.transaction(workspace) as tx:
        await inboxes.keep_templates(tx, id_, seen)


async def partitions_ahead(tools: Tools) -> None:
    """Make the partitions of the coming months and events before they are needed."""
    await tools.state.db.alone(SQL.partitions_ahead, int)


async def tidy(tools: Tools) -> None:
    """Drop what is kept for a while only."""
    await tools.state.db.alone(SQL.tidy, int)
    await jobs.tidy(tools.state.db)
