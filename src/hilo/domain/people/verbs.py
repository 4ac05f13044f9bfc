"""What one can do with the workspace, its agents and its teams."""

import re
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain.people import passwords
from hilo.domain.people.actor import Actor
from hilo.domain.people.events import (
    AgentChanged,
    AgentJoined,
    TeamChanged,
    TeamRemoved,
    WorkspaceChanged,
)
from hilo.domain.people.models import Agent, Locale, Role, Team, Workspace
from hilo.domain.people.queries import PEOPLE, SIGNING
from hilo.kit import ids
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, NotFound, TooLarge, invalid

_KEPT_BYTES_MAX = 50_000
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,253}")


class Founding(Struct, frozen=True, kw_only=True):
    """What a new workspace needs: its name and its first owner."""

    name: str
    email: str
    password: str
    owner_name: str
    locale: Locale = "en"


class AgentPatch(Struct, frozen=True, kw_only=True):
    """What may change about an agent; None keeps. preferences are merged one level deep."""

    name: str | None = None
    role: Role | None = None
    locale: Locale | None = None
    preferences: Mapping[str, object] | None = None
    disabled: bool | None = None


async def create_workspace(tx: Tx, founding: Founding) -> Agent:
    """Make the workspace the transaction is in (a new id) and its first owner.

    A login that exists already keeps its password.
    Publishes: AgentJoined.
    """
    await tx.run(
        PEOPLE.found_workspace, id=tx.workspace, name=founding.name, locale=founding.locale
    )
    login = await tx.one(
        SIGNING.make_login,
        UUID,
        id=ids.new_id(),
        email=checked_email(founding.email),
        hash=await passwords.hashed(founding.password),
    )
    return await add_agent(tx, login, name=founding.owner_name, email=founding.email, role="owner")


async def add_agent(tx: Tx, login: UUID, *, name: str, email: str, role: Role) -> Agent:
    """Give a login its agent in this workspace; the workspace's language is the agent's first.

    Publishes: AgentJoined.
    """
    workspace = await get_workspace(tx)
    agent = await tx.one(
        PEOPLE.add_agent,
        Agent,
        id=ids.new_id(),
        login=login,
        name=name,
        email=email.lower(),
        role=role,
        locale=workspace.locale,
    )
    tx.publish(AgentJoined(agent=agent))
    return agent


async def get_workspace(tx: Tx) -> Workspace:
    """Return the workspace of the transaction."""
    return await tx.one(PEOPLE.workspace, Workspace)


async def change_workspace(
    tx: Tx,
    actor: Actor,
    *,
    name: str | None = None,
    locale: Locale | None = None,
    settings: Mapping[str, object] | None = None,
) -> Workspace:
    """Rename it, choose its language, merge settings.

    Publishes: WorkspaceChanged.
    """
    actor.must("workspace:write")
    after = await tx.one(
        PEOPLE.change_workspace, Workspace, name=name, locale=locale, settings=settings or {}
    )
    _bounded(after.settings)
    tx.publish(WorkspaceChanged(name=after.name, locale=after.locale))
    return after


async def list_agents(tx: Tx, actor: Actor, only: Collection[UUID] | None = None) -> list[Agent]:
    """Return all agents or only these, the disabled ones too, by name. Raises: Forbidden."""
    actor.must("agent:read")
    return await tx.all(PEOPLE.agents, Agent, ids=None if only is None else list(only))


async def get_agent(tx: Tx, actor: Actor, agent: UUID) -> Agent:
    """Return one agent. Raises NotFound."""
    if agent != actor.id:
        actor.must("agent:read")
    return await _agent(tx, agent)


async def change_agent(tx: Tx, actor: Actor, agent: UUID, patch: AgentPatch) -> Agent:
    """Change an agent: one's own profile, or anybody's with the right to.

    A disabled agent is signed out everywhere. A workspace keeps at least one owner.
    Raises: NotFound; Forbidden; Conflict (last-owner).
    Publishes: AgentChanged.
    """
    own = agent == actor.id and patch.role is None and patch.disabled is None
    if not own:
        actor.must("agent:write")
    elif not actor.may("agent:write"):
        actor.must_be_whole()
    before = await _agent(tx, agent)
    if "owner" in (patch.role, before.role) and not own:
        actor.must("owner:write")
    if before.role == "owner" and (patch.role not in (None, "owner") or patch.disabled):
        await _spare_an_owner(tx, agent)
    after = await tx.one(
        PEOPLE.change_agent,
        Agent,
        id=agent,
        name=patch.name,
        role=patch.role,
        locale=patch.locale,
        preferences=patch.preferences or {},
        disabled=patch.disabled,
    )
    _bounded(after.preferences)
    if patch.disabled:
        await tx.run(SIGNING.end_sessions_of_agent, agent=agent)
    tx.publish(AgentChanged(agent=after))
    return after


async def list_teams(tx: Tx, actor: Actor) -> list[Team]:
    """Return all teams with their members, by name."""
    actor.must("agent:read")
    return await tx.all(PEOPLE.teams, Team, id=None)


async def get_team(tx: Tx, actor: Actor, team: UUID) -> Team:
    """Return one team. Raises NotFound."""
    actor.must("agent:read")
    found = await tx.maybe(PEOPLE.teams, Team, id=team)
    if found is None:
        raise NotFound("no such team")
    return found


async def create_team(tx: Tx, actor: Actor, name: str, agents: Sequence[UUID]) -> Team:
    """Make a team.

    Raises: Forbidden; Invalid (the name is taken, an agent is unknown).
    Publishes: TeamChanged.
    """
    actor.must("team:write")
    made = await tx.maybe(PEOPLE.add_team, UUID, id=ids.new_id(), name=name)
    if made is None:
        raise invalid("name", "taken", "is the name of another team")
    await _fill(tx, made, agents)
    return await _told(tx, actor, made)


async def change_team(
    tx: Tx, actor: Actor, team: UUID, *, name: str | None, agents: Sequence[UUID] | None
) -> Team:
    """Rename a team or replace its members; None keeps.

    Raises: NotFound; Forbidden; Invalid.
    Publishes: TeamChanged.
    """
    actor.must("team:write")
    await get_team(tx, actor, team)
    if name is not None and await tx.maybe(PEOPLE.rename_team, UUID, id=team, name=name) is None:
        raise invalid("name", "taken", "is the name of another team")
    if agents is not None:
        await tx.run(PEOPLE.clear_team, team=team)
        await _fill(tx, team, agents)
    return await _told(tx, actor, team)


async def remove_team(tx: Tx, actor: Actor, team: UUID) -> None:
    """Remove a team that no conversation is assigned to and no inbox names.

    Raises: NotFound; Forbidden; Conflict (reference).
    Publishes: TeamRemoved.
    """
    actor.must("team:write")
    if await tx.maybe(PEOPLE.drop_team, UUID, id=team) is None:
        raise NotFound("no such team")
    tx.publish(TeamRemoved(team_id=team))


def checked_email(email: str, field: str = "email") -> str:
    """Return the address in lower case. Raises Invalid when it cannot be one."""
    if not _EMAIL.fullmatch(email):
        raise invalid(field, "format", "must be an e-mail address")
    return email.lower()


def _bounded(kept: Mapping[str, object]) -> None:
    # Everybody's preferences are read with every page: they are no store.
    if len(msgspec.json.encode(kept)) > _KEPT_BYTES_MAX:
        raise TooLarge("too many preferences", most_bytes=_KEPT_BYTES_MAX)


async def _agent(tx: Tx, agent: UUID) -> Agent:
    found = await tx.maybe(PEOPLE.agent, Agent, id=agent)
    if found is None:
        raise NotFound("no such agent")
    return found


async def _spare_an_owner(tx: Tx, leaving: UUID) -> None:
    owners = await tx.all(PEOPLE.lock_owners, UUID)
    if not set(owners) - {leaving}:
        raise Conflict("a workspace needs an owner", reason="last-owner")


async def _fill(tx: Tx, team: UUID, agents: Sequence[UUID]) -> None:
    wanted = set(agents)
    known = await tx.all(PEOPLE.fill_team, UUID, team=team, agents=list(wanted))
    if wanted - set(known):
        raise invalid("agent_ids", "unknown", "names an agent this workspace does not have")


async def _told(tx: Tx, actor: Actor, team: UUID) -> Team:
    after = await get_team(tx, actor, team)
    tx.publish(TeamChanged(team_id=team, name=after.name, agent_ids=after.agent_ids))
    return after
