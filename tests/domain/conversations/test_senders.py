"""From which of its account's addresses a reply leaves: proposed, chosen, kept, refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from cast import CAST
from hilo.domain import conversations, people
from hilo.domain.conversations import Given, MessageView, WayView
from hilo.entry import work
from hilo.kit.db import Database
from hilo.kit.errors import Invalid
from hilo.sdk.abilities import Writer
from hilo.sdk.account import Account
from path import receiving, rows
from stage import agent
from vendor import MANIFEST, Place, Vendor, says, vendor_on

HELP, SALES = "help@desk.test", "sales@desk.test"
COPYING = structs.replace(MANIFEST, features=[*MANIFEST.features, "copies"])


class Many(Vendor):
    """A vendor whose accounts have several addresses. known: which, now."""

    def __init__(self) -> None:
        """Begin with two."""
        super().__init__(COPYING)
        self.known = [HELP, SALES]

    def senders(self, _account: Account) -> Sequence[str]:
        """Tell them."""
        return self.known

    def sender(self, _account: Account, written_to: Sequence[str]) -> str:
        """Take the first that was written to."""
        return next((each for each in written_to if each in self.known), "")

    def signature(self, _account: Account, sender: str, writer: Writer) -> str:
        """Sign with everything."""
        return f"{writer.signature}|{writer.name}|{sender}"


@pytest.fixture
def vendor() -> Many:
    return Many()


@pytest.fixture
async def place(db: Database, tmp_path: Path, vendor: Many) -> Place:
    place = await vendor_on(db, tmp_path, vendor)
    await place.hear(says("hello", "m-1", stamp={"to": [SALES, "bob@client.test"]}))
    return place


async def the_conversation(place: Place) -> UUID:
    ((found,),) = await rows(place.state.db, "select id from conversation")
    return UUID(str(found))


async def write(place: Place, **given: Any) -> MessageView:
    id_ = await the_conversation(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        channels = place.state.channels
        return (await conversations.write(tx, agent(), id_, Given(**given), channels)).message


async def first_way(place: Place, actor: people.Actor | None = None) -> WayView:
    id_ = await the_conversation(place)
    async with place.state.db.transaction(CAST.workspace) as tx:
        found = await conversations.ways(tx, actor or agent(), place.state.channels, id_)
    return next(each for each in found if each.account_id == place.account.id)


async def carried(place: Place, status: int = 200) -> dict[str, Any]:
    """Carry what waits; return what the vendor was given."""
    job = conversations.Carry(CAST.workspace, await the_conversation(place))
    async with receiving((status, {}, b'{"id": "v-1"}')) as server:
        await place.point(server.url)
        await work.tools(place.state).carriage.carry(job)
    (post,) = server.posts
    return dict(post.body)


async def test_a_reply_leaves_from_the_address_that_was_written_to(place: Place) -> None:
    message = await write(place, text="answer")
    assert message.meta["sender"] == SALES
    assert (await carried(place))["sender"] == SALES


async def test_what_was_written_to_no_address_of_ours_is_answered_from_the_first(
    place: Place, vendor: Many
) -> None:
    vendor.known = ["new@desk.test", HELP]
    assert (await write(place, text="answer")).meta["sender"] == "new@desk.test"


@pytest.mark.parametrize("asked", [HELP, " Help@Desk.TEST "])
async def test_another_of_our_addresses_is_chosen(place: Place, asked: str) -> None:
    assert (await write(place, text="answer", sender=asked)).meta["sender"] == HELP
    assert (await carried(place))["sender"] == HELP


async def test_every_attempt_leaves_from_the_same_address(place: Place, vendor: Many) -> None:
    message = await write(place, text="answer", sender=SALES)
    assert (await carried(place, 400))["sender"] == SALES
    vendor.known = [HELP]
    async with place.state.db.transaction(CAST.workspace) as tx:
        await conversations.decide(tx, agent(), message.conversation_id, message.id, "resend")
    assert (await carried(place))["sender"] == SALES


async def test_the_same_client_id_keeps_the_sender_of_the_first(place: Place) -> None:
    first = await write(place, text="answer", client_id="a", sender=HELP)
    again = await write(place, text="answer", client_id="a", sender=SALES)
    assert (again.id, again.meta["sender"]) == (first.id, HELP)


@pytest.mark.parametrize(
    "asked", ["", "eve@evil.test", f"{HELP}\r\nBcc: eve@evil.test", f"<{HELP}>"]
)
async def test_an_address_that_is_not_ours_is_refused_with_those_that_are(
    place: Place, asked: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await write(place, text="answer", sender=asked)
    (error,) = caught.value.errors
    assert (error.field, error.code) == ("sender", "choice")
    assert error.message == f"must be one of {HELP}, {SALES}"
    assert await rows(place.state.db, "select 1 from part") == []


async def test_a_channel_without_senders_takes_none(db: Database, tmp_path: Path) -> None:
    place = await vendor_on(db, tmp_path)
    await place.hear(says("hello", "m-1", stamp={"to": [SALES]}))
    with pytest.raises(Invalid) as caught:
        await write(place, text="answer", sender=HELP)
    (error,) = caught.value.errors
    assert (error.field, error.code) == ("sender", "unsupported")
    assert "sender" not in (await write(place, text="answer")).meta
    assert (await first_way(place)).senders == ()


async def test_none_of_our_addresses_gets_a_copy(place: Place) -> None:
    assert (await write(place, text="answer", sender=HELP)).meta["cc"] == ["bob@client.test"]


async def test_a_way_tells_its_senders_and_what_stands_below(place: Place) -> None:
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update agent set preferences = $1 where id = $2",
            {"signature": " Engines\n"},
            CAST.ada.id,
        )
    told = [
        (each.address, each.signature, each.is_proposed)
        for each in (await first_way(place)).senders
    ]
    assert told == [
        (HELP, f"Engines|{CAST.ada.name}|{HELP}", False),
        (SALES, f"Engines|{CAST.ada.name}|{SALES}", True),
    ]
    system = await first_way(place, people.system(CAST.workspace))
    assert [each.signature for each in system.senders] == ["", ""]


async def test_the_last_message_of_the_way_says_what_is_proposed(place: Place) -> None:
    await place.hear(says("more", "m-2", stamp={"to": [HELP]}))
    assert [each.is_proposed for each in (await first_way(place)).senders] == [True, False]
    await place.hear(says("odd", "m-3", stamp={"to": {"not": "a list"}}))
    assert [each.is_proposed for each in (await first_way(place)).senders] == [True, False]


async def test_a_conversation_goes_on_from_where_it_went(place: Place, vendor: Many) -> None:
    await write(place, text="answer")
    await place.hear(says("thanks", "m-2", stamp={"to": ["the reply address"]}))
    assert [each.is_proposed for each in (await first_way(place)).senders] == [False, True]
    assert (await write(place, text="more")).meta["sender"] == SALES
    await place.hear(says("and you", "m-3", stamp={"to": [HELP]}))
    assert (await write(place, text="too")).meta["sender"] == HELP
    vendor.known = ["new@desk.test"]
    assert [each.is_proposed for each in (await first_way(place)).senders] == [True]
    assert (await write(place, text="last")).meta["sender"] == "new@desk.test"
