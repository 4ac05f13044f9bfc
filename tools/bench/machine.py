"""The machine and its state: facts for the record, CPU and memory of a tree of processes."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

import asyncpg

_TICKS = os.sysconf("SC_CLK_TCK")
_SAFE = {
    "fsync": {"on"},
    "synchronous_commit": {"on"},
    "full_page_writes": {"on"},
    "wal_sync_method": {"fdatasync"},
}
_SHOWN = (*_SAFE, "shared_buffers", "max_wal_size", "max_connections", "server_version")


class Unsafe(RuntimeError):
    """A safety setting is off: figures of such a server are refused."""


async def settings(connection: asyncpg.Connection) -> dict[str, str]:
    """Return the settings that matter. Raises Unsafe."""
    found = {name: str(await connection.fetchval(f"show {name}")) for name in _SHOWN}
    wrong = {name: found[name] for name, right in _SAFE.items() if found[name] not in right}
    if wrong:
        raise Unsafe(f"refused: {wrong}; the figures would promise what a crash takes away")
    return found


def facts(scale: str) -> dict[str, object]:
    """Return what a reader needs to judge the figures."""
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    memory = Path("/proc/meminfo").read_text().splitlines()[0].split()[1]
    git = shutil.which("git")
    asked = [git, "rev-parse", "--short", "HEAD"] if git else ["true"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return {
        "cpu": cpu[0].partition(":")[2].strip() if cpu else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory) / 1_048_576, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": commit.stdout.strip(),
        "scale": scale,
        "load_average": os.getloadavg(),
    }


def tree(*pids: int, without: int | None = None) -> list[int]:
    """Return processes and all their descendants, each once. without: a branch left out."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parent = _stat(int(entry.name), 1)
            if parent is not None:
                children.setdefault(parent, []).append(int(entry.name))
    found, ahead = set[int](), list(pids)
    while ahead:
        each = ahead.pop()
        if each not in found and each != without:
            found.add(each)
            ahead += children.get(each, [])
    return sorted(found)


def cpu_s(*roots: int, without: int | None = None) -> float:
    """Return the CPU seconds, user and system, of whole trees."""
    total = 0
    for pid in tree(*roots, without=without):
        total += (_stat(pid, 11) or 0) + (_stat(pid, 12) or 0)
        # Children that have ended count with their parent.
        total += (_stat(pid, 13) or 0) + (_stat(pid, 14) or 0)
    return total / _TICKS


def memory_mib(*roots: int, without: int | None = None) -> float:
    """Return the proportional memory of whole trees: shared pages are shared out."""
    kib = 0
    for pid in tree(*roots, without=without):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        kib += sum(int(line.split()[1]) for line in rollup.splitlines() if line[:4] == "Pss:")
    return kib / 1024


def _stat(pid: int, place: int) -> int | None:
    """Return a field of /proc/<pid>/stat, counted after the name."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(text.rpartition(")")[2].split()[place])
