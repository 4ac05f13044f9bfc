"""What can happen among the people of a workspace."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hilo.domain.people.models import Agent, Locale, Role
from hilo.kit.events import Event


class WorkspaceChanged(Event, frozen=True, kw_only=True, tag="workspace.changed", tag_field="type"):
    """Its name, language or settings are others now."""

    name: str
    locale: Locale


class AgentInvited(Event, frozen=True, kw_only=True, tag="agent.invited", tag_field="type"):
    """Somebody was asked to join."""

    invitation_id: UUID
    email: str
    role: Role


class AgentJoined(Event, frozen=True, kw_only=True, tag="agent.joined", tag_field="type"):
    """Somebody is an agent now."""

    agent: Agent


class AgentChanged(Event, frozen=True, kw_only=True, tag="agent.changed", tag_field="type"):
    """Name, role, language or the right to sign in are others now."""

    agent: Agent


class AgentSignedIn(Event, frozen=True, kw_only=True, tag="agent.signed_in", tag_field="type"):
    """A session began."""

    agent_id: UUID
    user_agent: str


class PasswordChanged(Event, frozen=True, kw_only=True, tag="agent.password", tag_field="type"):
    """An agent chose a new password; the other sessions ended."""

    agent_id: UUID


class ResetMade(Event, frozen=True, kw_only=True, tag="agent.reset", tag_field="type"):
    """Somebody with the right to made a way to a new password for an agent."""

    agent_id: UUID


class TokenMade(Event, frozen=True, kw_only=True, tag="token.made", tag_field="type"):
    """An API token was handed out. prefix: enough to recognise it."""

    token_id: UUID
    name: str
    prefix: str
    scopes: Sequence[str]
    expires_at: datetime | None


class TokenRevoked(Event, frozen=True, kw_only=True, tag="token.revoked", tag_field="type"):
    """An API token no longer works."""

    token_id: UUID
    name: str


class TeamChanged(Event, frozen=True, kw_only=True, tag="team.changed", tag_field="type"):
    """A team was made, renamed or has other members."""

    team_id: UUID
    name: str
    agent_ids: Sequence[UUID]


class TeamRemoved(Event, frozen=True, kw_only=True, tag="team.removed", tag_field="type"):
    """A team is gone."""

    team_id: UUID
