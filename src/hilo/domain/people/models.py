"""Workspaces, agents, teams, sessions, tokens and invitations, as rows and as others see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

Role = Literal["owner", "admin", "agent"]
Locale = Literal["en", "es", "pt"]


class Workspace(Struct, frozen=True):
    """The tenant. settings: free facts of the workspace, changed by merge."""

    id: UUID
    name: str
    locale: Locale
    settings: Mapping[str, object]
    created_at: datetime


class Agent(Struct, frozen=True):
    """A human who answers. disabled_at: since when the agent can no longer sign in."""

    id: UUID
    name: str
    email: str
    role: Role
    locale: Locale
    preferences: Mapping[str, object]
    disabled_at: datetime | None
    created_at: datetime


class Team(Struct, frozen=True):
    """A set of agents."""

    id: UUID
    name: str
    agent_ids: Sequence[UUID]
    created_at: datetime


class Session(Struct, frozen=True):
    """A sign-in that still holds. is_current: the one that asks."""

    id: UUID
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_current: bool = False


class ApiToken(Struct, frozen=True):
    """A token as listed: prefix is enough to recognise it, the rest is kept only as a hash."""

    id: UUID
    agent_id: UUID
    name: str
    prefix: str
    scopes: Sequence[str]
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime


class Invitation(Struct, frozen=True):
    """Somebody asked to join; until accepted or expired."""

    id: UUID
    email: str
    name: str
    role: Role
    invited_by: UUID
    expires_at: datetime
    created_at: datetime


class OpenInvitation(Struct, frozen=True):
    """What the holder of an invitation's link may see. has_login: their password stays."""

    workspace_id: UUID
    id: UUID
    email: str
    name: str
    role: Role
    workspace_name: str
    has_login: bool


class Holder(Struct, frozen=True):
    """Whom a session's cookie stands for. last_seen_at decides whether it idled out."""

    workspace_id: UUID
    session_id: UUID
    agent_id: UUID
    login_id: UUID
    csrf_token: str
    last_seen_at: datetime
    name: str
    email: str
    role: Role
    locale: Locale


class Bearer(Struct, frozen=True):
    """Whom an API token stands for."""

    workspace_id: UUID
    token_id: UUID
    token_name: str
    scopes: Sequence[str]
    last_used_at: datetime | None
    agent_id: UUID
    agent_name: str
    role: Role
    locale: Locale


class LoginRow(Struct, frozen=True):
    """A login with one of its agents; agent and workspace are None when it has none."""

    login_id: UUID
    password_hash: str | None
    workspace_id: UUID | None
    agent_id: UUID | None
    disabled: bool
