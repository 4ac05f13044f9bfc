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

SIZES = {"small": 2_000, "default": 100_000, "full": 1_000_000}
LONG = 20_000  # messages of the one long conversation
_CHUNK = 20_000
_INDEXES = ("message_search", "message_trgm")

_HELPERS = """
create or replace function pg_temp.noise(text, int) returns double precision language sql immutable as
  $$ select ('x' || substr(md5($1 || $2), 1, 8))::bit(32)::bigint / 4294967296.0 $$;
create or replace function pg_temp.id_of(timestamptz, text) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from $1) * 1000)::bigint), 12, '0') || '7' || substr(md5($2), 1, 3)
          || '8' || substr(md5($2), 4, 15))::uuid $$;
create temp table sentence (n int primary key, t text);
"""
_CONTACTS = """
insert into contact (workspace_id, id, name, locale, created_at, updated_at)
select $1, pg_temp.id_of(now() - interval '91 days' + n * interval '1 second', 'contact' || n),
       'Person ' || n, (array['es', 'pt', 'en'])[1 + n % 3], now(), now() - n * interval '1 second'
from generate_series($2::int, $3::int) n
"""
_CONVERSATIONS = """
insert into conversation (workspace_id, id, contact_id, inbox_id, channel, joining_key, status, assignee_id,
                          tag_ids, last_seq, last_incoming_seq, read_seq, last_message, activity_at,
                          resolved_at, created_at)
select $1, pg_temp.id_of(at, 'conversation' || n), c.id, $4, 'api', 'bench:' || n, status,
       case when noise < 0.6 then ($5::uuid[])[1 + (n % cardinality($5::uuid[]))] end,
       case when n % 5 = 0 then array[($6::uuid[])[1 + ((n / 5) % cardinality($6::uuid[]))]] else '{}' end,
       10, 9, case when n % 3 = 0 and status = 'open' then 8 else 10 end,
       jsonb_build_object('id', pg_temp.id_of(at, 'm' || n || '-10'), 'kind', 'outgoing', 'author_kind', 'agent',
         'author_name', 'Agent', 'preview', (select t from sentence s where s.n = x.n % $7), 'at', at),
       at, case when status = 'resolved' then at end, at
from (select n, now() - interval '90 days' * (1 - n::float8 / $8) as at, pg_temp.noise('b', n) as noise,
             case when pg_temp.noise('s', n) < 0.10 then 'open' when pg_temp.noise('s', n) < 0.14 then 'pending'
                  when pg_temp.noise('s', n) < 0.16 then 'snoozed' else 'resolved' end as status
      from generate_series($2::int, $3::int) n) x
join lateral (select id from contact where workspace_id = $1 and name = 'Person ' || (1 + x.n % $9)
              limit 1) c on true
"""
_TAGS = """
insert into conversation_tag (workspace_id, tag_id, conversation_id)
select c.workspace_id, c.tag_ids[1], c.id from conversation c
where c.workspace_id = $1 and c.joining_key like 'bench:%' and cardinality(c.tag_ids) > 0
on conflict do nothing
"""
_MESSAGES = """
insert into message (workspace_id, id, conversation_id, seq, kind, channel, inbox_id, author_kind, author_name,
                     text, state, at, created_at)
select $1, pg_temp.id_of(at, 'm' || n || '-' || seq), pg_temp.id_of(base, 'conversation' || n), seq,
       case when seq % 2 = 1 then 'incoming' else 'outgoing' end, 'api', $4,
       case when seq % 2 = 1 then 'contact' else 'agent' end, 'Somebody',
       (select t from sentence s where s.n = (x.n * 7 + seq * 13) % $5) || ' CF-' || (20000 + n % 50000) || ' '
         || (select t from sentence s where s.n = (x.n * 3 + seq * 29) % $5),
       case when seq % 2 = 1 then 'received' else 'sent' end, at, at
from (select n, seq, now() - interval '90 days' * (1 - n::float8 / $6) as base,
             now() - interval '90 days' * (1 - n::float8 / $6) + seq * interval '40 seconds' as at
      from generate_series($2::int, $3::int) n, generate_series(1, 10) seq) x
"""
_LONG = """
insert into message (workspace_id, id, conversation_id, seq, kind, channel, inbox_id, author_kind, author_name,
                     text, state, at, created_at)
select $1, pg_temp.id_of(at, 'long' || seq), $2, seq, case when seq % 2 = 1 then 'incoming' else 'outgoing' end,
       'api', $3, case when seq % 2 = 1 then 'contact' else 'agent' end, 'Somebody',
       (select t from sentence s where s.n = seq % $4), case when seq % 2 = 1 then 'received' else 'sent' end, at, at
from (select seq, now() - interval '30 days' + seq * interval '1 minute' as at
      from generate_series(11, $5::int) seq) x
"""


class Place(Struct, frozen=True):
    """Where the data goes and how much of it."""

    workspace: UUID
    inbox: UUID
    conversations: int


async def fill(connection: asyncpg.Connection, place: Place, say: Callable[[str], None]) -> float:
    """Write the data once; return the seconds it took, 0 when it was there. The owner connects."""
    have = await connection.fetchval(
        "select count(*) from conversation where joining_key like 'bench:%'"
    )
    if have >= place.conversations:
        return 0
    started = time.monotonic()
    await connection.execute("set statement_timeout = 0; set maintenance_work_mem = '512MB'")
    definitions = await _take_indexes(connection)
    sentences = await _sentences(connection)
    people = max(place.conversations // 5, 10)
    await connection.execute(_CONTACTS, place.workspace, 1, people)
    await connection.execute("analyze contact")
    agents, tags = await _agents_and_tags(connection, place.workspace)
    for first in range(1, place.conversations + 1, _CHUNK):
        last = min(first + _CHUNK - 1, place.conversations)
        async with connection.transaction():
            await connection.execute(
                _CONVERSATIONS,
                *(place.workspace, first, last, place.inbox, agents, tags, sentences),
                *(place.conversations, people),
            )
            await connection.execute(
                _MESSAGES,
                *(place.workspace, first, last, place.inbox, sentences, place.conversations),
            )
        say(f"  {last:,} conversations, {last * 10:,} messages")
    await connection.execute(_TAGS, place.workspace)
    await _lengthen(connection, place, sentences)
    for definition in definitions:
        await connection.execute(definition)
    await connection.execute("select hilo_fold_counts()")
    await connection.execute("vacuum analyze")
    return time.monotonic() - started


async def find_long(connection: asyncpg.Connection) -> UUID | None:
    """Return the conversation with the most messages."""
    found: UUID | None = await connection.fetchval(
        "select id from conversation order by last_seq desc limit 1"
    )
    return found


async def _take_indexes(connection: asyncpg.Connection) -> list[str]:
    definitions = []
    for name in _INDEXES:
        definitions.append(
            await connection.fetchval("select pg_get_indexdef($1::text::regclass)", name)
        )
        await connection.execute(f"drop index {name}")
    return definitions


async def _sentences(connection: asyncpg.Connection) -> int:
    await connection.execute(_HELPERS)
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
    await connection.execute(_LONG, place.workspace, long, place.inbox, sentences, LONG)
