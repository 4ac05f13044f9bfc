"""Short codes that a person can copy, type or send on: what they look like and where they stand.

Twelve signs of Crockford's alphabet, in fours: sixty bits of chance. Only a hash of a code is kept,
with the workspace in it, so that a code means nothing anywhere else.
"""

import re
import secrets
from collections.abc import Iterator
from uuid import UUID

from hilo.kit.crypto import hash_token

_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
_ALIKE = str.maketrans({"i": "1", "l": "1", "o": "0"})
_GROUPS, _SIZE = 3, 4
_DASH = "\\-\u2010\u2011\u2012\u2013\u2014\u2212"  # what phones make of a hyphen
_WORD = rf"[0-9A-Za-z]{{{_SIZE}}}"
_CODE = re.compile(rf"(?<![\w{_DASH}]){_WORD}(?:[{_DASH}]{_WORD}){{{_GROUPS - 1}}}(?![\w{_DASH}])")
BLANK = "0000-0000-0000"  # where only the shape matters
_LOOKED_AT = 2_000  # characters of a text
_MOST = 3


def new_code() -> str:
    """Return a code nobody can guess, as people see it."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_GROUPS * _SIZE))
    return "-".join(signs[at : at + _SIZE] for at in range(0, len(signs), _SIZE))


def codes_in(*texts: str) -> list[str]:
    """Return what may be codes, in the order they stand: the first few, as they were minted."""
    found = dict.fromkeys(code for text in texts for code in _read(text[:_LOOKED_AT]))
    return list(found)[:_MOST]


def hash_of(workspace: UUID, code: str) -> bytes:
    """Return what is kept of a code."""
    return hash_token(f"crossing:{workspace}:{code}")


def _read(text: str) -> Iterator[str]:
    for match in _CODE.finditer(text):
        code = re.sub(f"[{_DASH}]", "-", match[0]).lower().translate(_ALIKE)
        if set(code) <= {*_SIGNS, "-"}:
            yield code
