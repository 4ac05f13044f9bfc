"""Teams: `/teams`."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain import people
from hilo.domain.people import Team
from hilo.entry.api.forms import Acting, Body, Id, Name, Open, Shared

Members = Annotated[list[UUID], msgspec.Meta(max_length=1_000)]


class NewTeam(Body, frozen=True, kw_only=True):
    """A team's name and members."""

    name: Name
    agent_ids: Members = msgspec.field(default_factory=list)


class TeamChange(Body, frozen=True, kw_only=True):
    """What may change about a team; agent_ids replace the members."""

    name: Name | None = None
    agent_ids: Members | None = None


class TeamList(Struct, frozen=True):
    """All teams, by name."""

    items: Sequence[Team]
    next_cursor: None = None


@get("/teams", tags=["teams"])
async def list_teams(actor: Acting, tx: Open) -> TeamList:
    """List the teams with their members."""
    return TeamList(await people.list_teams(tx, actor))


@post("/teams", tags=["teams"])
async def create_team(data: JSONBody[NewTeam], actor: Acting, tx: Open, app_state: Shared) -> Team:
    """Make a team."""
    tx.after_commit.append(app_state.doorman.forget)
    return await people.create_team(tx, actor, data.name, data.agent_ids)


@get("/teams/{team_id:uuid}", tags=["teams"])
async def get_team(team_id: Id, actor: Acting, tx: Open) -> Team:
    """Return one team."""
    return await people.get_team(tx, actor, team_id)


@patch("/teams/{team_id:uuid}", tags=["teams"])
async def change_team(
    team_id: Id, data: JSONBody[TeamChange], actor: Acting, tx: Open, app_state: Shared
) -> Team:
    """Rename a team or replace its members."""
    tx.after_commit.append(app_state.doorman.forget)
    return await people.change_team(tx, actor, team_id, name=data.name, agents=data.agent_ids)


@delete("/teams/{team_id:uuid}", tags=["teams"])
async def remove_team(team_id: Id, actor: Acting, tx: Open) -> None:
    """Remove a team that no conversation is assigned to and no inbox names."""
    await people.remove_team(tx, actor, team_id)


ROUTES = [list_teams, create_team, get_team, change_team, remove_team]
