"""Row 4: what a visitor writes, until the agents' sockets have it."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from bench import limits
from bench.context import Bench
from bench.lines import Ear, Line
from bench.report import Result, judged
from bench.wire import Samples, Wire, request
from hilo.kit.ids import new_id

_RATE = 200.0
_SECONDS = 4  # times the effort's
_WIDTH = 32
_EARS = 5  # agents whose frames are looked into; the others' are counted
_PATIENCE_S, _LOOK_S = 60.0, 0.05
_JSON = {"content-type": "application/json"}

Visitor = dict[str, Any]
Given = TypeVar("Given")
Made = TypeVar("Made")


async def visitor_to_agent(bench: Bench) -> list[Result]:
    """Visitors with an open chat write by the clock; a time counts from the moment it was due."""
    effort = bench.effort
    chat = await asyncio.to_thread(bench.rig.account, bench.client, "webchat", {}, "Bench chat")
    desk = _Desk(bench, chat["id"])
    await desk.open(effort.agents, effort.visitors)
    try:
        count = int(_RATE * _SECONDS * effort.seconds)
        before = bench.cpu()
        due = await desk.write(count)
        cpu = bench.cpu().each(before, count)
    finally:
        desk.close()
    times = [(ear.heard[n] - due[n]) * 1000 for ear in desk.ears for n in ear.heard]
    found = Samples(times)
    floor = await limits.commit_ms(bench.dsn) + await _hop_ms()
    lost = sum(count - len(ear.heard) for ear in desk.ears)
    double = sum(ear.repeated for ear in desk.ears)
    if lost or double:
        raise AssertionError(f"{lost} frames were never heard, {double} came twice")
    return _judge(effort.agents, effort.visitors, found, floor, cpu)


def _judge(agents: int, visitors: int, found: Samples, floor: float, cpu: str) -> list[Result]:
    name = "visitor to agent's socket"
    note = (
        f"{agents} agents, {visitors:,} visitors' sockets, {_RATE:.0f}/s, none lost or repeated; "
        f"{cpu}; the limit is one commit and one hop; absolute target 30 ms"
    )
    return [
        judged(
            *(4, f"{name}, p50", found.at(0.5), "ms"),
            limit=floor,
            sense="times",
            ratio=5,
            note=note,
        ),
        judged(4, f"{name}, p99", found.at(0.99), "ms", most=150),
    ]


class _Desk:
    """The agents and the visitors, all with their sockets open."""

    def __init__(self, bench: Bench, account: str) -> None:
        self._bench = bench
        self._account = account
        self._visitors: Sequence[Visitor] = []
        self._lines: list[Line] = []
        self._mark = f"live{new_id().hex[-6:]}"
        self.ears: Sequence[Ear] = []

    async def open(self, agents: int, visitors: int) -> None:
        """Sign everybody in; each visitor writes once, so that its conversation stands."""
        self._visitors = await _each(range(visitors), lambda _: self._session())
        first = f"{self._mark}a"
        self.ears = [Ear(self._mark) for _ in range(min(_EARS, agents))]
        ready = Ear(first)
        heard = [_both(self.ears[0].hear, ready.hear), *(each.hear for each in self.ears[1:])]
        hearing = [*heard, *[None] * (agents - len(heard))]
        self._lines += await _each(hearing, lambda hear: Line.open_line(self._agents(), hear))
        wires = [await Wire.connect(self._bench.rig.url) for _ in range(_WIDTH)]
        queue = iter(range(visitors))
        await asyncio.gather(*(self._say_all(wire, queue, first) for wire in wires))
        await until(lambda: len(ready.heard) >= visitors)
        # A socket opened before the first message would be told of it while others still sign in.
        self._lines += await _each(self._visitors, lambda v: Line.open_line(self._chat(v)))
        await asyncio.sleep(1)

    async def write(self, count: int) -> list[float]:
        """Write by the clock; return when each message was due, once all are heard."""
        free: asyncio.Queue[Wire] = asyncio.Queue()
        for _ in range(_WIDTH):
            free.put_nowait(await Wire.connect(self._bench.rig.url))
        started = time.perf_counter() + 0.5
        due = [started + number / _RATE for number in range(count)]
        tasks = []

        async def one(number: int) -> None:
            wire = await free.get()
            await self._say(wire, self._mark, number)
            free.put_nowait(wire)

        for number in range(count):
            await asyncio.sleep(max(0.0, due[number] - time.perf_counter()))
            tasks.append(asyncio.create_task(one(number)))
        await asyncio.gather(*tasks)
        await until(lambda: all(len(ear.heard) >= count for ear in self.ears))
        while not free.empty():
            free.get_nowait().close()
        return due

    def close(self) -> None:
        """Hang up."""
        for line in self._lines:
            line.close()

    async def _say_all(self, wire: Wire, numbers: Any, mark: str) -> None:
        for number in numbers:
            await self._say(wire, mark, number)
        wire.close()

    async def _say(self, wire: Wire, mark: str, number: int) -> None:
        visitor = self._visitors[number % len(self._visitors)]
        body = json.dumps({"client_id": f"{mark}-{number}", "text": f"{mark}-{number:06d}"})
        headers = {**_JSON, "authorization": f"Bearer {visitor['visitor_token']}"}
        path = f"/chat/{self._account}/messages"
        status, answer = await wire.ask(request("POST", path, headers, body.encode()))
        if status >= 300:  # noqa: PLR2004 - anything else is a broken benchmark
            raise AssertionError(f"a visitor's message answered {status}: {answer[:300]!r}")

    async def _session(self) -> Visitor:
        wire = await Wire.connect(self._bench.rig.url)
        body = json.dumps({"locale": "en", "page": "http://shop.test/"}).encode()
        path = f"/chat/{self._account}/session"
        status, answer = await wire.ask(request("POST", path, _JSON, body))
        wire.close()
        if status >= 300:  # noqa: PLR2004 - as above
            raise AssertionError(f"a visitor's session answered {status}: {answer[:300]!r}")
        found: Visitor = json.loads(answer)
        return found

    def _agents(self) -> str:
        return agent_socket(self._bench)

    def _chat(self, visitor: Visitor) -> str:
        token = visitor["visitor_token"]
        port = self._bench.rig.port
        return f"ws://127.0.0.1:{port}/chat/{self._account}/socket?visitor_token={token}"


def agent_socket(bench: Bench) -> str:
    """Return the address of an agent's socket, signed in."""
    token = bench.client.headers["authorization"].removeprefix("Bearer ")
    return f"ws://127.0.0.1:{bench.rig.port}/api/v1/socket?token={token}"


def _both(one: Callable[[bytes], None], two: Callable[[bytes], None]) -> Callable[[bytes], None]:
    def hear(frame: bytes) -> None:
        one(frame)
        two(frame)

    return hear


async def _each(given: Sequence[Given], work: Callable[[Given], Awaitable[Made]]) -> list[Made]:
    """Do it for each, some at a time."""
    gate = asyncio.Semaphore(_WIDTH)

    async def one(each: Given) -> Made:
        async with gate:
            return await work(each)

    return await asyncio.gather(*(one(each) for each in given))


async def until(done: Callable[[], bool]) -> None:
    """Wait until it is so, a minute at most; the caller looks what came."""
    for _ in range(int(_PATIENCE_S / _LOOK_S)):
        if done():
            return
        await asyncio.sleep(_LOOK_S)


async def _hop_ms() -> float:
    """Return the median way there of one frame between two plain sockets of this process."""
    times: list[float] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    for _ in range(200):
        started = time.perf_counter()
        writer.write(b"x" * 300)
        await reader.readexactly(300)
        times.append((time.perf_counter() - started) * 500)
    writer.close()
    server.close()
    return sorted(times)[len(times) // 2]
