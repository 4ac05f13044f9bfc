"""Whatever the order, the doubles, the faults and the kills: nothing lost, nothing double.

A contact on a simulated phone and an agent write; the network between them is drawn: webhooks come
late, twice and mixed up, the vendor is busy, breaks, or takes a message and says nothing, and our
own work is abandoned at whatever await it has reached. Then the weather clears, vendors who can be
asked are asked what became of the uncertain, and all must be true. `HILO_SCHEDULES` says how many
cases are drawn, `HILO_SCHEDULES_FROM` from which seed on.
"""

import asyncio
import hashlib
import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from cast import CAST
from fuse import Fuse
from hilo.domain import conversations, inboxes, people
from hilo.domain.conversations import Given, Resolve, Stationery
from hilo.domain.conversations.outgoing.carry import Carriage
from hilo.domain.conversations.outgoing.resolving import Resolver
from hilo.domain.conversations.replies.replying import Carry
from hilo.domain.inboxes import (
    AccountRow,
    Carrier,
    Channels,
    NewDelivery,
    create_account,
    deliveries,
)
from hilo.domain.inboxes.deliveries import PendingAccount
from hilo.entry.state import AppState
from hilo.kit.db import Database
from hilo.kit.errors import TemporaryFailure, UnknownOutcome
from hilo.kit.http import Reply, Request
from hilo.kit.ids import new_id
from hilo.kit.jobs import Later
from hilo.sdk import simulator as shelf
from hilo.sdk.abilities import Inventing, Simulated
from hilo.sdk.account import Delivery
from path import rows, state_on, taken_in
from stage import agent

CASES = int(os.environ.get("HILO_SCHEDULES", "500"))
FIRST = int(os.environ.get("HILO_SCHEDULES_FROM", "0"))
BATCH = 25
CHANNELS = (
    "whatsapp",
    "telegram",
    "twilio",
    "messenger",
    "bandwidth",
    "line",
    "discord",
    "slack",
    "instagram",
    "viber",
    "sms_http",
)
STEPS = 14
_ON = {"sent", "delivered", "read", "uncertain"}
_RANK = {"sent": 0, "delivered": 1, "read": 2}


class Weather:
    """The sandbox's place: calls reach the simulator, or something happens to them."""

    def __init__(self, vendor: shelf.Simulator, chance: random.Random) -> None:
        """Begin with bad weather."""
        self.vendor = vendor
        self.chance = chance
        self.is_clear = False
        self.wire: list[shelf.Webhook] = []
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        """Return a moment later than the last."""
        self.time += timedelta(milliseconds=self.chance.randint(1, 400))
        return self.time

    async def fetch(self, _account: UUID, request: Request) -> Reply:
        """Make a call."""
        await asyncio.sleep(0)
        luck = 1.0 if self.is_clear else self.chance.random()
        if luck < 0.1:
            raise TemporaryFailure("never arrived")
        if luck < 0.25:
            kind = self.chance.choice(("throttled", "server_error"))
            return _reply(self.vendor.trouble(kind))  # type: ignore[arg-type]
        asked = shelf.Request(
            method=request.method, url=request.url, headers=request.headers, body=request.body
        )
        response, webhooks = self.vendor.request(asked, self.now())
        self.wire += webhooks
        await asyncio.sleep(0)
        if luck < 0.4:
            raise UnknownOutcome("taken, and nothing said")
        return _reply(response)

    def holds(self, _url: str) -> bool:
        """Nobody else calls."""
        return False


class World:
    """One account in an inbox of its own, one contact, one agent."""

    def __init__(self, state: AppState, row: AccountRow, weather: Weather) -> None:
        """row: the account."""
        self.state = state
        self.row = row
        self.weather = weather
        self.connector = state.channels.of(row)
        self.account = state.channels.opened(row)
        self.asked: list[str] = []
        self.answered: list[str] = []

    async def write(self) -> None:
        """Let the contact write."""
        text = f"c{len(self.asked)}"
        self.asked.append(text)
        deed = shelf.Deed(does="text", who="7", name="Dora", text=text)
        self.weather.wire += self.weather.vendor.deed(deed, self.weather.now())

    async def deliver(self, *, twice: bool) -> None:
        """Bring some webhook to the door, which stores it as it does."""
        if not self.weather.wire:
            return
        place = self.weather.chance.randrange(len(self.weather.wire))
        webhook = self.weather.wire[place] if twice else self.weather.wire.pop(place)
        headers = {name.lower(): value for name, value in webhook.headers.items()}
        given = Delivery(
            body=webhook.body,
            headers=headers,
            url=self.account.webhook_url + webhook.query,
            received_at=datetime.now(UTC),
        )
        key = self.connector.verify(given, self.account)
        kept = {**headers, **({":query": webhook.query} if webhook.query else {})}
        stored = NewDelivery(
            CAST.workspace,
            new_id(),
            self.row.id,
            "hook",
            kept,
            webhook.body,
            key or hashlib.sha256(webhook.body + webhook.query.encode()).hexdigest(),
        )
        await deliveries.store(self.state.db, [stored])

    async def serve(self) -> None:
        """Let intake understand what waits."""
        await taken_in(self.state, PendingAccount(CAST.workspace, self.row.id))

    async def reply(self) -> None:
        """Let the agent answer, where there is something to answer."""
        found = await self.conversation()
        if found is None:
            return
        text = f"r{len(self.answered)}"
        async with self.state.db.transaction(CAST.workspace) as tx:
            given = Given(text=text, client_id=text)
            await conversations.write(tx, agent(), found, given, self.state.channels)
        self.answered.append(text)

    async def carry(self) -> None:
        """Take replies out, as a worker does that was just started."""
        found = await self.conversation()
        if found is None:
            return
        await rows(
            self.state.db,
            "update part set due_at = now() - interval '1 second',"
            " attempted_at = attempted_at - interval '1 minute'"
            " where conversation_id = $1 and state in ('queued', 'sending')",
            found,
        )
        try:
            await Carriage(*self.tools()).carry(Carry(CAST.workspace, found))
        except Later:
            return

    async def ask(self) -> None:
        """Ask the vendor, where it can be asked, what became of what nobody knows."""
        resolver = Resolver(*self.tools())
        for message, number in await rows(
            self.state.db,
            "select message_id, number from part where account_id = $1 and state = 'uncertain'",
            self.row.id,
        ):
            await resolver.resolve(Resolve(CAST.workspace, message, number))

    def tools(self) -> tuple[Database, Channels, Carrier, Stationery]:
        """Return what a worker carries and asks with."""
        carrier = Carrier(self.state.http, self.weather)  # type: ignore[arg-type]
        stationery = Stationery(self.state.files, self.state.file_links, self.state.catalogue)
        return self.state.db, self.state.channels, carrier, stationery

    async def conversation(self) -> UUID | None:
        """Return the one conversation."""
        found = await rows(
            self.state.db, "select id from conversation where inbox_id = $1", self.row.inbox_id
        )
        assert len(found) <= 1, "one contact, one conversation"
        return UUID(str(found[0][0])) if found else None

    async def clear(self) -> None:
        """Let everything arrive that is under way, and everything leave that waits."""
        self.weather.is_clear = True
        for _ in range(60):
            while self.weather.wire:
                await self.deliver(twice=False)
            await self.serve()
            await self.carry()
            await self.ask()
            waiting = await rows(
                self.state.db,
                "select 1 from part where account_id = $1 and state in ('queued', 'sending')",
                self.row.id,
            )
            if not waiting and not self.weather.wire:
                return
        raise AssertionError("it never came to rest")


async def drawn(world: World, chance: random.Random) -> None:
    """Let some of everything happen."""
    await world.write()
    for _ in range(STEPS):
        luck = chance.random()
        if luck < 0.2:
            await world.write()
        elif luck < 0.45:
            await world.deliver(twice=chance.random() < 0.3)
        elif luck < 0.6:
            await world.serve()
        elif luck < 0.68:
            await Fuse(chance.randrange(1, 60)).burn(world.serve())
        elif luck < 0.8:
            await world.reply()
        elif luck < 0.92:
            await world.carry()
        else:
            await Fuse(chance.randrange(1, 60)).burn(world.carry())
    await world.clear()


async def build(state: AppState, channel: str, chance: random.Random) -> World:
    """Connect an account whose vendor is the simulator."""
    connector = state.channels.named(channel)
    assert isinstance(connector, Simulated)
    assert isinstance(connector, Inventing)
    async with state.db.transaction(CAST.workspace) as tx:
        actor = people.system(CAST.workspace)
        inbox = await inboxes.create_inbox(tx, actor, inboxes.InboxChange(name=str(new_id())))
        given = (channel, "Shop", connector.made_up(new_id()))
        row = await create_account(tx, actor, state.channels, inbox.id, given, is_sandbox=True)
    weather = Weather(connector.simulator(state.channels.opened(row)), chance)
    return World(state, row, weather)


async def judge(world: World) -> None:
    """Compare what stands in Hilo with what stands on the phone."""
    found = await rows(
        world.state.db,
        "select kind, text, state, id from message where account_id = $1 order by seq",
        world.row.id,
    )
    incoming = [text for kind, text, _, _ in found if kind == "incoming"]
    assert sorted(incoming) == sorted(world.asked), "each message of the contact once"
    outgoing = {text: (state, id_) for kind, text, state, id_ in found if kind == "outgoing"}
    assert sorted(outgoing) == sorted(world.answered), "each reply once"
    (phone,) = world.weather.vendor.phones()
    shown = [each.text for each in phone.bubbles if not each.mine]
    assert len(shown) == len(set(shown)), f"a reply is there twice: {shown}"
    for text, (state, _) in outgoing.items():
        if text in shown:
            assert state in _ON, f"{text} arrived and counts as {state}"
        else:
            assert state not in {"delivered", "read"}, f"{text} never arrived"
    if world.connector.manifest.has("idempotent_send"):
        assert sorted(shown) == sorted(world.answered), "a repetition is recognised: all arrive"
    sure = [each for each in shown if outgoing[each][0] != "uncertain"]
    assert sure == sorted(sure, key=lambda each: int(each[1:])), "the order is kept"
    await _only_forward(world, [id_ for _, id_ in outgoing.values()])


async def _only_forward(world: World, messages: Sequence[UUID]) -> None:
    told = await rows(
        world.state.db,
        "select data ->> 'message_id', data ->> 'state' from event"
        " where type = 'message.state' order by id",
    )
    for message in messages:
        ranks = [_RANK[state] for id_, state in told if id_ == str(message) and state in _RANK]
        assert ranks == sorted(ranks), "a receipt went back"


def _reply(response: shelf.Response) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(status=response.status, headers=headers, body=response.body)


@pytest.mark.parametrize("first", range(FIRST, FIRST + CASES, BATCH))
async def test_no_schedule_loses_or_doubles(first: int, db: Database, tmp_path: Path) -> None:
    state = state_on(db, tmp_path)
    try:
        for seed in range(first, min(first + BATCH, FIRST + CASES)):
            chance = random.Random(seed)  # noqa: S311 - draws weather
            world = await build(state, CHANNELS[seed % len(CHANNELS)], chance)
            try:
                await drawn(world, chance)
                await judge(world)
            except Exception as error:
                raise AssertionError(f"seed {seed}, {world.row.channel}: {error}") from error
    finally:
        if "http" in state.__dict__:
            await state.http.close()
