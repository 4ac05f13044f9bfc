"""Named SQL kept honest: what each statement touches, fills and is given.

`find` judges without a database. Tables: a module writes its own, reads its own and those of rows
below. Workspace: every statement on a table names it. Arguments: a call gives what the query takes.
`prepare` asks PostgreSQL: each statement must PREPARE as the application and give the columns
that its Struct takes.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import asyncpg
import msgspec
from msgspec import Struct

from checks.source import files, tree_of
from hilo.kit.sql import Queries, Query

# Rows of the domain, the lowest first; modules of one row are strangers.
ROWS = (
    ("people",),
    ("library",),
    ("inboxes", "contacts"),
    ("crm", "knowledge"),
    ("conversations",),
    ("automation", "notifications", "visits"),
)
# The log and its cursors; anybody may read them.
KIT = "kit"
# What a door may write beside calling verbs: the memory of answered POSTs, and the demo's marks.
DOOR_WRITES = frozenset({"idempotency"})
DEMO = "hilo.entry.demo"
# Asks only whether a row is still named from above; the foreign key would say so by an error.
SPARED = frozenset({"hilo.domain.inboxes/queries.sql:inbox_is_used"})
# Commands on a whole installation, run as the schema's owner, with tables of their own.
OWNERS = frozenset({"hilo.entry/backup.sql", "hilo.entry/doctor.sql"})

_SECTION = re.compile(r"^-- -{10,} (.+)$|^create table (\w+)", re.MULTILINE)
_NOISE = re.compile(r"'(?:[^']|'')*'|--[^\n]*")
_WRITE = re.compile(
    r"\b(?:insert\s+into|delete\s+from|(?<!for )(?<!do )update(?:\s+only)?)\s+(\w+)"
)
_FROM = re.compile(
    r"\b(?:from|join|using)\s+(.+?)"
    r"(?=\b(?:where|group|order|limit|on|set|left|join|cross|returning|select|union|for|from)\b"
    r"|[();]|$)",
    re.DOTALL,
)


class Statement(Struct, frozen=True):
    """One named query and where it lives."""

    package: str
    origin: str
    query: Query


class Use(Struct, frozen=True):
    """One call of a query. into: the type it fills, None for `run` or when it cannot be known."""

    where: str
    origin: str
    name: str
    into: type | None
    given: frozenset[str] | None


def statements(root: Path) -> Iterator[Statement]:
    """Walk the named queries of every `.sql` file but the migrations."""
    source = root / "src"
    for path in files(source / "hilo", ".sql"):
        if "migrations" in path.parts:
            continue
        package = ".".join(path.parent.relative_to(source).parts)
        for query in Queries(package, path.name).values():
            yield Statement(package, f"{package}/{path.name}", query)


def owners(root: Path) -> dict[str, str]:
    """Return table to module: the migrations' section headings say whose each table is."""
    owner, found = KIT, {}
    for path in files(root / "src" / "hilo" / "entry" / "migrations", ".sql"):
        for heading, table in _SECTION.findall(path.read_text(encoding="utf-8")):
            if heading:
                known = {name for row in ROWS for name in row}
                owner = heading.strip() if heading.strip() in known else KIT
            else:
                found[table] = owner
    return found


def touched(text: str, tables: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Return the tables a statement writes and those it only reads."""
    plain = _NOISE.sub(" ", text.lower())
    writes = {name for name in _WRITE.findall(plain) if name in tables}
    reads: set[str] = set()
    for clause in _FROM.findall(plain):
        for each in clause.split(","):
            word = each.replace("lateral", "").replace("only", "").split()
            if word and word[0] in tables:
                reads.add(word[0])
    return writes, reads - writes


def find(root: Path) -> list[str]:
    """Return each statement that reaches too far or leaves its workspace out."""
    tables = owners(root)
    problems: list[str] = []
    for each in statements(root):
        if each.origin in OWNERS:
            continue
        writes, reads = touched(each.query.text, tables)
        where = f"{each.origin}:{each.query.name}"
        problems += [
            f"{where} writes {table}, which belongs to {tables[table]}"
            for table in sorted(writes)
            if not may_write(each.package, tables[table], table)
        ]
        problems += [
            f"{where} reads {table} of {tables[table]}, which is not below it"
            for table in sorted(reads)
            if not may_read(each.package, tables[table]) and where not in SPARED
        ]
        if (writes | reads) - {"login"} and not re.search(r"workspace", each.query.text):
            problems.append(f"{where} does not name its workspace")
    return problems + arguments(root)


def arguments(root: Path) -> list[str]:
    """Return each call whose names are not those of its query."""
    params = {(each.origin, each.query.name): set(each.query.params) for each in statements(root)}
    return [
        f"{use.where}: {use.name} takes {sorted(params[use.origin, use.name])},"
        f" given {sorted(use.given)}"
        for use in uses(root)
        if use.given is not None and use.given != params[use.origin, use.name]
    ]


def may_write(package: str, owner: str, table: str) -> bool:
    """Say whether a package may change a table of that owner."""
    if package.startswith("hilo.entry"):
        return table in DOOR_WRITES or package.startswith(DEMO)
    return module_of(package) == owner or package.split(".")[1] == owner


def module_of(package: str) -> str:
    """Return the module of the domain a package is, or is a room of; else its last name."""
    names = package.split(".")
    return names[2] if names[:2] == ["hilo", "domain"] else names[-1]


def may_read(package: str, owner: str) -> bool:
    """Say whether a package may read a table of that owner."""
    if package.startswith("hilo.entry") or owner == KIT:
        return True
    here = module_of(package)
    rank = {name: place for place, row in enumerate(ROWS) for name in row}
    return here == owner or rank.get(owner, 99) < rank.get(here, -1)


def _module(package: str) -> str:
    """Return the module a package belongs to: a module's rooms share what it owns."""
    floor, *rest = package.split(".")[1:]
    return rest[0] if floor == "domain" and rest else package.rsplit(".", maxsplit=1)[-1]


def uses(root: Path) -> Iterator[Use]:
    """Walk the calls of named queries in the product's modules."""
    source = root / "src"
    for path in files(source / "hilo", ".py"):
        if "Queries(" not in path.read_text(encoding="utf-8"):
            continue
        module = importlib.import_module(
            ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
        )
        known = {n: v for n, v in vars(module).items() if isinstance(v, Queries)}
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and node.args:
                use = _use(node, known, vars(module), str(path.relative_to(root)))
                if use is not None:
                    yield use


def _use(
    call: ast.Call, known: Mapping[str, Queries], names: Mapping[str, object], where: str
) -> Use | None:
    match call.func, call.args[0]:
        case ast.Attribute(attr="all" | "maybe" | "one" | "run" as how), (
            ast.Attribute(value=ast.Name(id=sql), attr=name)
            | ast.Subscript(value=ast.Name(id=sql), slice=ast.Constant(value=str(name)))
        ) if sql in known and name in known[sql]:
            into = None
            if how != "run" and len(call.args) > 1 and isinstance(call.args[1], ast.Name):
                named = names.get(call.args[1].id, _plain_type(call.args[1].id))
                into = named if inspect.isclass(named) else None
            given = [word.arg for word in call.keywords]
            words = None if None in given else frozenset(w for w in given if w)
            return Use(f"{where}:{call.lineno}", known[sql].origin, name, into, words)
        case _:
            return None


def _plain_type(name: str) -> object:
    return {"int": int, "str": str, "bool": bool, "bytes": bytes, "float": float}.get(name)


async def prepare(root: Path, connection: asyncpg.Connection) -> list[str]:
    """Return what PostgreSQL refuses, and each Struct that does not take the columns given.

    connection: in an open transaction.
    """
    columns: dict[tuple[str, str], int] = {}
    problems: list[str] = []
    for each in statements(root):
        if each.origin in OWNERS:
            continue
        await connection.execute("savepoint before")
        try:
            ready = await connection.prepare(each.query.text)
        except asyncpg.PostgresError as error:
            await connection.execute("rollback to savepoint before")
            problems.append(f"{each.origin}:{each.query.name}: {error}")
        else:
            columns[each.origin, each.query.name] = len(ready.get_attributes())
    for use in uses(root):
        count = columns.get((use.origin, use.name))
        if use.into is not None and count is not None:
            least, most = _takes(use.into)
            if not least <= count <= most:
                takes = str(most) if least == most else f"{least} to {most}"
                fills = f"{use.into.__name__} takes {takes}"
                problems.append(f"{use.where}: {use.name} gives {count} columns, {fills}")
    return problems


def _takes(into: type) -> tuple[int, int]:
    if not issubclass(into, Struct):
        return 1, 1
    fields = msgspec.structs.fields(into)
    needed = [f for f in fields if f.default is msgspec.NODEFAULT]
    return sum(1 for f in needed if f.default_factory is msgspec.NODEFAULT), len(fields)
