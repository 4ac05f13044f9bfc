"""What arrives beside messages: echoes, edits, deletions, reactions, consent, new addresses."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cast import CAST
from hilo.domain import conversations, inboxes, people
from hilo.domain.conversations import Given, OptedOut
from hilo.entry import work
from hilo.kit import clock
from hilo.kit.db import Database
from hilo.sdk.abilities import TemplateSeen
from hilo.sdk.content import People, Person
from hilo.sdk.content import Place as Point
from hilo.sdk.inbound import (
    AccountIn,
    ConsentIn,
    DeletedIn,
    EchoIn,
    EditedIn,
    Elsewhere,
    IdentityChanged,
    IdentityIn,
    ReactionIn,
    Referral,
    SeenIn,
    SenderIn,
    StatusIn,
    TemplateIn,
    Unknown,
)
from path import events, receiving, rows, value
from vendor import Place, by, says, vendor_on

ACTOR = people.system(CAST.workspace)
MESSAGE = (
    "select text, state, edited_at is not null, deleted_at is not null, reactions from message"
)


@pytest.fixture
async def place(db: Database, tmp_path: Path) -> Place:
    return await vendor_on(db, tmp_path)


async def the_conversation(place: Place) -> UUID:
    if not await rows(place.state.db, "select id from conversation"):
        await place.hear(says("hello", "m-1"))
    ((found,),) = await rows(place.state.db, "select id from conversation")
    return UUID(str(found))


async def reply(place: Place, text: str = "answer", **more: Any) -> UUID:
    id_ = await the_conversation(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        given = Given(text=text, **more)
        written = await conversations.write(tx, ACTOR, id_, given, place.state.channels)
    return written.message.id


async def carried(place: Place) -> None:
    job = conversations.Carry(CAST.workspace, await the_conversation(place))
    await work.tools(place.state).carriage.carry(job)


async def sent_silently(place: Place, text: str = "answer") -> UUID:
    """Send a reply whose outcome nobody knows."""
    async with receiving(None) as silent:
        await point(place, silent.url)
        message = await reply(place, text)
        await carried(place)
    assert await state_of(place, message) == "uncertain"
    return message


async def point(place: Place, url: str) -> None:
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set settings = $1 where id = $2", {"base": url}, place.account.id
        )


async def aged(place: Place) -> None:
    """Let two minutes go by since the attempts."""
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("update part set attempted_at = now() - interval '2 minutes'")


async def state_of(place: Place, message: UUID) -> object:
    return await value(place.state.db, "select state from message where id = $1", message)


async def told(place: Place, kind: str) -> list[Any]:
    async with place.state.db.transaction(CAST.workspace) as tx:
        return await events(tx, kind)


async def test_content_and_referral_are_kept(place: Place) -> None:
    there = Point(latitude=1, longitude=2, name="Shop")
    came = Referral(source="ad", id="7", title="Sale")
    await place.hear(says("", "m-1", content=there, referral=came))
    content, meta = (await rows(place.state.db, "select content, meta from message"))[0]
    assert content == {
        "type": "location", "latitude": 1.0, "longitude": 2.0, "name": "Shop", "address": ""
    }  # fmt: skip
    assert meta["referral"]["title"] == "Sale"
    preview = await value(place.state.db, "select last_message ->> 'preview' from conversation")
    assert preview == "Shop 1, 2"


async def test_our_tracker_in_an_echo_settles_what_was_uncertain(place: Place) -> None:
    message = await sent_silently(place)
    await aged(place)  # so that its words alone would prove nothing
    echo = EchoIn(external_id="v-1", to=by(), text="Answer.", message=message, part=1)
    await place.hear(echo)
    await place.hear(echo)
    assert await state_of(place, message) == "sent"
    assert await value(place.state.db, "select external_id from part") == "v-1"
    assert await value(place.state.db, "select count(*) from message") == 2


async def test_a_receipt_that_comes_before_its_echo_waits_for_it(place: Place) -> None:
    message = await sent_silently(place)
    await place.hear(StatusIn(state="read", external_id="v-1"))
    assert await state_of(place, message) == "uncertain"
    await place.hear(EchoIn(external_id="v-1", to=by(), text="answer", message=message, part=1))
    assert await state_of(place, message) == "read"


async def test_the_same_words_to_somebody_else_settle_nothing(place: Place) -> None:
    message = await sent_silently(place)
    to_eli = EchoIn(external_id="v-1", to=by("eli", "Eli"), text="answer")
    to_dora = EchoIn(external_id="v-2", to=by(), text="something else")
    await place.hear(to_eli, to_dora)
    assert await state_of(place, message) == "uncertain"


async def test_the_same_words_within_a_minute_settle_it_too(place: Place) -> None:
    message = await sent_silently(place, "It  arrives Today")
    await place.hear(EchoIn(external_id="v-1", to=by("eli"), text="it arrives today"))
    assert await state_of(place, message) == "uncertain"
    await place.hear(EchoIn(external_id="v-2", to=by(), text="it arrives today"))
    assert await state_of(place, message) == "sent"


async def test_old_words_settle_nothing(place: Place) -> None:
    message = await sent_silently(place)
    await aged(place)
    await place.hear(EchoIn(external_id="v-1", to=by(), text="answer"))
    assert await state_of(place, message) == "uncertain"
    assert await value(place.state.db, "select count(*) from message") == 3


async def test_an_echo_that_was_not_known_gives_way_to_the_reply(place: Place) -> None:
    await the_conversation(place)
    await place.hear(EchoIn(external_id="v-1", to=by(), text="as the vendor shows it"))
    await place.hear(StatusIn(state="delivered", external_id="v-1"))
    async with receiving((200, {}, b'{"id": "v-1"}')) as vendor:
        await point(place, vendor.url)
        message = await reply(place)
        await carried(place)
    texts = await rows(place.state.db, "select text, state from message order by seq")
    assert texts == [("hello", "received"), ("answer", "delivered")]
    assert await value(place.state.db, "select message_id from part") == message
    preview = await value(place.state.db, "select last_message ->> 'preview' from conversation")
    assert preview == "answer"
    await place.hear(EchoIn(external_id="v-1", to=by(), text="as the vendor shows it"))
    await place.hear(StatusIn(state="read", external_id="v-1"))
    assert await state_of(place, message) == "read"


async def test_what_was_written_elsewhere_is_kept_and_wakes_nobody(place: Place) -> None:
    id_ = await the_conversation(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        await conversations.resolve(tx, ACTOR, id_)
    echo = EchoIn(external_id="v-1", to=by(), text="from my phone", written_with="Phone")
    await place.hear(echo, echo)
    found = await rows(
        place.state.db,
        "select kind, state, author_kind, author_name, meta from message where text <> 'hello'"
        " and kind <> 'activity'",
    )
    assert found == [
        ("outgoing", "sent", "agent", "Shop", {"elsewhere": True, "written_with": "Phone"})
    ]
    assert await value(place.state.db, "select status from conversation") == "resolved"
    (event,) = await told(place, "message.echoed")
    assert event["message"]["text"] == "from my phone"
    await place.hear(StatusIn(state="read", external_id="v-1"))
    states = await rows(place.state.db, "select state from message where kind = 'outgoing'")
    assert states == [("read",)]


async def test_an_edit_keeps_the_old_text_and_shows_the_new_one(place: Place) -> None:
    await place.hear(says("helo", "m-1"))
    await place.hear(EditedIn(external_id="m-1", text="hello"))
    assert await rows(place.state.db, MESSAGE) == [("hello", "received", True, False, [])]
    assert await rows(place.state.db, "select text from message_edit") == [("helo",)]
    (event,) = await told(place, "message.changed")
    assert (event["what"], event["message"]["text"]) == ("edited", "hello")
    assert event["conversation"]["last_message"]["preview"] == "hello"


async def test_a_late_edit_changes_nothing(place: Place) -> None:
    now = clock.now()
    await place.hear(says("one", "m-1"))
    await place.hear(EditedIn(external_id="m-1", text="three", at=now))
    await place.hear(EditedIn(external_id="m-1", text="two", at=now - timedelta(seconds=9)))
    assert (await rows(place.state.db, MESSAGE))[0][0] == "three"


async def test_what_was_taken_back_is_gone(place: Place) -> None:
    await place.hear(says("secret", "m-1"), EditedIn(external_id="m-1", text="more secret"))
    await place.hear(DeletedIn(external_id="m-1"))
    await place.hear(EditedIn(external_id="m-1", text="again"))
    assert await rows(place.state.db, MESSAGE) == [("", "received", True, True, [])]
    assert not await rows(place.state.db, "select 1 from message_edit")
    assert "secret" not in str(await rows(place.state.db, "select last_message from conversation"))


async def test_a_reaction_is_one_for_each_and_can_be_taken_away(place: Place) -> None:
    async with receiving((200, {}, b'{"id": "v-1"}')) as vendor:
        await point(place, vendor.url)
        await reply(place)
        await carried(place)
    for emoji in ("👍", "❤️"):
        await place.hear(ReactionIn(sender=by(), external_id="v-1", emoji=emoji))
    ((reactions,),) = await rows(
        place.state.db, "select reactions from message where kind = 'outgoing'"
    )
    assert [(each["emoji"], each["author"]["name"]) for each in reactions] == [("❤️", "Dora")]
    await place.hear(ReactionIn(sender=by(), external_id="v-1", emoji=""))
    assert await rows(place.state.db, "select reactions from message where kind = 'outgoing'") == [
        ([],)
    ]
    assert [each["what"] for each in await told(place, "message.changed")] == ["reacted"] * 3


async def test_a_mark_set_with_another_tool_takes_the_place_of_ours(place: Place) -> None:
    await place.hear(says("hi", "m-1"))
    await place.hear(ReactionIn(sender=by(), external_id="m-1", emoji="👍"))
    for emoji in ("❤️", "🎉"):
        await place.hear(ReactionIn(sender=by(), external_id="m-1", emoji=emoji, is_ours=True))
    read = "select reactions from message where external_id = 'm-1'"
    ((reactions,),) = await rows(place.state.db, read)
    assert [(each["emoji"], each["author"]["kind"]) for each in reactions] == [
        ("👍", "contact"),
        ("🎉", "agent"),
    ]
    await place.hear(ReactionIn(sender=by(), external_id="m-1", emoji="", is_ours=True))
    ((reactions,),) = await rows(place.state.db, read)
    assert [each["emoji"] for each in reactions] == ["👍"]


async def test_an_edit_may_change_what_a_message_holds(place: Place) -> None:
    await place.hear(says("hi", "m-1"))
    cards = People(people=[Person(name="Ana", phones=["+34600000001"])])
    for _ in range(2):
        await place.hear(EditedIn(external_id="m-1", text="hi", content=cards))
    ((kind, text),) = await rows(
        place.state.db, "select content->>'type', text from message where external_id = 'm-1'"
    )
    assert (kind, text) == ("people", "hi")
    assert len(await told(place, "message.changed")) == 1


async def test_changes_that_come_first_wait_for_their_message(place: Place) -> None:
    await place.hear(says("hi", "m-0"))
    await place.hear(
        ReactionIn(sender=by(), external_id="m-1", emoji="👍"),
        EditedIn(external_id="m-1", text="first"),
        EditedIn(external_id="m-1", text="last"),
    )
    assert await value(place.state.db, "select count(*) from early_receipt") == 2
    await place.hear(says("original", "m-1"))
    text, *_, reactions = (await rows(place.state.db, MESSAGE + " where external_id = 'm-1'"))[0]
    assert (text, [each["emoji"] for each in reactions]) == ("last", ["👍"])
    assert not await rows(place.state.db, "select 1 from early_receipt")


async def test_a_reaction_to_ours_waits_until_its_name_is_known(place: Place) -> None:
    await the_conversation(place)
    await place.hear(
        ReactionIn(sender=by(), external_id="v-1", emoji="👍"),
        StatusIn(state="delivered", external_id="v-1"),
    )
    async with receiving((200, {}, b'{"id": "v-1"}')) as vendor:
        await point(place, vendor.url)
        message = await reply(place)
        await carried(place)
    assert await state_of(place, message) == "delivered"
    ((reactions,),) = await rows(
        place.state.db, "select reactions from message where id = $1", message
    )
    assert [each["emoji"] for each in reactions] == ["👍"]


async def test_a_watermark_says_delivered_before_it_says_read(place: Place) -> None:
    async with receiving((200, {}, b'{"id": "v-1"}')) as vendor:
        await point(place, vendor.url)
        message = await reply(place)
        await carried(place)
    await place.hear(SeenIn(sender=by(), state="delivered"))
    assert await state_of(place, message) == "delivered"
    await place.hear(SeenIn(sender=by()), SeenIn(sender=by(), state="delivered"))
    assert await state_of(place, message) == "read"


async def test_who_wants_no_more_gets_no_more(place: Place) -> None:
    id_ = await the_conversation(place)
    await reply(place, "queued before")
    await place.hear(ConsentIn(sender=by(), is_given=False))
    async with place.state.db.transaction(CAST.workspace) as tx:
        with pytest.raises(OptedOut):
            await conversations.write(tx, ACTOR, id_, Given(text="x"), place.state.channels)
    await carried(place)
    states = await rows(
        place.state.db, "select state, error ->> 'code' from message where kind = 'outgoing'"
    )
    assert states == [("failed", "opted-out")]
    await place.hear(ConsentIn(sender=by(), is_given=True), ConsentIn(sender=by(), is_given=True))
    await reply(place, "welcome back")
    assert [each["is_given"] for each in await told(place, "contact.consent")] == [False, True]


async def test_a_new_address_takes_the_place_of_the_old_one(place: Place) -> None:
    await the_conversation(place)
    new = SenderIn(identities=[IdentityIn(kind="external", value="dora-2")])
    old = IdentityIn(kind="external", value="dora")
    await place.hear(IdentityChanged(old=old, new=new))
    await place.hear(says("it is me", who="dora-2"))
    assert await value(place.state.db, "select count(*) from conversation") == 1
    assert await rows(place.state.db, "select value from identity where kind = 'external'") == [
        ("dora-2",)
    ]


async def test_the_vendors_word_on_the_account_is_told_or_holds_it(place: Place) -> None:
    await place.hear(AccountIn(kind="quality", detail="low"))
    assert [each["kind"] for each in await told(place, "account.told")] == ["quality"]
    await place.hear(AccountIn(kind="banned", does="hold"))
    state = await value(place.state.db, "select state from account where id = $1", place.account.id)
    assert state == "held"


async def test_an_accounts_health_shows_what_its_vendor_said_and_what_is_not_used(
    place: Place,
) -> None:
    for n in range(10):
        await place.hear(AccountIn(kind="quality", detail=f"low {n}"), Unknown(kind="dance"))
    await place.hear(Unknown(kind="song", reason="x"))
    async with place.state.db.transaction(CAST.workspace) as tx:
        row = await inboxes.get_account(tx, ACTOR, place.account.id)
        health = await conversations.health(tx, ACTOR, row)
        other = await inboxes.get_account(tx, ACTOR, CAST.account)
        quiet = await conversations.health(tx, ACTOR, other)
    assert [each.detail for each in health.told] == [f"low {n}" for n in range(9, 1, -1)]
    assert [(each.kind, each.count) for each in health.left] == [("song", 1), ("dance", 10)]
    assert (quiet.told, quiet.left) == ([], [])


async def test_a_template_that_nobody_knows_changes_nothing(place: Place) -> None:
    await place.hear(TemplateIn(name="x", language="en", status="paused"))
    assert await told(place, "template.changed") == []


async def test_a_template_may_change_its_category_alone(place: Place) -> None:
    seen = TemplateSeen(name="x", language="en", status="approved", body="Hi", category="utility")
    async with place.state.db.transaction(CAST.workspace) as tx:
        await inboxes.keep_templates(tx, place.account.id, [seen])
    await place.hear(TemplateIn(name="x", language="en", status="", category="marketing"))
    found = await rows(place.state.db, "select status, category from template where name = 'x'")
    assert found == [("approved", "marketing")]
    (changed,) = await told(place, "template.changed")
    assert changed["status"] == "approved"


async def test_a_foreign_entry_goes_to_the_account_it_is_for(db: Database, tmp_path: Path) -> None:
    place = await vendor_on(db, tmp_path)
    other = await vendor_on(db, tmp_path)
    async with db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set address = 'page-2' where id = $1", other.account.id
        )
    await place.hear(Elsewhere(address="Page-2"), Elsewhere(address="nobody"))
    assert [each["kind"] for each in await told(place, "delivery.unknown")] == ["elsewhere"] * 2
    headers = {"x-word": "please"}
    await place.hear(Elsewhere(address="page-2"), headers=headers)
    found = await rows(
        db, "select account_id from delivery where account_id = $1", other.account.id
    )
    assert len(found) == 1
