"""What of a text to show for a hit: pieces, each a hit or not. Structured, never HTML. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

_WORD = re.compile(r"\w+")
_READ_CHARS = 10_000
_BEFORE_CHARS = 60
_MOST_CHARS = 240
_MOST_LETTERS = 5_000
_SAME_START = 3  # letters a word shares with another form of itself


class Piece(Struct, frozen=True):
    """Part of a text. hit: what was looked for."""

    text: str
    hit: bool


def folded(text: str) -> str:
    """Return lower case without accents, one character for each, so that places stay the same."""
    return text.lower() if text.isascii() else text.translate(_LETTERS)


def candidates(text: str, words: Collection[str]) -> Iterator[str]:
    """Yield the words of a text that could be forms of those asked for."""
    starts = {folded(word)[:_SAME_START] for word in words}
    read = text[:_READ_CHARS]
    bare = folded(read)
    for match in _WORD.finditer(read):
        at, end = match.span()
        if bare[at : min(at + _SAME_START, end)] in starts:
            yield match[0]


def pieces(text: str, hits: Collection[str], parts: Sequence[str]) -> list[Piece]:
    """Return the part of the text around its first hit.

    hits: words as they stand in texts. parts: what may be anywhere, already folded.
    """
    read = text[:_READ_CHARS]
    marks = _marks(read, hits, parts)
    first = marks[0][0] if marks else 0
    begin = _word_start(read, max(first - _BEFORE_CHARS, 0))
    end = min(begin + _MOST_CHARS, len(read))
    shown: list[Piece] = []
    at = begin
    for start, stop in marks:
        if stop <= at or start >= end:
            continue
        if start > at:
            shown.append(Piece(read[at:start], hit=False))
        shown.append(Piece(read[max(start, at) : min(stop, end)], hit=True))
        at = min(stop, end)
    if at < end:
        shown.append(Piece(read[at:end], hit=False))
    if begin > 0 and shown:
        shown.insert(0, Piece("…", hit=False))
    if end < len(text):
        shown.append(Piece("…", hit=False))
    return shown


def _marks(text: str, hits: Collection[str], parts: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of all hits in order, overlapping ones as one."""
    found = [match.span() for match in _WORD.finditer(text) if match[0] in hits]
    bare = folded(text) if parts else ""
    for part in parts:
        start = bare.find(part) if part else -1
        while start >= 0:
            found.append((start, start + len(part)))
            start = bare.find(part, start + len(part))
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def _word_start(text: str, at: int) -> int:
    if at == 0:
        return 0
    space = text.find(" ", at)
    return space + 1 if 0 <= space - at < _BEFORE_CHARS // 2 else at


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0].lower()[:1] or letter


class _Letters(dict[int, int]):
    """Letters by their code, bare; made when they first occur."""

    def __missing__(self, code: int) -> int:
        found = ord(_bare(chr(code)))
        if len(self) < _MOST_LETTERS:
            self[code] = found
        return found


_LETTERS = _Letters()
