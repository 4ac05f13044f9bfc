"""`hilo doctor`: looks at this installation and says of each fault how to mend it.

It changes nothing. Each check answers with lines; a line is fine, a warning or a fault.
"""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Struct

from hilo.entry import backups, bootstrap, registry, wiring
from hilo.kit import buckets, clock, crypto, db, messages, migrations, readers, server, tls
from hilo.kit.config import Config
from hilo.kit.crypto import CannotOpen, Vault
from hilo.kit.db import Database
from hilo.kit.errors import HiloError
from hilo.kit.http import Guard, Http, Request
from hilo.kit.pgbin import CannotStart
from hilo.kit.server import Unfit
from hilo.kit.sql import Queries

SQL = Queries("hilo.entry", "doctor.sql")
STATIC = Path(__file__).parent / "static"
_TRIAL = "doctor/trial"
_MEND_STORE = "see HILO_FILES, HILO_S3_ENDPOINT, HILO_S3_REGION and the two keys"
_RENEW = "renew it; the files are read again by themselves"
_RENEW_BEFORE = timedelta(days=14)
_FREE_BYTES = 1_000_000_000
_SKEW_S = 5.0
_LAG_S = 30.0
_HORIZON_S = 60.0
_MARKS = {"fine": "✓", "warning": "!", "fault": "✗"}


class Line(Struct, frozen=True):
    """What a check found. mend: what to do, empty when fine."""

    state: Literal["fine", "warning", "fault"]
    text: str
    mend: str = ""


class Sealed(Struct, frozen=True):
    """An account as far as the doctor looks."""

    workspace: UUID
    id: UUID
    secrets: bytes
    state: str
    problem: str


class Waiting(Struct, frozen=True):
    """What waits for a person."""

    deliveries: int
    events: int
    jobs: int
    workspaces: int


async def examine(config: Config, say: Callable[[str], None]) -> int:
    """Run every check; return 0 when there is no fault, else 1."""
    faults = 0
    async for line in _all(config):
        say(f"{_MARKS[line.state]} {line.text}")
        if line.mend:
            say(f"    {line.mend}")
        faults += line.state == "fault"
    say({0: "no fault", 1: "1 fault"}.get(faults, f"{faults} faults"))
    return 1 if faults else 0


async def _all(config: Config) -> AsyncIterator[Line]:
    for line in (
        _folder(config),
        await _store(config),
        _address(config),
        _mail_door(config),
        *_built(),
    ):
        yield line
    if config.database_url is None and not bootstrap.private_postgres(config).is_made:
        mend = "run: hilo serve; or see HILO_DATA"
        yield Line("fault", f"there is no database in {config.data} yet", mend)
        return
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(bootstrap.open_store(config))
            facts = await server.facts(store.dsn)
        except (CannotStart, Unfit, *db.FAILURES) as error:
            yield Line("fault", str(error) or repr(error), "nothing else can be looked at before")
            return
        for line in _database(facts):
            yield line
        if not await migrations.is_current(store.dsn, bootstrap.MIGRATIONS):
            yield Line("fault", "the schema is not the newest", "run: hilo migrate")
            return
        yield Line("fine", "the schema is the newest")
        pool = await db.connect(store.dsn, min_size=1, max_size=2, role=None)
        stack.push_async_callback(pool.close)
        database = Database(pool)
        async for line in _contents(config, database):
            yield line
    yield _backups(config)
    yield await _running(config)


def _folder(config: Config) -> Line:
    if not config.data.is_dir():
        return Line("fault", f"there is no {config.data}", "run: hilo serve; or see HILO_DATA")
    try:
        trial = config.data / ".doctor"
        trial.touch()
        trial.unlink()
    except OSError as error:
        return Line("fault", f"{config.data} cannot be written: {error}", "see HILO_DATA")
    free = shutil.disk_usage(config.data).free
    text = f"{config.data} can be written, {free / 1e9:.1f} GB free"
    if free < _FREE_BYTES:
        return Line("fault", text, "make room: a full disk stops the database")
    return Line("fine", text)


async def _store(config: Config) -> Line:
    """Keep a file in the bucket, read it and drop it; the folder was tried before."""
    if config.bucket is None:
        return Line("fine", f"files are kept in {config.data / 'files'}")
    files, named = buckets.Bucket(config.bucket), config.bucket.url
    try:
        await files.put(_TRIAL, b"trial")
        is_same = await files.get(_TRIAL) == b"trial"
        await files.drop(_TRIAL)
    except (HiloError, OSError) as error:
        return Line(
            "fault", f"files cannot be kept in {named}: {buckets.reason_of(error)}", _MEND_STORE
        )
    if not is_same:
        return Line("fault", f"{named} gives back another file than it was given", _MEND_STORE)
    return Line("fine", f"files are kept in {named}")


def _address(config: Config) -> Line:
    parts = urlsplit(config.public_url)
    host = parts.hostname or ""
    if parts.scheme == "https" or _is_local(host):
        return Line("fine", f"public address {config.public_url}")
    return Line(
        "warning",
        f"{config.public_url} is not encrypted",
        "put a proxy with a certificate in front and set HILO_PUBLIC_URL to its https address",
    )


def _mail_door(config: Config) -> Line:
    if config.smtp_cert is None:
        text = "the mail door has no certificate"
        if _is_local(urlsplit(config.public_url).hostname or ""):
            return Line("fine", f"{text}, for a trial on this machine")
        mend = "set HILO_SMTP_CERT and HILO_SMTP_KEY, unless what stands before it speaks TLS"
        return Line("warning", f"{text}: mail arrives unencrypted", mend)
    try:
        ends_at = tls.Shown(config.smtp_cert, config.smtp_key).ends_at()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        text = f"the mail door's certificate cannot be used: {error}"
        return Line("fault", text, "see HILO_SMTP_CERT and HILO_SMTP_KEY")
    left = ends_at - clock.now()
    text = f"the mail door's certificate is good until {ends_at:%Y-%m-%d}"
    if left < timedelta(0):
        return Line("fault", f"the mail door's certificate ended on {ends_at:%Y-%m-%d}", _RENEW)
    if left < _RENEW_BEFORE:
        return Line("warning", text, _RENEW)
    return Line("fine", text)


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _built() -> list[Line]:
    lines = []
    for name, file in (("console", "agent/index.html"), ("widget", "widget/loader.js")):
        if (STATIC / file).exists():
            lines.append(Line("fine", f"the {name} is built"))
        else:
            lines.append(Line("fault", f"the {name} is not built", "run: make run"))
    try:
        messages.load(messages.find())
        names = ", ".join(registry.load())
        lines.append(Line("fine", f"texts in {', '.join(messages.LOCALES)}; channels: {names}"))
    except HiloError as error:
        lines.append(Line("fault", str(error), "install Hilo again"))
    return lines


def _database(facts: server.Facts) -> list[Line]:
    try:
        server.judge(facts, allow_unsafe=False)
        lines = [Line("fine", f"PostgreSQL {facts.version}, {facts.size_bytes / 1e6:.0f} MB")]
    except Unfit as error:
        lines = [Line("fault", str(error), "see the line above")]
    if facts.horizon_age_s > _HORIZON_S:
        lines.append(
            Line(
                "warning",
                f"a transaction has been open for {facts.horizon_age_s:.0f} s",
                "it delays every reader of the log; find it in pg_stat_activity and end it",
            )
        )
    return lines


async def _contents(config: Config, database: Database) -> AsyncIterator[Line]:
    async with database.transaction(None) as tx:
        skew = abs((await tx.one(SQL.clock, type(clock.now())) - clock.now()).total_seconds())
        accounts = await tx.all(SQL.sealed_secrets, Sealed)
        waiting = await tx.one(SQL.waiting, Waiting)
    if skew > _SKEW_S:
        yield Line("warning", f"clocks differ by {skew:.0f} s", "let both machines follow NTP")
    yield _secrets(config, accounts)
    for account in accounts:
        if account.state == "held":
            yield Line(
                "warning", f"account {account.id} is held: {account.problem}", "see Settings"
            )
    if waiting.workspaces == 0:
        yield Line("warning", "there is no workspace yet", "run: hilo admin create --email …")
    for count, what, where in (
        (waiting.deliveries, "deliveries could not be understood", "Settings, Quarantine"),
        (waiting.events, "events are parked", "hilo held"),
        (waiting.jobs, "jobs are held", "hilo held"),
    ):
        if count:
            yield Line("warning", f"{count} {what}", f"see {where}")
    lags = await readers.lag(database, wiring.READERS)
    late = {name: lag for name, lag in lags.items() if lag > _LAG_S}
    for name, lag in late.items():
        yield Line("warning", f"reader {name} is {lag:.0f} s behind", "is a worker running?")
    if not late:
        yield Line("fine", "every reader of the log is up to date")


def _secrets(config: Config, accounts: list[Sealed]) -> Line:
    key = config.secret_key or crypto.kept_secret_key(bootstrap.key_file(config))
    closed = [each for each in accounts if key is None or not _opens(Vault(key), each)]
    if closed:
        return Line(
            "fault",
            f"the secrets of {len(closed)} accounts cannot be opened",
            "set HILO_SECRET_KEY to the key they were sealed with, or connect them again",
        )
    return Line("fine", f"the secret key opens all {len(accounts)} accounts")


def _opens(vault: Vault, account: Sealed) -> bool:
    try:
        vault.open(account.secrets, f"account:{account.id}")
    except CannotOpen:
        return False
    return True


def _backups(config: Config) -> Line:
    if config.backups is None:
        if _is_local(urlsplit(config.public_url).hostname or ""):
            return Line("fine", "no backups are planned, for a trial on this machine")
        mend = "set HILO_BACKUPS to a folder, best on another disk"
        return Line("warning", "no backups are planned", mend)
    mend = "is a worker running? Its log says why a backup failed; one by hand: hilo backup"
    last, failure = backups.newest(config.backups), backups.failure(config.backups)
    if last is None:
        text = f"there is no backup in {config.backups} yet"
    else:
        age_h = (clock.now() - last).total_seconds() / 3_600
        text = f"the last backup is {age_h:.0f} h old"
    if failure is not None:
        mend = "mend that; it is tried again every ten minutes. One by hand: hilo backup"
        return Line("warning", f"{text}; the last try failed, {failure}", mend)
    if last is None or backups.is_late(last, config):
        return Line("warning", text, mend)
    return Line("fine", text)


async def _running(config: Config) -> Line:
    host = "127.0.0.1" if config.host in ("0.0.0.0", "::") else config.host  # noqa: S104 - compared
    url = f"http://{host}:{config.port}/health/ready"
    http = Http(Guard(bootstrap.loopback()))
    try:
        reply = await http.fetch(Request(method="GET", url=url, timeout_s=3))
    except HiloError:
        return Line("fine", f"Hilo does not run on {host}:{config.port} just now")
    finally:
        await http.close()
    if reply.status == 200:  # noqa: PLR2004 - HTTP
        return Line("fine", f"Hilo is ready on {host}:{config.port}")
    return Line("fault", f"Hilo is not ready: {reply.body.decode()[:200]}", "read its log")
