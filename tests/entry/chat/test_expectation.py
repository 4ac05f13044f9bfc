"""What a visitor is told to expect: never more than the truth."""

import asyncio
from datetime import UTC, datetime, timedelta

from cast import CAST
from chatting import Chat, begin, conversation_of
from hilo.domain.conversations import waiting
from hilo.domain.conversations.models import Author
from hilo.domain.conversations.thread.writing import NewMessage, append
from hilo.kit.db import Database
from hilo.kit.ids import new_id
from patience import PATIENCE_S

AGENT = Author(kind="agent", id=CAST.ada.id, name="Ada")
CAROL = Author(kind="contact", id=CAST.carol, name="Carol")


async def talk(db: Database, waited_s: list[float], ago: timedelta) -> None:
    """Write conversations: a question each, answered after so many seconds."""
    began = datetime.now(UTC) - ago
    async with db.transaction(CAST.workspace) as tx:
        for number, seconds in enumerate(waited_s):
            conversation = new_id()
            await tx.connection.execute(
                "insert into conversation (workspace_id, id, contact_id, inbox_id, channel)"
                " values ($1, $2, $3, $4, 'webchat')",
                *(CAST.workspace, conversation, CAST.carol, CAST.inbox),
            )
            asked = began + timedelta(hours=number)
            for kind, at in (("incoming", asked), ("outgoing", asked + timedelta(seconds=seconds))):
                message = NewMessage(
                    conversation_id=conversation,
                    kind=kind,  # type: ignore[arg-type]
                    author=AGENT if kind == "outgoing" else CAROL,
                    channel="webchat",
                    inbox_id=CAST.inbox,
                    text=kind,
                    state="sent" if kind == "outgoing" else "received",
                )
                await append(tx, [message])
                await tx.connection.execute(
                    "update message set created_at = $1 where workspace_id = $2 and id = $3",
                    *(at, CAST.workspace, message.id),
                )


async def test_the_waiting_time_is_what_three_of_four_people_had(db: Database) -> None:
    await talk(db, [10, 20, 30, 40, 10_000], timedelta(days=2))
    async with db.transaction(CAST.workspace) as tx:
        found = await waiting.reply_time(tx, CAST.inbox)
    assert found == waiting.ReplyTime(40, 5)


async def test_too_few_answers_say_nothing(db: Database) -> None:
    await talk(db, [10, 20, 30, 40], timedelta(days=2))
    async with db.transaction(CAST.workspace) as tx:
        assert await waiting.reply_time(tx, CAST.inbox) is None


async def test_outside_its_hours_the_chat_says_when_somebody_is_back(
    chat: Chat, db: Database
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[tomorrow.weekday()]
    async with db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set settings = jsonb_build_object('time_zone', 'UTC', 'hours',"
            " jsonb_build_array($1::text)) where workspace_id = $2 and id = $3",
            *(f"{day} 09:30-18:00", CAST.workspace, chat.account),
        )
    chat.forget(chat.account)
    async with chat.client() as client:
        session = (await client.post("session", json={})).json()
    back = datetime.fromisoformat(session["expectation"]["back_at"])
    assert back == tomorrow.replace(hour=9, minute=30, second=0, microsecond=0)


async def test_a_visitor_is_told_how_many_are_before_it_until_somebody_takes_it(
    chat: Chat, db: Database
) -> None:
    tokens = []
    for number in range(2):
        async with chat.client() as client:
            session = await begin(client)
            assert session["expectation"]["before"] is None  # nothing was said yet
            body = {"client_id": f"c{number}", "text": f"Is anybody there? {number}"}
            (await client.post("messages", json=body)).raise_for_status()
            tokens.append(session["visitor_token"])
        await chat.settle()
    assert [await before(chat, token) for token in tokens] == [0, 1]
    first = await conversation_of(db, "Is anybody there? 0")
    async with db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update conversation set assignee_id = $1 where workspace_id = $2 and id = $3",
            *(CAST.ada.id, CAST.workspace, first),
        )
    async with asyncio.timeout(PATIENCE_S):
        while [await before(chat, token) for token in tokens] != [None, 0]:
            await asyncio.sleep(0.2)


async def before(chat: Chat, token: str) -> int | None:
    """Return how many are before this visitor, as its session says."""
    async with chat.client() as client:
        session = await begin(client, visitor_token=token)
    found: int | None = session["expectation"]["before"]
    return found
