# ruff: noqa: RUF001 - the letters of other alphabets are meant
"""What each line of a body is: written, quoted, or something mail programs put between the two."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from hilo.connectors.email import quote_words as words

# Kinds of lines, one letter each, so that a body is also a word that can be read at a glance.
EMPTY, TEXT, QUOTE, INTRO, HEAD, BANNER, RULE, SIGN, DEVICE = "etqihbrsd"


def _either(items: Sequence[str]) -> str:
    return "|".join(sorted(map(re.escape, items), key=len, reverse=True))


_QUOTED: Final = re.compile(r"^[ \t]{0,3}(?:>|&gt;|\uff1e)")
_BARRED: Final = re.compile(r"^[ \t]{0,3}\|(?:\s|$)")
_FENCE: Final = re.compile(r"^\s{0,3}(```|~~~)")
_WROTE: Final = re.compile(
    rf"(?<![^\W\d])(?:{_either(words.WROTE)})(?![^\W\d])|写道|寫道|のメール|작성", re.IGNORECASE
)
_MAIL: Final = re.compile(r"[^\s<>@\"']{1,64}@[\w.-]{2,}|<[^<>@\s]{1,64}@|mailto:", re.IGNORECASE)
_DATE: Final = re.compile(
    r"\d{1,2}[:.h]\d{2}|\d{4}[-/.年]\s?\d{1,2}|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}"
    r"|\d{1,2}(?:st|nd|rd|th|\.|º)?,?\s+(?:de\s+)?[^\W\d]{3,12}\.?,?\s+(?:de\s+)?\d{4}"
    r"|[^\W\d]{3,12}\.?\s+\d{1,2},?\s+\d{4}|[^\W\d]{3}, [^\W\d]{3,9} \d{1,2}\b|\d{1,2}月"
)
_OPENS: Final = re.compile(
    rf"^[\W_]{{0,12}}(?:(?:{_either(words.OPENS)})[.,]?\s|\d{{1,4}}\D|在|於|于"
    r"|(?:[^\W\d]{1,12}[.,]{0,2}\s+){1,3}\d|[^\W\d]{2,10}[,.]\s*\d)",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"^[\W_]{0,3}[\w.'’\"-]+(?:[ ,][\w.'’\"()@-]+){0,7},?\s*[<\[(]\S*@", re.IGNORECASE
)
_ENDS: Final = re.compile(r"[:：][\W_]{0,6}$")
_WRAPPED_MARK: Final = re.compile(r"\s*>\s*(?:\w{4,12}\s?)?[:：]")
_WROTE_LAST: Final = tuple(each.casefold().rstrip(")") for each in words.WROTE)
_HEADER: Final = re.compile(
    r"^[\W_]{0,4}(?:(?P<from>" + _either(words.FROM) + r")|(?P<sent>" + _either(words.SENT) + r")"
    r"|(?P<other>" + _either(words.OTHER_HEADERS) + r"))[*_ \u00a0]{0,3}[:：]",
    re.IGNORECASE,
)  # fmt: skip
_BANNER: Final = re.compile(
    rf"^\W{{0,3}}[-_=*—– ]{{2,}}\W*(?:{_either(words.BANNERS)})\b.*$"
    rf"|^\W{{0,3}}(?:{_either(words.BANNERS)})\s*[:：]?\W*$",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"^[ \t]*[_=*~#+—–-]{3,}[ \t]*$|^[ \t]*(?:[-_*] ){3,}[ \t]*$")
_SIGNATURE: Final = re.compile(r"^[ \t]{0,1}(?:--|—|––|__)[ \t]*$")
_SENT_FROM: Final = re.compile(rf"^[\W_]{{0,4}}(?:{'|'.join(words.SENT_FROM)})", re.IGNORECASE)
_LONGEST_SENT_FROM: Final = 140
_WRAPPED_FROM: Final = 70
_SHORT: Final = 7
_SPAN: Final = 5  # an introduction is wrapped over at most so many lines
_LONGEST_BARE_INTRO: Final = 100
_LONGEST_INTRO: Final = 400


def kinds_of(lines: Sequence[str]) -> str:
    """Return one letter per line; see the kinds above."""
    kinds = [_kind(line) for line in lines]
    fenced = _fenced(lines)
    for index in fenced:
        kinds[index] = TEXT
    _mark_headers(lines, kinds)
    _mark_intros(lines, kinds)
    _mark_bars(lines, kinds)
    _mark_stumps(lines, kinds)
    _unmark_devices(kinds)
    return "".join(TEXT if index in fenced else kind for index, kind in enumerate(kinds))


def _kind(line: str) -> str:
    bare = line.strip()
    if not bare:
        return EMPTY
    if not bare[0].isalnum():
        for kind, pattern in ((QUOTE, _QUOTED), (SIGN, _SIGNATURE), (RULE, _RULE)):
            if pattern.match(line):
                return kind
    if len(bare) > _LONGEST_SENT_FROM:
        return TEXT
    if _BANNER.match(bare):
        return BANNER
    return DEVICE if _SENT_FROM.match(bare) else TEXT


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
                kinds[each] = HEAD
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
            _HEADER.match(line) if kinds[index] == TEXT and (":" in line or "：" in line) else None
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
        if kinds[last] not in (TEXT, QUOTE):
            continue
        first = _intro_start(lines, kinds, last, line)
        if first is not None:
            for each in range(first, last + 1):
                if kinds[each] != EMPTY:
                    kinds[each] = INTRO


def _intro_start(lines: Sequence[str], kinds: Sequence[str], last: int, line: str) -> int | None:
    # The shortest run of lines ending here that reads like "On … somebody wrote:".
    bare = line.strip()
    ends = bool(_ENDS.search(bare[-9:]))
    may_end = ends or bare.endswith((">", "]")) or _ends_wrote(bare)
    if not may_end or (kinds[last] == QUOTE and not _WRAPPED_MARK.fullmatch(line)):
        return None
    joined = ""
    for first in _upwards(lines, kinds, last):
        joined = f"{lines[first].strip()} {joined}".strip()
        if len(joined) > _LONGEST_INTRO:
            break
        if _reads_as_intro(joined, ends=ends):
            return _with_date_above(lines, kinds, first, joined)
    below = next((kind for kind in kinds[last + 1 :] if kind != EMPTY), "")
    return last if below == QUOTE and _names_a_writer(bare) else None


def _upwards(lines: Sequence[str], kinds: Sequence[str], last: int) -> Iterator[int]:
    # The lines an introduction may be made of, from its end. One blank may stand before "<".
    below = last
    for index in range(last, max(-1, last - _SPAN), -1):
        if kinds[index] == EMPTY:
            if below == index + 2 or not re.match(r"\W*(?:<|mailto:)", lines[below].strip()):
                return
            continue
        if kinds[index] != TEXT and index != last:
            return
        below = index
        yield index


def _with_date_above(lines: Sequence[str], kinds: Sequence[str], first: int, joined: str) -> int:
    # "On Nov 21, 2014,", "at 10:18,", "Somebody <a@b.c> wrote:": the last alone reads like one.
    dated, best = bool(_DATE.search(joined)), first
    for above in range(first - 1, max(-1, first - _SPAN), -1):
        line = lines[above].strip()
        wrapped = line.endswith(",") or (not dated and len(line.split()) <= _SHORT)
        if kinds[above] != TEXT or not wrapped:
            break
        if _OPENS.match(line) and _DATE.search(line):
            best = above
    return best


def _reads_as_intro(joined: str, *, ends: bool) -> bool:
    # What is quick to see comes first: most lines that end like one are none.
    opens = bool(_OPENS.match(joined))
    mail = ("@" in joined or ":" in joined) and bool(_MAIL.search(joined))
    named = mail and bool(_NAMED.match(joined))
    if not (opens or named):
        return False
    date = bool(_DATE.search(joined))
    if ((opens and (date or mail)) or named) and _WROTE.search(joined):
        return ends or _ends_wrote(joined)
    if not (date and mail and opens):
        return False
    # "2013/7/20 somebody <a@b.c>": a date, a name, an address and nothing else.
    return ends or bool(re.match(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s[^,;]{1,80}<\S+>$", joined))


def _names_a_writer(joined: str) -> bool:
    # "Ada Lovelace wrote:" says too little to be believed without a quote below.
    short = len(joined) < _LONGEST_BARE_INTRO and len(joined.split()) <= _SHORT
    starts = joined[:1].isupper() or joined[:1] in "\"'*"
    return short and starts and bool(_ENDS.search(joined[-9:])) and _ends_wrote(joined)


def _ends_wrote(line: str) -> bool:
    return line[-40:].casefold().rstrip(" :：.,;-–—*_)").endswith(_WROTE_LAST)


def _mark_stumps(lines: Sequence[str], kinds: list[str]) -> None:
    # Quotes whose long lines were wrapped leave stumps without a mark: "> … nullam d\nignissim".
    for index in range(1, len(lines) - 1):
        above = lines[index - 1].rstrip()
        if (
            kinds[index] == TEXT
            and kinds[index - 1] == kinds[index + 1] == QUOTE
            and len(above) >= _WRAPPED_FROM
            and above[-1] not in ".:?!"
            and lines[index][:1].islower()
        ):
            kinds[index] = QUOTE


def _mark_bars(lines: Sequence[str], kinds: list[str]) -> None:
    # Some quote with "|", which also draws tables: believed only right after an introduction.
    inside = False
    for index, line in enumerate(lines):
        if kinds[index] == INTRO:
            inside = True
        elif inside and _BARRED.match(line):
            kinds[index] = QUOTE
        elif kinds[index] != EMPTY:
            inside = False


def _unmark_devices(kinds: list[str]) -> None:
    # "Sent from Madrid …" inside a paragraph is a sentence.
    for match in re.finditer("[td]+", "".join(kinds)):
        run = match[0]
        if TEXT not in run:
            continue
        tail = len(run) - len(run.rstrip(DEVICE))
        for index in range(match.start(), match.end() - tail):
            kinds[index] = TEXT


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
    return _names_a_writer(tail) or (
        bool(_ENDS.search(tail[-9:])) and _reads_as_intro(tail, ends=True)
    )
