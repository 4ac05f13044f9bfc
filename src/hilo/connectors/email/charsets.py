"""Bytes to text for mail: the declared charset when it works, then guesses, never an exception.

Over 1,400 real mails the wrong label is far more common than the exotic one, so the ladder is:
declared (by an alias that reads more than its name), UTF-8, detection, single bytes with marks.
"""

import codecs
import re
from functools import lru_cache
from typing import Final

from hilo.kit.text import clean

# Labels that senders use for something wider, or that Python knows by another name.
_ALIASES: Final = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "x-euc-cn": "gb18030",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "_iso-2022-jp$sio": "iso2022_jp_ext",
    "x-euc-jp": "euc_jp",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-unicode-2-0-utf-8": "utf-8",
    "unicode": "utf-16",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-windows-949": "cp949",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-viet-vps": "cp1258",
    "viscii": "cp1258",
}
_NUMBERED: Final = re.compile(r"(?:x-?)?(windows|win|cp|iso|ibm)[-_ ]?(\d{3,5})[-_ ]?(\d{1,2})?$")
_DETECT_BYTES: Final = 16_384  # detection is slow (1 ms per 10 kB); the beginning decides
_TELLING_BYTES: Final = 24
_ASCII: Final = bytes(range(128))
# Escape sequences are plain ASCII bytes, so these must be tried before UTF-8 takes them as text.
_ESCAPING: Final = ("iso2022", "hz", "utf-7", "utf_7")
_NOT_TEXT: Final = frozenset(
    {"hex", "base64", "bz2", "zlib", "rot13", "quopri", "uu", "idna", "punycode", "unicode_escape"}
)


def decode(data: bytes, declared: str = "") -> str:
    """Return the text of some bytes, without NULs and lone surrogates."""
    if data.isascii() and not _escapes(declared):
        return clean(data.decode("ascii"))
    return clean(_ladder(data, codec_of(declared)))


def _escapes(declared: str) -> bool:
    return bool(declared) and (codec_of(declared) or "").startswith(_ESCAPING)


def _ladder(data: bytes, codec: str | None) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and codec != "utf-16":
        codec = "utf-16"
    single = codec in {"cp1252", None}
    for name in ("utf-8", codec) if single else (codec, "utf-8"):
        if name is not None:
            try:
                return data.decode(name).removeprefix("\ufeff")
            except (UnicodeError, ValueError):
                continue
    return _guess(data, codec)


def _guess(data: bytes, codec: str | None) -> str:
    # A broken byte or two in a text that is otherwise as declared: keep the declared one.
    name = codec or "utf-8"
    if name not in {"cp1252", "utf-16"}:
        marked = data.decode(name, "replace")
        if marked.count("\ufffd") * 50 <= len(marked):
            return marked
    if codec == "cp1252":
        return data.decode("cp1252", "replace").replace("\ufffd", " ")
    wide = len(data.translate(None, _ASCII))
    if wide * 4 <= len(data) or len(data) < _TELLING_BYTES:
        # A Western text with its few accents, or too little to tell: detection would guess wildly.
        try:
            return data.decode("cp1252")
        except UnicodeError:
            pass
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few mails bring it, not the start

    best = from_bytes(data[:_DETECT_BYTES]).best()
    if best is not None:
        try:
            return data.decode(best.encoding, "replace")
        except LookupError:
            pass
    return data.decode("latin-1")


@lru_cache(maxsize=512)
def codec_of(declared: str) -> str | None:
    """Return Python's name for a charset label, however misspelt; None when there is none."""
    label = declared.strip(" \t\r\n\"'<>").lower().split("*")[0].split(";")[0]
    label = label.removeprefix("charset=").replace(" ", "")
    for name in (label, label.replace("_", "-"), label.replace("_", "").replace("-", "")):
        found = _known(_ALIASES.get(name, name))
        if found is not None:
            return found
    match = _NUMBERED.match(label)
    if match is None:
        return None
    family, number, part = match.groups()
    if family == "iso" and part:
        name = f"iso-{number}-{part}"
        return _known(_ALIASES.get(name, name))
    return _known(f"cp{number}")


def _known(name: str) -> str | None:
    if not name or name.replace("_codec", "") in _NOT_TEXT:
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return name if getattr(found, "_is_text_encoding", True) else None
