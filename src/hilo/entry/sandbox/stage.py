"""Every simulated account with its vendor and its faults, kept in memory."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from hilo.domain import conversations
from hilo.domain.inboxes import ASIDE
from hilo.entry.accounts import Accounts
from hilo.entry.sandbox.courier import Courier
from hilo.entry.sandbox.faults import Fault, Faults
from hilo.kit import clock
from hilo.kit.db import Database
from hilo.kit.errors import NotFound, Unsupported
from hilo.sdk.abilities import Simulated
from hilo.sdk.account import Account
from hilo.sdk.simulator import Deed, Does, Phone, Recalling, Request, Response, Simulator

_MOST = 500
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_SILENCE_S = 60.0


class Cut(Exception):
    """The connection breaks after the vendor has acted."""


class Act(Struct):
    """One account on the stage."""

    account: Account
    simulator: Simulator
    faults: Faults


class Stage:
    """Plays the vendors; one per sandbox server."""

    def __init__(self, accounts: Accounts, courier: Courier, db: Database) -> None:
        """accounts: who is of the sandbox; courier: brings their webhooks. db: who wrote before."""
        self._accounts = accounts
        self._db = db
        self._courier = courier
        self._acts: dict[UUID, Act] = {}
        self._chance = random.Random()  # noqa: S311 - mixes an order, guards nothing

    async def request(self, account: UUID, request: Request) -> Response:
        """Answer a call of ours as the vendor would. Raises Cut; NotFound for other accounts."""
        act = await self._act(account)
        aside = ASIDE in request.headers
        trouble = act.faults.before(aside=aside)
        if trouble is not None:
            return act.simulator.trouble(trouble)
        response, webhooks = act.simulator.request(request, clock.now())
        self._courier.send(act.account, act.faults.back(webhooks, self._chance.random))
        lost = act.faults.after(aside=aside)
        if lost == "silence":
            await asyncio.sleep(_SILENCE_S)
        if lost is not None:
            raise Cut
        return response

    async def deed(self, account: UUID, deed: Deed) -> None:
        """Let a contact do something on the phone. Raises Unsupported, NotFound."""
        act = await self._act(account)
        webhooks = act.simulator.deed(deed, clock.now())
        self._courier.send(act.account, act.faults.back(webhooks, self._chance.random))

    async def deeds(self, account: UUID) -> Sequence[Does]:
        """Return what can be done on its phones."""
        return (await self._act(account)).simulator.deeds()

    async def phones(self, account: UUID) -> Sequence[Phone]:
        """Return every contact's phone."""
        return (await self._act(account)).simulator.phones()

    async def file(self, account: UUID, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble and its media type."""
        return (await self._act(account)).simulator.file(name)

    async def faults(self, account: UUID, given: Sequence[Fault] | None = None) -> Sequence[Fault]:
        """Let these go wrong, where any are given; return what will go wrong."""
        act = await self._act(account)
        if given is not None:
            act.faults.put(given)
        return act.faults.all()

    async def _act(self, account: UUID) -> Act:
        known = await self._accounts.find(account)
        if known is None or not known.row.is_sandbox:
            raise NotFound("no such account in the sandbox")
        act = self._acts.get(account)
        if act is not None and act.account.secrets == known.account.secrets:
            return act
        if not isinstance(known.connector, Simulated):
            raise Unsupported("this channel has no simulator")
        simulator = known.connector.simulator(known.account, _first(clock.now()))
        if isinstance(simulator, Recalling):
            async with self._db.reading(known.account.workspace) as tx:
                simulator.recall(await conversations.heard_lately(tx, account))
            now = self._acts.get(account)
            if now is not act and now is not None:
                return now  # somebody else asked meanwhile
        if act is None and len(self._acts) >= _MOST:
            del self._acts[next(iter(self._acts))]
        made = Act(known.account, simulator, Faults())
        self._acts[account] = made
        return made


def _first(now: datetime) -> int:
    """Return where numbers begin: beyond those of a former run, which named fewer a millisecond."""
    return round((now - _BEGINNING).total_seconds() * 1000)
