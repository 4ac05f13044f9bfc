"""What is asked of vendors beside sending: what became of a part, who somebody is, a file."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from cast import CAST
from hilo.domain import conversations, people
from hilo.domain.conversations import Given, Resolve
from hilo.entry import work
from hilo.kit.db import Database
from hilo.kit.errors import AuthExpired, TemporaryFailure, UnknownOutcome
from hilo.kit.jobs import Job
from hilo.sdk.abilities import Fetched, Profile
from hilo.sdk.account import Account
from hilo.sdk.inbound import FileIn
from hilo.sdk.outbound import Accepted, Call, HttpReply, MessageOut, Recipient, Reply
from path import receiving, rows, value
from vendor import MANIFEST, Place, Vendor, says, vendor_on

ACTOR = people.system(CAST.workspace)


class Knowing(Vendor):
    """A vendor that can be asked."""

    def resolve(
        self, message: MessageOut, account: Account
    ) -> Generator[Call, Reply, Accepted | None]:
        """Ask by our tracker."""
        reply = yield self._call(account, f"find/{message.tracker}", {})
        assert isinstance(reply, HttpReply)
        if reply.status == 503:
            raise UnknownOutcome("nobody knows")
        if reply.status == 429:
            raise TemporaryFailure("later")
        return Accepted(external_id="v-9") if reply.status == 200 else None

    def profile(self, who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
        """Tell the name."""
        reply = yield self._call(account, f"who/{who.value}", {})
        assert isinstance(reply, HttpReply)
        if reply.status == 401:
            raise AuthExpired("the token has ended")
        return Profile(name="Dora Díaz", locale="es")

    def fetch(self, url: str, account: Account) -> Generator[Call, Reply, Fetched]:
        """Get a file by its number."""
        reply = yield self._call(account, f"file/{url}", {})
        assert isinstance(reply, HttpReply)
        return Fetched(content=reply.body)


@pytest.fixture
async def place(db: Database, tmp_path: Path) -> Place:
    return await vendor_on(db, tmp_path, Knowing())


async def uncertain(place: Place) -> UUID:
    await place.hear(says("hello", "m-1"))
    ((id_,),) = await rows(place.state.db, "select id from conversation")
    async with receiving(None) as silent:
        await place.point(silent.url)
        async with place.state.db.transaction(CAST.workspace) as tx:
            given = Given(text="answer")
            sent = await conversations.write(tx, ACTOR, id_, given, place.state.channels)
        tools = work.tools(place.state)
        await tools.carriage.carry(conversations.Carry(CAST.workspace, id_))
    return sent.message.id


@pytest.mark.parametrize(("status", "state"), [(200, "sent"), (404, "queued"), (503, "uncertain")])
async def test_a_vendor_is_asked_what_became_of_it(place: Place, status: int, state: str) -> None:
    message = await uncertain(place)
    queued = await rows(place.state.db, "select payload from pgqueuer where entrypoint = 'resolve'")
    job = msgspec.json.decode(queued[0][0], type=Resolve)
    async with receiving((status, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        await work.tools(place.state).resolver.resolve(job)
    assert vendor.lines == [f"POST /replies/find/{message}.1 HTTP/1.1"]
    found = await value(place.state.db, "select state from message where id = $1", message)
    assert found == state


async def test_what_would_come_after_a_later_reply_is_left_to_the_agent(place: Place) -> None:
    message = await uncertain(place)
    ((id_,),) = await rows(place.state.db, "select id from conversation")
    tools = work.tools(place.state)
    async with receiving((200, {}, b'{"id": "v-2"}'), (404, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        async with place.state.db.transaction(CAST.workspace) as tx:
            given = Given(text="and this")
            later = await conversations.write(tx, ACTOR, id_, given, place.state.channels)
        await tools.carriage.carry(conversations.Carry(CAST.workspace, id_))
        await tools.resolver.resolve(Resolve(CAST.workspace, message, 1))
    found = await rows(place.state.db, "select id, state from message where kind = 'outgoing'")
    assert dict(found) == {message: "uncertain", later.message.id: "sent"}


async def test_what_is_known_as_another_part_proves_nothing(place: Place) -> None:
    message = await uncertain(place)
    ((conversation,),) = await rows(place.state.db, "select id from conversation")
    async with place.state.db.transaction(CAST.workspace) as tx:
        given = Given(text="answer")
        written = await conversations.write(tx, ACTOR, conversation, given, place.state.channels)
    async with receiving((200, {}, b'{"id": "v-9"}')) as vendor:
        await place.point(vendor.url)
        tools = work.tools(place.state)
        await tools.carriage.carry(conversations.Carry(CAST.workspace, conversation))
        await tools.resolver.resolve(Resolve(CAST.workspace, message, 1))
    states = "select state from message where id = $1"
    assert await value(place.state.db, states, written.message.id) == "sent"
    assert await value(place.state.db, states, message) == "uncertain"


async def test_it_is_asked_once_and_not_before_its_time(place: Place) -> None:
    message = await uncertain(place)
    tools = work.tools(place.state)
    ((conversation,),) = await rows(place.state.db, "select id from conversation")
    await tools.carriage.carry(conversations.Carry(CAST.workspace, UUID(str(conversation))))
    ((payload, waits),) = await rows(
        place.state.db,
        "select payload, execute_after - created from pgqueuer where entrypoint = 'resolve'",
    )
    assert waits >= timedelta(seconds=MANIFEST.resolve_s - 5)
    job = Job(1, "resolve", payload, 0, 0)
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        await work.resolve(tools, job)
        await work.resolve(tools, job)  # known by now
    assert len(vendor.lines) == 1
    state = await value(place.state.db, "select state from message where id = $1", message)
    assert state == "sent"


async def test_who_cannot_be_asked_now_is_asked_later_and_not_for_ever(place: Place) -> None:
    message = await uncertain(place)
    ((payload,),) = await rows(
        place.state.db, "select payload from pgqueuer where entrypoint = 'resolve'"
    )
    tools = work.tools(place.state)
    async with receiving(*[(429, {"retry-after": "1"}, b"{}")] * 4) as vendor:
        await place.point(vendor.url)
        for failures in range(3):
            with pytest.raises(TemporaryFailure):
                await work.resolve(tools, Job(1, "resolve", payload, failures, 0))
        await work.resolve(tools, Job(1, "resolve", payload, 3, 0))
    state = await value(place.state.db, "select state from message where id = $1", message)
    assert state == "uncertain"  # the agent decides


async def test_who_is_new_is_asked_for_once(place: Place) -> None:
    await place.hear(says("hello"))
    await place.hear(says("again"))
    jobs = await rows(place.state.db, "select payload from pgqueuer where entrypoint = 'profile'")
    assert len(jobs) == 1
    async with place.state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("update contact set name = 'dora' where name = 'Dora'")
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        await work.profile(work.tools(place.state), Job(1, "profile", jobs[0][0], 0, 0))
    assert await rows(place.state.db, "select name from contact where locale = 'es'") == [
        ("Dora Díaz",)
    ]


async def test_a_profile_asked_for_with_dead_credentials_holds_the_account(place: Place) -> None:
    await place.hear(says("hello"))
    ((payload,),) = await rows(
        place.state.db, "select payload from pgqueuer where entrypoint = 'profile'"
    )
    async with receiving((401, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        await work.profile(work.tools(place.state), Job(1, "profile", payload, 0, 0))
    states = "select state, problem ->> 'code' from account where id = $1"
    assert await rows(place.state.db, states, place.account.id) == [("held", "auth-expired")]
    assert await value(place.state.db, "select text from message") == "hello"


async def test_a_file_is_fetched_by_its_channels_own_way(place: Place) -> None:
    await place.hear(says("look", files=[FileIn(name="a.txt", url="77")]))
    ((payload,),) = await rows(
        place.state.db, "select payload from pgqueuer where entrypoint = 'fetch'"
    )
    async with receiving((200, {}, b"its content")) as vendor:
        await place.point(vendor.url)
        await work.fetch(work.tools(place.state), Job(1, "fetch", payload, 0, 0))
    assert vendor.lines == ["POST /replies/file/77 HTTP/1.1"]
    ((attachments,),) = await rows(place.state.db, "select attachments from message")
    assert (attachments[0]["state"], attachments[0]["size_bytes"]) == ("stored", 11)


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://files.vendor.test/a", True),
        ("https://a.cdn.vendor.test/b", True),
        ("https://vendor.test.evil.test/", False),
        ("https://cdn.vendor.test/", False),
    ],
)
def test_files_come_from_the_channels_own_hosts(url: str, *, fits: bool) -> None:
    hosts = ["files.vendor.test", "*.cdn.vendor.test"]
    manifest = msgspec.structs.replace(Vendor().manifest, hosts=hosts)
    assert work.may_fetch(manifest, url) is fits
