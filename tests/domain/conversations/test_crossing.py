"""Going on elsewhere: a code leads into the same conversation, once, and never anywhere else."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cast import CAST
from hilo.domain.conversations import Given, crossing, identity, ways, write
from hilo.domain.conversations.crossing import codes
from hilo.domain.inboxes.deliveries import PendingAccount
from hilo.domain.people import system
from hilo.entry.state import AppState
from hilo.kit import clock
from hilo.kit.db import Database
from hilo.kit.errors import Invalid, NotFound, RateLimited
from hilo.kit.events import By
from hilo.kit.ids import new_id
from path import heard, rows, said, state_on, value

PHONE = "+34600111222"
EVERYBODY = system(CAST.workspace)


@pytest.fixture
def state(db: Database, tmp_path: Path) -> AppState:
    return state_on(db, tmp_path)


async def a_gateway(state: AppState, workspace: UUID = CAST.workspace) -> PendingAccount:
    """Add a text message account in an inbox of its own."""
    inbox, account = new_id(), new_id()
    settings = {"number": "+12025550100", "format": "json", "send_url": "https://gateway.test/m"}
    named = {"in_id": "id", "in_from": "from", "in_text": "text"}
    async with state.db.transaction(workspace) as tx:
        await tx.connection.execute(
            "insert into inbox (workspace_id, id, name) values ($1, $2, 'Texts')", workspace, inbox
        )
        await tx.connection.execute(
            "insert into account (workspace_id, id, inbox_id, channel, name, address, settings,"
            " secrets) values ($1, $2, $3, 'sms_http', 'Texts', $4, $5, $6)",
            *(workspace, account, inbox, account.hex, settings | named),
            state.channels.seal(account, {"secret": "x"}),
        )
    return PendingAccount(workspace, account)


def text(words: str, who: str = PHONE) -> dict[str, object]:
    """Return a text message as the gateway posts it."""
    return {"id": str(new_id()), "from": who, "text": words}


async def a_chat(state: AppState, words: str = "hello", who: str = "u-1") -> UUID:
    """Let somebody write by the cast's account; return the conversation."""
    await heard(state, said(words, who=who))
    ((found,),) = await rows(
        state.db,
        "select c.id from conversation c join identity i on i.contact_id = c.contact_id"
        " where i.value = $1",
        who,
    )
    return UUID(str(found))


async def a_code(state: AppState, conversation: UUID, account: UUID) -> str:
    async with state.db.transaction(CAST.workspace) as tx:
        given = await crossing.mint(tx, state.channels, conversation, account, By())
    return given.code


async def talks(state: AppState) -> list[tuple[object, ...]]:
    """Conversations with their contact and the texts of people in them."""
    return await rows(
        state.db,
        "select c.id, array_agg(m.text order by m.seq) from conversation c join message m"
        " on m.conversation_id = c.id and m.kind = 'incoming'"
        " group by c.id order by min(m.id::text)",
    )


async def test_the_first_message_with_a_code_lands_in_the_conversation(state: AppState) -> None:
    gateway = await a_gateway(state)
    talk = await a_chat(state)
    code = await a_code(state, talk, gateway.account_id)
    await heard(state, text(f"It is me: {code}"), text("And more"), account=gateway)
    await heard(state, text("Later, too"), account=gateway)
    (only,) = await talks(state)
    assert only == (talk, ["hello", f"It is me: {code}", "And more", "Later, too"])
    held = await rows(
        state.db,
        "select i.kind, i.by_code from identity i join conversation c"
        " on c.contact_id = i.contact_id where c.id = $1 order by i.created_at, i.kind",
        talk,
    )
    assert ("external", False) in held
    assert ("phone", True) in held
    (line,) = await rows(state.db, "select meta from message where kind = 'activity'")
    assert line[0]["code"] == "crossed"
    await heard(state, said("Back in the chat"))
    assert len(await talks(state)) == 1


async def test_a_code_works_once(state: AppState) -> None:
    gateway = await a_gateway(state)
    talk = await a_chat(state)
    code = await a_code(state, talk, gateway.account_id)
    await heard(state, text(code), account=gateway)
    await heard(state, text(code, "+34600999888"), account=gateway)
    assert [texts for _, texts in await talks(state)] == [["hello", code], [code]]


@pytest.mark.parametrize("case", ["wrong", "expired", "other account", "other workspace"])
async def test_a_code_that_leads_nowhere_is_an_ordinary_message(state: AppState, case: str) -> None:
    gateway = await a_gateway(state)
    talk = await a_chat(state)
    code = await a_code(state, talk, gateway.account_id)
    workspace = CAST.workspace
    if case == "wrong":
        code = codes.new_code()
    if case == "expired":
        await rows(state.db, "update crossing set expires_at = now() returning 1")
    if case == "other account":
        gateway = await a_gateway(state)
    if case == "other workspace":
        workspace = CAST.other_workspace
        gateway = await a_gateway(state, workspace)
    await heard(state, text(code), account=gateway)
    found = await rows(
        state.db, "select text from message where text = $1", code, workspace=workspace
    )
    assert found == [(code,)]
    assert (await talks(state))[0] == (talk, ["hello"])
    used = await value(state.db, "select count(*) from crossing where used_at is not null")
    assert used == 0


async def test_two_known_people_are_never_made_one_by_a_code(state: AppState) -> None:
    gateway = await a_gateway(state)
    await heard(state, said("hello", who="u-1", email="carl@example.test"))
    (talk,) = [UUID(str(id_)) for id_, _ in await talks(state)]
    await rows(state.db, "update identity set verified = true where kind = 'email' returning 1")
    await heard(state, text("I was here before"), account=gateway)
    code = await a_code(state, talk, gateway.account_id)
    await heard(state, text(code), account=gateway)
    assert (talk, ["hello", code]) in await talks(state)
    async with state.db.transaction(CAST.workspace) as tx:
        owner = await tx.connection.fetchval(
            "select contact_id from conversation where id = $1", talk
        )
        proposed = await identity.likenesses(tx, EVERYBODY, owner)
        assert [reason.kind for each in proposed for reason in each.reasons] == ["code"]
        warnings = await tx.connection.fetchval("select meta from message where text = $1", code)
    assert warnings["warnings"] == ["other-sender"]


async def test_whoever_came_with_a_code_is_answered_where_they_came(state: AppState) -> None:
    gateway = await a_gateway(state)
    await heard(state, said("hello", who="u-1", email="carl@example.test"))
    (talk,) = [UUID(str(id_)) for id_, _ in await talks(state)]
    await rows(state.db, "update identity set verified = true where kind = 'email' returning 1")
    await heard(state, text("I was here before"), account=gateway)
    code = await a_code(state, talk, gateway.account_id)
    await heard(state, text(code), account=gateway)
    async with state.db.transaction(CAST.workspace) as tx:
        found = await ways(tx, EVERYBODY, state.channels, talk)
        (best,) = (each for each in found if each.is_proposed)
        assert (best.account_id, best.value) == (gateway.account_id, PHONE)
        given = Given(text="Gladly", account_id=best.account_id, identity_id=best.identity_id)
        written = await write(tx, EVERYBODY, talk, given, state.channels)
        assert written is not None
        assert written.message.channel == "sms_http"
    other = await a_chat(state, who="u-2")
    async with state.db.transaction(CAST.workspace) as tx:
        elsewhere = await ways(tx, EVERYBODY, state.channels, other)
        assert PHONE not in [each.value for each in elsewhere]


async def test_who_is_known_by_a_channel_alone_joins_who_is_known_by_telephone(
    state: AppState,
) -> None:
    gateway = await a_gateway(state)
    talk = await a_chat(state)
    await rows(state.db, "update identity set verified = true where value = 'u-1' returning 1")
    await heard(state, text("I was here before"), account=gateway)
    code = await a_code(state, talk, gateway.account_id)
    await heard(state, text(code), account=gateway)
    async with state.db.transaction(CAST.workspace) as tx:
        owner = await tx.connection.fetchval(
            "select contact_id from conversation where id = $1", talk
        )
        held = await tx.connection.fetch(
            "select kind from identity where contact_id = $1 order by kind", owner
        )
        assert [each["kind"] for each in held] == ["external", "phone"]
        (best,) = (
            each for each in await ways(tx, EVERYBODY, state.channels, talk) if each.is_proposed
        )
        assert best.account_id == gateway.account_id
        (link,) = await identity.list_links(tx, EVERYBODY, owner)
        await identity.undo(tx, EVERYBODY, link.id)
    assert (talk, ["hello"]) in await talks(state)


async def test_where_one_writes_already_nobody_is_sent(state: AppState) -> None:
    gateway, other = await a_gateway(state), await a_gateway(state)
    talk = await a_chat(state)
    code = await a_code(state, talk, gateway.account_id)
    async with state.db.transaction(CAST.workspace) as tx:
        places = await crossing.elsewhere(tx, EVERYBODY, state.channels, talk)
        assert {each.account_id for each in places} == {gateway.account_id, other.account_id}
    await heard(state, text(code), account=gateway)
    async with state.db.transaction(CAST.workspace) as tx:
        places = await crossing.elsewhere(tx, EVERYBODY, state.channels, talk)
        assert [each.account_id for each in places] == [other.account_id]


async def test_whoever_got_a_code_from_somebody_is_parted_again(state: AppState) -> None:
    gateway = await a_gateway(state)
    talk = await a_chat(state)
    code = await a_code(state, talk, gateway.account_id)
    await heard(state, text(code), text("My own matter"), account=gateway)
    async with state.db.transaction(CAST.workspace) as tx:
        owner = await tx.connection.fetchval(
            "select contact_id from conversation where id = $1", talk
        )
        (link,) = await identity.list_links(tx, EVERYBODY, owner)
        assert (link.kind, link.reason) == ("merge", "code")
        await identity.undo(tx, EVERYBODY, link.id)
    assert [texts for _, texts in await talks(state)] == [["hello"], [code, "My own matter"]]
    await heard(state, text("Still mine"), account=gateway)
    assert (await talks(state))[1][1] == [code, "My own matter", "Still mine"]


async def test_guessing_is_not_listened_to(state: AppState) -> None:
    gateway = await a_gateway(state)
    talk = await a_chat(state)
    for _ in range(10):
        await heard(state, text(codes.new_code()), account=gateway)
    code = await a_code(state, talk, gateway.account_id)
    await heard(state, text(code), account=gateway)
    assert (await talks(state))[0] == (talk, ["hello"])


async def test_offers_are_refused_for_what_invites_nobody_and_when_they_are_many(
    state: AppState,
) -> None:
    gateway = await a_gateway(state)
    talk = await a_chat(state)
    async with state.db.transaction(CAST.workspace) as tx:
        places = await crossing.elsewhere(tx, EVERYBODY, state.channels, talk)
        assert [each.account_id for each in places] == [gateway.account_id]
        with pytest.raises(Invalid):
            await crossing.offer(tx, EVERYBODY, state.channels, talk, CAST.account)
        with pytest.raises(NotFound):
            await crossing.offer(tx, EVERYBODY, state.channels, new_id(), gateway.account_id)
        for _ in range(19):
            await crossing.offer(tx, EVERYBODY, state.channels, talk, gateway.account_id)
        made = await crossing.offer(tx, EVERYBODY, state.channels, talk, gateway.account_id)
        with pytest.raises(RateLimited):
            await crossing.offer(tx, EVERYBODY, state.channels, talk, gateway.account_id)
    assert made.link == f"sms:+12025550100?&body={made.code}"
    assert made.qr is not None
    kept = await rows(state.db, "select row_to_json(c)::text from crossing c")
    assert not any(made.code in json.dumps(row) for row in kept)
    assert made.expires_at > clock.now() + timedelta(hours=23)


@given(some.text(max_size=80), some.text(max_size=80))
def test_a_code_is_found_wherever_it_stands(before: str, after: str) -> None:
    code = codes.new_code()
    assert code in codes.codes_in(f"a {code.upper()} b")
    typed = code.replace("-", "\u2013").replace("1", "l").replace("0", "O")
    assert codes.codes_in(typed) == [code]
    found = codes.codes_in(f"{before} {code} {after}"[:2_000])
    assert len(found) <= 3


@given(some.text(max_size=300))
def test_no_text_breaks_the_search_for_codes(words: str) -> None:
    assert all(len(each) == 14 for each in codes.codes_in(words))
    assert codes.codes_in("01a203e2-b99f-73ed-842d-ddf325e20c4b") == []
