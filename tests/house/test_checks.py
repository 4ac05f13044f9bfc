"""The house checks hold for this repository, and each catches a violation planted before it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from checks import catalogue, links, locks, machine_paths, sizes, texts, vendor_words, words

ROOT = Path(__file__).parents[2]
Find = Callable[[Path], list[str]]
MESSAGES = "clients/shared/messages"


RULES: list[Find] = [
    catalogue.find,
    links.find,
    locks.find,
    machine_paths.find,
    sizes.find,
    texts.find,
    vendor_words.find,
    words.find,
]


@pytest.mark.parametrize("find", RULES, ids=lambda find: find.__module__.removeprefix("checks."))
def test_the_repository_keeps_the_rule(find: Find) -> None:
    assert find(ROOT) == []


def plant(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


DOMAIN = "src/hilo/domain/people/verbs.py"
LONG_FUNCTION = "def f() -> None:\n" + "    f()\n" * 60

PLANTED: list[tuple[Find, dict[str, str], str]] = [
    (vendor_words.find, {DOMAIN: "# as Whats" + "App does\n"}, ":1: whats" + "app"),
    (
        vendor_words.find,
        {"clients/agent/src/a.tsx": "let tele" + "gramIcon"},
        "tele" + "gram",
    ),
    (vendor_words.find, {"clients/a.css": ".x { color: red } /* Sla" + "ck */"}, "sla" + "ck"),
    (words.find, {DOMAIN: "def add_customer() -> None: ..."}, "glossary says contact"),
    (words.find, {DOMAIN: "class TenantRow: ..."}, "glossary says workspace"),
    (words.find, {f"{MESSAGES}/en.json": '{"a": "Ask the user"}'}, "glossary says agent"),
    (sizes.find, {DOMAIN: "x = 1\n" * 501}, "law 500"),
    (sizes.find, {DOMAIN: LONG_FUNCTION}, "0 of 1 functions"),
    (sizes.find, {DOMAIN: "x = 1\n" * 400}, "0 of 1 files"),
    (sizes.find, {"tests/test_a.py": "x = 1\n" * 601}, "law 600"),
    (locks.find, {"requirements/a.txt": "--index-url https:" + "//x.test/simple"}, "a.txt:1"),
    (locks.find, {"clients/package-lock.json": '"resolved": "http:' + '//x/y.tgz"'}, "lock.json:1"),
    (links.find, {"docs/a.md": "[there](gone.md)"}, "gone.md is not there"),
    (links.find, {"README.md": "![](docs/images/gone.png)"}, "gone.png is not there"),
    (machine_paths.find, {"docs/a.md": "see /ho" + "me/ada/notes"}, "a.md:1"),
    (texts.find, {"clients/agent/src/a.tsx": "<p>Nothing here yet</p>"}, "Nothing here yet"),
    (texts.find, {"clients/agent/src/a.tsx": '<a aria-label="Close it" />'}, "Close it"),
]


@pytest.mark.parametrize(("find", "files", "said"), PLANTED)
def test_a_planted_violation_is_caught(
    tmp_path: Path, find: Find, files: dict[str, str], said: str
) -> None:
    found = find(plant(tmp_path, files))
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    ("english", "spanish", "said"),
    [
        ('{"a": "x"}', "{}", "a is missing"),
        ('{"a": "x"}', '{"a": "x", "b": "y"}', "b is not in en"),
        ('{"a": "{n} x"}', '{"a": "{m} x"}', "has ['m']"),
        ('{"a": "{n, plural, one {x} other {y}}"}', '{"a": "{n}"}', "a plural in one"),
        ('{"a": "x"}', '{"a": " "}', "a is empty"),
    ],
)
def test_languages_that_differ_are_caught(
    tmp_path: Path, english: str, spanish: str, said: str
) -> None:
    root = plant(
        tmp_path,
        {
            f"{MESSAGES}/en.json": english,
            f"{MESSAGES}/es.json": spanish,
            f"{MESSAGES}/pt.json": english,
        },
    )
    found = catalogue.find(root)
    assert any(said in problem for problem in found), found


def test_connectors_may_name_their_vendor(tmp_path: Path) -> None:
    name = "tele" + "gram"
    plant(tmp_path, {f"src/hilo/connectors/{name}/connector.py": f"# {name}"})
    assert vendor_words.find(tmp_path) == []


def test_a_platforms_own_switch_is_no_vendors_name(tmp_path: Path) -> None:
    plant(tmp_path, {"clients/a.css": "body { font-family: -app" + "le-system }"})
    assert vendor_words.find(tmp_path) == []
