"""What of a mail is new, and what is repetition: earlier mails, signatures, forwards.

Never loses a line: every line of the input is in `new` or in `folded`, in order. Folding what the
customer wrote is the worse error, so anything unclear stays in `new`.
"""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from hilo.connectors.email.lines import (
    BANNER,
    DEVICE,
    EMPTY,
    HEAD,
    INTRO,
    QUOTE,
    RULE,
    SIGN,
    TEXT,
    kinds_of,
)


class Split(Struct, frozen=True):
    """A body in two. new: shown; folded: the rest, empty when all is new."""

    new: str
    folded: str


_FOOTER: Final = re.compile(
    r"https?://|www\.|\S@\S|\+?\d[\d ()/.-]{7,}|unsubscribe|mailing list|virus|confidential",
    re.IGNORECASE,
)
_MOST_FOOTER_LINES: Final = 8

_MOST_LINES: Final = 5_000  # beyond this nobody reads, and everything stays visible


def split(body: str) -> Split:
    """Return what is new and what repeats. Both keep their lines as they came."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > _MOST_LINES:
        return Split(body.strip("\n"), "")
    kinds = kinds_of(lines)
    start, end = _start(kinds), _end(lines, kinds)
    if not _says_something(kinds, start, end):
        start = 0 if start >= end else start
        if not _says_something(kinds, start, end):
            start, end = 0, len(lines)
            if "t" not in kinds and "q" not in kinds:
                kinds = "t" * len(lines)
    shown = [
        start <= index < end and kind not in (DEVICE, INTRO if _loose(kinds, index) else "")
        for index, kind in enumerate(kinds)
    ]
    new = "\n".join(line for line, is_new in zip(lines, shown, strict=True) if is_new)
    folded = "\n".join(line for line, is_new in zip(lines, shown, strict=True) if not is_new)
    if not new.strip():
        return Split(_trim(body), "")
    return Split(_trim(new), _trim(folded))


def _trim(text: str) -> str:
    # Blank lines around go, the first line keeps its indentation.
    return re.sub(r"\A(?:[ \t]*\n)+", "", text.rstrip())


def _says_something(kinds: str, start: int, end: int) -> bool:
    return any(kind in "tq" for kind in kinds[start:end])


def _loose(kinds: str, index: int) -> bool:
    # An introduction inside what is shown is noise only at its top.
    return not kinds[:index].strip("ei")


def _start(kinds: str) -> int:
    # Answer below the quote: the introduction and what it quotes, before anything was written.
    match = re.match(r"[ei]*(?P<quote>i[ei]*q[qe]*)", kinds)
    if match is None:
        return 0
    rest = kinds[match.end() :]
    if re.search(r"q[qe]*t", rest):  # answers between quotes need each quote above them
        return len(re.match(r"[ei]*", kinds)[0])  # type: ignore[index]  # matches the empty word
    return match.end() if "t" in rest else 0


def _end(lines: Sequence[str], kinds: str) -> int:
    cuts = [len(kinds), *_cuts(lines, kinds)]
    end = min(cuts)
    # A quote that closes the mail, without an introduction, after something written.
    core = len(kinds[:end].rstrip(EMPTY + QUOTE + INTRO + DEVICE + RULE))
    tail = kinds[core:end]
    if core and kinds[core - 1] == TEXT and QUOTE in tail:
        end = core + min(tail.index(kind) for kind in (QUOTE, INTRO) if kind in tail)
    return end


def _cuts(lines: Sequence[str], kinds: str) -> list[int]:
    found: list[int] = []
    text, quote = (kinds.find(kind) for kind in (TEXT, QUOTE))
    for index, kind in enumerate(kinds):
        if not 0 <= text < index and not (kind == SIGN and 0 <= quote < index):
            continue
        if kind == SIGN and _closes(lines, kinds, index):
            found.append(index)
        elif kind == BANNER or (kind == HEAD and kinds[index - 1] != HEAD):
            found.append(_with_rule_above(kinds, index))
        elif (kind == INTRO and _repeats_to_the_end(lines, kinds, index)) or (
            kind == RULE and _rule_closes(lines, kinds, index)
        ):
            found.append(index)
        if found:
            break
    return found


def _with_rule_above(kinds: str, index: int) -> int:
    while index and kinds[index - 1] in "er":
        index -= 1
    return index


def _repeats_to_the_end(lines: Sequence[str], kinds: str, index: int) -> bool:
    rest = kinds[index:]
    match = re.match(r"[ie]+(?P<quote>q[qe]*)(?P<more>.*)$", rest)
    if match is None:
        return True  # the quote has no marks: all of it belongs to somebody else
    more = match["more"]
    if "t" not in more:
        return True
    # Text after a marked quote is an answer, unless it is a footer some list or scanner added.
    offset = index + match.start("more")
    tail = [line for line, kind in zip(lines[offset:], more, strict=True) if kind == TEXT]
    if re.match(r"[edr]*s", more):
        return True
    return "q" not in more and len(tail) <= _MOST_FOOTER_LINES and _is_footer(tail)


def _is_footer(tail: Sequence[str]) -> bool:
    return bool(tail) and any(map(_FOOTER.search, tail)) and not any("?" in line for line in tail)


def _closes(lines: Sequence[str], kinds: str, index: int) -> bool:
    # "--" opens a signature, unless long text follows (then it is a rule).
    rest = [line for line, kind in zip(lines[index:], kinds[index:], strict=True) if kind == TEXT]
    bare = lines[index].strip()
    return bare == "--" or (len(rest) <= 2 * _MOST_FOOTER_LINES)


def _rule_closes(lines: Sequence[str], kinds: str, index: int) -> bool:
    # A rule is a separator of the author's, unless only a footer or another mail follows.
    rest = kinds[index + 1 :].lstrip("er")
    if not rest or rest[0] in (HEAD, BANNER):
        return True
    tail = [line for line, kind in zip(lines[index:], kinds[index:], strict=True) if kind == TEXT]
    return "t" in rest and len(tail) <= _MOST_FOOTER_LINES and _is_footer(tail)
