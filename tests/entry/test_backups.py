"""Backups on a schedule: made when due, kept in number, warned of when old, and good to restore."""

import asyncio
import errno
import os
import shutil
import signal
import sys
import tarfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from frame import named
from hilo.entry import backup, backups, doctor
from hilo.entry.backups import Backups
from hilo.kit import clock
from hilo.kit import db as database
from hilo.kit.config import BadSetting, Config, read
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
    before, after = await _rows(dsn), await _rows(named(dsn, "hilo_kept"))
    assert before == after
    assert before["contact"][0] > 0


async def _rows(dsn: str) -> dict[str, tuple[int, str]]:
    """Count and digest what every table holds; the log's places are new after a restore."""
    owner = await asyncpg.connect(dsn)
    tables = await owner.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    found = {}
    for (table,) in tables:
        own = {"event": "(type, subject, data, at)", "reader_cursor": "(reader, slot)"}
        row = own.get(table, f'"{table}"') + "::text"
        found[table] = tuple(
            await owner.fetchrow(
                f"select count(*), md5(string_agg({row}, e'\\n' order by {row})) from \"{table}\""  # noqa: S608
            )
        )
    await owner.close()
    return found


_KILLED = """
import asyncio, sys, time
from pathlib import Path
from hilo.entry import backup
from hilo.entry.backups import Backups
from hilo.kit.config import Config

def half(whole, *_):
    whole.write_bytes(b"half an archive")
    print("half", flush=True)
    time.sleep(600)

backup._pack = half
folder = Path(sys.argv[2])
asyncio.run(Backups(Config(data=folder / "data", backups=folder), sys.argv[1]).keep(folder))
"""


@dumps
async def test_one_that_is_killed_leaves_nothing_that_looks_whole(dsn: str, config: Config) -> None:
    folder = config.backups
    assert folder is not None
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _KILLED, dsn, str(folder)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        assert await process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
        await process.wait()
    assert backups.newest(folder) is None
    assert list(folder.iterdir()), "the half of it"
    async for _ in trying():  # the server has yet to see that the lock's holder is gone
        if await Backups(config, dsn).keep(folder) > 600:
            break
    (whole,) = folder.iterdir()
    assert backups.newest(folder) is not None
    assert whole.stat().st_mode & 0o077 == 0, "nobody else reads it"


@dumps
async def test_stopping_ends_the_writing(
    dsn: str, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that ends waits for its threads: this one must not copy on for minutes."""
    assert config.backups is not None
    began, ended = Event(), Event()
    pack = backup._pack  # noqa: SLF001

    def packing(whole: Path, step: str, dump: Path, files: Path, stop: Event) -> object:
        began.set()
        stop.wait(PATIENCE_S)
        try:
            return pack(whole, step, dump, files, stop)
        except InterruptedError:
            ended.set()
            raise

    monkeypatch.setattr(backup, "_pack", packing)
    running = asyncio.create_task(Backups(config, dsn).run())
    assert await asyncio.to_thread(began.wait, PATIENCE_S)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await asyncio.to_thread(ended.wait, PATIENCE_S)
    assert not list(config.backups.iterdir()), "no half, and no note: nothing failed"


def test_a_file_that_is_erased_meanwhile_is_left_out_and_a_second_link_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, dump = tmp_path / "files", tmp_path / "database.dump"
    files.mkdir()
    dump.write_bytes(b"rows")
    (files / "a").write_bytes(b"photo")
    (files / "b").hardlink_to(files / "a")
    (files / "gone").write_bytes(b"erased")
    enter = tarfile.open

    def erasing(**given: Any) -> tarfile.TarFile:
        (files / "gone").unlink()
        return enter(**given)

    with monkeypatch.context() as during:
        during.setattr(tarfile, "open", erasing)
        made = backup._pack(tmp_path / "one.tar", "0001", dump, files, Event())  # noqa: SLF001
    assert set(made.parts) == {"database.dump", "files/a", "files/b"}
    (tmp_path / "out").mkdir()
    assert backup._unpack(tmp_path / "one.tar", tmp_path / "out") == made  # noqa: SLF001
    assert (tmp_path / "out" / "files" / "b").read_bytes() == b"photo"


async def test_a_full_disk_is_told_and_the_old_ones_stay(
    dsn: str, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = config.backups
    assert folder is not None
    old = [_old(config, hours) for hours in (25, 49, 73)]
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000))
    with pytest.raises(backup.CannotRestore, match="make room"):
        await Backups(config, dsn).keep(folder)
    monkeypatch.undo()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def dumped(*_: str) -> bytes:
        return b""

    monkeypatch.setattr(backup, "_program", dumped)
    monkeypatch.setattr(backup, "_pack", full)
    running = asyncio.create_task(Backups(config, dsn).run())
    async for _ in trying():
        if backups.failure(folder) is not None:
            break
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert "No space left" in (backups.failure(folder) or "")
    assert all(each.exists() for each in old), "an old one goes only when a newer is whole"
    assert {each.name for each in folder.iterdir()} == {*(o.name for o in old), "hilo-failed.txt"}
    line = doctor._backups(config)  # noqa: SLF001
    assert (line.state, "No space left" in line.text) == ("warning", True)
    assert (await backups.numbers(config))["failed"] == 1


async def test_metrics_tell_age_size_and_number(config: Config) -> None:
    assert await backups.numbers(structs.replace(config, backups=None)) == {}
    assert await backups.numbers(config) == {"kept": 0, "failed": 0}
    _old(config, 49)
    _old(config, 25).write_bytes(b"12345")
    _old(config, -30)  # made while a clock was wrong
    told = dict(await backups.numbers(config))
    assert 25 <= told.pop("age_seconds") / 3_600 < 26
    assert told == {"kept": 2, "failed": 0, "bytes": 5}


def test_one_from_the_future_is_nobodys_and_stays(config: Config) -> None:
    """Else a clock that was wrong once would end all backups, and the doctor would be content."""
    assert config.backups is not None
    future, kept, over = _old(config, -9_000), _old(config, 1), _old(config, 25)
    assert backups.newest(config.backups) == _made(kept)
    backups._drop(config.backups, 1)  # noqa: SLF001
    assert (future.exists(), kept.exists(), over.exists()) == (True, True, False)


def _made(file: Path) -> datetime:
    return datetime.strptime(file.name, "hilo-%Y%m%dT%H%M%SZ.tar").replace(tzinfo=UTC)


MOMENTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - see timezones
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
# No hour that summer time skips or repeats in these zones.
HOURS = st.builds(time, st.integers(4, 22), st.integers(0, 59))
ZONES = st.sampled_from([ZoneInfo(each) for each in ("UTC", "Europe/Madrid", "America/Sao_Paulo")])


@given(MOMENTS, st.integers(1, 8_760))
def test_without_a_time_of_day_the_turn_is_even(last: datetime, hours: int) -> None:
    assert backups.due(last, timedelta(hours=hours), None) == last + timedelta(hours=hours)


@given(MOMENTS, st.integers(1, 30), HOURS, ZONES)
def test_with_a_time_of_day_it_is_that_time_and_days_apart(
    last: datetime, days: int, at: time, zone: ZoneInfo
) -> None:
    every = timedelta(days=days)
    first = backups.due(last, every, at, zone)
    assert first.astimezone(zone).time() == at
    assert abs(first - (last + every)) <= timedelta(hours=13), "half a day, and summer time's hour"
    then = backups.due(first, every, at, zone).astimezone(zone)
    assert (then.date() - first.astimezone(zone).date(), then.time()) == (every, at)


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
    ("hours", "state"), [(None, "warning"), (1, "fine"), (24, "fine"), (26, "warning")]
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
    assert (found.backups_keep, found.backups_at) == (3, None)
    assert read({"HILO_BACKUPS_AT": "03:30"}).backups_at == time(3, 30)
    assert read({"HILO_BACKUPS_AT": "23:59", "HILO_BACKUPS_EVERY_H": "48"}).backups_every_h == 48


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("HILO_BACKUPS_AT", each) for each in ("24:00", "3:30", "03:60", "noon", "03:30:00")),
        *(("HILO_BACKUPS_EVERY_H", each) for each in ("0", "-1", "1.5", "8761", "day")),
        *(("HILO_BACKUPS_KEEP", each) for each in ("0", "-1", "all")),
    ],
)
def test_a_setting_that_is_none_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read({name: value})


def test_a_time_of_day_needs_whole_days() -> None:
    with pytest.raises(BadSetting, match="HILO_BACKUPS_AT needs whole days"):
        read({"HILO_BACKUPS_AT": "03:30", "HILO_BACKUPS_EVERY_H": "36"})
