"""What one can do with people, on a real database."""

import asyncio
from uuid import UUID

import pytest

from cast import CAST, Cast
from hilo.domain import people
from hilo.domain.people import Actor, AgentPatch, Founding, passwords
from hilo.domain.people.passwords import check_new, hashed, matches
from hilo.kit import ids
from hilo.kit.db import Database, Tx
from hilo.kit.errors import Conflict, Gone, Invalid, TooLarge


def owner(cast: Cast) -> Actor:
    return Actor(
        kind="agent",
        id=cast.ada.id,
        name="Ada",
        role="owner",
        permissions=people.ALL_PERMISSIONS,
        workspace=cast.workspace,
    )


async def test_a_workspace_begins_with_its_owner(db: Database) -> None:
    workspace = ids.new_id()
    founding = Founding(
        name="Three",
        email="Eve@Three.test",
        password="a long phrase",
        owner_name="Eve",
        locale="es",
    )
    async with db.transaction(workspace) as tx:
        eve = await people.create_workspace(tx, founding)
        assert [each.type for each in (note.event for note in tx.published)] == ["agent.joined"]
    assert (eve.role, eve.email, eve.locale) == ("owner", "eve@three.test", "es")
    async with db.transaction(None) as tx:
        (row,) = await people.begin_guess(tx, "eve@three.test", "127.0.0.1")
    assert (row.workspace_id, row.agent_id) == (workspace, eve.id)
    assert await matches("a long phrase", row.password_hash)


async def test_two_owners_cannot_both_step_down_at_once(db: Database, cast: Cast) -> None:
    actor = owner(cast)
    async with db.transaction(cast.workspace) as tx:
        await people.change_agent(tx, actor, cast.ben.id, AgentPatch(role="owner"))

    async def step_down(agent: UUID) -> None:
        async with db.transaction(cast.workspace) as tx:
            await people.change_agent(tx, actor, agent, AgentPatch(role="agent"))

    ends = await asyncio.gather(
        step_down(cast.ada.id), step_down(cast.ben.id), return_exceptions=True
    )
    assert [type(end) for end in ends if end is not None] == [Conflict]
    async with db.transaction(cast.workspace) as tx:
        agents = await people.list_agents(tx, actor)
    assert [each.role for each in agents].count("owner") == 1


async def test_an_invitation_is_good_once_also_at_once(db: Database, cast: Cast) -> None:
    async with db.transaction(cast.workspace) as tx:
        _, token = await people.invite(tx, owner(cast), "eve@hilo.test", "Eve", "agent")
    async with db.transaction(None) as tx:
        found = await people.look_up_invitation(tx, token)

    async def accept() -> None:
        async with db.transaction(cast.workspace) as tx:
            await people.accept_invitation(tx, found, "Eve", "a long phrase")

    ends = await asyncio.gather(accept(), accept(), return_exceptions=True)
    assert sum(end is None for end in ends) == 1
    assert all(isinstance(end, (Gone, Conflict)) for end in ends if end is not None)


async def test_preferences_are_merged_and_bounded(tx: Tx, cast: Cast) -> None:
    actor = owner(cast)
    first, second = AgentPatch(preferences={"a": 1, "b": 2}), AgentPatch(preferences={"b": None})
    await people.change_agent(tx, actor, cast.ada.id, first)
    after = await people.change_agent(tx, actor, cast.ada.id, second)
    assert after.preferences == {"a": 1}
    with pytest.raises(TooLarge):
        await people.change_agent(
            tx, actor, cast.ada.id, AgentPatch(preferences={"a": "x" * 60_000})
        )


async def test_a_password_of_another_keyboard_is_the_same() -> None:
    kept = await hashed("contrasen\u0303a larga")
    assert await matches("contraseña larga", kept)
    assert not await matches("contrasena larga", kept)
    assert not await matches("x", None)
    assert not await matches("x", "no hash at all")


@pytest.mark.parametrize(
    ("password", "code"),
    [("short", "too-short"), ("x" * 201, "too-long"), ("Password123", "too-common")],
)
def test_a_weak_password_is_refused(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_new(password)
    assert refused.value.errors[0].code == code


async def test_an_unknown_login_costs_as_much_as_a_wrong_password() -> None:
    made = await hashed("a long phrase")
    assert passwords._NOBODY.split("$")[:4] == made.split("$")[:4]  # noqa: SLF001 - its cost


def test_a_good_password_is_taken() -> None:
    check_new("eight ok")


async def test_other_workspaces_are_out_of_sight(db: Database, cast: Cast) -> None:
    async with db.transaction(CAST.other_workspace) as tx:
        actor = people.system(CAST.other_workspace)
        assert [each.name for each in await people.list_agents(tx, actor)] == ["Mallory"]
        assert (await people.get_workspace(tx)).id == cast.other_workspace
