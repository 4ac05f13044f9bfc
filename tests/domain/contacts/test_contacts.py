"""Contacts by hand: entered, patched, found, and merged into one."""

import msgspec
import pytest

from cast import Cast, a_contact
from hilo.domain.contacts import (
    ContactPatch,
    IdentityGiven,
    Merged,
    NewContact,
    add_identity,
    change_contact,
    create_contact,
    get_contact,
    list_contacts,
    lock_pair,
    merge_into,
    remove_identity,
)
from hilo.domain.people import Actor, system
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, Gone, HiloError, Invalid, NotFound
from hilo.kit.ids import new_id


@pytest.fixture
def actor(cast: Cast) -> Actor:
    return system(cast.workspace)


def person(name: str, **addresses: str) -> NewContact:
    return NewContact(
        name=name,
        identities=[
            IdentityGiven(kind=kind, value=value)  # type: ignore[arg-type]
            for kind, value in addresses.items()
        ],
    )


async def test_a_contact_is_entered_with_normal_addresses(tx: Tx, actor: Actor) -> None:
    made = await create_contact(
        tx, actor, person(" José  Núñez ", email=" Jose@Example.TEST", phone="+34 600 111 222")
    )
    assert made.name == "José Núñez"
    assert [(i.kind, i.value, i.scope) for i in made.identities] == [
        ("email", "jose@example.test", None),
        ("phone", "+34600111222", None),
    ]
    assert await get_contact(tx, actor, made.id) == made
    assert [each.event.type for each in tx.published] == ["contact.created"]


@pytest.mark.parametrize(
    "given",
    [
        person("x" * 201),
        person("x", email="nobody"),
        person("x", email="a b@c.test"),
        person("x", phone="call me"),
        NewContact(name="x", attributes={"": 1}),
        NewContact(name="x", attributes={"a": "\x00"}),
        NewContact(name="x", attributes={str(n): n for n in range(101)}),
        NewContact(name="x", attributes={"a": "x" * 40_000}),
    ],
)
async def test_bad_contacts_are_refused(tx: Tx, actor: Actor, given: NewContact) -> None:
    with pytest.raises(Invalid):
        await create_contact(tx, actor, given)


async def test_an_address_belongs_to_one(tx: Tx, actor: Actor, cast: Cast) -> None:
    with pytest.raises(Conflict) as caught:
        await create_contact(tx, actor, person("Other", email=cast.carol_email.upper()))
    assert caught.value.params["contact_id"] == str(cast.carol)


async def test_a_merge_patch_changes_what_it_names(tx: Tx, actor: Actor, cast: Cast) -> None:
    first = await change_contact(
        tx, actor, cast.carol, ContactPatch(attributes={"plan": "gold", "seats": 3})
    )
    second = await change_contact(
        tx, actor, cast.carol, ContactPatch(name="Carol C.", attributes={"seats": None, "since": 1})
    )
    assert first.attributes == {"plan": "gold", "seats": 3}
    assert (second.name, second.attributes) == ("Carol C.", {"plan": "gold", "since": 1})
    assert second.version > first.version
    count = len(tx.published)
    assert await change_contact(tx, actor, cast.carol, ContactPatch(name="Carol C.")) == second
    assert len(tx.published) == count
    blocked = await change_contact(tx, actor, cast.carol, ContactPatch(blocked=True))
    assert blocked.blocked


async def test_addresses_come_and_go(tx: Tx, actor: Actor, cast: Cast) -> None:
    given = IdentityGiven(kind="phone", value="+351 912 345 678")
    more = await add_identity(tx, actor, cast.carol, given)
    assert await add_identity(tx, actor, cast.carol, given) == more
    less = await remove_identity(tx, actor, cast.carol, more.identities[1].id)
    assert [i.kind for i in less.identities] == ["email"]
    with pytest.raises(NotFound):
        await remove_identity(tx, actor, cast.carol, new_id())


async def test_two_become_one(tx: Tx, actor: Actor, cast: Cast) -> None:
    other = await create_contact(
        tx, actor, NewContact(name="C.", attributes={"a": 1, "b": 2}, locale="pt")
    )
    await add_identity(tx, actor, other.id, IdentityGiven(kind="phone", value="+34600111333"))
    await change_contact(tx, actor, cast.carol, ContactPatch(attributes={"b": 3}))
    pair = await lock_pair(tx, actor, other.id, cast.carol)
    one = await merge_into(tx, actor, *pair, how=Merged(conversations=0))
    assert (one.name, one.locale, one.attributes) == ("Carol", "pt", {"a": 1, "b": 3})
    assert [i.kind for i in one.identities] == ["email", "phone"]
    with pytest.raises(Gone) as caught:
        await get_contact(tx, actor, other.id)
    assert caught.value.params["merged_into"] == str(cast.carol)
    third = await a_contact(tx)
    await merge_into(
        tx,
        actor,
        *await lock_pair(tx, actor, cast.carol, third),
        how=Merged(conversations=0),
    )
    with pytest.raises(Gone) as caught:
        await get_contact(tx, actor, other.id)
    assert caught.value.params["merged_into"] == str(third)


@pytest.mark.parametrize(
    ("field", "said", "kept"),
    [
        ("locale", " pt-BR ", "pt-BR"),
        ("locale", "es_419", "es_419"),
        ("locale", "", ""),
        ("locale", "Spanish, please", None),
        ("locale", "e", None),
        ("time_zone", "Europe/Madrid", "Europe/Madrid"),
        ("time_zone", "", ""),
        ("time_zone", "Europe", None),
        ("time_zone", "../etc/passwd", None),
        ("time_zone", "Madrid time", None),
    ],
)
async def test_languages_and_zones_are_real(
    tx: Tx, actor: Actor, cast: Cast, field: str, said: str, kept: str | None
) -> None:
    patch = msgspec.convert({field: said}, ContactPatch)
    if kept is None:
        with pytest.raises(Invalid) as caught:
            await change_contact(tx, actor, cast.carol, patch)
        assert caught.value.errors[0].field == field
        with pytest.raises(Invalid):
            await create_contact(
                tx, actor, msgspec.convert({"name": "Dora", field: said}, NewContact)
            )
        return
    changed = await change_contact(tx, actor, cast.carol, patch)
    assert getattr(changed, field) == kept


@pytest.mark.parametrize("case", ["same", "unknown", "gone"])
async def test_impossible_merges_are_refused(tx: Tx, actor: Actor, cast: Cast, case: str) -> None:
    gone = await a_contact(tx)
    await merge_into(
        tx,
        actor,
        *await lock_pair(tx, actor, gone, cast.carol),
        how=Merged(conversations=0),
    )
    into = {"same": cast.carol, "unknown": new_id(), "gone": gone}[case]
    with pytest.raises(HiloError):
        await lock_pair(tx, actor, cast.carol, into)


@pytest.mark.parametrize(
    ("q", "hits"),
    [
        ("núñez", 1),
        ("NUNEZ", 1),
        ("uñe", 1),
        ("jose nunez", 1),
        ("jose carol", 0),
        ("carol@ex", 1),
        ("600 111", 1),
        ("+34 600-111-222", 1),
        ("no", 0),
        ("jo", 1),
        ("%", 0),
        ("_____", 0),
        ("\\", 0),
        ("'; drop table contact --", 0),
        ("\x00", 0),
        ("   ", 2),
        ("", 2),
        ("x" * 10_000, 0),
    ],
)
async def test_contacts_are_found_by_part_of_name_and_address(
    tx: Tx, actor: Actor, q: str, hits: int
) -> None:
    await create_contact(
        tx, actor, person("José Núñez", email="jn@example.org", phone="+34600111222")
    )
    assert len((await list_contacts(tx, actor, q=q)).items) == hits


async def test_a_list_pages_without_gap_or_repeat(tx: Tx, actor: Actor) -> None:
    for number in range(12):
        await create_contact(tx, actor, person(f"Person {number}"))
    seen, cursor = [], None
    while True:
        page = await list_contacts(tx, actor, q="person", cursor=cursor, limit=5)
        seen += [each.name for each in page.items]
        await create_contact(tx, actor, person("Person late"))
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(f"Person {n}" for n in range(12))
    with pytest.raises(Invalid):
        await list_contacts(tx, actor, cursor="nonsense")
