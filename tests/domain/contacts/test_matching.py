"""Matching senders: who somebody is, decided for many at once, without ever merging two.

conformance  test
G-46         tests/domain/conversations/test_intake.py
G-48         test_one_contact_is_linked_and_two_are_never_merged
"""

from uuid import UUID

from cast import CAST, a_contact
from frame import Statements
from hilo.domain.contacts import Asked, Matched, match
from hilo.kit.db import Tx
from hilo.sdk.inbound import IdentityIn, IdentityKind, SenderIn


def identity(kind: IdentityKind, value: str, *, verified: bool = True) -> IdentityIn:
    return IdentityIn(kind=kind, value=value, verified=verified)


def asked(*identities: IdentityIn, name: str = "", told: bool = False, **facts: object) -> Asked:
    sender = SenderIn(identities=identities, name=name, attributes=facts)
    return Asked(sender, told=told)


async def one(tx: Tx, who: Asked) -> Matched:
    (found,) = await match(tx, [who], CAST.account)
    assert found is not None
    return found


async def identities(tx: Tx, contact: UUID) -> set[tuple[str, str, bool]]:
    found = await tx.connection.fetch(
        "select kind, value, verified from identity where contact_id = $1", contact
    )
    return {tuple(row) for row in found}


async def test_one_contact_is_linked_and_two_are_never_merged(tx: Tx) -> None:
    dora = await a_contact(tx, "Dora", "dora@x.test")
    await a_contact(tx, "Eve", "eve@x.test")
    found = await one(
        tx, asked(identity("external", "u-1"), identity("email", "dora@x.test"),
                  identity("phone", "+34600111222"), identity("email", "eve@x.test"))
    )  # fmt: skip
    assert found.contact_id == dora
    assert {value for _, value, _ in await identities(tx, dora)} == {
        "dora@x.test", "u-1", "+34600111222",
    }  # fmt: skip


async def test_the_identity_it_came_from_decides(tx: Tx) -> None:
    first = await one(tx, asked(identity("external", "u-1")))
    dora = await a_contact(tx, "Dora", "dora@x.test")
    found = await one(tx, asked(identity("external", "u-1"), identity("email", "dora@x.test")))
    assert found.contact_id == first.contact_id != dora


async def test_a_number_told_long_after_the_id_is_kept_with_it(tx: Tx) -> None:
    first = await one(tx, asked(identity("external", "US.1")))
    found = await one(tx, asked(identity("phone", "+34600111222"), identity("external", "US.1")))
    assert found.contact_id == first.contact_id
    both = {("external", "US.1", True), ("phone", "+34600111222", True)}
    assert await identities(tx, first.contact_id) == both


async def test_an_unproven_second_address_joins_nobody(tx: Tx) -> None:
    claimed = identity("email", CAST.carol_email, verified=False)
    found = await one(tx, asked(identity("visitor", "v-1"), claimed))
    assert found.contact_id != CAST.carol
    assert await identities(tx, found.contact_id) == {("visitor", "v-1", True)}


async def test_the_address_a_mail_came_from_joins_even_unproven(tx: Tx) -> None:
    found = await one(tx, asked(identity("email", CAST.carol_email.upper(), verified=False)))
    assert found.contact_id == CAST.carol
    assert found.identity_id == CAST.carol_identity


async def test_proof_that_comes_later_is_kept(tx: Tx) -> None:
    found = await one(tx, asked(identity("email", "new@x.test", verified=False)))
    assert await identities(tx, found.contact_id) == {("email", "new@x.test", False)}
    await one(tx, asked(identity("email", "new@x.test")))
    assert await identities(tx, found.contact_id) == {("email", "new@x.test", True)}


async def test_outside_ids_count_within_their_account(tx: Tx) -> None:
    here = await one(tx, asked(identity("external", "u-1")))
    (there,) = await match(tx, [asked(identity("external", "u-1"))], CAST.inbox)
    assert there is not None
    assert there.contact_id != here.contact_id


async def test_facts_fill_gaps_and_what_is_told_replaces(tx: Tx) -> None:
    who = identity("external", "u-1")
    found = await one(tx, asked(who, plan="gold", bad="a\x00b"))
    await one(tx, asked(who, plan="silver", city="Vigo"))
    query = "select attributes from contact where id = $1"
    kept = await tx.connection.fetchval(query, found.contact_id)
    assert kept == {"plan": "gold", "bad": "ab", "city": "Vigo"}
    await one(tx, asked(who, told=True, plan="silver"))
    assert (await tx.connection.fetchval(query, found.contact_id))["plan"] == "silver"


async def test_strangers_of_one_batch_who_share_an_address_are_one(tx: Tx) -> None:
    email = identity("email", "new@x.test")
    found = await match(
        tx, [asked(identity("external", f"u-{n}"), email) for n in range(3)], CAST.account
    )
    assert len({each.contact_id for each in found if each}) == 1
    assert len({each.identity_id for each in found if each}) == 3


async def test_a_mark_alone_makes_no_contact(tx: Tx) -> None:
    stranger = Asked(SenderIn(identities=[identity("visitor", "v-9")]), creates=False)
    assert await match(tx, [stranger], CAST.account) == [None]


async def test_a_merged_contact_answers_as_its_survivor(tx: Tx) -> None:
    old = await one(tx, asked(identity("external", "u-1")))
    await tx.connection.execute(
        "update identity set contact_id = $1 where contact_id = $2", CAST.carol, old.contact_id
    )
    await tx.connection.execute(
        "update contact set merged_into = $1 where id = $2", CAST.carol, old.contact_id
    )
    assert (await one(tx, asked(identity("external", "u-1")))).contact_id == CAST.carol


async def test_a_crowd_costs_no_more_statements_than_one(tx: Tx, statements: Statements) -> None:
    await one(tx, asked(identity("external", "warm")))
    counted = []
    for size in (1, 50):
        await statements.asked()  # the last one is told of late
        statements.clear()
        crowd = [asked(identity("external", f"{size}-{n}"), name="N") for n in range(size)]
        await match(tx, crowd, CAST.account)
        counted.append(await statements.asked())
    assert counted == [6, 6]
