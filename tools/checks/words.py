"""One word each: the glossary's forbidden synonyms are not names in code, tables or texts."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from checks.source import files, text_of, tree_of

# Forbidden word: the word to use.
INSTEAD = {
    "adapter": "connector",
    "copilot": "assistant",
    "customer": "contact",
    "customers": "contact",
    "lead": "contact or visitor",
    "operator": "agent",
    "organisation": "workspace or company",
    "organization": "workspace or company",
    "provider": "connector or vendor",
    "staff": "agent",
    "tenant": "workspace",
    "user": "agent",
    "users": "agent",
}
# A connector's room for the shapes of its vendor, in the vendor's own words.
VENDORS = "wire.py"
# Words of other trades that contain ours: HTTP's header, our own error's name, a system's account.
SPARED = re.compile(r"user_?agent|user_?error|os_user|system_user|map_user", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SQL_NAME = re.compile(r"^(?:create table (\w+)|  (\w+) [a-z])", re.MULTILINE)


def find(root: Path) -> list[str]:
    """Return each name or text that uses a forbidden synonym."""
    problems = [
        f"{path.relative_to(root)}:{line}: {name} says {word}, the glossary says {INSTEAD[word]}"
        for folder in ("domain", "entry", "sdk", "connectors")
        for path in files(root / "src" / "hilo" / folder, ".py")
        if path.name != VENDORS
        for line, name in _names(tree_of(path))
        for word in _pieces(name)
        if word in INSTEAD
    ]
    for path in files(root / "src" / "hilo" / "entry" / "migrations", ".sql"):
        for match in _SQL_NAME.finditer(text_of(path)):
            name = match.group(1) or match.group(2)
            problems += [f"{path.relative_to(root)}: {name}" for w in _pieces(name) if w in INSTEAD]
    return problems + _texts(root)


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case _:
                pass


def _pieces(name: str) -> list[str]:
    return _HUMP.sub("_", SPARED.sub("", name)).lower().split("_")


def _texts(root: Path) -> list[str]:
    path = root / "clients" / "shared" / "messages" / "en.json"
    if not path.exists():
        return []
    return [
        f"{path.relative_to(root)}: {key} says {word}, the glossary says {INSTEAD[word]}"
        for key, text in json.loads(path.read_text(encoding="utf-8")).items()
        for word in re.findall(r"[a-z]+", str(text).lower())
        if word in INSTEAD
    ]
