"""Names that messages have at the outside, as they are stored."""

import hashlib

from hilo.kit.text import clean

_NAME_CHARS = 500  # a longer one is kept by its hash


def outside_name(external_id: str, fallback: str = "") -> str:
    """Return an outside id as it is stored."""
    text = clean(external_id).strip() or fallback
    if len(text) <= _NAME_CHARS:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
