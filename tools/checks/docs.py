"""What has a name has a heading in docs/reference: settings, permissions, events, errors, commands.

A name without one is a promise nobody can read; a heading without a name is a promise nobody keeps.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from checks.source import files, text_of

_HEADING = re.compile(r"^## (\S.*)$", re.MULTILINE)
_SETTING = re.compile(r'"((?:HILO_|DATABASE_|VALKEY_)[A-Z_]+)"')
_PERMISSION = re.compile(r'"([a-z]+:[a-z]+)"')
_EVENT = re.compile(r'^class \w+\(\s*Event,[^)]*?tag="([a-z]+\.[a-z_]+)"', re.MULTILINE | re.DOTALL)
_ERROR = re.compile(r'^    code(?:: ClassVar\[str\])? = "([a-z-]+)"', re.MULTILINE)
_WORD = re.compile(r'(?:\bword|admin\.add_parser)\(\s*"(\w+)"')


def find(root: Path) -> list[str]:
    """Return names without a heading, and headings of settings and permissions without a name."""
    source, reference = root / "src" / "hilo", root / "docs" / "reference"
    python = [text_of(path) for path in files(source, ".py")]
    settings = _named(_SETTING, [text_of(source / "kit" / "config.py")])
    permissions = _named(_PERMISSION, [text_of(source / "domain" / "people" / "permissions.py")])
    manifests = source.joinpath("connectors").glob("*/manifest.toml")
    wanted = {
        "settings": settings,
        "permissions": permissions,
        "events": _named(_EVENT, python) - {"noun.verbed"},
        "errors": _named(_ERROR, python) - {"error"},
        "channels": {path.parent.name for path in manifests},
        "cli": {f"hilo {word}" for word in _named(_WORD, [text_of(source / "entry" / "cli.py")])},
    }
    problems = []
    for page, names in wanted.items():
        headings = set(_HEADING.findall(text_of(reference / f"{page}.md")))
        if page == "cli":
            headings |= {"hilo create"} if "hilo admin create" in headings else set()
        problems += [f"docs/reference/{page}.md has no heading for {n}" for n in names - headings]
        if page in {"settings", "permissions", "channels"}:
            problems += [f"docs/reference/{page}.md: nothing is {n}" for n in headings - names]
    return sorted(problems)


def _named(pattern: re.Pattern[str], texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in pattern.findall(text)}
