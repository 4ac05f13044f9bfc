"""Backups on a schedule: an archive every so many hours in a folder, the oldest dropped.

Several processes may keep one folder: a lock in the database lets one write at a time, and an
archive's name says when it was made.
"""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hilo.entry import backup
from hilo.kit import clock, log
from hilo.kit.config import Config
from hilo.kit.db import FAILURES
from hilo.kit.lock import Locks
from hilo.kit.pgbin import CannotStart

_LOG = log.get(__name__)
_FORM = "hilo-%Y%m%dT%H%M%SZ.tar"
_AGAIN_S = 600.0  # after a failure, and where another process writes just now
_LEFT = timedelta(days=1)  # what a killed backup left behind


class Backups:
    """Keeps the folder of one installation."""

    def __init__(self, config: Config, dsn: str) -> None:
        """config: says where, how often and how many; without a folder nothing is done."""
        self._config = config
        self._dsn = dsn

    async def run(self) -> None:
        """Write what is due, until cancelled."""
        folder = self._config.backups
        while folder is not None:
            try:
                wait_s = await self.keep(folder)
            except (backup.CannotRestore, CannotStart, *FAILURES) as error:
                _LOG.error("a backup failed", folder=str(folder), error=str(error))
                wait_s = _AGAIN_S
            await asyncio.sleep(wait_s)

    async def keep(self, folder: Path) -> float:
        """Write an archive if one is due and drop the oldest; return the seconds until the next."""
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        every = timedelta(hours=self._config.backups_every_h)
        locks = Locks(self._dsn)
        try:
            async with locks.attempt("backups") as ours:
                if not ours:
                    return _AGAIN_S
                last, now = newest(folder), clock.now()
                if last is None or now - last >= every:
                    target = folder / now.strftime(_FORM)
                    made = await backup.backup(self._dsn, self._config, target, _quiet)
                    _LOG.info("a backup was written", file=str(target), parts=len(made.parts))
                    last = now
                await asyncio.to_thread(_tidy, folder, self._config.backups_keep)
        finally:
            await locks.close()
        return max(1.0, (last + every - clock.now()).total_seconds())


def newest(folder: Path) -> datetime | None:
    """Return when the youngest archive of a folder was made, None where there is none."""
    return max((made for made, _ in _archives(folder)), default=None)


def _archives(folder: Path) -> list[tuple[datetime, Path]]:
    found = []
    for file in folder.glob("hilo-*.tar"):
        try:
            made = datetime.strptime(file.name, _FORM).replace(tzinfo=UTC)
        except ValueError:
            continue  # somebody's own
        found.append((made, file))
    return sorted(found, reverse=True)


def _tidy(folder: Path, most: int) -> None:
    for _, file in _archives(folder)[most:]:
        file.unlink(missing_ok=True)
    for left in folder.glob(f"{backup.UNFINISHED}*"):
        if clock.now() - datetime.fromtimestamp(left.stat().st_mtime, UTC) > _LEFT:
            shutil.rmtree(left, ignore_errors=True)


def _quiet(_text: str) -> None:
    """Say nothing: the log has it."""
