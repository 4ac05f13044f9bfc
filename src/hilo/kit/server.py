"""What kind of PostgreSQL we were given, and whether it is safe to trust messages to."""

from collections.abc import Sequence

import asyncpg
from msgspec import Struct

OLDEST = 15
_SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_NEEDED = ("pg_trgm", "unaccent")


class Unfit(Exception):
    """This PostgreSQL cannot be used; the text says why and what to do."""


class Facts(Struct, frozen=True):
    """A server as it says of itself. lacking: needed extensions it does not offer."""

    major: int
    version: str
    unsafe: Sequence[str]
    lacking: Sequence[str]
    size_bytes: int
    horizon_age_s: float


_FACTS = """
select current_setting('server_version_num')::int / 10000, current_setting('server_version'),
  array(select name || ' = ' || setting from pg_settings
        where name = any($1) and setting not in ('on', 'local', 'remote_write', 'remote_apply')
        order by name),
  array(select n from unnest($2::text[]) n
        where not exists (select from pg_available_extensions e where e.name = n)),
  pg_database_size(current_database()),
  coalesce((select max(extract(epoch from now() - xact_start)) from pg_stat_activity
            where backend_xid is not null), 0)::float8
"""


async def facts(dsn: str) -> Facts:
    """Ask the server. Raises Unfit when it cannot be reached or lets us not in."""
    try:
        connection = await asyncpg.connect(dsn, timeout=30)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        why = str(error) or "no answer within 30 s"
        raise Unfit(
            f"the database cannot be reached: {why}. Does it run, and is DATABASE_URL right?"
        ) from error
    try:
        return Facts(*await connection.fetchrow(_FACTS, list(_SAFE), list(_NEEDED)))
    finally:
        await connection.close()


def judge(found: Facts, *, allow_unsafe: bool) -> None:
    """Refuse what would lose messages or cannot hold the schema. Raises Unfit."""
    if found.major < OLDEST:
        raise Unfit(f"PostgreSQL {OLDEST} or later is needed; DATABASE_URL is {found.version}")
    if found.lacking:
        raise Unfit(
            f"the server lacks {', '.join(found.lacking)}: install its contrib package "
            "(postgresql-contrib)"
        )
    if found.unsafe and not allow_unsafe:
        raise Unfit(
            f"unsafe settings: {', '.join(found.unsafe)}. A crash would lose messages that were "
            "already answered. Switch them on, or set HILO_ALLOW_UNSAFE_DATABASE=1 for a trial"
        )
