"""Nothing in the repository knows on which machine it was written."""

import re
from pathlib import Path

from checks.source import files, text_of

# Home folders and mounts of a developer's machine; in halves, not to match itself.
_PATH = re.compile(r"(?<![\w.$}])/(?:wor" + r"k|roo" + r"t|hom" + r"e)/[\w.-]+")
_CODE = (".py", ".sql", ".toml", ".json", ".ts", ".tsx", ".mjs", "Makefile", ".sh")
_KINDS = (*_CODE, ".md", ".txt", ".in", ".yml", ".ini", ".conf", ".service")


def find(root: Path) -> list[str]:
    """Return each line that names such a path."""
    return [
        f"{path.relative_to(root)}:{number}: {match.group(0)}"
        for path in files(root, *_KINDS)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        for match in _PATH.finditer(line)
    ]
