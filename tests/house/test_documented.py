"""Each setting, permission, event, error, command and channel is documented, no other is."""

from pathlib import Path

import pytest

from checks import documented

ROOT = Path(__file__).parents[2]
PLANTED = {
    "kit/config.py": 'x = given.get("HILO_NEW")\n',
    "domain/people/permissions.py": 'ALL = {"moon:write"}\n',
    "domain/people/events.py": 'class A(Event, tag="moon.risen"):\n    pass\n',
    "kit/errors.py": 'class A(Exception):\n    code = "moonless"\n',
    "domain/people/verbs.py": 'raise Conflict("no", reason="moonstruck")\n',
    "entry/api/problems.py": 'codes = {\n    418: "moonpot",\n}\n',
    "entry/cli.py": 'word("moon", _moon, "text")\n',
    "connectors/moon/manifest.toml": "",
    "entry/doors.py": 'doors = {\n    "/moon/": moon,\n    "/chat/": chat,\n}\n',
    "entry/chat/app.py": 'doors = {("GET", "moonlight"): moonlight}\n',
    "entry/walkin/app.py": "",
    "entry/pages/app.py": 'match first:\n    case "moonrise" if rest:\n        pass\n',
}


def test_the_reference_is_complete() -> None:
    assert documented.find(ROOT) == []


def house(root: Path) -> Path:
    for name, text in PLANTED.items():
        path = root / "src" / "hilo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    "name",
    [
        "HILO_NEW",
        "moon:write",
        "moon.risen",
        "moonless",
        "moonstruck",
        "moonpot",
        "`moon`",
        "no heading `Limits`",
        "`/moon/`",
        "`/chat/{account}/moonlight`",
        "`/moonrise/`",
    ],
    ids=str,
)
def test_what_has_no_heading_is_caught(tmp_path: Path, name: str) -> None:
    found = documented.find(house(tmp_path))
    assert any(name in problem for problem in found), found


def test_a_heading_of_nothing_is_caught(tmp_path: Path) -> None:
    page = house(tmp_path) / "docs" / "reference" / "events.md"
    page.parent.mkdir(parents=True)
    page.write_text("### `moon.risen`\n### `sun.set`\n")
    found = documented.find(tmp_path)
    assert any("`sun.set` is not there any more" in problem for problem in found)
