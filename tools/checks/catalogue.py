"""Three languages, one catalogue: the same keys, placeholders and plural forms in each."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

LOCALES = ("en", "es", "pt")
_PLACE = re.compile(r"\{(\w+)[,}]")


def find(root: Path) -> list[str]:
    """Return each difference between the languages, and each empty text."""
    folder = root / "clients" / "shared" / "messages"
    if not folder.exists():
        return ["clients/shared/messages is missing"]
    texts = {
        locale: flat(json.loads((folder / f"{locale}.json").read_text(encoding="utf-8")))
        for locale in LOCALES
    }
    problems: list[str] = []
    for locale in LOCALES[1:]:
        problems += compare(texts["en"], texts[locale], locale)
    problems += [
        f"{locale}: {key} is empty"
        for locale, found in texts.items()
        for key, text in found.items()
        if not text.strip()
    ]
    return problems


def flat(tree: Mapping[str, object], before: str = "") -> dict[str, str]:
    """Return nested messages as dotted keys."""
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{key}.")
        else:
            found[before + key] = str(value)
    return found


def compare(first: Mapping[str, str], other: Mapping[str, str], locale: str) -> list[str]:
    """Return what differs between English and another language."""
    problems = [f"{locale}: {key} is missing" for key in sorted(first.keys() - other.keys())]
    problems += [f"{locale}: {key} is not in en" for key in sorted(other.keys() - first.keys())]
    for key in sorted(first.keys() & other.keys()):
        here, there = set(_PLACE.findall(first[key])), set(_PLACE.findall(other[key]))
        if here != there:
            problems.append(f"{locale}: {key} has {sorted(there)}, en has {sorted(here)}")
        if ("plural," in first[key]) != ("plural," in other[key]):
            problems.append(f"{locale}: {key} is a plural in one language only")
    return problems
