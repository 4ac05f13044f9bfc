"""Ways to write, windows, templates, and what is done to messages at the outside."""

from collections.abc import Generator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from msgspec import structs

from cast import CAST
from hilo.domain import conversations, inboxes, library, people
from hilo.domain.conversations import Given, WayView, WindowClosed, acting
from hilo.domain.conversations.errors import TooLateToChange
from hilo.domain.conversations.outgoing.acting import Wish
from hilo.domain.conversations.replies import windows
from hilo.entry import timers, work
from hilo.kit import clock
from hilo.kit.db import Database
from hilo.kit.errors import Conflict, Invalid, Unsupported
from hilo.sdk.abilities import TemplateSeen
from hilo.sdk.account import Account
from hilo.sdk.content import Template
from hilo.sdk.inbound import ConsentIn, IdentityIn, MessageIn, SenderIn
from hilo.sdk.manifest import Limits, Setting, Window
from hilo.sdk.outbound import ActionOut, Call, Reply, Sending
from path import receiving, rows, value
from vendor import MANIFEST, Place, Vendor, by, says, vendor_on

ACTOR = people.system(CAST.workspace)
DAY = 24 * 3600
WINDOWED = structs.replace(
    MANIFEST,
    features=[*MANIFEST.features, "templates"],
    limits=Limits(text_chars=100, window=Window(free_s=DAY, template=True), edit_s=60),
)
ORDER = TemplateSeen(
    name="order",
    language="en",
    status="approved",
    body="Order {{1}} is {{2}}.",
    variables=["1", "2"],
)


class Able(Vendor):
    """A vendor with templates and changes."""

    def templates(self, account: Account) -> Generator[Call, Reply, Sequence[TemplateSeen]]:
        """Tell two of them."""
        yield self._call(account, "templates", {})
        return [ORDER, structs.replace(ORDER, name="new", status="pending")]

    def act(self, action: ActionOut, account: Account) -> Sending:
        """Do it."""
        body = {"does": action.does, "id": action.external_id, "text": action.text}
        reply = yield self._call(account, f"{action.does}/{action.external_id}", body)
        return self.accepted(reply)


@pytest.fixture
async def place(db: Database, tmp_path: Path) -> Place:
    place = await vendor_on(db, tmp_path, Able(WINDOWED))
    await place.hear(says("hello", "m-1"))
    return place


async def the_conversation(place: Place) -> UUID:
    ((found,),) = await rows(place.state.db, "select id from conversation")
    return UUID(str(found))


async def found(place: Place) -> list[WayView]:
    id_ = await the_conversation(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        return await conversations.ways(tx, ACTOR, place.state.channels, id_)


async def write(place: Place, **given: object) -> UUID:
    id_ = await the_conversation(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        wanted = Given(**given)  # type: ignore[arg-type]
        return (await conversations.write(tx, ACTOR, id_, wanted, place.state.channels)).message.id


async def carried(place: Place) -> None:
    job = conversations.Carry(CAST.workspace, await the_conversation(place))
    await work.tools(place.state).carriage.carry(job)


async def age(place: Place) -> None:
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("update message set at = at - interval '25 hours'")


async def synced(place: Place) -> None:
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        await timers.sync_templates(work.tools(place.state))


async def test_the_way_last_used_is_proposed_while_its_window_is_open(place: Place) -> None:
    first, *others = await found(place)
    assert (first.account_id, first.closed, first.is_proposed) == (place.account.id, None, True)
    assert first.until is not None
    assert first.until > clock.now() + timedelta(hours=23)
    assert [each.closed for each in others] == ["no-identity"]
    await age(place)
    first, *_ = await found(place)
    assert (first.closed, first.takes_template, first.is_proposed) == ("window", True, False)
    await place.hear(ConsentIn(sender=by(), is_given=False))
    assert (await found(place))[0].closed == "opted-out"


async def test_what_comes_days_late_closes_no_window(place: Place) -> None:
    late = clock.now() - timedelta(days=3)
    await place.hear(*(says(f"late {n}", f"late-{n}", at=late) for n in range(3)))
    first, *_ = await found(place)
    assert (first.closed, first.is_proposed) == (None, True)
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        message = await write(place, text="still in time")
        await carried(place)
    state = await value(place.state.db, "select state from message where id = $1", message)
    assert state == "sent"


@pytest.mark.parametrize("kind", ["letters", "calls"])
async def test_a_window_of_some_accounts_only_is_no_others(
    db: Database, tmp_path: Path, kind: str
) -> None:
    window = Window(free_s=DAY, template=True, when={"kind": ["letters"]})
    limits = structs.replace(WINDOWED.limits, window=window)
    kinds = Setting(name="kind", kind="choice", choices=["letters", "calls"])
    settings = [*WINDOWED.settings, kinds]
    able = Able(structs.replace(WINDOWED, limits=limits, settings=settings))
    place = await vendor_on(db, tmp_path, able, {"kind": kind})
    await place.hear(says("hello", "m-1"))
    await age(place)
    first, *_ = await found(place)
    if kind == "calls":
        assert (first.closed, first.until, first.takes_template) == (None, None, False)
        await write(place, text="any time")
        await carried(place)
        errors = await rows(place.state.db, "select error ->> 'code' from part")
        assert "channel-window-closed" not in {code for (code,) in errors}
    else:
        assert (first.closed, first.takes_template) == ("window", True)
        with pytest.raises(WindowClosed):
            await write(place, text="too late")


@pytest.mark.parametrize("kind", [None, "letters", "calls"])
async def test_files_are_links_by_some_accounts_only(
    db: Database, tmp_path: Path, kind: str | None
) -> None:
    limits = structs.replace(MANIFEST.limits, links_when={"kind": ["letters"]})
    kinds = Setting(name="kind", kind="choice", choices=["letters", "calls"], default="letters")
    settings = [*MANIFEST.settings, kinds]
    able = Able(structs.replace(MANIFEST, limits=limits, settings=settings))
    place = await vendor_on(db, tmp_path, able, {} if kind is None else {"kind": kind})
    await place.hear(says("hello", "m-1"))
    async with place.state.db.transaction(CAST.workspace) as tx:
        file = await library.upload(tx, ACTOR, place.state.files, "a.gif", b"GIF89a")
    links = kind != "calls"
    assert (await found(place))[0].links_files is links
    await write(place, text="see", attachments=[file.id])
    await write(place, text="no file")
    told = await rows(
        place.state.db,
        "select meta -> 'degraded' from message where kind = 'outgoing' order by seq",
    )
    assert told == [(["files"] if links else None,), (None,)]


async def test_a_way_that_is_switched_off_is_told_with_its_reason(place: Place) -> None:
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set state = 'off' where id = $1", place.account.id
        )
    closed = {each.account_id: each.closed for each in await found(place)}
    assert closed.pop(place.account.id) == "off"
    assert set(closed.values()) <= {"no-identity"}


async def test_after_the_window_only_a_template_leaves(place: Place) -> None:
    await write(place, text="in time")
    await age(place)
    with pytest.raises(WindowClosed):
        await write(place, text="too late")
    await carried(place)
    errors = await rows(place.state.db, "select state, error ->> 'code' from part")
    assert errors == [("failed", "channel-window-closed")]
    await synced(place)
    given = Template(name="order", language="en", variables={"1": "77", "2": "here"})
    async with receiving((200, {}, b'{"id": "v-1"}')) as vendor:
        await place.point(vendor.url)
        await write(place, content=given)
        await carried(place)
    (post,) = vendor.posts
    assert post.body["text"] == "Order 77 is here."
    assert post.body["content"]["name"] == "order"  # type: ignore[index]


async def test_what_we_wrote_opens_no_window(place: Place) -> None:
    await write(place, text="too late by the time it leaves")
    await age(place)
    await synced(place)
    given = Template(name="order", language="en", variables={"1": "77", "2": "here"})
    async with receiving((200, {}, b'{"id": "v-1"}')) as vendor:
        await place.point(vendor.url)
        await write(place, content=given)
        with pytest.raises(WindowClosed):
            await write(place, text="and one more")
        assert (await found(place))[0].closed == "window"
        await carried(place)
    assert [post.body["text"] for post in vendor.posts] == ["Order 77 is here."]


async def test_each_number_of_ours_has_a_window_of_its_own(place: Place) -> None:
    gina = SenderIn(identities=[IdentityIn(kind="phone", value="+34600111222")])
    await place.hear(MessageIn(external_id="g-1", sender=gina, text="to one"))
    await age(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        row = await inboxes.create_account(
            tx, ACTOR, place.state.channels, CAST.inbox, ("vendor", "Other", {})
        )
    other = Place(place.state, row)
    await other.hear(MessageIn(external_id="g-2", sender=gina, text="to the other"))
    async with place.state.db.transaction(CAST.workspace) as tx:
        who = await tx.connection.fetchrow(
            "select id, contact_id from identity where kind = 'phone' and contact_id <> $1",
            CAST.carol,
        )
        for each, is_open in ((place, False), (other, True)):
            heard = await windows.heard_at(tx, who["contact_id"], each.account.id, who["id"])
            assert windows.is_open(WINDOWED.limits.window, heard, tx.now) is is_open


async def test_a_template_is_refused_before_it_is_queued(place: Place) -> None:
    await synced(place)
    for name, variables in (("new", {}), ("none", {}), ("order", {"1": "77"})):
        content = Template(name=name, language="en", variables=variables)
        with pytest.raises(Invalid):
            await write(place, content=content)
    async with place.state.db.transaction(CAST.workspace) as tx:
        names = [each.name for each in await inboxes.list_templates(tx, ACTOR, place.account.id)]
    assert names == ["new", "order"]


async def test_a_sync_that_fails_keeps_the_templates_that_are_known(place: Place) -> None:
    await synced(place)
    async with receiving(None) as vendor:
        await place.point(vendor.url)
        await timers.sync_templates(work.tools(place.state))
    assert len(vendor.posts) == 1
    async with place.state.db.transaction(CAST.workspace) as tx:
        names = [each.name for each in await inboxes.list_templates(tx, ACTOR, place.account.id)]
    assert names == ["new", "order"]


async def sent(place: Place, text: str = "answer") -> UUID:
    async with receiving((200, {}, b'{"id": "v-1"}'), (200, {}, b'{"id": "v-2"}')) as vendor:
        await place.point(vendor.url)
        message = await write(place, text=text)
        await carried(place)
    return message


async def done(place: Place, message: UUID, wish: Wish) -> list[str]:
    """Do it as the API does; return what the vendor was asked."""
    where = (await the_conversation(place), message)
    state = place.state
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        async with state.db.transaction(CAST.workspace) as tx:
            asked = await acting.ask(tx, ACTOR, state.channels, where, wish)
        carrier = work.tools(state).carrier
        account = state.channels.opened(asked.row)
        for action in asked.actions:
            await carrier.send(asked.connector.act(action, account), account)
        async with state.db.transaction(CAST.workspace) as tx:
            await acting.done(tx, ACTOR, where, wish)
    return [line.split()[1].removeprefix("/replies/") for line in vendor.lines]


async def test_a_reaction_goes_out_and_is_shown(place: Place) -> None:
    incoming = UUID(str(await value(place.state.db, "select id from message")))
    assert await done(place, incoming, Wish(does="react", emoji="👍")) == ["react/m-1"]
    ((reactions,),) = await rows(place.state.db, "select reactions from message")
    assert [(each["emoji"], each["author"]["kind"]) for each in reactions] == [("👍", "agent")]


async def test_a_reply_is_edited_and_taken_back_whole(place: Place) -> None:
    message = await sent(place)
    assert await done(place, message, Wish(does="edit", text="better")) == ["edit/v-1"]
    texts = await rows(place.state.db, "select text from message where id = $1", message)
    assert texts == [("better",)]
    assert await done(place, message, Wish(does="delete")) == ["delete/v-1"]
    assert await value(
        place.state.db, "select deleted_at is not null from message where id = $1", message
    )


async def test_what_cannot_be_changed_is_refused(place: Place) -> None:
    incoming = UUID(str(await value(place.state.db, "select id from message")))
    message = await sent(place, "late")
    waiting = await write(place, text="not yet gone")
    for other, wish in (
        (incoming, Wish(does="edit", text="x")),
        (waiting, Wish(does="delete")),
    ):
        with pytest.raises(Conflict):
            await done(place, other, wish)
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update message set at = at - interval '2 minutes' where id = $1", message
        )
    with pytest.raises(TooLateToChange):
        await done(place, message, Wish(does="edit", text="x"))


async def test_a_channel_that_cannot_says_so(db: Database, tmp_path: Path) -> None:
    place = await vendor_on(db, tmp_path)
    await place.hear(says("hello", "m-1"))
    incoming = UUID(str(await value(place.state.db, "select id from message")))
    with pytest.raises(Unsupported):
        await done(place, incoming, Wish(does="react", emoji="👍"))
