"""Servers that outlived the Hilo that started them: found without doubt, ended without loss.

A number in a file proves nothing, since numbers are given again: it must work in the folder.
"""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))


def orphan_of(cluster: Path) -> int | None:
    """Return the process that serves this cluster without us.

    A note left by a server that is gone, whose number somebody else has now, is removed: the server
    would refuse to start because of it. Only while nothing works in the folder.
    """
    note = cluster / "postmaster.pid"
    try:
        pid = int(note.read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    if pid <= 1 or not is_alive(pid):
        return None
    if not (_PROC / "self").exists():
        return pid if str(cluster) in _command_of(pid) else None
    workers = set(_working_in(cluster))
    if pid in workers:
        return pid
    if not workers:
        note.unlink(missing_ok=True)
    return None


def is_alive(pid: int) -> bool:
    """Say whether the process runs; one that waits to be buried does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] != "Z"


def end(pid: int, ended: Callable[[], int | None]) -> None:
    """Ask for a fast shutdown, then for an immediate one; both keep what was committed.

    ended: gives the exit code, or None while the process runs.
    """
    for sign, patience_s in _STEPS:
        if ended() is not None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
        until = time.monotonic() + patience_s
        while ended() is None and time.monotonic() < until:
            time.sleep(0.02)


async def gone(process: subprocess.Popen[bytes]) -> None:
    """Return when a child has ended. Where the system tells, nothing is asked meanwhile."""
    with suppress(OSError, AttributeError):  # no such call here, or the child is gone already
        told = asyncio.Event()
        loop, handle = asyncio.get_running_loop(), os.pidfd_open(process.pid)
        try:
            loop.add_reader(handle, told.set)
            await told.wait()
        finally:
            loop.remove_reader(handle)
            os.close(handle)
    await asyncio.to_thread(process.wait)


def _working_in(folder: Path) -> Iterator[int]:
    wanted = folder.resolve()
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):  # gone meanwhile, or not ours to look at
                if (entry / "cwd").resolve(strict=True) == wanted:
                    yield int(entry.name)


def _command_of(pid: int) -> str:
    return subprocess.run(  # noqa: S603 - our own command, no shell
        ["/bin/ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
