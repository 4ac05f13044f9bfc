"""What agents do to a conversation as a whole: assign, resolve, snooze, wake, prioritize.

One transaction each; never commits. A verb that people see in the thread writes an activity line,
whose text is the message key `activity.<code>`. Repeating a verb is no error and changes nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from hilo.domain.conversations.errors import AlreadyTaken
from hilo.domain.conversations.models import PRIORITIES, ConversationView, Priority
from hilo.domain.conversations.rows import ConversationRow
from hilo.domain.conversations.thread import triage
from hilo.domain.conversations.thread.changes import SQL, Line, change, lock, lock_to_open
from hilo.domain.conversations.thread.triage import Triage, triage_of
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import invalid

_SNOOZE_MOST = timedelta(days=5 * 366)


class Assignment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom. if_unassigned: take it only when nobody else has it (an atomic claim)."""

    agent_id: UUID | UnsetType | None = UNSET
    team_id: UUID | UnsetType | None = UNSET
    if_unassigned: bool = False


async def assign(
    tx: Tx, actor: Actor, conversation_id: UUID, given: Assignment
) -> ConversationView:
    """Give the conversation to an agent, a team or both; a team alone takes it from its agent.

    Raises: NotFound; Forbidden; Invalid; AlreadyTaken when a claim comes second.
    Publishes: ConversationChanged.
    """
    actor.must("conversation:assign")
    if given.agent_id is UNSET and given.team_id is UNSET:
        raise invalid("agent_id", "required", "must be given, or team_id")
    before = await lock(tx, conversation_id)
    agent, team = before.assignee_id, before.team_id
    if given.team_id is not UNSET:
        team, agent = given.team_id, None if given.team_id else agent
    if given.agent_id is not UNSET:
        agent = given.agent_id
    if given.if_unassigned and before.assignee_id not in (None, agent):
        raise await _taken(tx, before)
    name = await _names(tx, before, agent, team)
    after = triage.assigned(triage_of(before), agent, team)
    said = _assignment_line(actor, before, after, name)
    return await change(tx, actor, before, after, said)


async def unassign(tx: Tx, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Leave it without agent and team. Raises: NotFound; Forbidden.

    Publishes: ConversationChanged.
    """
    actor.must("conversation:assign")
    before = await lock(tx, conversation_id)
    after = triage.assigned(triage_of(before), None, None)
    return await change(tx, actor, before, after, Line("unassigned", "unassigned"))


async def resolve(tx: Tx, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Close it; a later message from the contact may open it again.

    Raises: NotFound; Forbidden. Publishes: ConversationChanged.
    """
    actor.must("conversation:resolve")
    before = await lock(tx, conversation_id)
    after = triage.resolved(triage_of(before), tx.now)
    return await change(tx, actor, before, after, Line("resolved", "resolved"))


async def reopen(tx: Tx, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Open it. Raises: NotFound; Forbidden. Publishes: ConversationChanged."""
    actor.must("conversation:resolve")
    before = await lock_to_open(tx, conversation_id)
    after = triage.opened(triage_of(before))
    return await change(tx, actor, before, after, Line("reopened", "reopened"))


async def set_pending(tx: Tx, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Let it wait for somebody else. Raises: NotFound; Forbidden.

    Publishes: ConversationChanged.
    """
    actor.must("conversation:resolve")
    before = await lock_to_open(tx, conversation_id)
    after = triage.pending(triage_of(before))
    return await change(tx, actor, before, after, Line("pending", "pending"))


async def snooze(
    tx: Tx, actor: Actor, conversation_id: UUID, until: datetime | None
) -> ConversationView:
    """Put it away until a moment, or, with None, until the contact writes.

    Raises: NotFound; Forbidden; Invalid when the moment is past or years away.
    Publishes: ConversationChanged.
    """
    actor.must("conversation:snooze")
    if until is not None:
        if until.tzinfo is None:
            raise invalid("until", "format", "must name its time zone")
        if not tx.now < until <= tx.now + _SNOOZE_MOST:
            raise invalid("until", "out-of-range", "must lie in the next five years")
    before = await lock_to_open(tx, conversation_id)
    after = triage.snoozed(triage_of(before), until)
    if until is None:
        return await change(tx, actor, before, after, Line("snoozed", "snoozed_until_reply"))
    said = Line("snoozed", "snoozed", {"time": until.isoformat()})
    return await change(tx, actor, before, after, said)


async def unsnooze(tx: Tx, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Bring it back by hand. Not snoozed: nothing happens.

    Raises: NotFound; Forbidden. Publishes: ConversationChanged.
    """
    actor.must("conversation:snooze")
    before = await lock(tx, conversation_id)
    now = triage_of(before)
    after = triage.opened(now) if now.status == "snoozed" else now
    return await change(tx, actor, before, after, Line("woken", "reopened"))


async def wake(tx: Tx, actor: Actor, conversation_id: UUID) -> bool:
    """Bring it back because its time has come; say whether it was so.

    Once: a snooze moved meanwhile is left alone. Publishes: ConversationChanged.
    """
    before = await lock(tx, conversation_id)
    due = before.snoozed_until
    if before.status != "snoozed" or due is None or due > tx.now:
        return False
    after = triage.woken(triage_of(before), tx.now)
    await change(tx, actor, before, after, Line("woken", "woken"))
    return True


async def prioritize(
    tx: Tx, actor: Actor, conversation_id: UUID, priority: Priority
) -> ConversationView:
    """Say how much it presses. Raises: NotFound; Forbidden. Publishes: ConversationChanged."""
    actor.must("conversation:prioritize")
    before = await lock(tx, conversation_id)
    after = triage.prioritized(triage_of(before), PRIORITIES.index(priority))
    return await change(tx, actor, before, after, Line("prioritized", f"priority_{priority}"))


async def _taken(tx: Tx, row: ConversationRow) -> AlreadyTaken:
    name = await tx.maybe(SQL.agent_name, str, workspace=tx.workspace, agent=row.assignee_id)
    return AlreadyTaken(
        f"{name} has it", assignee_id=str(row.assignee_id), assignee_name=name or ""
    )


async def _names(tx: Tx, before: ConversationRow, agent: UUID | None, team: UUID | None) -> str:
    """Return the name of the new owner. Raises: Invalid when there is no such agent or team."""
    name = ""
    if team is not None and team != before.team_id:
        found = await tx.maybe(SQL.team, str, workspace=tx.workspace, team=team)
        if found is None:
            raise invalid("team_id", "not-found", "is not a team of this workspace")
        name = found
    if agent is not None and agent != before.assignee_id:
        found = await tx.maybe(SQL.agent, str, workspace=tx.workspace, agent=agent)
        if found is None:
            raise invalid("agent_id", "not-found", "is not an active agent of this workspace")
        name = found
    return name


def _assignment_line(actor: Actor, before: ConversationRow, after: Triage, name: str) -> Line:
    if after.assignee_id is not None and after.assignee_id != before.assignee_id:
        if after.assignee_id == actor.id:
            return Line("assigned", "claimed")
        return Line("assigned", "assigned", {"name": name})
    if after.team_id is not None and after.team_id != before.team_id:
        return Line("assigned", "team_assigned", {"name": name})
    return Line("unassigned", "unassigned")
