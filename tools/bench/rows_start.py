"""At rest: rows 14 (memory and CPU), 15 (cold start), 16 (widget bytes), 17 (console bytes)."""

import asyncio
import gzip
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import machine
from bench.report import Result, judged, missing
from hilo.entry import bootstrap
from rig import ROOT, Rig

STATIC = Path(bootstrap.__file__).parent / "static"
_BARE_SERVER = """
import asyncio, uvicorn
from litestar import Litestar, get
@get("/")
async def here() -> str: return "here"
config = uvicorn.Config(Litestar([here]), port=0, log_level="error")
asyncio.run(uvicorn.Server(config).serve())
"""
_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
_IMPORTS = "import litestar, uvicorn, asyncpg, msgspec"


async def at_rest(seconds: float) -> list[Result]:
    """Rows 14 and 15: a fresh installation, all roles in one process."""
    bare = await asyncio.to_thread(_bare_memory)
    imports = sorted(_python_s(_IMPORTS) for _ in range(3))[1]
    with tempfile.TemporaryDirectory(prefix="hilo-bench-") as folder:
        rig = Rig(Path(folder))
        try:
            await asyncio.to_thread(rig.start)
            assert rig.process is not None  # noqa: S101 - it runs
            pid, database = rig.process.pid, rig.postgres_pid
            # At rest is when the database has looked over what the start wrote.
            await asyncio.sleep(min(seconds * 12, 60))
            alone = machine.memory_mib(pid, without=database)
            whole = machine.memory_mib(pid, database)
            cpu = await _cpu_percent(pid, database, min(seconds * 12, 60))
            starts = [await asyncio.to_thread(_restart_s, rig) for _ in range(3)]
        finally:
            rig.__exit__(None, None, None)
    start = sorted(starts)[1]
    return [
        judged(
            14,
            "memory at rest, all roles in one process",
            alone,
            "MiB",
            limit=bare,
            sense="times",
            ratio=3,
            note="absolute target 250 MiB; the limit is a bare framework process",
        ),
        judged(14, "memory at rest with PostgreSQL", whole, "MiB", most=450),
        judged(
            14,
            "CPU at rest, with PostgreSQL",
            sum(cpu),
            "%",
            most=1,
            note=f"of one core, Hilo {cpu[0]:.2f}, PostgreSQL {cpu[1]:.2f}",
        ),
        judged(
            15,
            "start to the first 200, database included",
            start,
            "s",
            limit=imports,
            sense="times",
            ratio=4,
            note="absolute target 2.0 s; the limit is importing the framework and drivers",
        ),
    ]


async def _cpu_percent(hilo: int, database: int, seconds: float) -> tuple[float, float]:
    """Return what Hilo and its PostgreSQL took of one core."""

    def used() -> tuple[float, float]:
        return machine.cpu_s(hilo, without=database), machine.cpu_s(database)

    before, started = used(), time.monotonic()
    await asyncio.sleep(seconds)
    passed = time.monotonic() - started
    after = used()
    return (after[0] - before[0]) / passed * 100, (after[1] - before[1]) / passed * 100


def _restart_s(rig: Rig) -> float:
    rig.stop()
    started = time.monotonic()
    rig.launch()
    rig.wait_ready()
    return time.monotonic() - started


def _python_s(code: str) -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, env=_ENVIRONMENT)  # noqa: S603 - ours
    return time.monotonic() - started


def _bare_memory() -> float:
    command = [sys.executable, "-c", _BARE_SERVER]
    process = subprocess.Popen(command, env=_ENVIRONMENT)  # noqa: S603 - ours
    try:
        time.sleep(3)
        return machine.memory_mib(process.pid)
    finally:
        process.terminate()
        process.wait()


def bytes_of_widget() -> list[Result]:
    """Row 16, the part that is bytes."""
    loader = STATIC / "widget" / "loader.js"
    if not loader.exists():
        return [missing(16, "widget bytes", "the clients are not built: make setup")]
    pages = sorted(path.name for path in (STATIC / "widget").glob("panel-*.html"))
    # A visitor loads one language's page: the heaviest counts.
    first = max((_first_load(STATIC / "widget", each) for each in pages), key=_gz, default=[])
    return [
        judged(16, "widget loader, gzip", _gz([loader]), "kB", most=3),
        judged(16, "widget up to the first message, gzip", _gz([loader, *first]), "kB", most=15),
    ]


def _first_load(folder: Path, page: str) -> list[Path]:
    """Return the page and the files its markup names: what loads before anything is asked for."""
    html = folder / page
    if not html.exists():
        return []
    named = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', html.read_text(encoding="utf-8"))
    found = [html]
    for name in named:
        tail = name.rsplit("/", 1)[-1]
        found += list(folder.rglob(tail))[:1]
    return found


def _gz(files: list[Path]) -> float:
    return sum(len(gzip.compress(each.read_bytes(), 9)) for each in files) / 1000
