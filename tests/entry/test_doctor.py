"""The doctor: names each fault with the way to mend it, and finds none where there is none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest
import time_machine

from cast import SECRET_KEY
from hilo.entry import doctor
from hilo.kit.config import Config
from hilo.kit.db import Database
from mailserver import certify


def settings(dsn: str, folder: Path, public_url: str = "http://127.0.0.1:9") -> Config:
    return Config(
        data=folder,
        public_url=public_url,
        port=9,
        database_url=dsn,
        secret_key=SECRET_KEY,
        allow_unsafe_database=True,
    )


async def seen(config: Config) -> list[str]:
    """Return what the doctor says."""
    lines: list[str] = []
    await doctor.examine(config, lines.append)
    return lines


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of built clients."""
    static = tmp_path / "static"
    for name in ("agent/index.html", "widget/loader.js"):
        (static / name).parent.mkdir(parents=True)
        (static / name).touch()
    monkeypatch.setattr(doctor, "STATIC", static)
    return static


async def test_a_healthy_installation_has_only_the_tests_own_fault(
    db: Database, dsn: str, tmp_path: Path
) -> None:
    assert db
    lines = await seen(settings(dsn, tmp_path))
    faults = [line for line in lines if line.startswith("✗")]
    # The tests' server is fast because it is unsafe; that is the one thing to say.
    assert (len(faults), lines[-1]) == (1, "1 fault")
    assert faults[0].startswith("✗ unsafe settings: fsync = off")
    assert "✓ the schema is the newest" in lines
    assert "✓ the secret key opens all 1 accounts" in lines


async def test_each_fault_is_named(
    dsn: str, owner: asyncpg.Connection, tmp_path: Path, built: Path
) -> None:
    await owner.execute("update account set secrets = 'damaged', state = 'held'")
    await owner.execute("update alembic_version set version_num = '0001_pre_first'")
    (built / "agent" / "index.html").unlink()
    config = settings(dsn, tmp_path, public_url="http://desk.example")
    lines = await seen(config)
    assert "✗ the console is not built" in lines
    assert "! http://desk.example is not encrypted" in lines
    assert "✗ the schema is not the newest" in lines
    assert "    run: hilo migrate" in lines


async def test_secrets_that_do_not_open_and_held_accounts_are_said(
    dsn: str, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    await owner.execute("update account set secrets = 'damaged', state = 'held'")
    lines = await seen(settings(dsn, tmp_path))
    assert "✗ the secrets of 1 accounts cannot be opened" in lines
    assert any(line.startswith("! account ") and "is held" in line for line in lines)


async def test_a_database_that_is_not_there_is_said(tmp_path: Path) -> None:
    lines = await seen(settings(f"postgresql://hilo@/x?host={tmp_path}", tmp_path))
    assert any(line.startswith("✗ the database cannot be reached") for line in lines)


async def test_where_nothing_is_yet_nothing_is_made(tmp_path: Path) -> None:
    for data in (tmp_path, tmp_path / "nowhere"):
        lines = await seen(Config(data=data, port=9))
        assert "    run: hilo serve; or see HILO_DATA" in lines
        assert not (data / "postgres").exists()
    assert not (tmp_path / "nowhere").exists()


async def test_a_lost_key_is_said_and_no_other_made(db: Database, dsn: str, tmp_path: Path) -> None:
    assert db
    config = Config(data=tmp_path, port=9, database_url=dsn, allow_unsafe_database=True)
    assert "✗ the secrets of 1 accounts cannot be opened" in await seen(config)
    assert not (tmp_path / "secret_key").exists()


def with_certificate(config: Config, folder: Path) -> Config:
    return msgspec.structs.replace(
        config, smtp_cert=folder / "cert.pem", smtp_key=folder / "key.pem"
    )


async def test_the_mail_doors_certificate_is_looked_at(dsn: str, tmp_path: Path) -> None:
    here = settings(dsn, tmp_path)
    away = settings(dsn, tmp_path, public_url="https://desk.example")
    assert "✓ the mail door has no certificate, for a trial on this machine" in await seen(here)
    bare = "! the mail door has no certificate: mail arrives unencrypted"
    assert bare in await seen(away)
    missing = await seen(with_certificate(away, tmp_path))
    assert any(line.startswith("✗ the mail door's certificate cannot be used") for line in missing)
    certify(tmp_path)
    (told,) = [x for x in await seen(with_certificate(away, tmp_path)) if "mail door" in x]
    assert told.startswith("! the mail door's certificate is good until 20")  # two days are left
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        (told,) = [x for x in await seen(with_certificate(away, tmp_path)) if "mail door" in x]
    assert told.startswith("✗ the mail door's certificate ended on 20")
