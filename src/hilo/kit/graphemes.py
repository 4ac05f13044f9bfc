"""Where a text may be cut without tearing what people see as one sign. Pure.

Source: https://www.unicode.org/reports/tr29/ (read 2026-11), its rules as far as they bind signs:
marks, joiners, flags, syllables. Cutting once too little is right, once too often is not.
"""

import unicodedata
from collections.abc import Iterator

_JOINER = 0x200D
_SKIN = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAGS = range(0x1F1E6, 0x1F200)
_LEAD, _VOWEL, _TAIL = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
_SYLLABLES = range(0xAC00, 0xD7A4)
_MARKS = {"Mn", "Mc", "Me"}
_PREPENDED = {0x0600, 0x0601, 0x0602, 0x0603, 0x0604, 0x0605, 0x06DD, 0x070F, 0x08E2, 0x110BD}


def graphemes(text: str) -> Iterator[str]:
    """Yield the signs of a text; together they are the text."""
    start = flags = 0
    for place in range(1, len(text)):
        before, after = text[place - 1], text[place]
        flags = flags + 1 if ord(before) in _FLAGS else 0
        if not _binds(before, after, flags):
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


def _binds(before: str, after: str, flags: int) -> bool:
    """Say whether two characters belong to one sign. flags: how many letters of flags end here."""
    if before < "\u0300" and after < "\u0300":
        return before == "\r" and after == "\n"
    left, right = ord(before), ord(after)
    if right == _JOINER or right in _SKIN or right in _TAGS:
        return True
    if unicodedata.category(after) in _MARKS:
        return before not in "\r\n"
    if left == _JOINER or left in _PREPENDED:
        return True
    if left in _FLAGS and right in _FLAGS:
        return flags % 2 == 1
    return _is_syllable(left, right)


def _is_syllable(left: int, right: int) -> bool:
    if left in _LEAD:
        return right in _LEAD or right in _VOWEL or right in _SYLLABLES
    if left in _VOWEL or (left in _SYLLABLES and (left - _SYLLABLES.start) % 28 == 0):
        return right in _VOWEL or right in _TAIL
    return (left in _TAIL or left in _SYLLABLES) and right in _TAIL
