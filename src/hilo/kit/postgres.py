"""The private PostgreSQL: Hilo's own server when DATABASE_URL names none.

Made, started, watched and stopped here. It listens on a unix socket in a closed folder only, lives
in a process session of its own, and may outlive a killed Hilo: the next start ends it safely.
Nothing here ever deletes a data directory or weakens durability.
"""

import asyncio
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import asyncpg

from hilo.kit import log, pgbin
from hilo.kit.orphans import end, gone, is_alive, orphan_of
from hilo.kit.pgbin import CannotStart, Runner

_LOG = log.get(__name__)
_OWNER = "hilo"
_DATABASE = "hilo"
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_MAX = 100  # the kernel's limit is 107 on Linux, 103 elsewhere
_PLAIN = re.compile(r"[\w/.+@ -]+")
_LOG_BYTES_MAX = 10_000_000
# The answers of a server that is coming up or going down.
_NOT_YET = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.TooManyConnectionsError,
)
_SETTINGS: Mapping[str, str] = {
    # After a crash one call settles the disk, not one per file (measured: 0.2 s against 3.8 s).
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "80",
    "shared_buffers": "256MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",  # costs more than it gives on short queries
    "timezone": "UTC",
    "log_timezone": "UTC",
    "autovacuum_naptime": "20s",
    "log_checkpoints": "off",
}


class InUse(CannotStart):
    """Another Hilo runs on this data directory."""


class PrivatePostgres:
    """One server on one folder. `start`, then `watch` beside the work, then `stop`."""

    def __init__(
        self,
        folder: Path,
        *,
        environ: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """folder: holds cluster, socket, password, lock and log. settings: over the defaults."""
        self.folder = folder.absolute()
        self.cluster = self.folder / "cluster"
        self.log_file = self.folder / "postgres.log"
        self._environ = os.environ if environ is None else environ
        self._settings = {**_SETTINGS, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._runner: Runner | None = None
        self._lock: int | None = None
        self._stopping = False
        self.restarts = 0

    @property
    def socket_folder(self) -> Path:
        """Where the socket lives: in the folder; in a short, plain one where that path will not do.

        PostgreSQL takes a list of folders, so that a comma or a quote would part the name.
        """
        inside = self.folder / "run"
        if len(bytes(inside / _SOCKET)) <= _SOCKET_PATH_MAX and _PLAIN.fullmatch(str(inside)):
            return inside
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"hilo-{os.getuid()}-{name}"

    @property
    def dsn(self) -> str:
        """How to connect as the owner. Secret: it holds the password."""
        return self._dsn(_DATABASE)

    @property
    def bin(self) -> Path:
        """The folder of the server's programs (pg_dump and pg_restore are there too)."""
        return self._ready_runner().bin

    @property
    def is_made(self) -> bool:
        """Whether there is a database already, or the first start will make one."""
        return (self.cluster / "PG_VERSION").exists()

    async def start(self, say: Callable[[str], None] = lambda _: None) -> str:
        """Bring the server up and return `dsn`. say: is told of steps that take long.

        Raises: InUse; CannotStart, whose text says the way out.
        """
        await self._wait_for_lock()
        try:
            await asyncio.to_thread(self._prepare, say)
            await self._launch(say)
        except BaseException:
            await self.stop()
            raise
        return self.dsn

    async def borrow(self) -> str | None:
        """Return the dsn when another Hilo has the server up, None when nobody has."""
        if not (self.folder / "lock").exists():
            return None
        try:
            self._take_lock()
        except InUse:
            await self._until_ready(30)
            return self.dsn
        self._drop_lock()
        return None

    async def watch(self) -> None:
        """Start the server again whenever it ends by itself; run until cancelled."""
        while not self._stopping:
            process = self._process
            if process is None:
                await asyncio.sleep(0.2)
                continue
            await gone(process)
            if self._stopping or process is not self._process:
                continue
            self.restarts += 1
            _LOG.error("the database ended and is started again", code=process.returncode)
            try:
                await self._launch(lambda _: None)
            except CannotStart as error:
                _LOG.error("the database does not start", error=str(error))
                await asyncio.sleep(2)

    async def stop(self) -> None:
        """End the server: clients are cut off, what is committed is on disk."""
        self._stopping = True
        if self._process is not None:
            await asyncio.to_thread(end, self._process.pid, self._process.poll)
            self._process = None
        self._drop_lock()

    def _ready_runner(self) -> Runner:
        if self._runner is None:
            self._runner = pgbin.choose(self.cluster, self._environ)
        return self._runner

    def _dsn(self, database: str) -> str:
        password = (self.folder / "password").read_text(encoding="ascii").strip()
        return f"postgresql://{_OWNER}:{password}@/{database}?host={quote(str(self.socket_folder))}"

    # -- the lock: held by this process only; children do not inherit it, the kernel frees it

    async def _wait_for_lock(self) -> None:
        # A command that only looks whether somebody is here holds it for a moment.
        for _ in range(4):
            with suppress(InUse):
                self._take_lock()
                return
            await asyncio.sleep(0.2)
        self._take_lock()

    def _take_lock(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise InUse(
                f"another Hilo already runs on {self.folder.parent}. Stop it first, or give this "
                "one a folder of its own with HILO_DATA"
            ) from None
        self._lock = lock

    def _drop_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # -- before the start

    def _prepare(self, say: Callable[[str], None]) -> None:
        runner = self._ready_runner()
        orphan = orphan_of(self.cluster)
        if orphan is not None:
            say("ending the database server that an earlier Hilo left behind")
            end(orphan, lambda: None if is_alive(orphan) else 0)
        if not self.is_made:
            say(f"making a new database with PostgreSQL {runner.major}")
            self._make(runner)
        sockets = self.socket_folder
        sockets.mkdir(mode=0o700, exist_ok=True)
        if sockets.stat().st_uid not in (os.getuid(), runner.uid):
            raise CannotStart(f"{sockets} belongs to somebody else; remove it")
        sockets.chmod(0o700)
        runner.own(sockets)
        if self.log_file.exists() and self.log_file.stat().st_size > _LOG_BYTES_MAX:
            self.log_file.replace(self.log_file.with_suffix(".log.old"))

    def _make(self, runner: Runner) -> None:
        """Make the cluster aside and move it in place, so that a kill leaves no half of one."""
        draft = self.folder / "cluster.draft"
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        runner.own(draft)
        password = self.folder / "password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(24) + "\n", encoding="ascii")
        given = self.folder / "password.draft"
        given.touch(mode=0o600)
        given.write_bytes(password.read_bytes())
        runner.own(given)
        try:
            runner.run(
                "initdb",
                *("-D", str(draft), "-U", _OWNER, "--encoding=UTF8", "--auth=scram-sha-256"),
                *(f"--pwfile={given}", *pgbin.locale_options(runner)),
            )
        finally:
            given.unlink()
        draft.rename(self.cluster)

    # -- the server itself

    async def _launch(self, say: Callable[[str], None]) -> None:
        said = ""
        for attempt in range(20):
            started = self.log_file.stat().st_size if self.log_file.exists() else 0
            self._process = await asyncio.to_thread(self._spawn)
            if await self._until_ready(None, say):
                await self._make_database()
                return
            said = _tail(self.log_file, started)
            # The children of a killed server are still letting go of its memory.
            if "shared memory block" not in said and "lock file" not in said:
                break
            await asyncio.sleep(0.1 + attempt / 20)
        raise CannotStart(f"PostgreSQL did not start. The end of {self.log_file}:\n{said}")

    def _spawn(self) -> subprocess.Popen[bytes]:
        options: Sequence[str] = [
            part
            for name, value in {
                **self._settings,
                "unix_socket_directories": str(self.socket_folder),
            }.items()
            for part in ("-c", f"{name}={value}")
        ]
        runner = self._ready_runner()
        with self.log_file.open("ab") as out:
            return subprocess.Popen(  # noqa: S603 - our own command, no shell
                runner.command("postgres", "-D", str(self.cluster), *options),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.folder if runner.uid == os.getuid() else "/",
                env=runner.environment(),
            )

    async def _until_ready(
        self, most_s: float | None, say: Callable[[str], None] = lambda _: None
    ) -> bool:
        """Say whether the server answers; False when it ended first, or after `most_s`."""
        began = time.monotonic()
        told = False
        while most_s is None or time.monotonic() - began < most_s:
            if most_s is None and (self._process is None or self._process.poll() is not None):
                return False
            try:
                connection = await asyncpg.connect(self._dsn("postgres"), timeout=5)
            except (TimeoutError, *_NOT_YET):
                if not told and time.monotonic() - began > 2:  # noqa: PLR2004 - seconds
                    say("the database is recovering what a crash left behind")
                    told = True
                await asyncio.sleep(0.03)
            else:
                await connection.close()
                return True
        return False

    async def _make_database(self) -> None:
        connection = await asyncpg.connect(self._dsn("postgres"))
        try:
            if not await connection.fetchval(
                "select 1 from pg_database where datname = $1", _DATABASE
            ):
                await connection.execute(f"create database {_DATABASE}")
        finally:
            await connection.close()


def _tail(path: Path, start: int) -> str:
    with path.open("rb") as file:
        file.seek(start)
        return file.read()[-2000:].decode(errors="replace")
