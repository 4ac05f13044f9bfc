"""`hilo backup` and `hilo restore`: one tar with the database's dump, the files and a manifest.

The secret key is not in it: keep it apart. Without it a restored Hilo starts and asks to connect
its accounts again. The archive's parts carry their checksums; a restore reads all of them first.
"""

import asyncio
import hashlib
import io
import os
import re
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import BinaryIO
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec
from msgspec import Struct

import hilo
from hilo.kit import clock, migrations, pgbin
from hilo.kit.config import Config
from hilo.kit.db import as_owner
from hilo.kit.sql import Queries

SQL = Queries("hilo.entry", "backup.sql")
_RENUMBER = (
    SQL.take_down,
    SQL.take_cursors,
    SQL.move_parked,
    SQL.move_causes,
    SQL.clear_log,
    SQL.write_log,
    SQL.move_cursors,
    SQL.go_on,
)
_BLOCK_BYTES = 1 << 20
_NOWHERE = ".no-files"
UNFINISHED = ".hilo-backup-"
# The policies that name the owner's role, which this server may not know: see `own_all`.
_OF_OWNER = re.compile(r" POLICY \S+ \S+ owner( \S+)?$")
Say = Callable[[str], None]


class CannotRestore(Exception):
    """The archive or the place it should go to is not fit; the text says why and what to do."""


class Manifest(Struct, frozen=True, kw_only=True):
    """What the archive holds. parts: path in the archive to the hexadecimal SHA-256."""

    hilo: str
    step: str
    made_at: datetime
    parts: Mapping[str, str]


async def backup(dsn: str, config: Config, target: Path, say: Say) -> Manifest:
    """Write the archive; it takes its name only when it is whole. Hilo may run meanwhile.

    Files in a bucket are not in it: the store keeps its own copies, and says so.
    Raises: CannotRestore when PostgreSQL's programs fail, or the archive cannot be written.
    """
    try:
        return await _write(dsn, config, target, say)
    except OSError as error:
        raise CannotRestore(f"{target} cannot be written: {error}") from error


async def _write(dsn: str, config: Config, target: Path, say: Say) -> Manifest:
    if config.bucket is not None:
        say(f"files stay in {config.bucket.url}: let the store keep versions or a copy of it")
    files = config.data / ("files" if config.bucket is None else _NOWHERE)
    with tempfile.TemporaryDirectory(prefix=unfinished(target), dir=target.parent) as folder:
        dump, whole = Path(folder) / "database.dump", Path(folder) / "whole.tar"
        say("dumping the database")
        await _program(dsn, "pg_dump", "--format=custom", "--enable-row-security", f"--file={dump}")
        async with as_owner(dsn) as connection:
            step = await migrations.current(connection) or ""
        say("writing the archive")
        stop = Event()
        packing = asyncio.create_task(asyncio.to_thread(_pack, whole, step, dump, files, stop))
        try:
            manifest = await asyncio.shield(packing)
        finally:
            stop.set()  # a process that is told to stop waits for its threads
            with suppress(InterruptedError):
                await packing
        whole.replace(target)
        await asyncio.to_thread(_settle, target.parent)
    return manifest


def unfinished(target: Path) -> str:
    """Return how the folder begins in which an archive is written."""
    return f"{UNFINISHED}{target.stem}-"


async def restore(dsn: str, config: Config, source: Path, steps: Path, say: Say) -> Manifest:
    """Read the archive into an empty installation, then bring it to the newest step.

    Files of the archive go to the folder; with a bucket, `hilo files push` takes them there.
    Raises: CannotRestore, before anything is written.
    """
    with tempfile.TemporaryDirectory(dir=config.data) as folder:
        say("reading and checking the archive")
        manifest = await asyncio.to_thread(_unpack, source, Path(folder))
        if manifest.step not in {step.name for step in migrations.steps(steps)}:
            raise CannotRestore(f"the archive is of a newer Hilo ({manifest.hilo}): update first")
        await _make_room(dsn)
        say("restoring the database")
        await _fill(dsn, Path(folder))
        await _renumber(dsn)
        _put_files(Path(folder) / "files", config.data / "files")
    if config.bucket is not None:
        say(f"files are read from {config.bucket.url}; the archive's are in {config.data}/files:")
        say("    run `hilo files push` to copy those the bucket lacks")
    await migrations.migrate(dsn, steps, say=say)
    return manifest


async def _fill(dsn: str, folder: Path) -> None:
    """Bring the dump in, as the possession of whoever owns this database."""
    dump, chosen = str(folder / "database.dump"), folder / "chosen"
    content = await _program(dsn, "pg_restore", "--list", dump)
    lines = content.decode(errors="replace").splitlines()
    chosen.write_text("\n".join(line for line in lines if not _OF_OWNER.search(line)) + "\n")
    await _program(
        dsn, "pg_restore", "--no-owner", "--exit-on-error", "--enable-row-security",
        f"--use-list={chosen}", f"--dbname={_without_password(dsn)}", dump,
    )  # fmt: skip
    async with as_owner(dsn) as connection:
        await connection.execute(SQL.own_all.text)


async def _program(dsn: str, program: str, *arguments: str) -> bytes:
    """Run one of PostgreSQL's programs; return what it says.

    The password goes by the environment, not the command.
    """
    major = await _server_major(dsn)
    command = [str(pgbin.programs_for(major) / program), *arguments]
    if program == "pg_dump":
        command.append(f"--dbname={_without_password(dsn)}")
    environment = {**os.environ, "PGPASSWORD": unquote(urlsplit(dsn).password or "")}
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()  # we were told to stop
    if process.returncode:
        raise CannotRestore(f"{program} failed: {errors.decode(errors='replace').strip()}")
    return said


async def _server_major(dsn: str) -> int:
    async with as_owner(dsn) as connection:
        return int(connection.get_server_version().major)


def _without_password(dsn: str) -> str:
    parts = urlsplit(dsn)
    who, _, place = parts.netloc.rpartition("@")
    name = who.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{name}@{place}" if name else place))


def _digest(file: Path) -> str:
    total = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(_BLOCK_BYTES):
            total.update(block)
    return total.hexdigest()


class _Read:
    """A file as it is read, once: the archive gets its bytes, the manifest their checksum."""

    def __init__(self, content: BinaryIO, stop: Event) -> None:
        """stop: when set, reading fails."""
        self._content, self._stop = content, stop
        self._total = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes. Raises: InterruptedError."""
        if self._stop.is_set():
            raise InterruptedError("told to stop")
        block = self._content.read(size)
        self._total.update(block)
        return block

    def digest(self) -> str:
        """Return the checksum of what was read so far."""
        return self._total.hexdigest()


def _pack(whole: Path, step: str, dump: Path, files: Path, stop: Event) -> Manifest:
    kept = sorted(each for each in files.rglob("*") if each.is_file())
    named = {"database.dump": dump, **{f"files/{each.relative_to(files)}": each for each in kept}}
    parts: dict[str, str] = {}
    with whole.open("xb") as to:
        whole.chmod(0o600)  # everybody's letters are in it
        # Dereferenced: a second link to a file would be kept without bytes.
        with tarfile.open(fileobj=to, mode="w", dereference=True) as archive:
            for name, file in named.items():
                try:
                    content = file.open("rb")
                except FileNotFoundError:
                    continue  # erased since it was listed: it is to be gone
                with content:
                    read = _Read(content, stop)
                    archive.addfile(archive.gettarinfo(arcname=name, fileobj=content), read)
                    parts[name] = read.digest()
            manifest = Manifest(hilo=hilo.__version__, step=step, made_at=clock.now(), parts=parts)
            note = msgspec.json.format(msgspec.json.encode(manifest))
            about = tarfile.TarInfo("manifest.json")
            about.size, about.mode = len(note), 0o600
            archive.addfile(about, io.BytesIO(note))
        to.flush()
        os.fsync(to.fileno())  # else the name may outlive a power cut, and the bytes not
    return manifest


def _settle(folder: Path) -> None:
    """Let the new name outlive a power cut, where the file system knows how."""
    place = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some shares have no fsync of a folder
            os.fsync(place)
    finally:
        os.close(place)


def _unpack(source: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    except (OSError, tarfile.TarError, msgspec.MsgspecError) as error:
        raise CannotRestore(f"{source} is not a backup of Hilo: {error}") from error
    for name, expected in manifest.parts.items():
        part = folder / name
        if not part.is_file() or _digest(part) != expected:
            raise CannotRestore(f"{source} is damaged: {name} is missing or altered")
    return manifest


async def _make_room(dsn: str) -> None:
    """Empty the schema, once it is sure that nobody's data is in it."""
    async with as_owner(dsn) as connection:
        async with connection.transaction():
            if await connection.fetchval("select to_regclass('workspace') is not null"):
                if not await connection.fetchval(SQL.is_empty.text):
                    raise CannotRestore(
                        "this database already holds a workspace; restore into an empty one "
                        "(another HILO_DATA or DATABASE_URL)"
                    )
                await connection.execute("drop schema public cascade; create schema public")
        await migrations.ensure_role(connection)


async def _renumber(dsn: str) -> None:
    """Give the log's events places of this cluster, and readers theirs."""
    async with as_owner(dsn) as connection, connection.transaction():
        await connection.execute("set local statement_timeout = 0")
        for query in _RENUMBER:
            await connection.execute(query.text)


def _put_files(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(each for each in source.rglob("*") if each.is_file()):
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
