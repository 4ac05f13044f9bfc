"""Backups on a schedule: an archive now and then in a folder, the oldest dropped.

Several processes may keep one folder: a lock in the database lets one write at a time, and an
archive's name says when it was made. Beside the archives a note stands as long as the last try
failed; whoever looks (`hilo doctor`, `/metrics`) reads the folder and needs no process to ask.
"""

import asyncio
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path

from hilo.entry import backup
from hilo.kit import clock, log
from hilo.kit.config import Config
from hilo.kit.db import FAILURES
from hilo.kit.lock import Locks
from hilo.kit.pgbin import CannotStart

_LOG = log.get(__name__)
_FORM = "hilo-%Y%m%dT%H%M%SZ.tar"
_NOTE = "hilo-failed.txt"
_OURS = re.compile(rf"{re.escape(backup.UNFINISHED)}hilo-\d{{8}}T\d{{6}}Z-")
_AGAIN_S = 600.0  # after a failure, and where another process writes just now
_LEFT = timedelta(days=1)  # what a killed `hilo backup` into this folder left behind
_HALF_A_DAY = timedelta(hours=12)
_AHEAD = timedelta(hours=1)  # clocks of two machines differ by less
_LATE = timedelta(hours=1)  # time to write it, and to try again
_SPARE_BYTES = 256_000_000  # the database of a small machine writes to the same disk


class Backups:
    """Keeps the folder of one installation."""

    def __init__(self, config: Config, dsn: str) -> None:
        """config: says where, when and how many; without a folder nothing is done."""
        self._config = config
        self._dsn = dsn

    async def run(self) -> None:
        """Write what is due, until cancelled."""
        folder = self._config.backups
        while folder is not None:
            try:
                wait_s = await self.keep(folder)
            except (backup.CannotRestore, CannotStart, *FAILURES) as error:
                reason = str(error) or repr(error)
                _LOG.error("a backup failed", folder=str(folder), error=reason)
                with suppress(OSError):  # the folder itself may be what fails
                    (folder / _NOTE).write_text(f"{clock.now():%Y-%m-%d %H:%M} UTC: {reason}\n")
                wait_s = _AGAIN_S
            await asyncio.sleep(wait_s)

    async def keep(self, folder: Path) -> float:
        """Write an archive if one is due and drop the oldest; return the seconds until the next."""
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        locks = Locks(self._dsn)
        try:
            async with locks.attempt("backups") as ours:
                if not ours:
                    return _AGAIN_S
                await asyncio.to_thread(_clear, folder)
                last, now = newest(folder), clock.now()
                if last is None or next_after(last, self._config) <= now:
                    await self._write(folder, now)
                    last = now
                await asyncio.to_thread(_drop, folder, self._config.backups_keep)
        finally:
            await locks.close()
        return max(1.0, (next_after(last, self._config) - clock.now()).total_seconds())

    async def _write(self, folder: Path, now: datetime) -> None:
        _must_fit(folder)
        target = folder / now.strftime(_FORM)
        made = await backup.backup(self._dsn, self._config, target, _quiet)
        (folder / _NOTE).unlink(missing_ok=True)
        _LOG.info("a backup was written", file=str(target), parts=len(made.parts))


def newest(folder: Path) -> datetime | None:
    """Return when the youngest archive of a folder was made, None where there is none."""
    return max((made for made, _ in _archives(folder)), default=None)


def failure(folder: Path) -> str | None:
    """Return when and why the last try failed, None when it did not."""
    try:
        return (folder / _NOTE).read_text().strip()
    except OSError:
        return None


def is_late(last: datetime, config: Config) -> bool:
    """Say whether another archive should long have followed this one."""
    return clock.now() > next_after(last, config) + _LATE


def next_after(last: datetime, config: Config) -> datetime:
    """Return when the next archive is due."""
    return due(last, timedelta(hours=config.backups_every_h), config.backups_at)


def due(last: datetime, every: timedelta, at: time | None, zone: tzinfo | None = None) -> datetime:
    """Return when the archive after `last` is due, in UTC.

    With `at`, `every` is whole days: it is the time of day nearest to `every` after the last, so
    one made out of turn (the first, or after a night switched off) leads back to that time.
    zone: whose time of day, None = this machine's.
    """
    if at is None:
        return last + every
    earliest = last + every - _HALF_A_DAY
    day = earliest.astimezone(zone).date()
    found = datetime.combine(day, at, zone).astimezone(UTC)
    if found < earliest:
        found = datetime.combine(day + timedelta(days=1), at, zone).astimezone(UTC)
    return found


async def numbers(config: Config) -> Mapping[str, float]:
    """Return what `/metrics` says of the folder as this process sees it."""
    folder = config.backups
    return {} if folder is None else await asyncio.to_thread(_numbers, folder)


def _numbers(folder: Path) -> Mapping[str, float]:
    kept = _archives(folder)
    found = {"kept": float(len(kept)), "failed": float(failure(folder) is not None)}
    if kept:
        found["age_seconds"] = (clock.now() - kept[0][0]).total_seconds()
        found["bytes"] = float(kept[0][1].stat().st_size)
    return found


def _archives(folder: Path) -> list[tuple[datetime, Path]]:
    """Return what the schedule made, the youngest first."""
    found = []
    for file in folder.glob("hilo-*.tar"):
        try:
            made = datetime.strptime(file.name, _FORM).replace(tzinfo=UTC)
        except ValueError:
            continue  # somebody's own
        if made < clock.now() + _AHEAD:  # else a clock was wrong, and no other would ever be due
            found.append((made, file))
    return sorted(found, reverse=True)


def _must_fit(folder: Path) -> None:
    """Refuse to fill the disk. Raises: CannotRestore."""
    kept = _archives(folder)
    # The dump lies beside the archive until that is whole.
    need = _SPARE_BYTES + (2 * kept[0][1].stat().st_size if kept else 0)
    free = shutil.disk_usage(folder).free
    if free < need:
        raise backup.CannotRestore(
            f"{folder} has {free / 1e9:.1f} GB free, a backup needs {need / 1e9:.1f} GB: "
            "make room, or choose another HILO_BACKUPS or a smaller HILO_BACKUPS_KEEP"
        )


def _drop(folder: Path, most: int) -> None:
    for _, file in _archives(folder)[most:]:
        file.unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    """Remove what was left half: under the lock no process of this schedule still writes it."""
    for left in folder.glob(f"{backup.UNFINISHED}*"):
        age = clock.now() - datetime.fromtimestamp(left.stat().st_mtime, UTC)
        if _OURS.match(left.name) or age > _LEFT:
            shutil.rmtree(left, ignore_errors=True)


def _quiet(_text: str) -> None:
    """Say nothing: the log has it."""
