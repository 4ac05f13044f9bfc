"""Plain work on text: folding for comparison, previews, and what PostgreSQL cannot store."""

import re
import unicodedata
from collections.abc import Mapping

_SPACE = re.compile(r"\s+")
# Surrogates cannot be encoded, NUL cannot be stored; other controls but tab and newline show
# nothing.
_UNSTORABLE = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")


def fold(text: str) -> str:
    """Return the text in lower case without accents and with single spaces, for comparing."""
    bare = "".join(
        each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)
    )
    return _SPACE.sub(" ", bare.casefold()).strip()


def preview(text: str, most: int = 140) -> str:
    """Return one line of at most `most` characters, cut at a word where there is one."""
    line = _SPACE.sub(" ", text).strip()
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    word = cut.rpartition(" ")[0]
    return (word if len(word) > most // 2 else cut).rstrip(" ,;:.") + "…"


def clean_all(value: object) -> object:
    """Return JSON data with every text in it cleaned, keys too."""
    match value:
        case str():
            return clean(value)
        case dict() | Mapping():  # the first is what it mostly is, and quick to ask
            return {clean(str(key)): clean_all(each) for key, each in value.items()}
        case list() | tuple():
            return [clean_all(each) for each in value]
        case _:
            return value


def clean(text: str) -> str:
    """Return the text as it can be stored: no NUL, no lone surrogate, line ends as newlines."""
    if text.isprintable():  # the common case: one line without controls
        return text
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
