"""What the checks read: tracked-like files of a tree, without what was built or installed."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

BUILT = frozenset(
    {
        ".venv",
        ".git",
        ".hilo",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".import_linter_cache",
        "node_modules",
        "dist",
        "build",
        "static",
        "screenshots",
        "__pycache__",
    }
)


def files(folder: Path, *suffixes: str) -> Iterator[Path]:
    """Walk the files below `folder` with one of the suffixes (any without), in a fixed order."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in BUILT)
        for name in sorted(names):
            if not suffixes or name.endswith(suffixes):
                yield Path(place) / name


def text_of(path: Path) -> str:
    """Return the file's text; empty when it is not UTF-8 text."""
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return ""


def tree_of(path: Path) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))
