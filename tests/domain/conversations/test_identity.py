"""Who is one person: undo of merges, addresses that are parted, proposals and their reasons."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cast import CAST, a_contact
from hilo.domain import contacts, conversations
from hilo.domain.contacts import ContactPatch, IdentityGiven
from hilo.domain.conversations import Given, identity
from hilo.domain.conversations.identity.resembling import named_in
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, Forbidden, Gone, HiloError, NotFound
from hilo.kit.ids import new_id
from stage import CHANNELS, a_matter, agent, hear, reduced, snapshot, told

ADA = agent()


async def fingerprint(tx: Tx) -> dict[str, list[Any]]:
    """Return all that may not differ after an undo, without what only counts changes."""
    found = {}
    for name, query in {
        "contact": "select id, name, locale, time_zone, attributes, merged_into from contact",
        "identity": "select id, contact_id, kind, value, by_code from identity",
        "conversation": "select id, contact_id, joining_key, status, last_seq, last_incoming_seq,"
        " last_message, waiting_since is null from conversation",
        "message": "select id, conversation_id, seq, kind, text from message",
        "part": "select message_id, conversation_id from part",
        "message_client": "select conversation_id, client_id, message_id from message_client",
    }.items():
        records = await tx.connection.fetch(f"{query} where workspace_id = $1", tx.workspace)
        found[name] = sorted(map(repr, records))
    return found


async def by_phone(tx: Tx, contact: UUID, value: str = "+34600111222") -> UUID:
    """Give a contact a phone; return the identity."""
    view = await contacts.add_identity(tx, ADA, contact, IdentityGiven(kind="phone", value=value))
    return next(each.id for each in view.identities if each.kind == "phone")


async def hear_by(tx: Tx, conversation: UUID, who: UUID, *texts: str) -> None:
    await hear(tx, conversation, *texts, identity=who)


async def test_a_merge_is_undone_exactly(tx: Tx) -> None:
    dora = await a_contact(tx, "")
    await contacts.change_contact(tx, ADA, CAST.carol, ContactPatch(attributes={"plan": "pro"}))
    key = f"inbox:{CAST.inbox}:"
    await a_matter(tx, contact=CAST.carol, key=f"{key}{CAST.carol}")
    await a_matter(tx, contact=dora, key=f"{key}{dora}")
    earlier = await a_contact(tx, "Earlier")
    await conversations.merge(tx, ADA, earlier, CAST.carol)
    before = await fingerprint(tx)
    after = await conversations.merge(tx, ADA, CAST.carol, dora)
    assert (after.name, after.attributes) == ("Carol", {"plan": "pro"})
    link = (await identity.list_links(tx, ADA, dora))[0]
    await identity.undo(tx, ADA, link.id)
    assert await fingerprint(tx) == before
    assert (await identity.undo(tx, ADA, link.id)).undone_at is not None
    assert await fingerprint(tx) == before


async def test_what_the_survivor_got_since_stays_with_it(tx: Tx) -> None:
    dora = await a_contact(tx, "Dora")
    await contacts.change_contact(tx, ADA, CAST.carol, ContactPatch(attributes={"plan": "pro"}))
    carols = await a_matter(tx, contact=CAST.carol)
    await conversations.merge(tx, ADA, CAST.carol, dora)
    await contacts.change_contact(
        tx, ADA, dora, ContactPatch(attributes={"plan": "max", "size": 3}, name="Dora D.")
    )
    link = (await identity.list_links(tx, ADA, dora))[0]
    await identity.undo(tx, ADA, link.id)
    one = await contacts.get_contact(tx, ADA, dora)
    assert (one.name, one.attributes) == ("Dora D.", {"plan": "max", "size": 3})
    other = await contacts.get_contact(tx, ADA, CAST.carol)
    assert (other.name, other.attributes) == ("Carol", {"plan": "pro"})
    assert (await conversations.get_conversation(tx, ADA, carols)).contact.id == CAST.carol


async def test_a_later_merge_is_undone_first(tx: Tx) -> None:
    dora, eve = await a_contact(tx, "Dora"), await a_contact(tx, "Eve")
    await conversations.merge(tx, ADA, CAST.carol, dora)
    (first,) = await identity.list_links(tx, ADA, dora)
    await conversations.merge(tx, ADA, dora, eve)
    with pytest.raises(Conflict):
        await identity.undo(tx, ADA, first.id)
    (second,) = await identity.list_links(tx, ADA, eve)
    await identity.undo(tx, ADA, second.id)
    await identity.undo(tx, ADA, first.id)
    assert (await contacts.get_contact(tx, ADA, CAST.carol)).name == "Carol"


async def test_an_address_is_parted_with_its_messages_and_comes_back(tx: Tx) -> None:
    phone = await by_phone(tx, CAST.carol)
    mixed = await a_matter(tx, "By the door")
    await hear_by(tx, mixed, phone, "By phone")
    reply = await conversations.write(
        tx, ADA, mixed, Given(text="Hello", client_id="c-1"), CHANNELS
    )
    await conversations.write(tx, ADA, mixed, Given(kind="note", text="Odd"), CHANNELS)
    whole = await a_matter(tx, "Another")
    await tx.connection.execute(
        "update message set identity_id = $1 where conversation_id = $2", phone, whole
    )
    before, state = await fingerprint(tx), await snapshot(tx, [mixed, whole])
    published = len(tx.published)
    new = await identity.unlink(tx, ADA, CAST.carol, phone)
    assert [each.value for each in new.identities] == ["+34600111222"]
    assert (await conversations.get_conversation(tx, ADA, whole)).contact.id == new.id
    talks = (await conversations.list_conversations(tx, ADA, _of(new.id))).items
    beside = next(each for each in talks if each.id != whole)
    page = await conversations.list_messages(tx, ADA, beside.id)
    assert "By phone" in [each.text for each in page.items]
    assert reply.message.id in {each.id for each in page.items}
    left = await conversations.list_messages(tx, ADA, mixed)
    assert "By phone" not in [each.text for each in left.items]
    assert "Odd" in [each.text for each in left.items]
    now = await snapshot(tx, [mixed, whole, beside.id])
    assert reduced(state, told(tx.published[published:])) == now
    (link,) = await identity.list_links(tx, ADA, CAST.carol)
    published = len(tx.published)
    await identity.undo(tx, ADA, link.id)
    undone = await fingerprint(tx)
    undone["contact"] = [each for each in undone["contact"] if str(new.id) not in each]
    assert undone == before
    back = reduced(now, told(tx.published[published:]))
    assert {k: v for k, v in back["messages"].items() if v} == state["messages"]


async def test_what_comes_after_a_parting_goes_back_with_it(tx: Tx) -> None:
    phone = await by_phone(tx, CAST.carol)
    mixed = await a_matter(tx, "By the door")
    await hear_by(tx, mixed, phone, "By phone")
    new = await identity.unlink(tx, ADA, CAST.carol, phone)
    (beside,) = (await conversations.list_conversations(tx, ADA, _of(new.id))).items
    await hear_by(tx, beside.id, phone, "And later")
    (link,) = await identity.list_links(tx, ADA, CAST.carol)
    await identity.undo(tx, ADA, link.id)
    with pytest.raises(Gone):
        await contacts.get_contact(tx, ADA, new.id)
    talks = (await conversations.list_conversations(tx, ADA, _of(CAST.carol))).items
    texts = [
        message.text
        for talk in talks
        for message in (await conversations.list_messages(tx, ADA, talk.id)).items
    ]
    assert sorted(texts) == ["And later", "By phone", "By the door"]


@pytest.mark.parametrize("case", ["only", "other's", "unknown", "forbidden"])
async def test_impossible_partings_are_refused(tx: Tx, case: str) -> None:
    dora = await a_contact(tx, "Dora")
    actor, who = ADA, CAST.carol_identity
    expected: type[HiloError] = NotFound
    if case == "only":
        expected = Conflict
    if case == "other's":
        ((who,),) = await tx.connection.fetch("select id from identity where contact_id = $1", dora)
    if case == "unknown":
        who = new_id()
    if case == "forbidden":
        import msgspec  # noqa: PLC0415 - one copy

        actor = msgspec.structs.replace(ADA, permissions=frozenset({"contact:read"}))
        expected = Forbidden
    with pytest.raises(expected):
        await identity.unlink(tx, actor, CAST.carol, who)
    with pytest.raises(HiloError):
        await identity.undo(tx, actor, new_id())


async def test_a_fact_somebody_names_is_proposed_with_the_reason(tx: Tx) -> None:
    facts = ContactPatch(attributes={"order": "HX-20817", "plan": "pro2"})
    await contacts.change_contact(tx, ADA, CAST.carol, facts)
    stranger = await a_contact(tx, "+34600999888")
    await a_matter(tx, "Where is my order hx-20817?", contact=stranger)
    (found,) = await identity.likenesses(tx, ADA, stranger)
    assert found.contact.id == CAST.carol
    assert [(r.kind, r.name, r.detail) for r in found.reasons] == [("fact", "order", "HX-20817")]
    await identity.dismiss(tx, ADA, stranger, CAST.carol)
    assert await identity.likenesses(tx, ADA, stranger) == []
    await a_matter(tx, f"Or write to {CAST.carol_email}", contact=stranger)
    (again,) = await identity.likenesses(tx, ADA, stranger)  # a new kind of reason
    assert {r.kind for r in again.reasons} == {"email", "fact"}
    await identity.dismiss(tx, ADA, stranger, CAST.carol)
    await identity.bring_back(tx, ADA, CAST.carol, stranger)
    assert len(await identity.likenesses(tx, ADA, stranger)) == 1
    with pytest.raises(NotFound):
        await identity.bring_back(tx, ADA, CAST.carol, stranger)


async def test_what_many_share_is_no_reason(tx: Tx) -> None:
    for number in range(5):
        each = await a_contact(tx, f"Person {number}")
        facts = ContactPatch(attributes={"batch": "B2026"})
        await contacts.change_contact(tx, ADA, each, facts)
    stranger = await a_contact(tx, "Nobody")
    await a_matter(tx, "About batch B2026", contact=stranger)
    assert await identity.likenesses(tx, ADA, stranger) == []


async def test_a_name_needs_something_beside_it(tx: Tx) -> None:
    one = await a_contact(tx, "Lena Sanz", "lena@firm.test")
    same = await a_contact(tx, "lena sanz", "l.sanz@firm.test")
    await a_contact(tx, "Lena Sanz", "lena@elsewhere.test")
    found = await identity.likenesses(tx, ADA, one)
    assert [(each.contact.id, each.reasons[0].kind) for each in found] == [(same, "name")]
    assert found[0].reasons[0].name == "firm.test"


@given(some.lists(some.text(max_size=200), max_size=5))
def test_no_text_breaks_what_is_named(texts: list[str]) -> None:
    named = named_in(texts, "es-ES")
    assert all(each == each.lower() for each in named.facts)
    assert len(named.facts) <= 200


def _of(contact: UUID) -> conversations.Filters:
    return conversations.Filters(contact=contact)
