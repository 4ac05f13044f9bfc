"""What of a mail is new, and what is repetition: earlier mails, signatures, forwards.

Never loses a line: every line of the input is in `new` or in `folded`, in order. Folding what the
customer wrote is the worse error, so anything unclear stays in `new`.
"""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from hilo.connectors.email import quote_words as words


class Split(Struct, frozen=True):
    """A body in two. new: shown; folded: the rest, empty when all is new."""

    new: str
    folded: str


def _either(items: Sequence[str]) -> str:
    return "|".join(sorted(map(re.escape, items), key=len, reverse=True))


_QUOTED: Final = re.compile(r"^[ \t]{0,3}(?:>|&gt;|\uff1e)")
_BARRED: Final = re.compile(r"^[ \t]{0,3}\|(?:\s|$)")
_FENCE: Final = re.compile(r"^\s{0,3}(```|~~~)")
_WROTE: Final = re.compile(
    rf"(?<![^\W\d])(?:{_either(words.WROTE)})(?![^\W\d])|写道|寫道|のメール|작성", re.I
)
_MAIL: Final = re.compile(r"[^\s<>@\"']{1,64}@[\w.-]{2,}|<[^<>@\s]{1,64}@|mailto:", re.I)
_DATE: Final = re.compile(
    r"\d{1,2}[:.h]\d{2}|\d{4}[-/.年]\s?\d{1,2}|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}"
    r"|\d{1,2}(?:st|nd|rd|th|\.|º)?,?\s+(?:de\s+)?[^\W\d]{3,12}\.?,?\s+(?:de\s+)?\d{4}"
    r"|[^\W\d]{3,12}\.?\s+\d{1,2},?\s+\d{4}|[^\W\d]{3}, [^\W\d]{3,9} \d{1,2}\b|\d{1,2}月"
)
_OPENS: Final = re.compile(
    rf"^[\W_]{{0,12}}(?:(?:{_either(words.OPENS)})[.,]?\s|\d{{1,4}}\D|[^\W\d]{{2,10}}[,.]\s*\d|在|於|于)",
    re.I,
)
_NAMED: Final = re.compile(
    r"^[\W_]{0,3}[\w.'’\"-]+(?:[ ,][\w.'’\"()@-]+){0,7},?\s*[<\[(]\S*@", re.I
)
_ENDS: Final = re.compile(r"[:：][\W_]{0,6}$")
_ENDS_WROTE: Final = re.compile(rf"(?:{_either(words.WROTE)})\W{{0,8}}$", re.I)
_HEADER: Final = re.compile(
    r"^[\W_]{0,4}(?:(?P<from>" + _either(words.FROM) + r")|(?P<sent>" + _either(words.SENT) + r")"
    r"|(?P<other>" + _either(words.OTHER_HEADERS) + r"))[*_ \u00a0]{0,3}[:：]",
    re.I,
)  # fmt: skip
_BANNER: Final = re.compile(
    rf"^\W{{0,3}}[-_=*—– ]{{2,}}\W*(?:{_either(words.BANNERS)})\b.*$"
    rf"|^\W{{0,3}}(?:{_either(words.BANNERS)})\s*[:：]?\W*$",
    re.I,
)
_RULE: Final = re.compile(r"^[ \t]*[_=*~#+—–-]{3,}[ \t]*$|^[ \t]*(?:[-_*] ){3,}[ \t]*$")
_SIGNATURE: Final = re.compile(r"^[ \t]{0,1}(?:--|—|––|__)[ \t]*$")
_SENT_FROM: Final = re.compile(rf"^[\W_]{{0,4}}(?:{'|'.join(words.SENT_FROM)})", re.I)
_LONGEST_SENT_FROM: Final = 140
_WRAPPED_FROM: Final = 70
_SHORT: Final = 6
_SPAN: Final = 5  # an introduction is wrapped over at most so many lines
_LONGEST_INTRO: Final = 400
_MOST_LINES: Final = 20_000  # beyond this nobody reads, and everything stays visible
_FOOTER: Final = re.compile(
    r"https?://|www\.|\S@\S|\+?\d[\d ()/.-]{7,}|unsubscribe|mailing list|virus|confidential", re.I
)
_MOST_FOOTER_LINES: Final = 8

# Kinds of lines, one letter each, so that a body is also a word that can be read at a glance.
_EMPTY, _TEXT, _QUOTE, _INTRO, _HEAD, _BANNER_, _RULE_, _SIGN, _DEVICE = "etqihbrsd"


def split(body: str) -> Split:
    """Return what is new and what repeats. Both keep their lines as they came."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > _MOST_LINES:
        return Split(body.strip("\n"), "")
    kinds = _kinds(lines)
    start, end = _start(kinds), _end(lines, kinds)
    if not _says_something(kinds, start, end):
        start = 0 if start >= end else start
        if not _says_something(kinds, start, end):
            start, end = 0, len(lines)
            if "t" not in kinds and "q" not in kinds:
                kinds = "t" * len(lines)
    shown = [
        start <= index < end and kind not in (_DEVICE, _INTRO if _loose(kinds, index) else "")
        for index, kind in enumerate(kinds)
    ]
    new = "\n".join(line for line, is_new in zip(lines, shown, strict=True) if is_new)
    folded = "\n".join(line for line, is_new in zip(lines, shown, strict=True) if not is_new)
    if not new.strip():
        return Split(_trim(body), "")
    return Split(_trim(new), _trim(folded))


def opens_quote(text: str) -> bool:
    """Say whether some words introduce a quote: "On … wrote:", or the headers of another mail."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    joined = " ".join(lines)
    if any(_BANNER.match(line) for line in lines[:2]) or _BANNER.match(joined[:200]):
        return True
    match = _HEADER.match(joined)
    if match is not None and match.lastgroup in {"from", "sent"}:
        return bool(_MAIL.search(joined) or _DATE.search(joined))
    tail = joined[-_LONGEST_INTRO:]
    return bool(_ENDS.search(tail[-9:])) and _reads_as_intro(tail, ends=True)


def _trim(text: str) -> str:
    # Blank lines around go, the first line keeps its indentation.
    return re.sub(r"\A(?:[ \t]*\n)+", "", text.rstrip())


def _says_something(kinds: str, start: int, end: int) -> bool:
    return any(kind in "tq" for kind in kinds[start:end])


def _loose(kinds: str, index: int) -> bool:
    # An introduction inside what is shown is noise only at its top.
    return not kinds[:index].strip("ei")


def _kinds(lines: Sequence[str]) -> str:
    kinds = [_kind(line) for line in lines]
    fenced = _fenced(lines)
    for index in fenced:
        kinds[index] = _TEXT
    _mark_headers(lines, kinds)
    _mark_intros(lines, kinds)
    _mark_bars(lines, kinds)
    _mark_stumps(lines, kinds)
    _unmark_devices(kinds)
    return "".join(_TEXT if index in fenced else kind for index, kind in enumerate(kinds))


def _kind(line: str) -> str:
    bare = line.strip()
    if not bare:
        return _EMPTY
    if _QUOTED.match(line):
        return _QUOTE
    if _SIGNATURE.match(line):
        return _SIGN
    if _RULE.match(line):
        return _RULE_
    if len(bare) <= _LONGEST_SENT_FROM:
        if _BANNER.match(bare):
            return _BANNER_
        if _SENT_FROM.match(bare):
            return _DEVICE
    return _TEXT


def _fenced(lines: Sequence[str]) -> set[int]:
    marks = [index for index, line in enumerate(lines) if _FENCE.match(line)]
    found: set[int] = set()
    for first, last in zip(marks[::2], marks[1::2], strict=False):
        found.update(range(first, last + 1))
    return found


def _mark_headers(lines: Sequence[str], kinds: list[str]) -> None:
    # From, Sent, To, Subject … in a block. Values may be wrapped, blank lines may stand between.
    index = 0
    while index < len(lines):
        found, names = _header_block(lines, kinds, index)
        if "from" in names and len(names) >= 2 and len(found) >= 3:  # noqa: PLR2004
            for each in found:
                kinds[each] = _HEAD
            index = found[-1]
        index += 1


def _header_block(
    lines: Sequence[str], kinds: Sequence[str], index: int
) -> tuple[list[int], set[str]]:
    found: list[int] = []
    names: set[str] = set()
    misses = 0
    while index < len(lines) and misses <= 1:
        line = lines[index]
        match = (
            _HEADER.match(line) if kinds[index] == _TEXT and (":" in line or "：" in line) else None
        )
        if match is not None:
            found.append(index)
            names.add(match.lastgroup or "")
            misses = 0
        else:
            if not found:
                break
            misses += 1
        index += 1
    return found, names


def _mark_intros(lines: Sequence[str], kinds: list[str]) -> None:
    for last, line in enumerate(lines):
        if kinds[last] not in (_TEXT, _QUOTE):
            continue
        first = _intro_start(lines, kinds, last, line)
        if first is not None:
            for each in range(first, last + 1):
                if kinds[each] != _EMPTY:
                    kinds[each] = _INTRO


def _intro_start(lines: Sequence[str], kinds: Sequence[str], last: int, line: str) -> int | None:
    # The shortest run of lines ending here that reads like "On … somebody wrote:".
    bare = line.strip()
    if kinds[last] == _QUOTE and not re.fullmatch(r"\s*>\s*(?:\w{4,12}\s?)?[:：]", line):
        return None
    ends = bool(_ENDS.search(bare[-9:]))
    if not ends and not bare.endswith((">", "]")) and not _ENDS_WROTE.search(bare[-30:]):
        return None
    joined, blanks = "", 0
    for first in range(last, max(-1, last - _SPAN), -1):
        kind = kinds[first]
        if kind == _EMPTY:
            blanks += 1
            if blanks > 1 or not re.match(r"\W*(?:<|mailto:)", joined):
                return None
            continue
        if kind not in (_TEXT, _QUOTE) or (kind == _QUOTE and first != last):
            return None
        joined = f"{lines[first].strip()} {joined}".strip()
        if len(joined) > _LONGEST_INTRO:
            return None
        if _reads_as_intro(joined, ends=ends):
            return _with_date_above(lines, kinds, first, joined)
    return None


def _with_date_above(lines: Sequence[str], kinds: Sequence[str], first: int, joined: str) -> int:
    # "On Nov 21, 2014,", "at 10:18,", "Somebody <a@b.c> wrote:": the last alone reads like one.
    dated, best = bool(_DATE.search(joined)), first
    for above in range(first - 1, max(-1, first - _SPAN), -1):
        line = lines[above].strip()
        wrapped = line.endswith(",") or (not dated and len(line.split()) <= _SHORT)
        if kinds[above] != _TEXT or not wrapped:
            break
        if _OPENS.match(line) and _DATE.search(line):
            best = above
    return best


def _reads_as_intro(joined: str, *, ends: bool) -> bool:
    wrote, mail = bool(_WROTE.search(joined)), bool(_MAIL.search(joined))
    date = bool(_DATE.search(joined))
    opens = bool(_OPENS.match(joined))
    if wrote and opens and (date or mail):
        return ends or bool(_ENDS_WROTE.search(joined[-30:]))
    if wrote and mail and _NAMED.match(joined):
        return True
    if date and mail and opens and (ends or joined.endswith(">")):
        # "2013/7/20 somebody <a@b.c>": a date, a name, an address and nothing else.
        return ends or bool(re.match(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s[^,;]{1,80}<\S+>$", joined))
    return (
        ends
        and wrote
        and len(joined) < 100
        and bool(_ENDS_WROTE.search(joined))
        and (  # noqa: PLR2004
            bool(re.match(r"^[A-ZÀ-ÞА-Я\"'*]", joined)) and len(joined.split()) <= 7  # noqa: PLR2004
        )
    )


def _mark_stumps(lines: Sequence[str], kinds: list[str]) -> None:
    # Quotes whose long lines were wrapped leave stumps without a mark: "> … nullam d\nignissim".
    for index in range(1, len(lines) - 1):
        above = lines[index - 1].rstrip()
        if (
            kinds[index] == _TEXT
            and kinds[index - 1] == kinds[index + 1] == _QUOTE
            and len(above) >= _WRAPPED_FROM
            and above[-1] not in ".:?!"
            and lines[index][:1].islower()
        ):
            kinds[index] = _QUOTE


def _mark_bars(lines: Sequence[str], kinds: list[str]) -> None:
    # Some quote with "|", which also draws tables: believed only right after an introduction.
    inside = False
    for index, line in enumerate(lines):
        if kinds[index] == _INTRO:
            inside = True
        elif inside and _BARRED.match(line):
            kinds[index] = _QUOTE
        elif kinds[index] != _EMPTY:
            inside = False


def _unmark_devices(kinds: list[str]) -> None:
    # "Sent from Madrid …" inside a paragraph is a sentence.
    for match in re.finditer("[td]*t[td]*", "".join(kinds)):
        run = match[0]
        tail = len(run) - len(run.rstrip(_DEVICE))
        for index in range(match.start(), match.end() - tail):
            kinds[index] = _TEXT


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
    match = re.search(r"t[edr]*(?P<quote>[qei]*q[qeid]*)$", kinds[:end])
    if match is not None:
        end = match.start("quote")
    return end


def _cuts(lines: Sequence[str], kinds: str) -> list[int]:
    found: list[int] = []
    text, quote = (kinds.find(kind) for kind in (_TEXT, _QUOTE))
    for index, kind in enumerate(kinds):
        if not 0 <= text < index and not (kind == _SIGN and 0 <= quote < index):
            continue
        if kind == _SIGN and _closes(lines, kinds, index):
            found.append(index)
        elif kind == _BANNER_ or (kind == _HEAD and kinds[index - 1] != _HEAD):
            found.append(_with_rule_above(kinds, index))
        elif kind == _INTRO and _repeats_to_the_end(lines, kinds, index):
            found.append(index)
        elif kind == _RULE_ and _rule_closes(lines, kinds, index):
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
    tail = [line for line, kind in zip(lines[offset:], more, strict=True) if kind == _TEXT]
    if re.match(r"[edr]*s", more):
        return True
    return "q" not in more and len(tail) <= _MOST_FOOTER_LINES and _is_footer(tail)


def _is_footer(tail: Sequence[str]) -> bool:
    return bool(tail) and any(map(_FOOTER.search, tail)) and not any("?" in line for line in tail)


def _closes(lines: Sequence[str], kinds: str, index: int) -> bool:
    # "--" opens a signature, unless long text follows (then it is a rule).
    rest = [line for line, kind in zip(lines[index:], kinds[index:], strict=True) if kind == _TEXT]
    bare = lines[index].strip()
    return bare == "--" or (len(rest) <= 2 * _MOST_FOOTER_LINES)


def _rule_closes(lines: Sequence[str], kinds: str, index: int) -> bool:
    # A rule is a separator of the author's, unless only a footer or another mail follows.
    rest = kinds[index + 1 :].lstrip("er")
    if not rest or rest[0] in (_HEAD, _BANNER_):
        return True
    tail = [line for line, kind in zip(lines[index:], kinds[index:], strict=True) if kind == _TEXT]
    return "t" in rest and len(tail) <= _MOST_FOOTER_LINES and _is_footer(tail)
