"""Brings a database to the newest schema. Steps are plain SQL files, Alembic keeps their order.

A step is `<nnnn>_<pre|post>_<what>.sql`: *pre* runs before the new code, *post* after it. Alembic
writes one script of what is missing, asyncpg runs it in one transaction under an advisory lock, so
many processes may start at once. A database at its newest step costs one query and no Alembic.
"""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Literal

import asyncpg
from msgspec import Struct

from hilo.kit.errors import Bug
from hilo.kit.server import Unfit

Phase = Literal["pre", "post"]
_STEP = re.compile(r"^(\d{4})_(pre|post)_[a-z0-9_]+\.sql$")
_LOCK = 4_452_127_033  # any number that is ours
_ROLE = """
do $$ begin
  if not exists (select 1 from pg_roles where rolname = 'hilo_app') then
    create role hilo_app nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
  -- From 16 on who creates a role may administer it, but not yet become it.
  if not pg_has_role(current_user, 'hilo_app',
      case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)
  then
    execute format('grant hilo_app to %I', current_user);
  end if;
end $$
"""
_NO_ROLE = (
    "the user of DATABASE_URL may neither create the role hilo_app nor become it ({error}). As a "
    "superuser of that server: create role hilo_app nologin; grant hilo_app to {user};"
)
_NO_RIGHT = (
    "the user of DATABASE_URL may not make the schema ({error}). Let it own its database: "
    "alter database {database} owner to {user};"
)


class Step(Struct, frozen=True):
    """One file. name: its revision, the file's name without its ending."""

    name: str
    phase: str
    path: Path


class NewerDatabase(Exception):
    """The database has steps this code does not know: it was used by a newer Hilo."""


def steps(folder: Path) -> Sequence[Step]:
    """Return the steps in order. Raises Bug for a file not named so, or a number given twice."""
    found: dict[str, Step] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _STEP.match(path.name)
        if match is None:
            raise Bug(f"{path.name} is not named <nnnn>_<pre|post>_<what>.sql")
        number, phase = match.groups()
        # Two changes that landed side by side; which runs first must not hang on their names.
        if number in found:
            raise Bug(f"{path.name} has the number of {found[number].path.name}")
        found[number] = Step(path.stem, phase, path)
    return list(found.values())


async def current(connection: asyncpg.Connection) -> str | None:
    """Return the newest step the database has, None for an empty one."""
    try:
        name: str | None = await connection.fetchval("select version_num from alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    return name


async def migrate(
    dsn: str, folder: Path, *, until: Phase = "post", say: Callable[[str], None] = lambda _: None
) -> int:
    """Run what is missing as the owner; return how many steps ran.

    until: "pre" stops before the first missing *post* step.
    Raises: NewerDatabase.
    """
    known = steps(folder)
    connection: asyncpg.Connection = await asyncpg.connect(dsn, timeout=30)
    try:
        if await current(connection) == known[-1].name:
            return 0
        await ensure_role(connection)
        async with _rights(connection, _NO_RIGHT), connection.transaction():
            await connection.execute("set local statement_timeout = 0")
            await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
            have = await current(connection) if await _has_versions(connection) else None
            missing = _missing(known, have, until)
            if missing:
                say(f"bringing the database from {have or 'nothing'} to {missing[-1].name}")
                script = await asyncio.to_thread(_script, known, have, missing[-1].name)
                await connection.execute(script)
            return len(missing)
    finally:
        await connection.close()


@asynccontextmanager
async def _rights(connection: asyncpg.Connection, text: str) -> AsyncIterator[None]:
    """Say what to do where the server does not let us. Raises Unfit."""
    try:
        yield
    except asyncpg.InsufficientPrivilegeError as error:
        user, database = await connection.fetchrow(
            "select quote_ident(current_user), quote_ident(current_catalog)"
        )
        raise Unfit(text.format(error=error.args[0], user=user, database=database)) from error


async def is_current(dsn: str, folder: Path) -> bool:
    """Say whether the database has every step."""
    connection: asyncpg.Connection = await asyncpg.connect(dsn, timeout=30)
    try:
        return await current(connection) == steps(folder)[-1].name
    finally:
        await connection.close()


async def _has_versions(connection: asyncpg.Connection) -> bool:
    # Asked first: a failing query would spoil the transaction.
    found: bool = await connection.fetchval("select to_regclass('alembic_version') is not null")
    return found


async def ensure_role(connection: asyncpg.Connection) -> None:
    """Make the application's role, which owns nothing. Roles belong to the whole cluster."""
    for _ in range(20):
        try:
            async with _rights(connection, _NO_ROLE):
                await connection.execute(_ROLE)
        except (asyncpg.InternalServerError, asyncpg.UniqueViolationError):
            await asyncio.sleep(0.05)  # another database of this cluster does the same just now
        else:
            return


def _missing(known: Sequence[Step], have: str | None, until: Phase) -> Sequence[Step]:
    names = [step.name for step in known]
    if have is not None and have not in names:
        raise NewerDatabase(f"the database is at step {have}, which this Hilo does not know")
    rest = known[names.index(have) + 1 :] if have else known
    if until == "post":
        return rest
    return [step for at, step in enumerate(rest) if all(s.phase == "pre" for s in rest[: at + 1])]


def _script(known: Sequence[Step], have: str | None, last: str) -> str:
    # Imported only when there is something to do: a ready database starts without it.
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.runtime.migration import RevisionStep  # noqa: PLC0415
    from alembic.script.base import Script  # noqa: PLC0415
    from alembic.script.revision import RevisionMap  # noqa: PLC0415

    out = io.StringIO()

    def write(text: str) -> None:
        context.impl.static_output(text)

    def modules() -> Iterator[Script]:
        before: str | None = None
        for step in known:
            module = ModuleType(step.name)
            module.__dict__.update(
                revision=step.name,
                down_revision=before,
                upgrade=_writer(step, write),
                downgrade=None,
            )
            yield Script(module, step.name, str(step.path))
            before = step.name

    revisions = RevisionMap(modules)

    def walk(_heads: object, _context: object) -> Sequence[RevisionStep]:
        todo = reversed(list(revisions.iterate_revisions(last, have or "base")))
        return [
            RevisionStep(revisions, each, is_upgrade=True)
            for each in todo
            if isinstance(each, Script)
        ]

    context = MigrationContext.configure(
        dialect_name="postgresql",
        opts={"as_sql": True, "output_buffer": out, "fn": walk, "starting_rev": have},
    )
    context.run_migrations()
    return out.getvalue()


def _writer(step: Step, write: Callable[[str], None]) -> Callable[[], None]:
    return lambda: write(step.path.read_text(encoding="utf-8").rstrip().rstrip(";") + ";")
