"""Who works here: workspaces, agents, teams, roles, sessions, tokens and invitations."""

from hilo.domain.people.actor import Actor, system
from hilo.domain.people.models import (
    Agent,
    ApiToken,
    Invitation,
    Locale,
    OpenInvitation,
    Role,
    Session,
    Team,
    Workspace,
)
from hilo.domain.people.permissions import ALL as ALL_PERMISSIONS

SYSTEM = system

__all__ = [
    "ALL_PERMISSIONS",
    "SYSTEM",
    "Actor",
    "Agent",
    "ApiToken",
    "Invitation",
    "Locale",
    "OpenInvitation",
    "Role",
    "Session",
    "Team",
    "Workspace",
    "system",
]
