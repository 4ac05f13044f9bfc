"""What leaves: row 21 (replies posted to callbacks), and one vendor that hangs beside others."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from uuid import UUID

import asyncpg
from msgspec import Struct, field

from bench.context import Bench
from bench.entrances import Api, hooks
from bench.lines import Line
from bench.report import Result, judged
from bench.rows_chat import agent_socket, until
from bench.targets import Targets
from bench.wire import Samples, Wire, closed_loop, open_loop, request
from hilo.kit.ids import new_id
from rig import free_port

_ROUNDS = 3
_WIDTH = 40  # calls at once, of the product and of the bare client
_PATIENCE_S = 60.0
_REPLIES_S = 12.0  # by the clock, over all healthy channels
_HEALTHY = ("telegram", "whatsapp", "messenger")
_HANGING = "twilio"
_LEFT = {"sent", "delivered", "read"}
_BARE_CLIENT = """
import asyncio, sys, time, httpx2
async def main(url, count, width):
    async with httpx2.AsyncClient(trust_env=False) as client:
        ahead = iter(range(count))
        async def one():
            for _ in ahead:
                (await client.post(url, content=b"x" * 400)).raise_for_status()
        started = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(width)))
        print(count / (time.perf_counter() - started))
asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


async def callbacks(bench: Bench) -> list[Result]:
    """Row 21: replies posted to a callback, while others are slow, silent or away."""
    targets = Targets()
    await targets.start()
    limits, rates, costs = [], [], []
    count = max(bench.effort.messages // 20, 60)
    try:
        for _ in range(_ROUNDS):
            targets.is_open = True
            limits.append(await _bare_client(targets.url("taken"), count))
            rate, cost = await _posted(bench, targets, count)
            rates.append(rate)
            costs.append(cost)
    finally:
        targets.stop()
    note = (
        f"{count} replies that waited for their callback, a third more to a slow, a silent and an "
        f"absent one; {costs[-1]}; {_ROUNDS} rounds, {min(rates):.0f} to {max(rates):.0f}; "
        "absolute target 1,000/s; the limit is the bare client with kept connections"
    )
    name = "replies posted to callbacks beside dead ones"
    return [judged(21, name, median(rates), "/s", limit=median(limits), ratio=0.3, note=note)]


async def _bare_client(url: str, count: int) -> float:
    command = [sys.executable, "-c", _BARE_CLIENT, url, str(count), str(_WIDTH)]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


async def _posted(bench: Bench, targets: Targets, count: int) -> tuple[float, str]:
    """Return replies a second, from the callback's return to the last one, and the CPU of each."""
    targets.is_open, targets.taken = False, []
    away = f"http://127.0.0.1:{free_port()}/away"
    addresses = [targets.url("taken"), targets.url("slow"), targets.url("silent"), away]
    accounts = [await _api_account(bench, each) for each in addresses]
    good, *others = accounts
    try:
        await _write(bench, good, count)
        await _until_held(bench, good["id"])
        for each in others:
            await _write(bench, each, max(count // 9, 3))
        targets.is_open = True
        before, started = bench.cpu(), time.perf_counter()
        settings = {"settings": {"callback_url": targets.url("taken")}}
        mended = await asyncio.to_thread(
            bench.client.patch, f"/accounts/{good['id']}", json=settings
        )
        mended.raise_for_status()
        await _arrived(targets, count)
        cost = bench.cpu().each(before, count)
        return count / (targets.taken[-1] - started), cost
    finally:
        for each in accounts:
            await asyncio.to_thread(bench.client.delete, f"/accounts/{each['id']}")


async def _api_account(bench: Bench, url: str) -> dict[str, str]:
    settings = {"callback_url": url}
    return await asyncio.to_thread(
        bench.rig.account, bench.client, "api", settings, f"Bench {new_id().hex[-6:]}"
    )


async def _write(bench: Bench, account: dict[str, str], count: int) -> None:
    """Let so many people write, and answer each."""
    api = Api(f"/hooks/api/{account['id']}", account["secret"])
    mark = f"o{new_id().hex[-8:]}"
    await closed_loop(bench.rig.url, hooks(api, count, mark, count))
    await bench.drained()
    replies = [_reply(bench, each, mark) for each in await _conversations(bench, account)]
    written = await closed_loop(bench.rig.url, replies, 16)
    if written.refused or len(replies) != count:
        raise AssertionError(f"{written.refused} of {len(replies)} replies were refused")


async def _conversations(bench: Bench, account: dict[str, str]) -> list[UUID]:
    connection = await asyncpg.connect(bench.dsn)
    try:
        rows = await connection.fetch(
            "select id from conversation where inbox_id = $1", UUID(account["inbox_id"])
        )
    finally:
        await connection.close()
    return [row["id"] for row in rows]


def _reply(bench: Bench, conversation: UUID, text: str) -> bytes:
    headers = {**bench.auth, "content-type": "application/json"}
    body = json.dumps({"kind": "reply", "text": text}).encode()
    return request("POST", f"/api/v1/conversations/{conversation}/messages", headers, body)


async def _until_held(bench: Bench, account: str) -> None:
    for _ in range(int(_PATIENCE_S * 10)):
        found = await asyncio.to_thread(bench.client.get, f"/accounts/{account}")
        if found.json()["state"] == "held":
            return
        await asyncio.sleep(0.1)
    raise AssertionError("an account whose callback refuses was never held")


async def _arrived(targets: Targets, count: int) -> None:
    await _all_of(count, lambda: len(targets.taken))
    if len(targets.taken) != count:
        raise AssertionError(f"{len(targets.taken)} of {count} replies came")


async def _all_of(count: int, come: Callable[[], int]) -> None:
    """Wait until so many have come; a minute in which none comes is the end of it."""
    before = -1
    while before < come() < count:
        before = come()
        await until(lambda: come() >= count)


# ------------------------------------------------------------------ one vendor hangs


class Phones(Struct, frozen=True):
    """A simulated account and its conversations."""

    account: str
    conversations: Sequence[UUID]


class _Sent(Struct):
    """Hears on an agent's socket when each reply had left.

    A vendor's receipt may be there before our own note of the call: such a reply is never seen as
    "sent", it goes from "sending" to "delivered".
    """

    at: dict[str, float] = field(default_factory=dict)

    def hear(self, frame: bytes) -> None:
        """Note the first state that says the vendor has it."""
        if b'"message.state"' not in frame:
            return
        told = json.loads(frame)
        data = told.get("data", told)
        if data.get("state") in _LEFT:
            self.at.setdefault(data["message_id"], time.perf_counter())


async def one_hangs(bench: Bench) -> list[Result]:
    """Send replies on healthy channels by the clock, with and without a vendor that hangs."""
    count = 40 if bench.effort.seconds > 1 else 5
    healthy = [await _phones(bench, channel, count) for channel in _HEALTHY]
    sent = _Sent()
    line = await Line.open_line(agent_socket(bench), sent.hear)
    calm, beside = list[Samples](), list[Samples]()
    try:
        for number in range(2 * _ROUNDS):
            hangs = number % 4 in {1, 2}  # without, with, with, without, …
            (beside if hangs else calm).append(await _round(bench, healthy, sent, hangs=hangs))
        if line.is_lost:
            raise AssertionError("the agent's socket was closed under way")
    finally:
        line.close()
    return _judge(calm, beside)


def _judge(calm: list[Samples], beside: list[Samples]) -> list[Result]:
    p99 = [median(each.at(0.99) for each in rounds) for rounds in (beside, calm)]
    p50 = [median(each.at(0.5) for each in rounds) for rounds in (beside, calm)]
    spread = ", ".join(f"{each.at(0.99):.0f}" for each in (*calm, *beside))
    note = (
        f"{', '.join(_HEALTHY)} by the sandbox, {_REPLIES_S:.0f} replies/s from asked to sent; "
        f"the limit is the same while nobody hangs; p50 {p50[1]:.1f} without, {p50[0]:.1f} with; "
        f"p99 of the rounds without, then with: {spread} ms"
    )
    name = "p99 of healthy channels while one vendor hangs"
    times = {"limit": p99[1], "ratio": 1.1}
    return [
        judged(21, name, p99[0], "ms", sense="times", note=note, **times),
    ]


async def _phones(bench: Bench, channel: str, count: int) -> Phones:
    """Connect a simulated account; let so many contacts write."""
    inbox = await asyncio.to_thread(bench.client.post, "/inboxes", json={"name": f"B {channel}"})
    asked = {"channel": channel, "sandbox": True, "settings": {}}
    path = f"/inboxes/{inbox.json()['id']}/accounts"
    made = (await asyncio.to_thread(bench.client.post, path, json=asked)).raise_for_status().json()
    headers = {**bench.auth, "content-type": "application/json"}
    deeds = [
        json.dumps({"does": "text", "who": str(who + 1), "name": f"P {who}", "text": "hello"})
        for who in range(count)
    ]
    path = f"/api/v1/accounts/{made['id']}/sandbox/deeds"
    asked_for = [request("POST", path, headers, each.encode()) for each in deeds]
    done = await closed_loop(bench.rig.url, asked_for, 4)
    if done.refused:
        raise AssertionError(f"{done.refused} deeds on {channel} were refused")
    for _ in range(int(_PATIENCE_S * 10)):
        found = await _conversations(bench, made)
        if len(found) == count:
            return Phones(made["id"], found)
        await asyncio.sleep(0.1)
    raise AssertionError(f"not all of {count} conversations on {channel} began")


async def _round(bench: Bench, healthy: Sequence[Phones], sent: _Sent, *, hangs: bool) -> Samples:
    """Return how long each healthy reply took, from when it was due."""
    count = int(_REPLIES_S * bench.effort.seconds * 2)
    other = await _phones(bench, _HANGING, len(healthy[0].conversations))
    faults = {"faults": [{"kind": "silence", "left": None}] if hangs else []}
    path = f"/accounts/{other.account}/sandbox/faults"
    (await asyncio.to_thread(bench.client.put, path, json=faults)).raise_for_status()
    try:
        busy = [_reply(bench, each, "beside") for each in other.conversations]
        beside = asyncio.create_task(open_loop(bench.rig.url, busy, _REPLIES_S, 8))
        await asyncio.sleep(0.5)
        found = await _write_by_clock(bench, healthy, count, sent)
        await beside
    finally:
        await _forget(bench, other.account)
    return found


async def _write_by_clock(
    bench: Bench, healthy: Sequence[Phones], count: int, sent: _Sent
) -> Samples:
    free: asyncio.Queue[Wire] = asyncio.Queue()
    for _ in range(8):
        free.put_nowait(await Wire.connect(bench.rig.url))
    due: dict[str, float] = {}

    async def one(number: int, at: float) -> None:
        phones = healthy[number % len(healthy)].conversations
        wire = await free.get()
        asked = _reply(bench, phones[number // len(healthy) % len(phones)], f"reply {number}")
        status, body = await wire.ask(asked)
        free.put_nowait(wire)
        if status >= 300:  # noqa: PLR2004 - anything else is a broken benchmark
            raise AssertionError(f"a reply answered {status}: {body[:300]!r}")
        due[json.loads(body)["id"]] = at

    started = time.perf_counter()
    tasks = []
    for number in range(count):
        at = started + number / _REPLIES_S
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number, at)))
    await asyncio.gather(*tasks)
    await _all_of(count, lambda: len(due.keys() & sent.at.keys()))
    if not due.keys() <= sent.at.keys():
        raise AssertionError(
            f"{len(due.keys() - sent.at.keys())} of {count} replies were not seen to leave"
        )
    while not free.empty():
        free.get_nowait().close()
    return Samples([(sent.at[each] - at) * 1000 for each, at in due.items()])


async def _forget(bench: Bench, account: str) -> None:
    """Let nothing of an account be on its way any more: the next round begins alike."""
    connection = await asyncpg.connect(bench.dsn)
    try:
        await connection.execute(_GIVE_UP, UUID(account))
    finally:
        await connection.close()


_GIVE_UP = """
update part set state = 'failed' where account_id = $1 and state in ('queued', 'sending')
"""
