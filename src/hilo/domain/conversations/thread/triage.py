"""What triage makes of a conversation: pure decisions over the few fields it changes."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from hilo.domain.conversations.models import Status
from hilo.domain.conversations.rows import ConversationRow


class Triage(Struct, frozen=True, kw_only=True):
    """Who has it and how it stands."""

    status: Status
    assignee_id: UUID | None
    team_id: UUID | None
    snoozed_until: datetime | None
    woken_at: datetime | None
    resolved_at: datetime | None
    priority: int


def triage_of(row: ConversationRow) -> Triage:
    """Return those fields of a row."""
    return Triage(
        status=row.status,
        assignee_id=row.assignee_id,
        team_id=row.team_id,
        snoozed_until=row.snoozed_until,
        woken_at=row.woken_at,
        resolved_at=row.resolved_at,
        priority=row.priority,
    )


def resolved(now: Triage, at: datetime) -> Triage:
    """Close it; a snooze ends. Already resolved: the same."""
    if now.status == "resolved":
        return now
    return replace(now, status="resolved", resolved_at=at, snoozed_until=None, woken_at=None)


def opened(now: Triage) -> Triage:
    """Open it, wherever it stood."""
    if now.status == "open":
        return now
    return replace(now, status="open", resolved_at=None, snoozed_until=None)


def pending(now: Triage) -> Triage:
    """Let it wait for something that is not the contact."""
    if now.status == "pending":
        return now
    return replace(now, status="pending", resolved_at=None, snoozed_until=None, woken_at=None)


def snoozed(now: Triage, until: datetime | None) -> Triage:
    """Put it away until a moment, or, with None, until the contact writes."""
    return replace(now, status="snoozed", snoozed_until=until, resolved_at=None, woken_at=None)


def woken(now: Triage, at: datetime) -> Triage:
    """Bring it back when its time has come, marked as such. Not snoozed: the same."""
    if now.status != "snoozed":
        return now
    return replace(now, status="open", snoozed_until=None, woken_at=at)


def assigned(now: Triage, agent: UUID | None, team: UUID | None) -> Triage:
    """Give it to both, either or nobody."""
    return replace(now, assignee_id=agent, team_id=team)


def prioritized(now: Triage, rank: int) -> Triage:
    """Say how much it presses."""
    return replace(now, priority=rank)
