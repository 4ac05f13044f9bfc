"""The numbers beside the views: exact at any moment, never counted while someone waits."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.ids import NIL
from hilo.kit.sql import Queries

SQL = Queries(__package__, "counts.sql")


class Counts(Struct, frozen=True, kw_only=True):
    """Open conversations of the workspace and the agent's own among them."""

    open: int = 0
    unassigned: int = 0
    mine: int = 0
    unread: int = 0
    mine_unread: int = 0


class _Count(Struct, frozen=True):
    view: str
    value: int


class AgentCount(Struct, frozen=True):
    """One number. agent_id: nil where the view is everybody's."""

    view: str
    agent_id: UUID
    value: int


async def counts(tx: Tx, actor: Actor) -> Counts:
    """Return the agent's counts. Raises: Forbidden."""
    actor.must("conversation:read")
    rows = await tx.all(
        SQL.of_agent, _Count, workspace=tx.workspace, agent=actor.id or NIL, nobody=NIL
    )
    return _made({row.view: row.value for row in rows})


class AllCounts:
    """Every number of a workspace; one agent's counts are picked out without a search."""

    def __init__(self, rows: Sequence[AgentCount]) -> None:
        """rows: as `all_counts` read them."""
        self.rows = rows
        self._of: dict[UUID, dict[str, int]] = {}
        for row in rows:
            self._of.setdefault(row.agent_id, {})[row.view] = row.value

    def of(self, agent_id: UUID) -> Counts:
        """Return the counts of one agent."""
        return _made({**self._of.get(NIL, {}), **self._of.get(agent_id, {})})


async def all_counts(tx: Tx) -> AllCounts:
    """Return every number of the workspace by one statement."""
    return AllCounts(await tx.all(SQL.of_all, AgentCount, workspace=tx.workspace))


async def counts_drift(tx: Tx) -> list[tuple[AgentCount, int]]:
    """Return each number that differs from a recount, with what it should be. Empty = exact."""
    kept = {(row.view, row.agent_id): row.value for row in (await all_counts(tx)).rows}
    rows = await tx.all(SQL.recount, AgentCount, workspace=tx.workspace)
    real = {(row.view, row.agent_id): row.value for row in rows}
    return [
        (AgentCount(*key, kept.get(key, 0)), real.get(key, 0))
        for key in kept.keys() | real.keys()
        if kept.get(key, 0) != real.get(key, 0)
    ]


def _made(values: dict[str, int]) -> Counts:
    return Counts(
        open=values.get("open", 0),
        unassigned=values.get("unassigned", 0),
        mine=values.get("mine", 0),
        unread=values.get("unread", 0),
        mine_unread=values.get("mine_unread", 0),
    )
