"""Roles are sets of rights, and a token never has more than its owner."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilo.domain.people import ALL_PERMISSIONS, OF_ROLE, Actor, Role, of_token, system
from hilo.kit.errors import Forbidden

ROLES: list[Role] = ["owner", "admin", "agent"]
SCOPES = st.sets(st.sampled_from([*sorted(ALL_PERMISSIONS), "*", "made:up"]))


def test_roles_grow() -> None:
    assert OF_ROLE["agent"] < OF_ROLE["admin"] < OF_ROLE["owner"] == ALL_PERMISSIONS
    assert OF_ROLE["owner"] - OF_ROLE["admin"] == {"owner:write"}


def test_a_right_is_a_noun_and_a_verb() -> None:
    assert all(noun and verb for noun, _, verb in (p.partition(":") for p in ALL_PERMISSIONS))


@given(role=st.sampled_from(ROLES), scopes=SCOPES)
def test_a_token_has_its_scopes_and_never_more_than_its_owner(role: Role, scopes: set[str]) -> None:
    held = of_token(role, scopes)
    assert held <= OF_ROLE[role]
    if "*" in scopes:
        assert held == OF_ROLE[role]
    else:
        assert held == OF_ROLE[role] & scopes


def test_who_lacks_a_right_is_told_which() -> None:
    actor = Actor(
        kind="token",
        id=uuid4(),
        name="Ben",
        role="agent",
        permissions=frozenset({"agent:read"}),
        workspace=uuid4(),
    )
    actor.must("agent:read")
    with pytest.raises(Forbidden) as refused:
        actor.must("team:write")
    assert refused.value.params == {"permission": "team:write"}


def test_the_system_may_everything_but_is_no_agent() -> None:
    actor = system(uuid4())
    assert all(actor.may(permission) for permission in ALL_PERMISSIONS)
    with pytest.raises(Forbidden):
        _ = actor.agent
