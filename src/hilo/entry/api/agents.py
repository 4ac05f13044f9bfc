"""Agents: `/agents`."""

from collections.abc import Mapping, Sequence

from litestar import get, patch, post
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain import people
from hilo.domain.people import Agent, AgentPatch, Locale, Role
from hilo.entry.api.forms import Acting, Body, Id, LongName, Open, Shared
from hilo.entry.post import Letter


class AgentChange(Body, frozen=True, kw_only=True):
    """What may change about an agent; what is absent stays. disabled: cannot sign in."""

    name: LongName | None = None
    role: Role | None = None
    locale: Locale | None = None
    preferences: Mapping[str, object] | None = None
    disabled: bool | None = None


class AgentList(Struct, frozen=True):
    """All agents, by name."""

    items: Sequence[Agent]
    next_cursor: None = None


class ResetLink(Struct, frozen=True, kw_only=True):
    """A way to a new password, for an hour. link: where no mail could be sent."""

    mailed: bool
    link: str | None = None


@get("/agents", tags=["agents"])
async def list_agents(actor: Acting, tx: Open) -> AgentList:
    """List the agents of the workspace, the disabled ones too."""
    return AgentList(await people.list_agents(tx, actor))


@get("/agents/{agent_id:uuid}", tags=["agents"])
async def get_agent(agent_id: Id, actor: Acting, tx: Open) -> Agent:
    """Return one agent."""
    return await people.get_agent(tx, actor, agent_id)


@patch("/agents/{agent_id:uuid}", tags=["agents"])
async def change_agent(
    agent_id: Id, data: JSONBody[AgentChange], actor: Acting, tx: Open, app_state: Shared
) -> Agent:
    """Change an agent's name, role, language or right to sign in."""
    change = AgentPatch(
        name=data.name,
        role=data.role,
        locale=data.locale,
        preferences=data.preferences,
        disabled=data.disabled,
    )
    tx.after_commit.append(app_state.doorman.forget)
    return await people.change_agent(tx, actor, agent_id, change)


@post("/agents/{agent_id:uuid}/password-reset", tags=["agents"])
async def reset_password(agent_id: Id, actor: Acting, tx: Open, app_state: Shared) -> ResetLink:
    """Let an agent choose a new password. Without an outgoing server: a link to hand over."""
    agent, token = await people.reset_for(tx, actor, agent_id)
    link = f"{app_state.config.public_url}/reset?token={token}"
    letter = Letter(to=agent.email, key="reset", locale=agent.locale, params={"link": link})
    mailed = await app_state.post.send(tx, letter)
    return ResetLink(mailed=mailed, link=None if mailed else link)


ROUTES = [list_agents, get_agent, change_agent, reset_password]
