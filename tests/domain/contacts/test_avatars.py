"""Pictures of contacts: fetched after the message, pictures only, gone with whom they show."""

from collections.abc import Generator, Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from cast import CAST
from hilo.domain import contacts, conversations, library
from hilo.domain.contacts import Picture
from hilo.domain.contacts.avatars import MOST_BYTES, is_picture
from hilo.domain.conversations import identity
from hilo.entry import work
from hilo.kit.db import Database
from hilo.kit.jobs import Job
from hilo.sdk.abilities import Fetched, Profile
from hilo.sdk.account import Account
from hilo.sdk.inbound import IdentityIn
from hilo.sdk.outbound import Call, Recipient, Reply
from hilo.sdk.portraits import portrait
from path import receiving, rows
from stage import agent
from vendor import MANIFEST, Place, Vendor, says, vendor_on

ADA = agent(CAST.ada)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


class Looking(Vendor):
    """A vendor whose people have pictures. lent: by the vendor's name of them."""

    def __init__(self) -> None:
        """Nobody has one yet."""
        super().__init__(msgspec.structs.replace(MANIFEST, hosts=["faces.vendor.test"]))
        self.source = "one"
        self.lent: dict[str, bytes] = {"one": portrait("one")}
        self.asked: list[str] = []

    def profile(self, who: Recipient, _account: Account) -> Generator[Call, Reply, Profile]:
        """Tell where the picture is."""
        self.asked.append(f"who {who.value}")
        yield from ()
        return Profile(avatar=self.source)

    def fetch(self, url: str, _account: Account) -> Generator[Call, Reply, Fetched]:
        """Lend it."""
        self.asked.append(url)
        yield from ()
        return Fetched(content=self.lent[url])


@pytest.fixture
def looking() -> Looking:
    """Give the vendor, to be changed."""
    return Looking()


@pytest.fixture
async def place(db: Database, tmp_path: Path, looking: Looking) -> Place:
    """Give an account there."""
    return await vendor_on(db, tmp_path, looking)


async def worked(place: Place) -> None:
    """Do the jobs about people, as a worker would."""
    tools = work.tools(place.state)
    for name, do in (("profile", work.profile), ("avatar", work.avatar)):
        async with place.state.db.transaction(None) as tx:
            found = await tx.connection.fetch(
                "delete from pgqueuer where entrypoint = $1 returning payload", name
            )
        for (payload,) in found:
            await do(tools, Job(1, name, bytes(payload), 0, 0))


async def shown(place: Place) -> list[tuple[object, ...]]:
    """Return the pictures people have, with their files."""
    return await rows(
        place.state.db,
        "select c.avatar_id, f.media_type, f.size_bytes from contact c"
        " left join file f on f.id = c.avatar_id where c.avatar_id is not null",
    )


async def later(place: Place) -> None:
    """Let eight days pass."""
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update identity set profiled_at = profiled_at - $1::interval", timedelta(days=8)
        )


async def test_a_picture_comes_after_the_message_and_once(place: Place, looking: Looking) -> None:
    await place.hear(says("hello", "m-1"))
    await worked(place)
    ((avatar, media_type, size),) = await shown(place)
    assert (media_type, size) == ("image/png", len(portrait("one")))
    await place.hear(says("again", "m-2"))
    await worked(place)
    assert [each for each in looking.asked if each == "one"] == ["one"]
    assert len(looking.asked) == 2  # nobody is asked twice in a week
    told = await rows(place.state.db, "select data from event where type = 'contact.changed'")
    assert any(str(avatar) in str(each) for each in told)


async def test_another_picture_takes_the_place_of_the_first(place: Place, looking: Looking) -> None:
    await place.hear(says("hello", "m-1"))
    await worked(place)
    ((first, *_),) = await shown(place)
    await later(place)
    await place.hear(says("same place", "m-2"))
    await worked(place)
    assert looking.asked.count("one") == 1
    looking.source, looking.lent["two"] = "two", portrait("one")  # the same picture elsewhere
    await later(place)
    await place.hear(says("other place", "m-3"))
    await worked(place)
    assert [each[0] for each in await shown(place)] == [first]
    looking.source, looking.lent["three"] = "three", portrait("three")
    await later(place)
    await place.hear(says("other picture", "m-4"))
    await worked(place)
    ((second, *_),) = await shown(place)
    assert second != first
    assert await rows(place.state.db, "select id from file") == [(second,)]
    looking.source = ""
    await later(place)
    await place.hear(says("none", "m-5"))
    await worked(place)
    assert await shown(place) == []
    assert await rows(place.state.db, "select id from file") == []


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"<html>sign in</html>",
        b"",
        b"GIF89a" + b"\0" * 4,
        b"GIF89a" + b"\xff" * 4 + b"\0" * 64,
        portrait("x") + b"\0" * MOST_BYTES,
    ],
)
async def test_only_small_pictures_are_kept(place: Place, looking: Looking, content: bytes) -> None:
    looking.lent["one"] = content
    await place.hear(says("hello", "m-1"))
    await worked(place)
    assert await shown(place) == []
    assert not is_picture(content)


@pytest.mark.parametrize(
    "source",
    [
        "https://else.test/face.png",
        "http://faces.vendor.test/face.png",
        "file:///etc/passwd",
        "https://faces.vendor.test.else.test/",
    ],
)
async def test_a_picture_comes_from_the_channels_own_hosts(
    place: Place, looking: Looking, source: str
) -> None:
    looking.source = source
    await place.hear(says("hello", "m-1"))
    async with receiving() as nobody:
        await worked(place)
    assert (await shown(place), nobody.lines) == ([], [])


async def a_face(place: Place) -> tuple[UUID, UUID]:
    """Let somebody with a picture write; return the contact and the picture."""
    await place.hear(says("hello", "m-1"))
    await worked(place)
    ((contact, avatar),) = await rows(
        place.state.db, "select id, avatar_id from contact where avatar_id is not null"
    )
    return UUID(str(contact)), UUID(str(avatar))


async def avatars(place: Place, *ids: UUID) -> list[UUID | None]:
    """Return whose pictures are which."""
    async with place.state.db.transaction(CAST.workspace) as tx:
        found = await tx.connection.fetch("select id, avatar_id from contact")
    by_id: Mapping[UUID, UUID | None] = {each["id"]: each["avatar_id"] for each in found}
    return [by_id[each] for each in ids]


async def test_who_stays_takes_the_others_picture_and_gives_it_back(place: Place) -> None:
    who, avatar = await a_face(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        after = await conversations.merge(tx, ADA, who, CAST.carol)
        (link,) = await identity.list_links(tx, ADA, CAST.carol)
    assert after.avatar_id == avatar
    async with place.state.db.transaction(CAST.workspace) as tx:
        await identity.undo(tx, ADA, link.id)
    assert await avatars(place, who, CAST.carol) == [avatar, None]


async def test_who_is_forgotten_leaves_no_picture(place: Place) -> None:
    who, _ = await a_face(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("delete from conversation where contact_id = $1", who)
        gone = await contacts.forget(tx, [who], place.account.id)
    assert len(gone) == 1
    assert await rows(place.state.db, "select id from file") == []
    assert await shown(place) == []


async def test_another_accounts_picture_takes_no_ones_place(place: Place) -> None:
    who, avatar = await a_face(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        kind, value = "email", "dora@example.test"
        await tx.connection.execute(
            "insert into identity (workspace_id, id, contact_id, kind, scope, value, verified)"
            " values ($1, gen_random_uuid(), $2, $3, $4, $5, true)",
            *(CAST.workspace, who, kind, UUID(int=0), value),
        )
        told = Picture(CAST.account, IdentityIn(kind="email", value=value), "elsewhere")
        assert not await contacts.wants(tx, told)
        gone = await contacts.keep_picture(tx, place.state.files, told, portrait("other"))
    assert (gone, await avatars(place, who)) == ([], [avatar])


async def test_an_address_that_becomes_a_person_takes_its_picture_along(place: Place) -> None:
    who, avatar = await a_face(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        view = await contacts.get_contact(tx, ADA, who)
        (address,) = view.identities
        parted = await contacts.part_with(tx, view, address, "Dora")
    assert parted.avatar_id == avatar
    assert await avatars(place, who, parted.id) == [None, avatar]


async def given(place: Place, who: UUID) -> UUID:
    """Let an agent give the contact a picture; return it."""
    async with place.state.db.transaction(CAST.workspace) as tx:
        file = await library.upload(tx, ADA, place.state.files, "her.png", portrait("given"))
        after, gone = await contacts.give_picture(tx, ADA, who, file.id, is_sent=False)
    assert after.avatar_id == file.id
    assert len(gone) == 1
    return file.id


async def test_no_channels_picture_takes_the_place_of_one_given_by_hand(
    place: Place, looking: Looking
) -> None:
    who, _ = await a_face(place)
    hers = await given(place, who)
    for source in ("two", ""):  # another one; then none any more
        looking.source, looking.lent["two"] = source, portrait("two")
        await later(place)
        await place.hear(says("hello", f"m-{source}"))
        await worked(place)
        assert await avatars(place, who) == [hers]
    assert await rows(place.state.db, "select id, uploaded_by from file") == [(hers, None)]


async def test_a_picture_taken_away_lets_the_channels_in_again(place: Place) -> None:
    who, _ = await a_face(place)
    await given(place, who)
    async with place.state.db.transaction(CAST.workspace) as tx:
        after, gone = await contacts.take_picture(tx, ADA, who)
    assert (after.avatar_id, len(gone)) == (None, 1)
    assert await rows(place.state.db, "select id from file") == []
    await place.hear(says("again", "m-2"))  # within the week
    await worked(place)
    ((_, media_type, size),) = await shown(place)
    assert (media_type, size) == ("image/png", len(portrait("one")))


async def test_a_picture_on_its_way_does_not_take_the_place_of_one_given(place: Place) -> None:
    who, _ = await a_face(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        (address,) = (await contacts.get_contact(tx, ADA, who)).identities
    hers = await given(place, who)
    told = Picture(place.account.id, IdentityIn(kind=address.kind, value=address.value), "late")
    async with place.state.db.transaction(CAST.workspace) as tx:
        gone = await contacts.keep_picture(tx, place.state.files, told, portrait("late"))
    assert (gone, await avatars(place, who)) == ([], [hers])


async def test_a_given_picture_goes_with_a_merge_comes_back_and_is_forgotten(place: Place) -> None:
    who, _ = await a_face(place)
    hers = await given(place, who)
    async with place.state.db.transaction(CAST.workspace) as tx:
        assert (await conversations.merge(tx, ADA, who, CAST.carol)).avatar_id == hers
        (link,) = await identity.list_links(tx, ADA, CAST.carol)
    async with place.state.db.transaction(CAST.workspace) as tx:
        await identity.undo(tx, ADA, link.id)
    assert await avatars(place, who, CAST.carol) == [hers, None]
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("delete from conversation where contact_id = $1", who)
        assert len(await contacts.forget(tx, [who], place.account.id)) == 1
    assert await rows(place.state.db, "select id from file") == []
