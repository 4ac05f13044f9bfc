"""Who a visitor is when the company vouches for it, and who it is not."""

import time
from typing import Any
from uuid import UUID, uuid4

import httpx2

import chatting
from cast import CAST
from chatting import OTHER_SECRET, Chat, begin, signed
from hilo.domain import people
from hilo.domain.inboxes import rotate_secret


async def say(chat: Chat, client: httpx2.AsyncClient, text: str) -> None:
    body = {"client_id": uuid4().hex, "text": text}
    assert (await client.post("messages", json=body)).status_code == 202
    await chat.settle()


async def contact_of(chat: Chat, text: str) -> UUID:
    async with chat.state.db.transaction(CAST.workspace) as tx:
        found: UUID = await tx.connection.fetchval(
            "select c.contact_id from message m join conversation c"
            " on (c.workspace_id, c.id) = (m.workspace_id, m.conversation_id)"
            " where m.workspace_id = $1 and m.text = $2",
            *(CAST.workspace, text),
        )
    return found


def texts(batch: dict[str, Any]) -> list[str]:
    return [each["text"] for each in batch["messages"]]


async def test_a_verified_visitor_joins_the_contact_that_has_its_email(chat: Chat) -> None:
    async with chat.client() as client:
        session = await begin(client, identity_jwt=signed(email="CAROL@example.test"))
        assert session["verified"] is True
        await say(chat, client, "It is me")
    assert await contact_of(chat, "It is me") == CAST.carol


async def test_what_was_said_before_signing_in_comes_along(chat: Chat) -> None:
    async with chat.client() as client:
        first = await begin(client)
        await say(chat, client, "Before")
        assert await contact_of(chat, "Before") != CAST.carol
        session = await begin(client, identity_jwt=signed(email=CAST.carol_email))
        assert session["visitor_id"] == first["visitor_id"]
        assert texts(session) == ["Before"]
        await say(chat, client, "After")
    assert await contact_of(chat, "Before") == await contact_of(chat, "After") == CAST.carol


async def test_the_same_person_finds_the_conversation_on_another_device(chat: Chat) -> None:
    async with chat.client() as one:
        first = await begin(one, identity_jwt=signed())
        await say(chat, one, "From the phone")
    async with chat.client() as two:
        second = await begin(two, identity_jwt=signed())
        assert second["visitor_id"] != first["visitor_id"]
        assert texts(second) == ["From the phone"]
        await say(chat, two, "From the desk")
    assert await contact_of(chat, "From the phone") == await contact_of(chat, "From the desk")


async def test_a_verified_person_sees_what_went_on_by_another_account(chat: Chat) -> None:
    async with chat.client() as client:
        await begin(client, identity_jwt=signed(email=CAST.carol_email))
        await say(chat, client, "Hello")
        conversation = await chatting.conversation_of(chat.state.db, "Hello")
        await chatting.answer(chat.state.db, CAST.account, conversation, "By another way")
        assert texts(await begin(client)) == ["Hello", "By another way"]


async def test_whoever_signs_in_next_starts_afresh(chat: Chat) -> None:
    async with chat.client() as client:
        first = await begin(client, identity_jwt=signed(sub="u-7"))
        await say(chat, client, "Mine")
        other = await begin(client, identity_jwt=signed(sub="u-8"))
        assert other["visitor_id"] != first["visitor_id"]
        assert other["messages"] == []


async def test_two_known_people_are_never_made_one(chat: Chat) -> None:
    async with chat.client() as client:
        await begin(client, identity_jwt=signed(sub="u-7", email=None))
        await say(chat, client, "Known by a number")
        await begin(client, identity_jwt=signed(sub="u-7", email=CAST.carol_email))
        await say(chat, client, "Now with a mail")
    assert await contact_of(chat, "Known by a number") != CAST.carol


def made_up() -> list[str]:
    """Return identities that prove nothing."""
    return [
        signed(secret=OTHER_SECRET),
        signed(exp=None),
        signed(exp=int(time.time()) - 3600),
        signed(exp="tomorrow"),
        signed(nbf=int(time.time()) + 3600),
        signed(aud="01a203e2-b99f-73ed-842d-ddf325e20c4b"),
        signed(sub=None),
        signed(alg="HS512"),
        signed()[:-4] + "AAAA",
        signed().split(".")[0] + "." + signed(sub="boss").split(".")[1] + ".",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1LTcifQ.",
        "a.b.c",
        ".",
    ]


async def test_a_made_up_identity_changes_nothing(chat: Chat) -> None:
    async with chat.client() as client:
        before = await begin(client)
        for token in made_up():
            answer = await client.post("session", json={"identity_jwt": token})
            assert answer.status_code == 401, token
            assert answer.json()["code"] == "bad-identity"
        after = await begin(client)
        assert after["visitor_id"] == before["visitor_id"]
        assert after["verified"] is False


async def test_an_identity_may_name_this_account(chat: Chat) -> None:
    async with chat.client() as client:
        for audience in (str(chat.account), ["other", str(chat.account)]):
            session = await begin(client, identity_jwt=signed(aud=audience))
            assert session["verified"] is True


async def test_the_former_secret_still_counts_after_one_rotation(chat: Chat) -> None:
    old = signed()
    for is_good in (True, False):
        async with chat.state.db.transaction(CAST.workspace) as tx:
            actor = people.SYSTEM(CAST.workspace)
            _, fresh = await rotate_secret(tx, actor, chat.state.channels, chat.account)
        chat.forget(chat.account)
        async with chat.client() as client:
            assert (await begin(client, identity_jwt=signed(fresh)))["verified"] is True
            answer = await client.post("session", json={"identity_jwt": old})
            assert (answer.status_code == 200) is is_good
