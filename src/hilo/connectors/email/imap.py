"""IMAP on the wire, without the wire: what to write and how to read what comes back (RFC 9051).

Our own reading of the protocol: a mailbox reader needs six commands, prompt news of a dead
connection and STARTTLS, which the client libraries tried did not give together.
"""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

_LITERAL: Final = re.compile(rb"\{(\d{1,10})\+?\}$")
_CODE: Final = re.compile(rb"\[(UIDVALIDITY|UIDNEXT) (\d{1,20})\]", re.IGNORECASE)
_UID: Final = re.compile(rb"\bUID (\d{1,10})\b", re.IGNORECASE)
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b", re.IGNORECASE)
_DATE: Final = re.compile(rb'INTERNALDATE "([^"]{10,40})"', re.IGNORECASE)
_FETCH: Final = re.compile(rb"^\* \d+ FETCH \(", re.IGNORECASE)
_EXISTS: Final = re.compile(rb"^\* \d+ (?:EXISTS|RECENT)\b", re.IGNORECASE)
_SAFE: Final = re.compile(r"^[\x20-\x7e]*$")


class Response(Struct, frozen=True):
    """One response: its text with the literals taken out, and the literals in order."""

    line: bytes
    literals: Sequence[bytes] = ()


class Done(Struct, frozen=True):
    """The end of a command. status: OK, NO or BAD; untagged: what came before it."""

    status: str
    text: str
    untagged: Sequence[Response]


class Fetched(Struct, frozen=True):
    """What a FETCH said of one mail. body: None when it was not asked for or is gone."""

    uid: int
    size_bytes: int = 0
    received_at: datetime | None = None
    body: bytes | None = None


def literal_size(line: bytes) -> int | None:
    """Return how many bytes follow a line that announces a literal."""
    match = _LITERAL.search(line)
    return int(match[1]) if match else None


def quoted(text: str) -> str:
    """Return a string argument. Raises ValueError for what cannot be quoted."""
    if not _SAFE.match(text):
        raise ValueError("this cannot be sent as a quoted string")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def folder_name(name: str) -> str:
    """Return a folder's name as the protocol wants it: modified UTF-7, quoted."""
    out: list[str] = []
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name):
        if _SAFE.match(run):
            out.append(run.replace("&", "&-"))
        else:
            packed = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=")
            out.append("&" + packed.replace("/", ",") + "-")
    return quoted("".join(out))


def capabilities(responses: Iterable[Response]) -> frozenset[str]:
    """Return what the server says it can do, from a greeting or a CAPABILITY answer."""
    found: set[str] = set()
    for response in responses:
        match = re.search(rb"CAPABILITY ([^\]\r\n]+)", response.line, re.IGNORECASE)
        if match:
            found |= {word.upper() for word in match[1].decode("ascii", "replace").split()}
    return frozenset(found)


def folder_state(responses: Iterable[Response]) -> Mapping[str, int]:
    """Return `uidvalidity` and `uidnext` of an opened folder; what is not said is missing."""
    found: dict[str, int] = {}
    for response in responses:
        for name, value in _CODE.findall(response.line):
            found[name.decode().lower()] = int(value)
    return found


def search_result(responses: Iterable[Response]) -> Sequence[int]:
    """Return the UIDs of a SEARCH, ascending."""
    found: set[int] = set()
    for response in responses:
        if response.line.upper().startswith(b"* SEARCH"):
            found |= {int(word) for word in response.line.split()[2:] if word.isdigit()}
    return sorted(found)


def fetched(responses: Iterable[Response]) -> Sequence[Fetched]:
    """Return what FETCH answers hold; those without a UID are news of other mails."""
    found = []
    for response in responses:
        uid = _UID.search(response.line)
        if uid is None or not _FETCH.match(response.line):
            continue
        size, date = _SIZE.search(response.line), _DATE.search(response.line)
        found.append(
            Fetched(
                uid=int(uid[1]),
                size_bytes=int(size[1]) if size else 0,
                received_at=_moment(date[1].decode("ascii", "replace")) if date else None,
                body=response.literals[0] if response.literals else None,
            )
        )
    return found


def has_news(response: Response) -> bool:
    """Say whether a response during IDLE tells of new mail."""
    return bool(_EXISTS.match(response.line))


def plain(username: str, password: str) -> str:
    """Return the one answer of AUTHENTICATE PLAIN."""
    return base64.b64encode(f"\0{username}\0{password}".encode()).decode()


def cram(challenge: bytes, username: str, password: str) -> str:
    """Return the answer to a CRAM-MD5 challenge as it came after `+ `."""
    digest = hmac.new(password.encode(), base64.b64decode(challenge), "md5").hexdigest()
    return base64.b64encode(f"{username} {digest}".encode()).decode()


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None
