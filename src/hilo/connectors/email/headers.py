"""Headers of a mail as text, addresses, ids and moments. Reads anything; never raises.

Works on the raw lines: the standard library's structured headers raise on some real mails and cost
more than the rest of the parse together.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Final, Self

from msgspec import Struct

from hilo.connectors.email.charsets import decode

_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN: Final = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_FOLD: Final = re.compile(r"\r?\n[ \t]*|\r[ \t]*")
_ID: Final = re.compile(r"<([^<>\s]{1,250})>")
_ADDRESS: Final = re.compile(
    r"[^\s<>()\[\],;:@\"]{1,64}@(?:[^\s<>()\[\],;:@\"]{1,250}|\[[0-9A-Fa-f.:IPv]{3,45}\])"
)
_HEX: Final = re.compile(rb"=([0-9A-Fa-f]{2})")
_TOKEN: Final = re.compile(
    r'"(?:\\.|[^"\\])*"?|\((?:[^()\\]|\\.|\([^()]*\))*\)?|<[^<>]*>?|[,;:]|[^",;:<(]+'
)
_MOST_ADDRESSES: Final = 500


class Address(Struct, frozen=True):
    """A mail address. value: lower case; name: decoded, may be empty."""

    name: str
    value: str


class Headers:
    """All headers of one part, in order, by lower-case name."""

    def __init__(self, items: Mapping[str, Sequence[str]]) -> None:
        """items: raw values as the parser left them."""
        self._items = items

    @classmethod
    def of(cls, message: Message) -> Self:
        """Take them from a parsed part."""
        items: dict[str, list[str]] = {}
        for name, value in message.raw_items():
            items.setdefault(name.strip().lower(), []).append(str(value))
        return cls(items)

    def raw(self, name: str) -> Sequence[str]:
        """Return every value of a header, unfolded, not decoded."""
        return [_FOLD.sub(" ", value).strip() for value in self._items.get(name, ())]

    def all(self, name: str) -> Sequence[str]:
        """Return every value of a header as text."""
        return [text_of(value) for value in self._items.get(name, ())]

    def text(self, name: str) -> str:
        """Return the first value that says something, or an empty text."""
        return next((text for text in self.all(name) if text), "")

    def token(self, name: str) -> str:
        """Return the first word of a header in lower case: `auto-replied; …` is auto-replied."""
        return self.text(name).split(";")[0].strip().lower()

    def has(self, name: str) -> bool:
        """Say whether the header is there at all."""
        return name in self._items

    def addresses(self, name: str) -> Sequence[Address]:
        """Return the valid addresses of a header, groups flattened, each once."""
        found: dict[str, Address] = {}
        for raw in self.raw(name):
            for address in addresses_of(_bytes_seen(raw)):
                found.setdefault(address.value, address)
        return list(found.values())

    def ids(self, name: str) -> Sequence[str]:
        """Return the Message-IDs of a header as `<…>`, in order, each once."""
        found: dict[str, None] = {}
        for raw in self.raw(name):
            matches = _ID.findall(raw)
            if not matches:
                matches = [word.strip("<>,;") for word in raw.split() if "@" in word[1:-1]]
            found.update(dict.fromkeys(f"<{_bytes_seen(match)}>" for match in matches if match))
        return list(found)

    def moment(self, name: str) -> datetime | None:
        """Return a date header as an aware moment, or None."""
        for raw in self.raw(name):
            try:
                moment = parsedate_to_datetime(raw)
                aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
                return aware.astimezone(UTC)
            except (TypeError, ValueError, IndexError, OverflowError):
                continue
        return None


def text_of(raw: str) -> str:
    """Return a raw header value as text: unfolded, decoded, on one line."""
    text = decode_words(_bytes_seen(_FOLD.sub(" ", raw).strip()))
    return " ".join(text.split()) if ("\n" in text or "\r" in text or "\t" in text) else text


def _bytes_seen(raw: str) -> str:
    # The parser keeps 8-bit bytes as surrogates.
    if raw.isascii():
        return raw.replace("\0", "")
    return decode(raw.encode("utf-8", "surrogateescape"))


def decode_words(text: str) -> str:
    """Return text with its RFC 2047 words decoded; neighbours of one charset join as bytes."""
    if "=?" not in text:
        return text
    out: list[str] = []
    pending, pending_charset, last = b"", "", 0
    text = _BETWEEN.sub(r"\1", text)
    for match in _WORD.finditer(text):
        charset, kind, content = match.groups()
        if pending and (match.start() > last or charset.lower() != pending_charset):
            out.append(decode(pending, pending_charset))
            pending = b""
        out.append(text[last : match.start()])
        pending += _word_bytes(kind, content)
        pending_charset, last = charset.lower(), match.end()
    out.extend((decode(pending, pending_charset), text[last:]))
    return "".join(out)


def _word_bytes(kind: str, content: str) -> bytes:
    data = content.encode("utf-8", "surrogateescape")
    if kind in "qQ":
        return _HEX.sub(lambda m: bytes([int(m[1], 16)]), data.replace(b"_", b" "))
    packed = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    try:
        return base64.b64decode(packed + b"=" * (-len(packed) % 4))
    except (binascii.Error, ValueError):
        return base64.b64decode(packed[: len(packed) // 4 * 4])


def addresses_of(raw: str) -> Sequence[Address]:
    """Return the addresses written in a header value; what has no address is left out."""
    found: list[Address] = []
    for phrase, angle in _mailboxes(raw):
        name = " ".join(decode_words(phrase).split()).strip("'\" ")
        match = _ADDRESS.search(angle) or _ADDRESS.search(decode_words(angle))
        if match is None:
            match = _ADDRESS.search(name)
            name = name.replace(match[0], "").strip("<>()[]'\" ") if match else name
        if match is not None and len(found) < _MOST_ADDRESSES:
            value = match[0].rstrip(".").lower()
            found.append(Address("" if name.lower() == value else name[:200], value))
    return found


def spelled(address: Address) -> str:
    """Return an address as people write it: `Name <address>`."""
    return f"{address.name} <{address.value}>" if address.name else address.value


def _mailboxes(raw: str) -> Iterator[tuple[str, str]]:
    # Yields (phrase, angle part or whole) per mailbox. Comments become names of bare addresses.
    phrase: list[str] = []
    comment, angle = "", ""
    for token in (*_TOKEN.findall(raw), ","):
        if token in {",", ";"}:
            joined = "".join(phrase).strip()
            if angle:
                yield joined or comment, angle
            elif joined:
                yield (comment, joined) if _ADDRESS.search(joined) else (joined, "")
            phrase, comment, angle = [], "", ""
        elif token == ":":  # noqa: S105 - a token of the grammar
            phrase = [] if not angle else phrase  # the name of a group
        elif token.startswith("<"):
            angle = token.strip("<> ")
        elif token.startswith("("):
            comment = token.strip("() ")
        elif token.startswith('"'):
            phrase.append(re.sub(r"\\(.)", r"\1", token.strip('"')))
        else:
            phrase.append(token)
