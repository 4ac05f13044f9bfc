"""The numbers beside the views: exact at any moment, never counted while someone waits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain.people import Actor, Sight
from hilo.kit.db import Tx
from hilo.kit.ids import NIL
from hilo.kit.sql import Queries

SQL = Queries(__package__, "counts.sql")
_SOMEBODY = NIL  # an assignee who is no agent we know


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
    """One number. agent_id: nil where the view is everybody's; team_id: nil without a team."""

    view: str
    agent_id: UUID
    inbox_id: UUID
    team_id: UUID
    value: int


async def counts(tx: Tx, actor: Actor) -> Counts:
    """Return the agent's counts. Raises: Forbidden."""
    actor.must("conversation:read")
    if actor.sight is not None:
        rows = await tx.all(
            SQL.of_narrow_agent, AgentCount, workspace=tx.workspace, agent=actor.id, nobody=NIL
        )
        return _seen(rows, actor.sight)
    found = await tx.all(
        SQL.of_agent, _Count, workspace=tx.workspace, agent=actor.id or NIL, nobody=NIL
    )
    return _made({row.view: row.value for row in found})


class AllCounts:
    """Every number of a workspace; one agent's counts are picked out without a search."""

    def __init__(self, rows: Sequence[AgentCount]) -> None:
        """rows: as `all_counts` read them."""
        self.rows = rows
        self._of: dict[UUID, Counter[str]] = {}
        for row in rows:
            self._of.setdefault(row.agent_id, Counter())[row.view] += row.value

    def of(self, agent_id: UUID, sight: Sight | None = None) -> Counts:
        """Return the counts of one agent. sight: what is hidden from it."""
        if sight is not None:
            return _seen([row for row in self.rows if row.agent_id in (NIL, agent_id)], sight)
        return _made({**self._of.get(NIL, {}), **self._of.get(agent_id, {})})


async def all_counts(tx: Tx) -> AllCounts:
    """Return every number of the workspace by one statement."""
    return AllCounts(await tx.all(SQL.of_all, AgentCount, workspace=tx.workspace))


async def counts_drift(tx: Tx) -> list[tuple[AgentCount, int]]:
    """Return each number that differs from a recount, with what it should be. Empty = exact."""
    kept = {_key(row): row.value for row in (await all_counts(tx)).rows}
    rows = await tx.all(SQL.recount, AgentCount, workspace=tx.workspace, nobody=NIL)
    real = {_key(row): row.value for row in rows}
    return [
        (AgentCount(*key, kept.get(key, 0)), real.get(key, 0))
        for key in kept.keys() | real.keys()
        if kept.get(key, 0) != real.get(key, 0)
    ]


def _key(row: AgentCount) -> tuple[str, UUID, UUID, UUID]:
    return (row.view, row.agent_id, row.inbox_id, row.team_id)


def _seen(rows: Sequence[AgentCount], sight: Sight) -> Counts:
    """Add up what the agent sees: its own, what nobody has, and the rest where that is open to it.

    rows: everybody's and the agent's own.
    """
    found: Counter[str] = Counter()
    nobodys = {"unassigned": "open", "unassigned_unread": "unread"}
    own = {"mine": "open", "mine_unread": "unread"}
    for row in rows:
        team = None if row.team_id == NIL else row.team_id
        view, value = row.view, row.value
        if view in own:
            found[view] += value
            if not sight.sees(row.inbox_id, _SOMEBODY, team):
                found[own[view]] += value
        elif sight.sees(row.inbox_id, _SOMEBODY, team):
            found[view] += value
        elif view in nobodys and sight.sees(row.inbox_id, None, team):
            found[view] += value
            found[nobodys[view]] += value
    return _made(found)


def _made(values: Mapping[str, int]) -> Counts:
    return Counts(
        open=values.get("open", 0),
        unassigned=values.get("unassigned", 0),
        mine=values.get("mine", 0),
        unread=values.get("unread", 0),
        mine_unread=values.get("mine_unread", 0),
    )
