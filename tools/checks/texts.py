"""No sentence for people outside the message catalogue: the clients' markup holds none."""

import re
from pathlib import Path

from checks.source import files, text_of

# Words between tags, and attributes that are read aloud or shown.
_BETWEEN = re.compile(r">\s*([A-Za-zÀ-ÿ][^<>{}=;()]*[a-zÀ-ÿ])\s*</")
_SHOWN = re.compile(
    r"""\b(?:aria-label|title|placeholder|label|alt)=["']([^"'{}]*[A-Za-zÀ-ÿ]{2}[^"']*)["']"""
)
SPARED = re.compile(r"^(?:Hilo|hilo|Ctrl|Cmd|Alt|Shift|Enter|Esc|Tab|[A-Z]|\S*@\S*)$")


def find(root: Path) -> list[str]:
    """Return each text for people that stands in a component."""
    return [
        f"{path.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}: {match.group(1)!r}"
        for path in files(root / "clients", ".tsx")
        if ".test." not in path.name
        for text in [text_of(path)]
        for pattern in (_BETWEEN, _SHOWN)
        for match in pattern.finditer(text)
        if not SPARED.match(match.group(1).strip())
    ]
