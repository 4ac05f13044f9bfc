"""What answers about people look like."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain.people import Actor, Agent, Locale, Role, Workspace


class AgentMe(Struct, frozen=True, kw_only=True):
    """The agent who asks."""

    id: UUID
    name: str
    email: str
    role: Role
    locale: Locale
    preferences: Mapping[str, object]


class WorkspaceRef(Struct, frozen=True):
    """The workspace, in short."""

    id: UUID
    name: str
    locale: Locale


class SignedIn(Struct, frozen=True, kw_only=True):
    """A new session. csrf_token: to be sent as X-CSRF-Token with every change."""

    agent: AgentMe
    workspace: WorkspaceRef
    csrf_token: str


class Me(Struct, frozen=True, kw_only=True):
    """Who asks and what it may do. csrf_token: of a session only."""

    agent: AgentMe
    workspace: WorkspaceRef
    permissions: Sequence[str]
    outgoing_mail: bool
    csrf_token: str | None = None


def agent_me(agent: Agent) -> AgentMe:
    """Return an agent as it sees itself."""
    return AgentMe(
        id=agent.id,
        name=agent.name,
        email=agent.email,
        role=agent.role,
        locale=agent.locale,
        preferences=agent.preferences,
    )


def workspace_ref(workspace: Workspace) -> WorkspaceRef:
    """Return the workspace, in short."""
    return WorkspaceRef(workspace.id, workspace.name, workspace.locale)


def rights(actor: Actor) -> list[str]:
    """Return the permissions in a stable order."""
    return sorted(actor.permissions)
