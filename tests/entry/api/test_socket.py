"""The socket: signed in, from our origin, resumed without gap or repeat, told what it may see.

conformance  test
A-06         test_a_hundred_cuts_leave_no_gap_and_no_repeat
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import httpx2
import pytest
from litestar.types import ASGIApp
from msgspec import Struct
from websockets import frames as protocol

from cast import CAST, a_conversation, a_message
from hilo.domain.conversations import Author, NewMessage, NoteAdded, append
from hilo.domain.conversations.events import ConversationChanged
from hilo.domain.conversations.views.lists import get_conversation
from hilo.domain.people import system
from hilo.entry import hub, recent
from hilo.entry.feed import Place
from hilo.entry.frames import Frames, frame
from hilo.entry.hub import UNAUTHENTICATED
from hilo.entry.outbox import MOST_BYTES, MOST_FRAMES, Outbox
from hilo.entry.socket import FORBIDDEN, TOO_SLOW, socket_app
from hilo.entry.state import AppState
from hilo.kit import clock
from hilo.kit.db import Database
from hilo.kit.page import encode_cursor
from patience import PATIENCE_S
from wire import Wire

Dial = Callable[..., Wire]


@pytest.fixture
async def door(app_state: AppState, db: Database) -> AsyncIterator[ASGIApp]:
    """Give the door, with its hub at work."""
    db.on_commit = lambda _kinds: app_state.bus.publish("log")
    running = asyncio.ensure_future(app_state.hub.run())
    yield socket_app(app_state)
    running.cancel()
    await asyncio.wait([running])


@pytest.fixture
async def dial(door: ASGIApp) -> AsyncIterator[Dial]:
    """Give `dial(client, after="")`: a socket with the client's cookie."""
    wires: list[Wire] = []

    def open_(client: httpx2.AsyncClient, after: str = "", origin: str | None = None) -> Wire:
        headers = {"cookie": "; ".join(f"{k}={v}" for k, v in client.cookies.items())}
        if origin is not None:
            headers["origin"] = origin
        wire = Wire(door, headers, {"after": after} if after else {})
        wires.append(wire)
        return wire

    yield open_
    for wire in wires:
        await wire.cut()


async def note(db: Database, conversation: UUID, text: str) -> None:
    """Write a note, as a verb does."""
    async with db.transaction(CAST.workspace) as tx:
        message = NewMessage(
            conversation_id=conversation,
            kind="note",
            author=Author(kind="agent", id=CAST.ben.id, name="Ben"),
            channel="api",
            inbox_id=CAST.inbox,
            state="stored",
            text=text,
        )
        ((view, made),) = await append(tx, [message])
        tx.publish(NoteAdded(conversation=view, message=made), subject=conversation)


@pytest.fixture
async def conversation(db: Database) -> UUID:
    """Open a conversation of Carol's."""
    async with db.transaction(CAST.workspace) as tx:
        return await a_conversation(tx)


async def test_hello_comes_first_and_events_follow(
    ada: httpx2.AsyncClient, dial: Dial, db: Database, conversation: UUID
) -> None:
    wire = dial(ada)
    assert (await wire.opened())["type"] == "websocket.accept"
    assert (await wire.frame())["type"] == "hello"
    await note(db, conversation, "hello")
    event = await wire.until("message.noted")
    assert event["data"]["message"]["text"] == "hello"
    assert {"cursor", "id", "at", "actor"} <= event.keys()


async def test_a_hundred_cuts_leave_no_gap_and_no_repeat(
    ada: httpx2.AsyncClient, dial: Dial, db: Database, conversation: UUID
) -> None:
    chance = random.Random(7)  # noqa: S311 - a seed for a test
    count, seen, cursor = 400, [], ""
    wire = dial(ada)
    await wire.opened()
    cursor = (await wire.frame())["cursor"]

    async def write() -> None:
        for number in range(count):
            await note(db, conversation, str(number))
            if number % 7 == 0:
                await asyncio.sleep(0.002)

    async def hear(wire: Wire, frames: int) -> str:
        place = cursor
        for _ in range(frames):
            frame = await wire.frame()
            if frame["type"] == "message.noted":
                seen.append(int(frame["data"]["message"]["text"]))
            place = frame.get("cursor", place)
        return place

    writing = asyncio.ensure_future(write())
    for _ in range(100):
        cursor = await hear(wire, chance.randint(0, 4))
        await wire.cut()
        wire = dial(ada, after=cursor)
        await wire.opened()
        assert (await wire.frame())["type"] == "hello"
    while len(seen) < count:
        cursor = await hear(wire, 1)
    await writing
    assert seen == list(range(count))


async def test_counts_follow_a_change(
    ada: httpx2.AsyncClient, dial: Dial, db: Database, conversation: UUID
) -> None:
    wire = dial(ada)
    first = await wire.until("counts")
    assert first["data"] == {"open": 1, "unassigned": 1, "mine": 0, "unread": 0, "mine_unread": 0}
    async with db.transaction(CAST.workspace) as tx:
        await a_message(tx, conversation)
        view = await get_conversation(tx, system(CAST.workspace), conversation)
        tx.publish(ConversationChanged(what="read", conversation=view), subject=conversation)
    assert (await wire.until("counts"))["data"]["unread"] == 1


async def test_presence_reaches_the_others_only(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, dial: Dial, conversation: UUID
) -> None:
    one, two = dial(ada), dial(ben)
    await one.until("counts")
    await two.until("counts")
    one.say({"type": "viewing", "conversation_id": str(conversation)})
    mark = await two.until("presence")
    assert mark["data"] == {
        "conversation_id": str(conversation),
        "agent_id": str(CAST.ada.id),
        "agent_name": "Ada",
        "doing": "viewing",
    }
    one.say({"type": "typing", "conversation_id": str(conversation)})
    assert (await two.until("presence"))["data"]["doing"] == "typing"
    late = dial(ben)
    assert (await late.until("presence"))["data"]["doing"] == "typing"
    await one.cut()
    assert (await two.until("presence"))["data"]["doing"] == "left"
    assert not [f for f in one.waiting() if f["type"] == "presence"]


async def test_a_contact_that_types_is_told(
    ada: httpx2.AsyncClient, dial: Dial, app_state: AppState, conversation: UUID
) -> None:
    wire = dial(ada)
    await wire.until("counts")
    app_state.hub.contact_typing(CAST.workspace, conversation, clock.now())
    assert (await wire.until("contact_typing"))["data"]["conversation_id"] == str(conversation)


DEEP = '{"type":"ping","x":' + "[" * 5_000


@pytest.mark.parametrize(
    "said", ["", "{", "[]", '{"type":"sing"}', '{"type":"viewing"}', "\ud800", DEEP]
)
async def test_nonsense_is_not_heard(ada: httpx2.AsyncClient, dial: Dial, said: str) -> None:
    wire = dial(ada)
    await wire.until("counts")
    wire.say(said)
    wire.say({"type": "ping"})
    assert (await wire.until("pong"))["type"] == "pong"


async def test_strangers_and_foreign_pages_are_refused(
    anonymous: httpx2.AsyncClient, ada: httpx2.AsyncClient, dial: Dial
) -> None:
    wire = dial(anonymous)
    await wire.opened()
    assert (await wire.frame())["code"] == UNAUTHENTICATED
    wire = dial(ada, origin="https://evil.test")
    await wire.opened()
    assert (await wire.frame())["code"] == FORBIDDEN
    wire = dial(ada, origin="http://hilo.test")
    await wire.opened()
    assert (await wire.frame())["type"] == "hello"


async def test_another_workspace_hears_nothing(
    visit: Callable[..., httpx2.AsyncClient], dial: Dial, db: Database, conversation: UUID
) -> None:
    mallory = visit()
    await mallory.post(
        "/session", json={"email": CAST.mallory.email, "password": CAST.mallory.password}
    )
    wire = dial(mallory)
    await wire.until("counts")
    await note(db, conversation, "secret")
    await asyncio.sleep(0.3)
    assert not [f for f in wire.waiting() if f["type"] == "message.noted"]


@pytest.fixture
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the hub remember two events, and search the log for three."""
    monkeypatch.setattr(recent, "MOST", 2)
    monkeypatch.setattr(hub, "RESYNC_AFTER", 3)


@pytest.mark.usefixtures("_forgetful")
async def test_a_cursor_too_old_or_foreign_means_resync(
    ada: httpx2.AsyncClient,
    dial: Dial,
    db: Database,
    conversation: UUID,
) -> None:
    for after in ("nonsense", encode_cursor(1 << 60, 1)):
        wire = dial(ada, after=after)
        assert (await wire.until("resync"))["cursor"]
    wire, watching = dial(ada), dial(ada)
    await wire.opened()
    cursor = (await wire.frame())["cursor"]
    await wire.cut()
    await watching.until("hello")
    for number in range(5):
        await note(db, conversation, str(number))
    for _ in range(5):  # the hub itself has read on when it has told them
        await watching.until("message.noted")
    wire = dial(ada, after=cursor)
    assert (await wire.until("resync"))["cursor"] != cursor
    await note(db, conversation, "after")
    assert (await wire.until("message.noted"))["data"]["message"]["text"] == "after"


async def test_a_client_that_never_reads_is_dropped(
    ada: httpx2.AsyncClient, dial: Dial, app_state: AppState
) -> None:
    wire = dial(ada)
    await wire.until("counts")
    wire.reads.clear()
    room = app_state.hub.room(CAST.workspace)
    for _ in range(MOST_FRAMES + 2):
        room.say(frame(b"{}"), CAST.inbox, {})
    await asyncio.sleep(0.05)
    assert room.listeners == []
    wire.reads.set()
    assert (await wire.until("websocket.close"))["code"] == TOO_SLOW


async def test_lost_rights_close_the_socket(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, dial: Dial
) -> None:
    wire = dial(ben)
    await wire.until("counts")
    gone = await ada.patch(f"/agents/{CAST.ben.id}", json={"disabled": True})
    assert gone.status_code == 200
    assert (await wire.until("websocket.close", 6))["code"] == UNAUTHENTICATED


def test_memory_is_bounded_in_number_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST", 3)
    monkeypatch.setattr(recent, "MOST_BYTES", 100)
    kept: recent.Recent[Row] = recent.Recent()
    for number in range(1, 6):
        kept.add(Row(CAST.workspace, number, 7, "x"))
    assert (len(kept), kept.after) == (3, Place(7, 2))
    assert [row.id for row in kept.since(CAST.workspace, Place(7, 3))] == [4, 5]
    assert kept.since(CAST.other_workspace, kept.after) == []
    kept.add(Row(CAST.workspace, 6, 7, "x" * 500))
    assert (len(kept), kept.after) == (1, Place(7, 5))


class Row(Struct, frozen=True):
    """As little of an event as is remembered."""

    workspace: UUID
    id: int
    xid: int
    data: str


async def test_a_large_frame_is_sent_and_many_are_too_many() -> None:
    sent: list[str] = []
    dropped: list[bool] = []

    async def send(frame: str) -> None:
        sent.append(frame)

    box = Outbox(send, lambda: dropped.append(True))
    box.put(frame(b"x" * (MOST_BYTES + 1)))
    await asyncio.sleep(0)
    assert (len(sent), dropped) == (1, [])
    box.put(frame(b"x" * MOST_BYTES))
    box.put(frame(b"x"))
    assert (box.is_closed, dropped) == (True, [True])


class Lent:
    """A line that takes so many writes, then lags."""

    def __init__(self, room: int) -> None:
        self.written = b""
        self.is_gone = False
        self._room = room
        self._some = asyncio.Event()

    def write(self, wire: bytes) -> bool:
        """Take it while there is room."""
        if self.is_gone:
            raise ConnectionError
        if self._room == 0:
            self._some.clear()
            return False
        self._room -= 1
        self.written += wire
        return True

    async def room(self) -> None:
        """Wait for `drain`."""
        if self._room == 0:
            await self._some.wait()

    def drain(self, room: int) -> None:
        """Make room again."""
        self._room += room
        self._some.set()


async def never(_frame: str) -> None:
    """Stand for the way that is not used beside a line."""
    raise AssertionError


async def test_a_line_that_lags_gets_everything_once_and_in_order() -> None:
    line = Lent(room=2)
    box = Outbox(never, lambda: None, line)
    for number in range(6):
        box.put(frame(b"%d" % number))
    assert line.written == b"\x81\x010\x81\x011"
    line.drain(room=10)
    for _ in range(3):
        await asyncio.sleep(0)
    box.put(frame(b"6"))
    assert line.written == b"".join(b"\x81\x01%d" % number for number in range(7))


async def test_a_line_that_never_drains_is_dropped_and_one_that_is_gone_closed() -> None:
    dropped: list[bool] = []
    box = Outbox(never, lambda: dropped.append(True), Lent(room=0))
    for _ in range(MOST_FRAMES + 1):
        box.put(frame(b"{}"))
    assert (box.is_closed, dropped) == (True, [True])
    line = Lent(room=1)
    line.is_gone = True
    box = Outbox(never, lambda: dropped.append(True), line)
    box.put(frame(b"{}"))
    assert (box.is_closed, dropped) == (True, [True])


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_the_bytes_of_the_wire_are_those_of_the_protocol(length: int) -> None:
    payloads = [b"a", b"x" * length]
    theirs = [protocol.Frame(protocol.Opcode.TEXT, each).serialize(mask=False) for each in payloads]
    assert Frames(payloads).wire == b"".join(theirs)


@pytest.mark.crash  # holds a transaction
async def test_the_feed_never_passes_an_older_transaction(
    ada: httpx2.AsyncClient, db: Database, conversation: UUID
) -> None:
    """Else who pages by the cursor would miss what that transaction has yet to say."""

    async def told(after: str) -> tuple[list[str], str]:
        page = (await ada.get("/events", params={"after": after, "limit": 1000})).json()
        return [each["type"] for each in page["items"]], page["next_cursor"]

    seen, cursor = await told("")
    while seen:
        seen, cursor = await told(cursor)
    async with db.transaction(None) as older:
        await older.connection.execute("select pg_current_xact_id()")
        await note(db, conversation, "behind it")
        assert await told(cursor) == ([], cursor)
    async with asyncio.timeout(PATIENCE_S):
        while not (seen := (await told(cursor))[0]):
            await asyncio.sleep(0.05)
    assert seen == ["message.noted"]


@pytest.mark.crash  # holds a transaction
async def test_what_hides_behind_an_older_transaction_is_told_as_soon_as_that_ends(
    ada: httpx2.AsyncClient, dial: Dial, db: Database, conversation: UUID
) -> None:
    wire = dial(ada)
    await wire.until("counts")
    async with db.transaction(None) as older:
        await older.connection.execute("select pg_current_xact_id()")
        await note(db, conversation, "hidden")
        await asyncio.sleep(0.3)
        assert not [f for f in wire.waiting() if f["type"] == "message.noted"]
    # The older transaction publishes nothing: the hub looks by itself.
    assert (await wire.until("message.noted"))["data"]["message"]["text"] == "hidden"


async def test_a_socket_tells_only_what_its_agent_sees(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, dial: Dial, db: Database, conversation: UUID
) -> None:
    taken = {"agent_id": str(CAST.ada.id)}
    await ada.put(f"/conversations/{conversation}/assignment", json=taken)
    wire, hers = dial(ben), dial(ada)
    await wire.opened()
    await wire.until("hello")
    await hers.opened()
    await hers.until("hello")
    await ada.patch(f"/inboxes/{CAST.inbox}", json={"visibility": "own"})
    await wire.until("resync")  # what he holds is too much now
    await note(db, conversation, "not for Ben")
    hers.say({"type": "typing", "conversation_id": str(conversation)})
    await ada.put(f"/conversations/{conversation}/assignment", json={"agent_id": str(CAST.ben.id)})
    given = await wire.until("conversation.changed")
    assert given["data"]["conversation"]["assignee_id"] == str(CAST.ben.id)
    await note(db, conversation, "for Ben")
    assert (await wire.until("message.noted"))["data"]["message"]["text"] == "for Ben"
    await ada.put(f"/conversations/{conversation}/assignment", json=taken)
    gone = await wire.until("conversation.hidden")
    assert gone["data"] == {"conversation_id": str(conversation)}
    await note(db, conversation, "not for Ben either")
    await hers.until("message.noted")
    counts = (await ben.get("/counts")).json()
    assert counts["open"] == 0
    assert "not for Ben" not in str(wire.waiting())


async def test_a_socket_that_comes_back_is_told_no_more(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient, dial: Dial, db: Database, conversation: UUID
) -> None:
    await ada.put(f"/conversations/{conversation}/assignment", json={"agent_id": str(CAST.ada.id)})
    first = dial(ben)
    await first.opened()
    cursor = (await first.until("hello"))["cursor"]
    await first.cut()
    await ada.patch(f"/inboxes/{CAST.inbox}", json={"visibility": "own"})
    await note(db, conversation, "not for Ben")
    hers = dial(ada, cursor)
    await hers.opened()
    await hers.until("message.noted")
    again = dial(ben, cursor)
    await again.opened()
    await again.until("inbox.changed")
    await again.until("counts")
    assert "not for Ben" not in str(again.waiting())
