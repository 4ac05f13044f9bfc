"""Named SQL is honest: it PREPAREs, fills its Structs, touches what it may, names its workspace."""

from pathlib import Path

import pytest

from checks import queries
from hilo.kit import sql
from hilo.kit.db import Tx

ROOT = Path(__file__).parents[2]
TABLES = queries.owners(ROOT)


async def test_every_query_prepares_and_fits_its_struct(tx: Tx) -> None:
    assert await queries.prepare(ROOT, tx.connection) == []


def test_every_query_touches_only_what_it_may() -> None:
    assert queries.find(ROOT) == []


def test_every_table_has_an_owner() -> None:
    assert TABLES["message"] == "conversations"
    assert TABLES["contact"] == "contacts"
    assert TABLES["event"] == "kit"


@pytest.mark.parametrize(
    ("text", "writes", "reads"),
    [
        ("select * from contact c, identity i where c.id = i.contact_id", "", "contact identity"),
        ("select 1 from message m join conversation c on true", "", "message conversation"),
        ("with x as (delete from draft returning 1) select * from x", "draft", ""),
        ("insert into tag (id) select id from team where true", "tag", "team"),
        ("update conversation set a = 1 from contact", "conversation", "contact"),
        ("select 'from message' -- from part\nfrom inbox for update", "", "inbox"),
        ("insert into tag values (1) on conflict do update set a = 1", "tag", ""),
        (
            "select f.id from conversation c, lateral (select 1 from file f) f",
            "",
            "conversation file",
        ),
    ],
)
def test_tables_are_read_from_the_text(text: str, writes: str, reads: str) -> None:
    assert queries.touched(text, TABLES) == (set(writes.split()), set(reads.split()))


@pytest.mark.parametrize(
    ("package", "table", "may_write", "may_read"),
    [
        ("hilo.domain.conversations", "contact", False, True),
        ("hilo.domain.contacts", "message", False, False),
        ("hilo.domain.contacts", "inbox", False, False),
        ("hilo.domain.contacts", "identity", True, True),
        ("hilo.domain.people", "event", False, True),
        ("hilo.kit", "event", True, True),
        ("hilo.entry", "message", False, True),
        ("hilo.entry.api", "idempotency", True, True),
    ],
)
def test_rows_are_respected(package: str, table: str, may_write: bool, may_read: bool) -> None:  # noqa: FBT001 - a table of cases
    owner = TABLES[table]
    assert queries.may_write(package, owner, table) is may_write
    assert queries.may_read(package, owner) is may_read


def house(root: Path, text: str) -> Path:
    """Plant one query in an inboxes module of a tree of its own."""
    module = root / "src" / "hilo" / "domain" / "inboxes"
    steps = root / "src" / "hilo" / "entry" / "migrations"
    for folder in (module, steps):
        folder.mkdir(parents=True)
    (steps / "0001_pre_first.sql").write_text(
        "-- ------------------ inboxes\ncreate table inbox (\n"
        "-- ------------------ conversations\ncreate table message (\n"
    )
    (module / "queries.sql").write_text(f"-- name: planted\n{text}\n")
    return root


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select 1 from message where workspace_id = :w", "not below it"),
        ("delete from message where workspace_id = :w", "belongs to conversations"),
        ("select 1 from inbox", "does not name its workspace"),
    ],
)
def test_a_planted_query_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    planted = queries.Statement("hilo.domain.inboxes", "x", sql.query("planted", text))
    monkeypatch.setattr(queries, "statements", lambda _: iter([planted]))
    monkeypatch.setattr(queries, "uses", lambda _: iter(()))
    found = queries.find(house(tmp_path, text))
    assert any(said in problem for problem in found), found


async def test_planted_sql_that_does_not_fit_is_caught(
    tx: Tx, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = queries.Statement("hilo.kit", "x", sql.query("wrong", "select nothing from nowhere"))
    narrow = queries.Statement("hilo.kit", "x", sql.query("narrow", "select 1, 2"))
    use = queries.Use("here:1", "x", "narrow", int, None)
    monkeypatch.setattr(queries, "statements", lambda _: iter([wrong, narrow]))
    monkeypatch.setattr(queries, "uses", lambda _: iter([use]))
    found = await queries.prepare(ROOT, tx.connection)
    assert len(found) == 2
    assert "nowhere" in found[0]
    assert "2 columns, int takes 1" in found[1]
