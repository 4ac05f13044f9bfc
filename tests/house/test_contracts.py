"""The import contracts of pyproject.toml hold, and each catches a violation planted before it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks import imports

ROOT = Path(__file__).parents[2]
MODULES = """
kit sdk entry connectors connectors.email connectors.api connectors._chat connectors._graph
domain
domain.people domain.library domain.inboxes domain.contacts domain.conversations domain.automation
domain.visits
"""
HEART = "incoming outgoing replies crossing desk identity thread views"
RUN = "from importlinter.cli import lint_imports_command as command; command()"
ROOMS = [
    "kit.db",
    "kit.errors",
    "sdk.channel",
    "connectors._graph.door",
    "domain.people.verbs",
    "domain.inboxes.carrier",
]


def test_the_repository_keeps_every_contract() -> None:
    assert imports.find(ROOT) == []


def house(root: Path) -> Path:
    """Build the empty floors, rows and rooms under the real contracts."""
    for module in ["", *MODULES.split()]:
        folder = root / "src" / "hilo" / module.replace(".", "/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    for room in HEART.split():
        folder = root / "src" / "hilo" / "domain" / "conversations" / room
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    for room in ROOMS:
        (root / "src" / "hilo" / (room.replace(".", "/") + ".py")).touch()
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (root / "pyproject.toml").write_text(text[text.index("[tool.importlinter]") :])
    return root


def verdict(root: Path) -> str:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", RUN, "--config", "pyproject.toml", "--no-cache"],
        cwd=root,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{root / 'src'}:{ROOT / 'tools'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_an_empty_house_keeps_every_contract(tmp_path: Path) -> None:
    said = verdict(house(tmp_path))
    assert "0 broken" in said, said


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("kit/db", "import hilo.domain.people", "Four floors"),
        ("domain/people/verbs", "import hilo.connectors.api", "Four floors"),
        ("extra/__init__", "", "Four floors"),
        ("domain/people/verbs", "import hilo.domain.library", "Calls go down"),
        ("domain/inboxes/carrier", "import hilo.domain.contacts", "Calls go down"),
        ("domain/newcomer/__init__", "", "Calls go down"),
        (
            "domain/conversations/thread/late",
            "import hilo.domain.conversations.incoming",
            "Calls go down inside conversations",
        ),
        ("domain/people/verbs", "import litestar", "No web framework"),
        ("connectors/api/connector", "import httpx2", "No web framework"),
        ("entry/hub", "import asyncpg", "Drivers only in kit"),
        ("connectors/api/connector", "import hilo.kit.db", "Connectors and sdk see no"),
        ("connectors/api/connector", "import hilo.connectors.email", "strangers to each"),
        ("connectors/_graph/door", "import hilo.connectors.email", "strangers to each"),
        ("connectors/api/connector", "import hilo.connectors._graph.door", "Only faces"),
        ("entry/hub", "import hilo.connectors._graph", "Shared rooms of connectors"),
        ("entry/hub", "import hilo.connectors._chat", "Shared rooms of connectors"),
        ("entry/hub", "import hilo.domain.people.verbs", "Only faces"),
        ("kit/db", "def f():\n    import hilo.kit.late", "No circles"),
        (
            "kit/db",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import hilo.kit.late",
            "No circles",
        ),
    ],
)
def test_a_planted_import_is_caught(tmp_path: Path, module: str, line: str, contract: str) -> None:
    root = house(tmp_path)
    path = root / "src" / "hilo" / f"{module}.py"
    path.parent.mkdir(exist_ok=True)
    (path.parent / "__init__.py").touch()
    path.write_text(line + "\n")
    (root / "src" / "hilo" / "kit" / "late.py").write_text("import hilo.kit.db\n")
    said = verdict(root)
    broken = [row for row in said.splitlines() if "BROKEN" in row]
    assert any(contract in row for row in broken), said


def test_the_carrier_may_speak_http(tmp_path: Path) -> None:
    root = house(tmp_path)
    (root / "src/hilo/domain/inboxes/carrier.py").write_text("import httpx2\n")
    assert "0 broken" in verdict(root)


def test_what_a_vendors_channels_share_may_be_imported_by_them(tmp_path: Path) -> None:
    root = house(tmp_path)
    shared = root / "src/hilo/connectors/_graph"
    (shared / "__init__.py").write_text('__all__ = ["door"]\n')
    room = root / "src/hilo/connectors/api/connector.py"
    room.write_text("from hilo.connectors._graph import door\n")
    assert "0 broken" in verdict(root)


def test_a_room_that_the_face_shows_is_public(tmp_path: Path) -> None:
    root = house(tmp_path)
    people = root / "src/hilo/domain/people"
    (people / "__init__.py").write_text(
        'from hilo.domain.people import verbs\n__all__ = ["verbs"]\n'
    )
    (root / "src/hilo/entry/hub.py").write_text("from hilo.domain.people import verbs\n")
    assert "0 broken" in verdict(root)
