"""What every code of an error means: the reference of the documents, which the package brings.

A problem's `type` is an address in our own page of the API; this is what stands there.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from hilo.kit.errors import Bug

_CODE = re.compile(r"^### `([a-z-]+)`\n((?:(?!#).+\n?)+)", re.MULTILINE)


@lru_cache(maxsize=1)
def told() -> Mapping[str, str]:
    """Return the meaning of each code, in the order of the reference."""
    found = _CODE.findall(_reference().read_text(encoding="utf-8"))
    return {code: " ".join(text.replace("`", "").split()) for code, text in found}


def _reference() -> Path:
    package = Path(__file__).parents[2]
    for file in (package / "errors.md", package.parents[1] / "docs" / "reference" / "errors.md"):
        if file.is_file():
            return file
    raise Bug("the reference of errors is not here; was the package built without it?")
