"""Macros: whose they are, what they do, and that they do all of it or nothing."""

import msgspec
import pytest

from cast import CAST
from hilo.domain import conversations as desk
from hilo.domain.automation import (
    Act,
    MacroFailed,
    MacroGiven,
    MacroPatch,
    apply_macro,
    create_macro,
    delete_macro,
    list_macros,
    offer_macros,
    update_macro,
)
from hilo.domain.library import create_tag
from hilo.domain.people import OF_ROLE, Actor, system
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, Forbidden, Invalid, NotFound
from hilo.kit.ids import new_id
from stage import CHANNELS, a_matter, agent

ADA = agent()
BEN = Actor(
    kind="agent",
    id=CAST.ben.id,
    name="Ben",
    role="agent",
    permissions=OF_ROLE["agent"],
    workspace=CAST.workspace,
)


def acts(*given: dict[str, object]) -> list[Act]:
    """Read acts as the API does."""
    return msgspec.convert(given, list[Act])


async def test_all_acts_are_done_by_their_verbs(tx: Tx) -> None:
    tag = await create_tag(tx, system(tx.workspace), "refund")
    other = await create_tag(tx, system(tx.workspace), "late")
    matter = await a_matter(tx)
    await desk.tag(tx, ADA, matter, other.id)
    given = acts(
        {"do": "assign", "to": "me"},
        {"do": "tag", "tag_id": str(tag.id)},
        {"do": "untag", "tag_id": str(other.id)},
        {"do": "prioritize", "priority": "high"},
        {"do": "note", "text": "{{contact.first_name|They}} wants {{contact.attributes.x|money}}"},
        {"do": "snooze", "for_s": 3600},
    )
    macro = await create_macro(tx, ADA, MacroGiven(name="Refund", acts=given))
    before = len(tx.published)
    view = await apply_macro(tx, ADA, matter, macro.id, CHANNELS)
    assert view.assignee_id == ADA.id
    assert view.tag_ids == [tag.id]
    assert (view.priority, view.status) == ("high", "snoozed")
    page = await desk.list_messages(tx, ADA, matter)
    assert [each.text for each in page.items if each.kind == "note"] == ["Carol wants money"]
    assert len(tx.published) - before == len(given)
    (listed,) = await list_macros(tx, ADA)
    assert listed.uses == 1


async def test_one_act_that_fails_is_named_and_undoes_the_others(tx: Tx) -> None:
    matter = await a_matter(tx)
    given = acts({"do": "resolve"}, {"do": "tag", "tag_id": str(new_id())})
    macro = await create_macro(tx, ADA, MacroGiven(name="Broken", acts=given))
    with pytest.raises(MacroFailed) as failed:
        async with tx.attempt():
            await apply_macro(tx, ADA, matter, macro.id, CHANNELS)
    assert failed.value.params == {"act": "tag", "number": 2, "because": "not-found"}
    assert (await desk.get_conversation(tx, ADA, matter)).status == "open"
    (listed,) = await list_macros(tx, ADA)
    assert listed.uses == 0


async def test_a_macro_lends_nobody_a_right(tx: Tx) -> None:
    matter = await a_matter(tx)
    macro = await create_macro(
        tx, ADA, MacroGiven(name="Close", acts=acts({"do": "resolve"}), is_shared=True)
    )
    lesser = msgspec.structs.replace(BEN, permissions=BEN.permissions - {"conversation:resolve"})
    with pytest.raises(Forbidden) as refused:
        await apply_macro(tx, lesser, matter, macro.id, CHANNELS)
    assert refused.value.params["permission"] == "conversation:resolve"


async def test_one_s_own_is_nobody_else_s(tx: Tx) -> None:
    macro = await create_macro(tx, ADA, MacroGiven(name="Mine", text="Secret"))
    assert await list_macros(tx, BEN) == []
    for attempt in (
        update_macro(tx, BEN, macro.id, MacroPatch(name="x")),
        delete_macro(tx, BEN, macro.id),
        apply_macro(tx, BEN, await a_matter(tx), macro.id, CHANNELS),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert not any(each.event.type.startswith("macro.") for each in tx.published)
    # Each may call theirs the same; one person may not.
    await create_macro(tx, BEN, MacroGiven(name="mine", text="Another"))
    with pytest.raises(Conflict):
        await create_macro(tx, ADA, MacroGiven(name="MINE", text="x"))


async def test_the_workspace_s_are_changed_by_whoever_may(tx: Tx) -> None:
    with pytest.raises(Forbidden):
        await create_macro(tx, BEN, MacroGiven(name="Ours", text="x", is_shared=True))
    admin = msgspec.structs.replace(ADA, permissions=OF_ROLE["admin"])
    ours = await create_macro(tx, admin, MacroGiven(name="Ours", text="x", is_shared=True))
    for attempt in (
        update_macro(tx, BEN, ours.id, MacroPatch(text="y")),
        update_macro(tx, BEN, ours.id, MacroPatch(is_shared=False)),
        delete_macro(tx, BEN, ours.id),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert [each.name for each in await list_macros(tx, BEN)] == ["Ours"]
    await update_macro(tx, admin, ours.id, MacroPatch(is_shared=False))
    assert await list_macros(tx, BEN) == []
    told = [each.event.type for each in tx.published if each.event.type.startswith("macro.")]
    assert told == ["macro.saved", "macro.deleted"]


async def test_what_one_uses_most_comes_first(tx: Tx) -> None:
    matter = await a_matter(tx)
    made = {name: await create_macro(tx, ADA, MacroGiven(name=name, text="x")) for name in "abc"}
    for name in "ccb":
        await apply_macro(tx, ADA, matter, made[name].id, CHANNELS)
    assert [each.name for each in await list_macros(tx, ADA)] == ["c", "b", "a"]


async def test_it_is_offered_with_its_words_filled(tx: Tx) -> None:
    matter = await a_matter(tx)
    text = "Hello {{contact.first_name|there}}, {{contact.phone|no phone}}. {{agent.name}}"
    await create_macro(tx, ADA, MacroGiven(name="Hello", text=text))
    (offered,) = await offer_macros(tx, ADA, matter)
    assert offered.text == f"Hello Carol, no phone. {ADA.name}"
    with pytest.raises(NotFound):
        await offer_macros(tx, ADA, new_id())


@pytest.mark.parametrize(
    "given",
    [
        MacroGiven(name=" ", text="x"),
        MacroGiven(name="Empty"),
        MacroGiven(name="Typo", text="{{contact.nmae}}"),
        MacroGiven(name="Typo", acts=acts({"do": "note", "text": "{{x}}"})),
    ],
)
async def test_what_could_not_work_is_refused(tx: Tx, given: MacroGiven) -> None:
    with pytest.raises(Invalid):
        await create_macro(tx, ADA, given)
