"""Tags: unique by name whatever the case, made by whoever may."""

import pytest

from cast import Cast
from hilo.domain.library import create_tag, delete_tag, list_tags, update_tag
from hilo.domain.people import Actor, system
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, Forbidden, Invalid, NotFound
from hilo.kit.ids import new_id


@pytest.fixture
def admin(cast: Cast) -> Actor:
    return system(cast.workspace)


async def test_a_tag_lives(tx: Tx, admin: Actor) -> None:
    tag = await create_tag(tx, admin, "  Refund  wanted ", "teal")
    assert tag.name == "Refund wanted"
    assert await list_tags(tx, admin) == [tag]
    changed = await update_tag(tx, admin, tag.id, name="REFUND WANTED")
    assert (changed.name, changed.color) == ("REFUND WANTED", "teal")
    await delete_tag(tx, admin, tag.id)
    assert await list_tags(tx, admin) == []
    assert [each.event.type for each in tx.published] == ["tag.saved", "tag.saved", "tag.deleted"]


async def test_names_are_unique_whatever_the_case(tx: Tx, admin: Actor) -> None:
    await create_tag(tx, admin, "Vip")
    other = await create_tag(tx, admin, "Late")
    with pytest.raises(Conflict):
        await create_tag(tx, admin, "vIP")
    with pytest.raises(Conflict):
        await update_tag(tx, admin, other.id, name="VIP")


@pytest.mark.parametrize(("name", "color"), [("", "grey"), ("x" * 61, "grey"), ("ok", "#fff")])
async def test_bad_names_and_colours_are_refused(
    tx: Tx, admin: Actor, name: str, color: str
) -> None:
    with pytest.raises(Invalid):
        await create_tag(tx, admin, name, color)


async def test_unknown_tags_and_lesser_rights(tx: Tx, admin: Actor) -> None:
    with pytest.raises(NotFound):
        await update_tag(tx, admin, new_id(), name="x")
    with pytest.raises(NotFound):
        await delete_tag(tx, admin, new_id())
    nobody = Actor(
        kind="agent",
        id=new_id(),
        name="",
        role="agent",
        permissions=frozenset(),
        workspace=admin.workspace,
    )
    with pytest.raises(Forbidden):
        await create_tag(tx, nobody, "x")
