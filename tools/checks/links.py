"""No dead end in the documents: every relative link and picture of a Markdown file is there."""

import re
from pathlib import Path
from urllib.parse import unquote

from checks.source import files, text_of

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def find(root: Path) -> list[str]:
    """Return each link that leads nowhere."""
    return [
        f"{path.relative_to(root)}: {target} is not there"
        for path in files(root, ".md")
        for target in _LINK.findall(_CODE.sub("", text_of(path)))
        if not target.startswith(("http:", "https:", "mailto:", "#"))
        and not (path.parent / unquote(target.partition("#")[0])).exists()
    ]
