"""Row 11: the memory of idle sockets."""

import asyncio
import subprocess
import sys

from bench import machine
from bench.context import Bench
from bench.lines import Line
from bench.report import Result, judged
from bench.rows_chat import agent_socket
from rig import free_port

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


async def sockets(bench: Bench) -> list[Result]:
    """Row 11: idle agents' sockets, by the memory they add."""
    assert bench.rig.process is not None  # noqa: S101 - it runs
    count = bench.effort.sockets
    ours = await _per_socket(bench.rig.process.pid, agent_socket(bench), count)
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
