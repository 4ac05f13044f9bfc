"""The data of the read rows: a seeded generator inside PostgreSQL, the same for the same size.

Ten messages to a conversation, 90 days, three languages, real statuses; the big text indexes are
taken away while it writes and built at its end.
"""

import time
from collections.abc import Callable
from uuid import UUID

import asyncpg
from msgspec import Struct

from hilo.entry.demo.texts import LOCALES, arcs
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries

SQL = Queries("bench", "data.sql")
SIZES = {"small": 2_000, "default": 100_000, "full": 1_000_000}
LONG = 20_000  # messages of the one long conversation
_CHUNK = 20_000
_WIDE = "set statement_timeout = 0; set maintenance_work_mem = '512MB'"
INDEXES = ("message_search", "message_trgm")


class Place(Struct, frozen=True):
    """Where the data goes and how much of it."""

    workspace: UUID
    inbox: UUID
    conversations: int


async def fill(connection: asyncpg.Connection, place: Place, say: Callable[[str], None]) -> float:
    """Write the data once; return the seconds it took, 0 when it was there. The owner connects."""
    have: int = await connection.fetchval(
        "select count(*) from conversation where joining_key like 'bench:%'"
    )
    if have >= place.conversations:
        await _complete_indexes(connection, say)
        return 0
    if have:
        raise RuntimeError("the data is half made; remove build/bench-<scale> and start again")
    started = time.monotonic()
    await connection.execute(_WIDE)
    definitions = await take_indexes(connection)
    sentences = await _sentences(connection)
    people = max(place.conversations // 5, 10)
    await connection.execute(SQL.contacts.text, place.workspace, 1, people)
    await connection.execute("analyze contact")
    agents, tags = await _agents_and_tags(connection, place.workspace)
    for first in range(1, place.conversations + 1, _CHUNK):
        last = min(first + _CHUNK - 1, place.conversations)
        async with connection.transaction():
            await connection.execute(
                SQL.conversations.text,
                *(place.workspace, first, last, place.inbox, agents, tags, sentences),
                *(place.conversations, people),
            )
            await connection.execute(
                SQL.messages.text,
                *(place.workspace, first, last, place.inbox, sentences, place.conversations),
            )
        say(f"  {last:,} conversations, {last * 10:,} messages")
    await connection.execute(SQL.tags.text, place.workspace)
    await _lengthen(connection, place, sentences)
    for definition in definitions:
        await connection.execute(definition)
    await _complete_indexes(connection, say)
    await connection.execute("select hilo_fold_counts()")
    await connection.execute("vacuum analyze")
    return time.monotonic() - started


async def find_long(connection: asyncpg.Connection) -> UUID | None:
    """Return the conversation with the most messages."""
    found: UUID | None = await connection.fetchval(
        "select id from conversation order by last_seq desc limit 1"
    )
    return found


async def take_indexes(connection: asyncpg.Connection) -> list[str]:
    """Drop the text indexes; return what makes them again."""
    definitions = []
    for name in INDEXES:
        definitions.append(await _definition(connection, name))
        await connection.execute(f"drop index {name}")
    return definitions


async def _complete_indexes(connection: asyncpg.Connection, say: Callable[[str], None]) -> None:
    """Make sure that every partition has its text indexes: without them a search reads it all."""
    for name in INDEXES:
        if not await connection.fetchval(SQL.is_whole.text, name):
            say(f"  building {name}")
            definition = await _definition(connection, name)
            await connection.execute(_WIDE)
            await connection.execute(f"drop index {name}")
            await connection.execute(definition)
            await connection.execute("vacuum analyze message")


async def _definition(connection: asyncpg.Connection, name: str) -> str:
    found: str = await connection.fetchval("select pg_get_indexdef($1::text::regclass)", name)
    return found.replace(" ON ONLY ", " ON ", 1)  # the server tells the parent's part alone


async def _sentences(connection: asyncpg.Connection) -> int:
    await connection.execute(SQL.helpers.text)
    texts = [
        turn.partition(": ")[2].replace("{", "").replace("}", "")
        for locale in LOCALES
        for arc in arcs(locale)
        for turn in arc.turns
    ]
    rows = list(enumerate(texts))
    await connection.executemany("insert into sentence values ($1, $2)", rows)
    return len(rows)


async def _agents_and_tags(
    connection: asyncpg.Connection, workspace: UUID
) -> tuple[list[UUID], list[UUID]]:
    agents = await connection.fetch("select id from agent where workspace_id = $1", workspace)
    tags = [new_id() for _ in range(5)]
    for number, tag in enumerate(tags):
        await connection.execute(
            "insert into tag (workspace_id, id, name) values ($1, $2, $3)",
            *(workspace, tag, f"bench {number}"),
        )
    return [row["id"] for row in agents], tags


async def _lengthen(connection: asyncpg.Connection, place: Place, sentences: int) -> None:
    long = await connection.fetchval(
        "update conversation set last_seq = $1, last_incoming_seq = $1 - 1, read_seq = $1"
        " where joining_key = 'bench:1' returning id",
        LONG,
    )
    await connection.execute(SQL.long.text, place.workspace, long, place.inbox, sentences, LONG)
