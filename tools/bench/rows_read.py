"""What is read: rows 6 (lists), 7 (a long conversation), 8 (counts), 9 (search)."""

import json
import statistics
import time
from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

import asyncpg

from bench.context import Bench
from bench.data import find_long
from bench.report import Result, judged
from bench.wire import Samples, Wire
from hilo.kit.page import encode_cursor

_PAGE = 50
_FAR = 1_000 * _PAGE
# The same fifty rows with nothing around them.
_BARE_LIST = """
select c.id, c.number, c.contact_id, p.name, c.inbox_id, c.channel, c.subject, c.status,
       c.assignee_id, c.tag_ids, c.last_seq, c.read_seq, c.unread, c.last_message, c.activity_at,
       c.version
from conversation c join contact p on p.workspace_id = c.workspace_id and p.id = c.contact_id
where c.workspace_id = $1 and c.id = any($2::uuid[])
"""
# The same conversation, the same fifty messages; the range of places lets every partition's index
# answer at once, where an order and a limit alone make PostgreSQL sort all 20,000.
_BARE_HEAD = """
select c.*, p.name from conversation c
join contact p on p.workspace_id = c.workspace_id and p.id = c.contact_id
where c.workspace_id = $1 and c.id = $2
"""
_BARE_THREAD = """
select id, seq, kind, channel, inbox_id, author_kind, author_id, author_name, subject, text, html,
       quoted, reply_to, attachments, meta, state, error, client_id, at, created_at
from message where workspace_id = $1 and conversation_id = $2 and seq > 19950 order by seq desc
"""
# Every message with all the words as words, whatever the way: what ours must have found.
_EXPECTED = """
with hits as materialized (
  select id from message
  where workspace_id = $1 and search @@ (hilo_word($2) && hilo_word($3) && hilo_word($4)))
select id from hits order by id desc limit 25
"""
_BARE_SEARCH = """
select id, text from message
where workspace_id = $1 and search @@ plainto_tsquery('hilo_es', $2) order by id desc limit 25
"""
_WORDS: Sequence[str] = [
    "pedido",
    "lámpara rota",
    "cuándo llega",
    "factura empresa",
    "refund",
    "broken base photo",
    "voucher",
    "encomenda",
    "nota cnpj",
    "devolver etiqueta",
    "CF-20500",
    "customs",
    "paraguas azul",
    "transferencia",
    "gift wrapping card",
]


async def lists(bench: Bench) -> list[Result]:
    """Row 6: twelve mixes of filters, page 1 and page 1,000."""
    connection = await asyncpg.connect(bench.dsn)
    wire = await Wire.connect(bench.rig.url)
    near, far = Samples(), Samples()
    bare: list[float] = []
    try:
        for filters in await _mixes(connection):
            for samples, cursor in ((near, None), (far, await _far(bench, connection))):
                query = {**filters, "limit": str(_PAGE), **({"cursor": cursor} if cursor else {})}
                ids = await _timed(bench, wire, f"/conversations?{urlencode(query)}", samples)
                bare += await _bare(connection, bench, _BARE_LIST, ids)
    finally:
        wire.close()
        await connection.close()
    limit = statistics.median(bare)
    both = Samples(near.times + far.times)
    name = "inbox list, 12 mixes of filters"
    return [
        judged(
            6,
            f"{name}, pages 1 and 1,000, p50",
            both.at(0.5),
            "ms",
            limit=limit,
            sense="times",
            ratio=3,
            note=f"through HTTP; page 1 {near.at(0.5):.1f}, page 1,000 {far.at(0.5):.1f} ms; "
            "absolute target 4 ms",
        ),
        judged(6, f"{name}, p99", both.at(0.99), "ms", most=20),
    ]


async def _mixes(connection: asyncpg.Connection) -> list[dict[str, str]]:
    inbox = await connection.fetchval(
        "select inbox_id from conversation where joining_key = 'bench:1'"
    )
    tag = await connection.fetchval("select id from tag where name = 'bench 1'")
    return [
        {},
        {"status": "open"},
        {"status": "resolved"},
        {"status": "pending"},
        {"inbox": str(inbox)},
        {"inbox": str(inbox), "status": "open"},
        {"assignee": "me"},
        {"assignee": "me", "status": "resolved"},
        {"assignee": "none"},
        {"assignee": "none", "status": "open"},
        {"tag": str(tag)},
        {"unread": "true", "status": "open"},
    ]


async def _far(bench: Bench, connection: asyncpg.Connection) -> str:
    row = await connection.fetchrow(
        "select activity_at, id from conversation where workspace_id = $1"
        " order by activity_at desc, id desc offset $2 limit 1",
        *(bench.workspace, min(_FAR, await _half(connection))),
    )
    return encode_cursor("conversations", row["activity_at"], row["id"])


async def _half(connection: asyncpg.Connection) -> int:
    count: int = await connection.fetchval("select count(*) from conversation")
    return count // 2


async def _timed(bench: Bench, wire: Wire, path: str, samples: Samples) -> list[UUID]:
    asked = bench.get(path)
    body = b""
    for _ in range(max(bench.effort.reads // 12, 3)):
        started = time.perf_counter()
        status, body = await wire.ask(asked)
        if status != 200:  # noqa: PLR2004 - anything else is a broken benchmark
            raise AssertionError(f"{path} answered {status}: {body[:300]!r}")
        samples.times.append((time.perf_counter() - started) * 1000)
    return _ids(body)


def _ids(body: bytes) -> list[UUID]:
    return [UUID(item["id"]) for item in json.loads(body).get("items", []) if "id" in item]


async def _bare(
    connection: asyncpg.Connection, bench: Bench, query: str, value: object, most: int = 100
) -> list[float]:
    times = []
    for _ in range(min(max(bench.effort.reads // 12, 3), most)):
        started = time.perf_counter()
        await connection.fetch(query, bench.workspace, value)
        times.append((time.perf_counter() - started) * 1000)
    return times


async def long_conversation(bench: Bench) -> list[Result]:
    """Row 7: open a conversation of 20,000 messages."""
    connection = await asyncpg.connect(bench.dsn)
    wire = await Wire.connect(bench.rig.url)
    samples, bare = Samples(), list[float]()
    try:
        long = await find_long(connection)
        for _ in range(12):
            head = Samples()
            await _timed(bench, wire, f"/conversations/{long}", head)
            await _timed(bench, wire, f"/conversations/{long}/messages?limit=50", samples)
            pairs = zip(head.times, samples.times[-len(head.times) :], strict=True)
            samples.times[-len(head.times) :] = [a + b for a, b in pairs]
            heads = await _bare(connection, bench, _BARE_HEAD, long)
            threads = await _bare(connection, bench, _BARE_THREAD, long)
            bare += [a + b for a, b in zip(heads, threads, strict=True)]
    finally:
        wire.close()
        await connection.close()
    name = "open a conversation of 20,000 messages"
    return [
        judged(
            7,
            f"{name}, p50 of both requests",
            samples.at(0.5),
            "ms",
            limit=statistics.median(bare),
            sense="times",
            ratio=3,
            note="through HTTP; the limit is a bare query for each",
        ),
        judged(7, f"{name}, p99 of both requests", samples.at(0.99), "ms", most=25),
    ]


async def counts(bench: Bench) -> list[Result]:
    """Row 8: all counts, kept and not counted."""
    connection = await asyncpg.connect(bench.dsn)
    wire = await Wire.connect(bench.rig.url)
    samples = Samples()
    try:
        for _ in range(12):
            await _timed(bench, wire, "/counts", samples)
        _, body = await wire.ask(bench.get("/counts"))
        unread = await connection.fetchval(
            "select count(*) from conversation where workspace_id = $1 and unread and status = $2",
            *(bench.workspace, "open"),
        )
    finally:
        wire.close()
        await connection.close()
    if f'"unread":{unread}'.encode() not in body.replace(b" ", b""):
        raise AssertionError(f"counts say {body!r}, SQL says {unread} unread")
    return [judged(8, "all counts, p99, through HTTP", samples.at(0.99), "ms", most=5)]


async def search(bench: Bench) -> list[Result]:
    """Row 9: one to three words, three languages, with and without filters."""
    connection = await asyncpg.connect(bench.dsn)
    wire = await Wire.connect(bench.rig.url)
    samples, bare = Samples(), list[float]()
    try:
        for place, words in enumerate(_WORDS):
            query = {"q": words, "type": "message"}
            if place % 3 == 0:
                query["channel"] = "api"
            await _check_hits(bench, wire, connection, words)
            await _timed(bench, wire, f"/search?{urlencode(query)}", samples)
            bare += await _bare(connection, bench, _BARE_SEARCH, words, 3)
    finally:
        wire.close()
        await connection.close()
    return [
        judged(
            9,
            "full-text search, p50",
            samples.at(0.5),
            "ms",
            limit=statistics.median(bare),
            sense="times",
            ratio=2,
            note=f"p95 {samples.at(0.95):.1f} ms; absolute targets p50 60, p95 300 ms",
        ),
        judged(9, "full-text search, p95", samples.at(0.95), "ms", most=300),
    ]


async def _check_hits(bench: Bench, wire: Wire, connection: asyncpg.Connection, words: str) -> None:
    """Compare the page with what an exact query finds; codes and parts are tested elsewhere."""
    asked = f"/search?{urlencode({'q': words, 'type': 'message', 'limit': '25'})}"
    _, body = await wire.ask(bench.get(asked))
    found = [UUID(item["message"]["id"]) for item in json.loads(body)["items"]]
    three = (words.split() * 3)[:3]
    rows = await connection.fetch(_EXPECTED, bench.workspace, *three)
    expected = [row["id"] for row in rows]
    if expected and found != expected and not any(map(str.isdigit, words)):
        raise AssertionError(f"{words!r} found {len(found)} messages other than the exact query")
