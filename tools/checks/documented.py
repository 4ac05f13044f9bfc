"""Documents cannot rot: every setting, permission, event, error and command has a heading.

The heading stands in `docs/reference/<kind>.md` and names the thing in backquotes. A channel brings
its page in its own folder, so that a new one is that folder and nothing else: what is asked of the
page is its four headings.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from checks.source import files, text_of, tree_of

_SETTING = re.compile(r"""["']((?:HILO_[A-Z0-9_]+[A-Z])|DATABASE_URL|VALKEY_URL)["']""")
_PERMISSION = re.compile(r"""["']([a-z_]+:[a-z_]+)["']""")
# `word("serve", _serve, …`, `("load", _demo_load, …`, `add_parser("create", help=…)`.
_WORD = re.compile(
    r"""["']([a-z]+)["'], _[a-z_]+, ["']|add_parser\(["']([a-z]+)["'], help=[^)]+\)$""",
    re.MULTILINE,
)
# A code that narrows another one, where it is raised: `Conflict("…", reason="last-owner")`.
_NARROWED = re.compile(
    r"""(?:Conflict|Forbidden|Gone|NotFound|Unavailable)\([^()]*\breason=["']([a-z-]+)["']"""
)
# What the framework itself refuses, by status: `405: "method-not-allowed"`.
_REFUSED = re.compile(r"""^ +4\d\d: ["']([a-z-]+)["'],$""", re.MULTILINE)
# Doors outside the framework: `"/chat/": …` of the root, `("POST", "files"): …` of the visitors'
# doors and `… == ("GET", "live")`, `case "widget" if …` of the pages.
_ROOT = re.compile(r"""^ +["'](/[a-z0-9/]+)["']: """, re.MULTILINE)
_VISITORS = re.compile(r"""\(["'](?:GET|POST)["'], ["']([a-z-]+)["']\)""")
_PAGE = re.compile(r"""case ["']([a-z]+)["']( if rest)?:""")
_CHANNEL_HEADINGS = ("What you need", "Connect", "Limits", "Troubleshooting")
_HEADING = re.compile(r"^#{2,4} .*?`([^`]+)`", re.MULTILINE)


def find(root: Path) -> list[str]:
    """Return each thing without its heading, and each heading without its thing."""
    source = root / "src" / "hilo"
    wanted = {
        "settings": set(_named(source, _SETTING)),
        "permissions": set(_PERMISSION.findall(text_of(source / "domain/people/permissions.py"))),
        "events": set(_tags(source)),
        "errors": {
            *_codes(source),
            *_named(source, _NARROWED),
            *_REFUSED.findall(text_of(source / "entry/api/problems.py")),
        },
        "doors": set(_doors(source / "entry")),
        "cli": {a or b for a, b in _WORD.findall(text_of(source / "entry/cli.py"))},
    }
    problems = [
        f"{page.relative_to(root)}: no heading `{heading}`"
        for page in _channel_pages(source)
        for heading in _CHANNEL_HEADINGS
        if f"## {heading}\n" not in (text_of(page) if page.is_file() else "")
    ]
    for kind, names in wanted.items():
        path = root / "docs" / "reference" / f"{kind}.md"
        told = {name.split()[-1] for name in _HEADING.findall(text_of(path))}
        where = path.relative_to(root)
        problems += [f"{where}: no heading for `{name}`" for name in sorted(names - told)]
        problems += [f"{where}: `{name}` is not there any more" for name in sorted(told - names)]
    return problems


def _doors(entry: Path) -> Iterator[str]:
    """Walk the paths that are not the API's."""
    root = set(_ROOT.findall(text_of(entry / "doors.py")))
    for name in ("chat", "walkin"):
        if f"/{name}/" in root:
            root.remove(f"/{name}/")  # its own doors are told one by one
            for what in _VISITORS.findall(text_of(entry / name / "app.py")):
                yield f"/{name}/{{account}}/{what}"
    yield from root
    if (entry / "chat" / "socket.py").is_file():
        yield "/chat/{account}/socket"
    for name, has_more in _PAGE.findall(text_of(entry / "pages" / "app.py")):
        yield f"/{name}/" if has_more else f"/{name}"


def _channel_pages(source: Path) -> list[Path]:
    manifests = (source / "connectors").glob("*/manifest.toml")
    return sorted(each.with_name("README.md") for each in manifests)


def _named(source: Path, pattern: re.Pattern[str]) -> Iterator[str]:
    for path in files(source, ".py"):
        yield from pattern.findall(text_of(path))


def _tags(source: Path) -> Iterator[str]:
    """Walk the names of events: classes that say `tag="noun.verbed"`."""
    for path in files(source / "domain", ".py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef) and any(_is_event(base) for base in node.bases):
                for word in node.keywords:
                    if word.arg == "tag" and isinstance(word.value, ast.Constant):
                        yield str(word.value.value)


def _is_event(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id == "Event"


def _codes(source: Path) -> Iterator[str]:
    """Walk the stable codes of errors: `code = "…"` in a class."""
    for path in files(source, ".py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef):
                for each in node.body:
                    match each:
                        case (
                            ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(str(code)))
                            | ast.AnnAssign(
                                target=ast.Name(id="code"), value=ast.Constant(value=str(code))
                            )
                        ):
                            if code:
                                yield code
                        case _:
                            pass
