"""The import contracts of pyproject.toml: floors, rows, faces, strangers, no circles."""

import contextlib
import io
import os
import sys
from pathlib import Path

from importlinter.cli import lint_imports


def find(root: Path) -> list[str]:
    """Return import-linter's report, when a contract is broken."""
    before, path = Path.cwd(), list(sys.path)
    said = io.StringIO()
    os.chdir(root)
    sys.path[:0] = [str(root / "src"), str(root / "tools")]
    try:
        with contextlib.redirect_stdout(said):
            code = lint_imports(config_filename="pyproject.toml", no_cache=True)
    finally:
        os.chdir(before)
        sys.path[:] = path
    if code == 0:
        return []
    return [line for line in said.getvalue().splitlines() if line.strip()]
