"""Parts: each call has a state of its own, the message stands where the least of them does."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from cast import CAST
from hilo.domain import conversations, people
from hilo.domain.conversations import Given, MessageView
from hilo.domain.library import NewFile, keep
from hilo.entry import work
from hilo.kit.db import Database
from hilo.kit.errors import Invalid
from hilo.sdk.content import Choice, Choices, Voice
from hilo.sdk.inbound import StatusIn
from path import Answer, receiving, rows
from vendor import Place, says, vendor_on

ACTOR = people.system(CAST.workspace)
LONG = "First sentence here. " * 8  # 168 characters, where 100 fit
REFUSED: Answer = (422, {}, b"no")
OGG = b"OggS" + bytes(60)


@pytest.fixture
async def place(db: Database, tmp_path: Path) -> Place:
    place = await vendor_on(db, tmp_path)
    await place.hear(says("hello", "m-1"))
    return place


def taken(name: str) -> Answer:
    return 200, {}, json.dumps({"id": name}).encode()


async def the_conversation(place: Place) -> UUID:
    ((found,),) = await rows(place.state.db, "select id from conversation")
    return UUID(str(found))


async def reply(place: Place, given: Given) -> MessageView:
    id_ = await the_conversation(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        written = await conversations.write(tx, ACTOR, id_, given, place.state.channels)
    return written.message


async def seen(place: Place, message: UUID) -> MessageView:
    id_ = await the_conversation(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        return await conversations.find_message(tx, id_, message)


async def carried(place: Place) -> None:
    job = conversations.Carry(CAST.workspace, await the_conversation(place))
    await work.tools(place.state).carriage.carry(job)


async def point(place: Place, url: str) -> None:
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set settings = $1 where id = $2", {"base": url}, place.account.id
        )


async def test_a_long_text_leaves_whole_in_parts(place: Place) -> None:
    async with receiving(taken("v-1"), taken("v-2")) as vendor:
        await point(place, vendor.url)
        message = await reply(place, Given(text=LONG))
        assert [(each.number, each.state) for each in message.parts] == [
            (1, "queued"), (2, "queued")
        ]  # fmt: skip
        await carried(place)
    assert "".join(str(post.body["text"]) for post in vendor.posts) == LONG
    assert [post.body["tracker"] for post in vendor.posts] == [
        f"{message.id}.1", f"{message.id}.2"
    ]  # fmt: skip
    assert {post.body["parts"] for post in vendor.posts} == {2}
    after = await seen(place, message.id)
    assert (after.state, [each.state for each in after.parts]) == ("sent", ["sent", "sent"])
    await place.hear(StatusIn(state="read", external_id="v-1"))
    assert (await seen(place, message.id)).state == "sent"
    await place.hear(StatusIn(state="delivered", message=message.id, part=2))
    after = await seen(place, message.id)
    assert (after.state, [each.state for each in after.parts]) == (
        "delivered", ["read", "delivered"]
    )  # fmt: skip


async def test_one_refused_part_hides_none_and_is_sent_again_alone(place: Place) -> None:
    async with receiving(REFUSED, taken("v-2"), taken("v-1")) as vendor:
        await point(place, vendor.url)
        message = await reply(place, Given(text=LONG))
        await carried(place)
        after = await seen(place, message.id)
        assert (after.state, [each.state for each in after.parts]) == ("failed", ["failed", "sent"])
        assert after.parts[0].error is not None
        async with place.state.db.transaction(CAST.workspace) as tx:
            id_ = await the_conversation(place)
            await conversations.decide(tx, ACTOR, id_, message.id, "resend", 1)
        await carried(place)
    assert [post.body["part"] for post in vendor.posts] == [1, 2, 1]
    assert (await seen(place, message.id)).state == "sent"


async def test_what_is_dropped_stays_unsent_and_asks_nobody(place: Place) -> None:
    async with receiving(REFUSED) as vendor:
        await point(place, vendor.url)
        message = await reply(place, Given(text="never mind"))
        await carried(place)
        async with place.state.db.transaction(CAST.workspace) as tx:
            id_ = await the_conversation(place)
            dropped = await conversations.decide(tx, ACTOR, id_, message.id, "drop")
        await carried(place)
    assert (dropped.state, dropped.error and dropped.error.code) == ("failed", "dropped")
    assert len(vendor.posts) == 1


async def test_a_voice_note_is_one_sound_and_nothing_else(place: Place) -> None:
    async with place.state.db.transaction(CAST.workspace) as tx:
        sound = await keep(tx, place.state.files, NewFile(name="v.ogg", content=OGG))
        words = await keep(tx, place.state.files, NewFile(name="a.txt", content=b"text"))
    note = Voice(duration_s=2.5, peaks=[0, 50, 100])
    for wrong in (
        Given(text="hi", attachments=[sound.id], content=note),
        Given(content=note),
        Given(attachments=[words.id], content=note),
        Given(attachments=[sound.id], content=Voice(peaks=[101])),
    ):
        with pytest.raises(Invalid):
            await reply(place, wrong)
    message = await reply(place, Given(attachments=[sound.id], content=note))
    assert (message.content, message.meta) == (note, {"degraded": ["voice"]})


async def test_a_short_text_is_one_part_and_shows_none(place: Place) -> None:
    message = await reply(place, Given(text="short"))
    assert not message.parts
    assert await rows(place.state.db, "select number, slice from part") == [(1, None)]


async def test_files_leave_one_by_one_after_the_text(place: Place) -> None:
    async with place.state.db.transaction(CAST.workspace) as tx:
        files = [
            await keep(tx, place.state.files, NewFile(name=f"{n}.txt", content=b"text"))
            for n in range(2)
        ]
    async with receiving(taken("a"), taken("b"), taken("c")) as vendor:
        await point(place, vendor.url)
        await reply(place, Given(text="look", attachments=[each.id for each in files]))
        await carried(place)
    shown = [(post.body["text"], len(post.body["files"])) for post in vendor.posts]  # type: ignore[arg-type]
    assert shown == [("look", 0), ("", 1), ("", 1)]


async def test_what_the_channel_cannot_show_is_named(place: Place) -> None:
    content = Choices(choices=[Choice(id="y", title="Yes"), Choice(id="n", title="No")])
    async with receiving(taken("a")) as vendor:
        await point(place, vendor.url)
        message = await reply(place, Given(text="Sure?", content=content))
        await carried(place)
    assert message.meta == {"degraded": ["buttons"]}
    assert message.content == content
    (post,) = vendor.posts
    assert (post.body["text"], post.body["content"]) == ("Sure?\n\n1. Yes\n2. No", None)
