"""Whoever acts: an agent, an agent's token, the system or a contact; verbs ask it for rights."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.domain.people import permissions
from hilo.domain.people.sight import Sight
from hilo.kit.errors import Forbidden
from hilo.kit.events import By

ActorKind = Literal["agent", "token", "system", "contact"]


class Actor(Struct, frozen=True, kw_only=True):
    """Who acts, and what it may do.

    id: the agent, also when an API token acts for it; None for the system. via: the token or
    the session. sight: what is hidden from it; None = nothing.
    """

    kind: ActorKind
    id: UUID | None
    name: str
    role: str
    permissions: frozenset[str]
    workspace: UUID
    locale: str = "en"
    via: UUID | None = None
    sight: Sight | None = None

    def may(self, permission: str) -> bool:
        """Say whether this is allowed."""
        return permission in self.permissions

    def must(self, permission: str) -> None:
        """Insist on a permission. Raises Forbidden, which names it."""
        if permission not in self.permissions:
            raise Forbidden(f"this needs the permission {permission}", permission=permission)

    def must_be_whole(self) -> None:
        """Insist on the agent, or a token with all its rights: sessions and profile are no scope.

        Raises: Forbidden.
        """
        if self.kind == "token" and self.permissions != permissions.of_role(self.role):
            raise Forbidden("this needs a session, or a token with the scope *", permission="*")

    @property
    def by(self) -> By:
        """The same, as the event log keeps it."""
        return By(kind=self.kind, id=self.id, name=self.name)

    @property
    def agent(self) -> UUID:
        """The agent who acts or on whose behalf. Raises Forbidden where there is none."""
        if self.id is None or self.kind not in {"agent", "token"}:
            raise Forbidden("only an agent can do this", permission="agent")
        return self.id


def system(workspace: UUID) -> Actor:
    """Return the actor for work nobody asked for by hand: timers, intake, migrations of data."""
    return Actor(
        kind="system",
        id=None,
        name="",
        role="system",
        permissions=permissions.ALL,
        workspace=workspace,
    )
