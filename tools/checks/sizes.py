"""Files and functions stay small: law for each, a share for most, and the ten largest shown."""

import ast
from collections.abc import Sequence
from pathlib import Path

from checks.source import files, tree_of

FILE_LAW = 500  # non-blank lines
FILE_MOST = 350
TEST_LAW = 600
FUNCTION_MOST = 45  # lines, docstring included
SHARE = 0.95

Measured = tuple[int, str]


def find(root: Path) -> list[str]:
    """Return every breach of the law and of the shares."""
    source = file_sizes(root / "src" / "hilo", root)
    functions = function_sizes(root / "src" / "hilo", root)
    problems = [
        f"{where}: {size} lines, law {FILE_LAW}" for size, where in source if size > FILE_LAW
    ]
    problems += [
        f"{where}: {size} lines, law {TEST_LAW}"
        for size, where in file_sizes(root / "tests", root)
        if size > TEST_LAW
    ]
    problems += _share("files", source, FILE_MOST)
    problems += _share("functions", functions, FUNCTION_MOST)
    return problems


def largest(root: Path) -> list[str]:
    """Return the ten largest files and functions, to be printed at each run."""
    lines: list[str] = []
    for name, found in (
        ("files", file_sizes(root / "src" / "hilo", root)),
        ("functions", function_sizes(root / "src" / "hilo", root)),
    ):
        lines.append(f"the ten largest {name}:")
        lines += [f"  {size:4} {where}" for size, where in sorted(found, reverse=True)[:10]]
    return lines


def file_sizes(folder: Path, root: Path) -> list[Measured]:
    """Return the non-blank lines of each Python file."""
    return [
        (
            sum(1 for line in path.read_text(encoding="utf-8").splitlines() if line.strip()),
            str(path.relative_to(root)),
        )
        for path in files(folder, ".py")
    ]


def function_sizes(folder: Path, root: Path) -> list[Measured]:
    """Return the lines of each function, from `def` to its end."""
    return [
        (
            (node.end_lineno or node.lineno) - node.lineno + 1,
            f"{path.relative_to(root)}:{node.name}",
        )
        for path in files(folder, ".py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _share(what: str, found: Sequence[Measured], most: int) -> list[str]:
    small = sum(1 for size, _ in found if size < most)
    if not found or small / len(found) >= SHARE:
        return []
    over = ", ".join(
        f"{where} ({size})" for size, where in sorted(found, reverse=True) if size >= most
    )
    return [f"only {small} of {len(found)} {what} are under {most} lines: {over}"]
