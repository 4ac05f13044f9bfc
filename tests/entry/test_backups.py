"""Backups on a schedule: made when due, kept in number, warned of when old, and good to restore."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from msgspec import structs

from frame import named
from hilo.entry import backup, backups, doctor
from hilo.entry.backups import Backups
from hilo.kit import clock
from hilo.kit import db as database
from hilo.kit.config import Config, read
from hilo.kit.lock import Locks
from patience import PATIENCE_S, trying

STEPS = Path(database.__file__).parents[1] / "entry" / "migrations"
dumps = pytest.mark.crash  # a restore is a long transaction: it hides the log from tests beside it


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data=tmp_path / "data", backups=tmp_path / "kept", backups_keep=2)


def _old(config: Config, hours: float) -> Path:
    assert config.backups is not None
    config.backups.mkdir(parents=True, exist_ok=True)
    made = clock.now() - timedelta(hours=hours)
    file = config.backups / made.strftime("hilo-%Y%m%dT%H%M%SZ.tar")
    file.touch()
    return file


@dumps
async def test_one_is_made_when_due_and_the_oldest_go(dsn: str, config: Config) -> None:
    folder = config.backups
    assert folder is not None
    old, older = _old(config, 25), _old(config, 49)
    mine = folder / "hilo-before-the-move.tar"
    mine.touch()
    left = folder / f"{backup.UNFINISHED}x"
    left.mkdir()
    os.utime(left, (0, 0))
    keeper = Backups(config, dsn)
    assert 86_000 < await keeper.keep(folder) <= 86_400
    (new,) = {*folder.iterdir()} - {old, older, mine}
    assert (old.exists(), older.exists(), mine.exists()) == (True, False, True)
    assert await keeper.keep(folder) <= 86_400
    assert len(list(folder.iterdir())) == 3, "none is due"

    admin = await asyncpg.connect(dsn)
    await admin.execute("drop database if exists hilo_kept with (force)")
    await admin.execute("create database hilo_kept")
    await admin.close()
    config.data.mkdir()
    await backup.restore(named(dsn, "hilo_kept"), config, new, STEPS, lambda _: None)
    restored = await asyncpg.connect(named(dsn, "hilo_kept"))
    assert await restored.fetchval("select count(*) from contact") > 0
    await restored.close()


async def test_only_one_process_writes(dsn: str, config: Config) -> None:
    assert config.backups is not None
    locks = Locks(dsn)
    async with locks.attempt("backups"):
        assert await Backups(config, dsn).keep(config.backups) == 600
    await locks.close()
    assert not list(config.backups.iterdir())


async def test_a_failure_is_logged_and_tried_again(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0

    async def fail(*_: object) -> float:
        nonlocal tried
        tried += 1
        raise backup.CannotRestore("no pg_dump")

    monkeypatch.setattr(Backups, "keep", fail)
    monkeypatch.setattr(backups, "_AGAIN_S", 0.001)
    running = asyncio.create_task(Backups(config, "").run())
    async for _ in trying():
        if tried > 1:
            break
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert tried > 1
    without = structs.replace(config, backups=None)
    await asyncio.wait_for(Backups(without, "").run(), PATIENCE_S)


@pytest.mark.parametrize(
    ("hours", "state"), [(None, "warning"), (1, "fine"), (47, "fine"), (49, "warning")]
)
def test_the_doctor_warns_of_an_old_one(config: Config, hours: float | None, state: str) -> None:
    if hours is not None:
        _old(config, hours)
    assert doctor._backups(config).state == state  # noqa: SLF001 - the check by itself
    local, public = "http://127.0.0.1:8000", "https://desk.example"
    for url, expected in ((local, "fine"), (public, "warning")):
        none = structs.replace(config, backups=None, public_url=url)
        assert doctor._backups(none).state == expected  # noqa: SLF001


def test_the_settings_are_read() -> None:
    assert read({}).backups is None
    given = {"HILO_BACKUPS": "~/kept", "HILO_BACKUPS_EVERY_H": "6", "HILO_BACKUPS_KEEP": "3"}
    found = read(given)
    assert (found.backups, found.backups_every_h) == (Path("~/kept").expanduser(), 6)
    assert found.backups_keep == 3
