"""Live: rows 4 (contact's socket to agent's socket) and 11 (memory of idle sockets)."""

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

from bench import limits, machine
from bench.context import Bench
from bench.lines import Ear, Line
from bench.report import Result, judged
from bench.wire import Samples, Wire, request
from hilo.kit.ids import new_id
from rig import free_port

_RATE = 200.0
_GIB = 1024
_BARE_SERVER = """
import asyncio, sys, websockets
async def echo(line):
    async for each in line: await line.send(each)
async def main():
    port = int(sys.argv[1])
    async with websockets.serve(echo, "127.0.0.1", port, ping_interval=None, compression=None):
        await asyncio.Event().wait()
asyncio.run(main())
"""


async def visitor_to_agent(bench: Bench) -> list[Result]:
    """Row 4: visitors write, agents see it; a time counts from the moment it was due."""
    effort = bench.effort
    chat = await asyncio.to_thread(bench.rig.account, bench.client, "webchat", {}, "Bench chat")
    visitors = [await _visitor(bench, chat["id"]) for _ in range(min(effort.visitors, 500))]
    mark = f"live{new_id().hex[-6:]}"
    ear = Ear(mark)
    agents = [await Line.open_line(_agent_socket(bench), ear.hear)]
    agents += [await Line.open_line(_agent_socket(bench)) for _ in range(effort.agents - 1)]
    lines = [await Line.open_line(_visitor_socket(bench, chat["id"], v)) for v in visitors]
    count = int(_RATE * effort.seconds)
    due = await _write(bench, chat["id"], visitors, mark, count)
    for _ in range(200):
        if len(ear.heard) >= count:
            break
        await asyncio.sleep(0.05)
    for line in (*agents, *lines):
        line.close()
    found = Samples([(ear.heard[n] - due[n]) * 1000 for n in ear.heard])
    floor = await limits.commit_ms(bench.dsn) + await _hop_ms()
    lost = count - len(ear.heard)
    note = f"{effort.agents} agents, {len(visitors)} visitors, {_RATE:.0f}/s, not heard: {lost}"
    name = "visitor to agent's socket"
    return [
        judged(
            4,
            f"{name}, p50",
            found.at(0.5),
            "ms",
            limit=floor,
            sense="times",
            ratio=5,
            note=f"{note}; the limit is one commit and one hop; absolute target 30 ms",
        ),
        judged(4, f"{name}, p99", found.at(0.99), "ms", most=150),
    ]


async def _write(
    bench: Bench, account: str, visitors: list[dict[str, Any]], mark: str, count: int
) -> list[float]:
    free: asyncio.Queue[Wire] = asyncio.Queue()
    for _ in range(32):
        free.put_nowait(await Wire.connect(bench.rig.url))
    started = time.perf_counter() + 0.5
    due = [started + number / _RATE for number in range(count)]
    tasks = []

    async def one(number: int) -> None:
        visitor = visitors[number % len(visitors)]
        body = json.dumps({"client_id": f"{mark}-{number}", "text": f"{mark}-{number:06d}"})
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {visitor['visitor_token']}",
        }
        asked = request("POST", f"/chat/{account}/messages", headers, body.encode())
        wire = await free.get()
        await wire.ask(asked)
        free.put_nowait(wire)

    for number in range(count):
        await asyncio.sleep(max(0.0, due[number] - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    return due


async def _visitor(bench: Bench, account: str) -> dict[str, Any]:
    wire = await Wire.connect(bench.rig.url)
    body = json.dumps({"locale": "en", "page": "http://shop.test/"}).encode()
    asked = request("POST", f"/chat/{account}/session", {"content-type": "application/json"}, body)
    status, answer = await wire.ask(asked)
    wire.close()
    if status >= 300:  # noqa: PLR2004 - anything else is a broken benchmark
        raise AssertionError(f"a visitor's session answered {status}: {answer[:300]!r}")
    found: dict[str, Any] = json.loads(answer)
    return found


def _agent_socket(bench: Bench) -> str:
    token = bench.client.headers["authorization"].removeprefix("Bearer ")
    return f"ws://127.0.0.1:{bench.rig.port}/api/v1/socket?token={token}"


def _visitor_socket(bench: Bench, account: str, visitor: dict[str, Any]) -> str:
    token = visitor["visitor_token"]
    return f"ws://127.0.0.1:{bench.rig.port}/chat/{account}/socket?visitor_token={token}"


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


async def sockets(bench: Bench) -> list[Result]:
    """Row 11: idle agents' sockets, by the memory they add."""
    assert bench.rig.process is not None  # noqa: S101 - it runs
    count = bench.effort.sockets
    ours = await _per_socket(bench.rig.process.pid, _agent_socket(bench), count)
    port = free_port()
    command = [sys.executable, "-c", _BARE_SERVER, str(port)]
    bare = await asyncio.to_thread(subprocess.Popen, command)
    try:
        await asyncio.sleep(2)
        raw = await _per_socket(bare.pid, f"ws://127.0.0.1:{port}/", count)
    finally:
        bare.terminate()
        bare.wait()
    return [
        judged(
            11,
            f"sockets per GiB, {count:,} idle",
            _GIB / ours,
            "/GiB",
            limit=_GIB / raw,
            ratio=0.5,
            note="absolute target 20,000/GiB; the limit is the bare library",
        )
    ]


async def _per_socket(pid: int, url: str, count: int) -> float:
    """Return MiB each."""
    first = [await Line.open_line(url) for _ in range(20)]  # what is made once, is made
    await asyncio.sleep(1)
    before = machine.memory_mib(pid)
    lines = [await Line.open_line(url) for _ in range(count)]
    await asyncio.sleep(2)
    grown = machine.memory_mib(pid) - before
    for line in (*first, *lines):
        line.close()
    return max(grown, 0.01) / count
