"""What an agent does not see: conversations of inboxes that are narrowed to a team or to one's own.

The policies of the database hide it from every read (`db.reading(sight=…)`); this is the same rule
for what is not read there: what sockets are told, and counts.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain.people.queries import PEOPLE
from hilo.kit.db import Tx


class Sight(Struct, frozen=True, kw_only=True):
    """The agent, and of which inboxes it sees less than everything.

    closed: of other teams: only what is the agent's, or one of its teams'. own: only what is the
    agent's or nobody's. teams: the agent's.
    """

    agent: UUID
    closed: Sequence[UUID] = ()
    own: Sequence[UUID] = ()
    teams: Sequence[UUID] = ()

    @property
    def setting(self) -> str:
        """The same, as the policies read it."""
        lists = (
            "{" + ",".join(map(str, each)) + "}" for each in (self.closed, self.own, self.teams)
        )
        return " ".join([str(self.agent), *lists])

    @property
    def narrowed(self) -> Sequence[UUID]:
        """The inboxes of which it sees less than everything."""
        return [*self.closed, *self.own]

    def sees(self, inbox: UUID, assignee: UUID | None, team: UUID | None) -> bool:
        """Say whether the agent sees a conversation that stands so."""
        if assignee == self.agent:
            return True
        if inbox in self.closed:
            return team is not None and team in self.teams
        return assignee is None or inbox not in self.own


class _Row(Struct, frozen=True):
    closed: Sequence[UUID]
    own: Sequence[UUID]
    teams: Sequence[UUID]


async def sight_of(tx: Tx, workspace: UUID, agent: UUID) -> Sight | None:
    """Return what the agent does not see; None: it sees all, as owners and admins do."""
    row = await tx.maybe(PEOPLE.sight, _Row, workspace=workspace, agent=agent)
    if row is None or not (row.closed or row.own):
        return None
    return Sight(agent=agent, closed=tuple(row.closed), own=tuple(row.own), teams=tuple(row.teams))


async def hidden(tx: Tx, sight: Sight, subjects: Sequence[UUID]) -> frozenset[UUID]:
    """Return which of these conversations and contacts the agent does not see."""
    rows = await tx.all(PEOPLE.hidden, UUID, sight=sight.setting, subjects=list(subjects))
    return frozenset(rows)
