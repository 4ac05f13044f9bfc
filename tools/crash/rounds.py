"""Seeded rounds: messages come in, replies go out, something is killed, and it all must add up."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Literal
from uuid import UUID

import httpx2
from msgspec import Struct, field

from crash.phones import Phones
from crash.sink import Sink
from rig import Rig
from signed import headers, message

Victim = Literal["hilo", "postgres", "both"]
VICTIMS: Sequence[Victim] = ("hilo", "postgres", "hilo", "both")
PEOPLE = 12
RATE = 60.0  # messages a second
PHONE_RATE = 12.0  # the same, written on phones
REPLY_SHARE = 0.3
# Longer than the watchdog needs: 30 s until a part counts as left, 10 until it looks, 5 to begin.
STUCK_S = 60.0
_OK = range(200, 300)


class Verdict(Struct):
    """What was counted. Each list is empty when all is well.

    accepted: at the hook; written: on phones.
    """

    accepted: int = 0
    written: int = 0
    replies: int = 0
    kills: int = 0
    uncertain: int = 0
    slowest_return_s: float = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Say whether the promise held."""
        return not (self.lost or self.doubled or self.stuck)


class Rounds:
    """Runs rounds on one rig."""

    def __init__(self, rig: Rig, sink: Sink, phones: Phones, seed: int) -> None:
        """seed: of who writes what and what is killed when."""
        self.rig = rig
        self.sink = sink
        self.phones = phones
        self.chance = random.Random(seed)  # noqa: S311 - a test's seed
        self.verdict = Verdict()
        self.accepted: set[str] = set()
        self.replied: dict[str, str] = {}
        with rig.client() as client:
            made = rig.account(client, "api", {"callback_url": sink.url})
            self.secret, self.hook = made["secret"], made["webhook_url"]
            self.account, self.inbox = UUID(made["id"]), made["inbox_id"]
            self.token = client.headers["authorization"]
        self._count = 0
        self._accounts = [self.account, UUID(phones.account)]

    async def run(self, rounds: int, seconds: float = 3.0) -> Verdict:
        """Run that many rounds of load, a kill in each; then wait and count."""
        for number in range(rounds):
            await self._round(VICTIMS[number % len(VICTIMS)], seconds)
        await self._settle()
        await self._count_up()
        return self.verdict

    async def _round(self, victim: Victim, seconds: float) -> None:
        end = time.monotonic() + seconds
        limits = httpx2.Limits(max_connections=50)
        async with httpx2.AsyncClient(timeout=10, limits=limits) as client:
            loads = [
                self._load(client, end),
                self._write(client, end),
                self._answer(client, end, self.inbox),
                self._answer(client, end, self.phones.inbox),
            ]
            work = [asyncio.create_task(load) for load in loads]
            await asyncio.sleep(seconds * self.chance.uniform(0.2, 0.8))
            await asyncio.to_thread(self._kill, victim)
            await asyncio.gather(*work)

    def _kill(self, victim: Victim) -> None:
        self.verdict.kills += 1
        if victim in {"postgres", "both"}:
            self.rig.kill_postgres()
        if victim in {"hilo", "both"}:
            self.rig.kill()
            self.rig.launch()
        back = self.rig.wait_ready()
        self.verdict.slowest_return_s = max(self.verdict.slowest_return_s, back)

    async def _load(self, client: httpx2.AsyncClient, end: float) -> None:
        tasks = []
        while time.monotonic() < end:
            self._count += 1
            tasks.append(asyncio.create_task(self._send(client, f"crash-{self._count}")))
            await asyncio.sleep(1 / RATE)
        await asyncio.gather(*tasks)

    async def _write(self, client: httpx2.AsyncClient, end: float) -> None:
        """Let contacts write on their phones."""
        tasks = []
        while time.monotonic() < end:
            self._count += 1
            text = f"phone-{self._count}"
            tasks.append(asyncio.create_task(self.phones.write(client, text, self.chance)))
            await asyncio.sleep(1 / PHONE_RATE)
        await asyncio.gather(*tasks)

    async def _send(self, client: httpx2.AsyncClient, id_: str) -> None:
        """Do as a vendor does: repeat until it is taken, sometimes once more after that."""
        person = self.chance.randrange(PEOPLE)
        body = message(id_, {"id": f"p{person}", "name": f"Person {person}"}, f"text of {id_}")
        again = self.chance.random() < 0.1  # noqa: PLR2004 - a share
        while True:
            with suppress(httpx2.HTTPError):
                marks = headers(self.secret, f"wh-{id_}", body)
                answer = await client.post(self.hook, content=body, headers=marks)
                if answer.status_code in _OK:
                    self.accepted.add(id_)
                    if not again:
                        return
                    again = False
            await asyncio.sleep(0.2)

    async def _answer(self, client: httpx2.AsyncClient, end: float, inbox: str) -> None:
        """Reply as an agent's client does: one id for one reply, repeated until it is taken."""
        api = f"{self.rig.url}/api/v1"
        auth = {"Authorization": self.token}
        while time.monotonic() < end:
            await asyncio.sleep(2 / (RATE * REPLY_SHARE))
            with suppress(httpx2.HTTPError, KeyError, ValueError):
                listed = await client.get(
                    f"{api}/conversations?limit=20&inbox={inbox}", headers=auth
                )
                items = listed.json()["items"]
                if items:
                    await self._reply(client, self.chance.choice(items)["id"], auth)

    async def _reply(
        self, client: httpx2.AsyncClient, conversation: str, auth: dict[str, str]
    ) -> None:
        name = f"reply-{self._count}-{self.chance.getrandbits(40)}"
        path = f"{self.rig.url}/api/v1/conversations/{conversation}/messages"
        body = {"kind": "reply", "text": name, "client_id": name}
        given = time.monotonic() + STUCK_S
        while time.monotonic() < given:
            with suppress(httpx2.HTTPError):
                answer = await client.post(
                    path, json=body, headers={**auth, "Idempotency-Key": name}
                )
                if answer.status_code in _OK:
                    self.replied[answer.json()["id"]] = name
                    return
            await asyncio.sleep(0.2)

    async def _settle(self) -> None:
        """Wait until nothing is on its way, or nothing has moved for so long that it is stuck."""
        moved, before = time.monotonic(), (0, 0)
        connection = await self.rig.owner()
        try:
            while time.monotonic() - moved < STUCK_S:
                stored = {row[0] for row in await connection.fetch(_STORED, self._accounts)}
                waits = await connection.fetchval(_WAITING, self._accounts)
                if not waits and self.phones.written <= stored:
                    return
                if (now := (waits, len(stored))) != before:
                    moved, before = time.monotonic(), now
                await asyncio.sleep(0.25)
        finally:
            await connection.close()

    async def _count_up(self) -> None:
        verdict = self.verdict
        verdict.accepted, verdict.replies = len(self.accepted), len(self.replied)
        verdict.written = len(self.phones.written)
        connection = await self.rig.owner()
        try:
            stored = dict(await connection.fetch(_STORED, self._accounts))
            posted = dict(await connection.fetch(_SENT, self._accounts[:1]))
            texted = dict(await connection.fetch(_SENT, self._accounts[1:]))
            stuck = await connection.fetch(_STUCK, self._accounts, STUCK_S)
            places = await connection.fetch(_SAME_PLACE, self._accounts)
        finally:
            await connection.close()
        verdict.stuck += [row[0] for row in stuck]
        verdict.doubled += [row[0] for row in places]
        wanted = {f"text of {each}" for each in self.accepted} | self.phones.written
        sent = posted | texted
        verdict.lost += sorted(wanted - stored.keys())
        verdict.lost += sorted(name for id_, name in self.replied.items() if id_ not in sent)
        verdict.doubled += sorted(text for text, count in stored.items() if count > 1)
        verdict.uncertain = sum(1 for state in sent.values() if state == "uncertain")
        self._compare(posted, self.sink.got, {"sent"})
        shown = await asyncio.to_thread(self.phones.shown)
        seen = {id_: shown[self.replied[id_]] for id_ in texted if id_ in self.replied}
        self._compare(texted, Counter(seen), {"sent", "delivered", "read"})

    def _compare(
        self, states: Mapping[str, str], arrived: Counter[str], on: AbstractSet[str]
    ) -> None:
        """Hold what Hilo says of replies against the other side.

        Neither channel recognises a repeated send, so none may happen.
        """
        verdict = self.verdict
        verdict.doubled += sorted(f"arrived {id_}" for id_, n in arrived.items() if n > 1)
        for id_, state in states.items():
            if state in on and id_ in self.replied and not arrived[id_]:
                verdict.lost.append(f"{id_} counts as {state}")
            if state == "failed" and arrived[id_]:
                verdict.doubled.append(f"{id_} counts as failed: somebody would send it again")


_WAITING = """
select (select count(*) from delivery where account_id = any($1) and state = 'new')
     + (select count(*) from part where account_id = any($1) and state in ('queued', 'sending'))
"""
_STORED = """
select text, count(*) from message where account_id = any($1) and kind = 'incoming' group by text
"""
_SENT = """
select m.id::text, m.state from message m join part p on p.message_id = m.id and p.number = 1
where p.account_id = any($1)
"""
# A receipt may come while we count: what is new is stuck when it has waited.
_STUCK = """
select format('delivery %s: %s since %s, %s', id, state, received_at, error) from delivery
where account_id = any($1) and state not in ('done', 'ignored')
  and (state <> 'new' or received_at < now() - make_interval(secs => $2))
union all
select format('part of %s: %s since %s, tried %s times, due %s, %s',
              message_id, state, attempted_at, attempts, due_at, error) from part
where account_id = any($1) and state in ('queued', 'sending')
"""
_SAME_PLACE = """
select 'place ' || m.conversation_id || ' ' || m.seq from message m
where m.conversation_id in (select conversation_id from message where account_id = any($1))
group by m.conversation_id, m.seq having count(*) > 1
"""
