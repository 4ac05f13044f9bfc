"""Named queries. SQL lives in `.sql` files beside the module that owns the tables.

A file is a run of blocks, each opened by `-- name: verb_noun`; further comment lines say why.
`:name` becomes `$n` in the order of first use (`::type` is a cast). Nothing is composed at run
time.
"""

import re
from collections.abc import Iterator, Mapping
from importlib import resources

from msgspec import Struct
from typing_extensions import override

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)
# Strings and comments are stepped over, so that a colon in them is only a colon.
_TOKEN = re.compile(r"'(?:[^']|'')*'|--[^\n]*|::|(?<![\w:]):([a-z_]\w*)")


class Query(Struct, frozen=True):
    """One statement. params: the names in the order of `$1`, `$2` and so on."""

    name: str
    text: str
    params: tuple[str, ...]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """Order the values. Raises KeyError for a missing, TypeError for an unknown name."""
        if len(values) != len(self.params):
            unknown = set(values) - set(self.params)
            if unknown:
                message = f"{self.name} has no parameter {sorted(unknown)}"
                raise TypeError(message)
        return [values[name] for name in self.params]


class Queries(Mapping[str, Query]):
    """The named queries of one file: `SQL.lock` or `SQL["lock"]`."""

    def __init__(self, package: str, file: str = "queries.sql") -> None:
        """Read the file from the package's data."""
        text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
        self.origin = f"{package}/{file}"
        self._queries = {query.name: query for query in _parse(text, self.origin)}

    def __getattr__(self, name: str) -> Query:
        """Return the query of that name."""
        try:
            return self._queries[name]
        except KeyError:
            message = f"no query {name} in {self.origin}"
            raise AttributeError(message) from None

    @override
    def __getitem__(self, name: str) -> Query:
        """Return the query of that name."""
        return self._queries[name]

    @override
    def __iter__(self) -> Iterator[str]:
        """Walk the names."""
        return iter(self._queries)

    @override
    def __len__(self) -> int:
        """Count the queries."""
        return len(self._queries)


def query(name: str, text: str) -> Query:
    """Turn `:name` into `$n`."""
    order: dict[str, int] = {}

    def place(match: re.Match[str]) -> str:
        found = match.group(1)
        if found is None:
            return match.group(0)
        return f"${order.setdefault(found, len(order) + 1)}"

    return Query(name, _TOKEN.sub(place, text).strip().rstrip(";"), tuple(order))


def _parse(text: str, origin: str) -> Iterator[Query]:
    pieces = _NAME.split(text)[1:]
    names = pieces[::2]
    if len(set(names)) != len(names):
        message = f"a query is named twice in {origin}"
        raise ValueError(message)
    for name, body in zip(names, pieces[1::2], strict=True):
        yield query(name, body)
