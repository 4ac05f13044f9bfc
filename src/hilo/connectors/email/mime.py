"""A raw mail taken apart: what is to be read, in order, and every file.

Must accept whatever arrives: broken boundaries, bogus encodings, missing headers, a hundred levels.
Nothing is dropped: what cannot be read becomes a file.
"""

import binascii
import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.message import Message
from typing import Final

from msgspec import Struct

from hilo.connectors.email.charsets import decode
from hilo.connectors.email.headers import Headers, decode_words
from hilo.connectors.email.names import name_for, safe_name
from hilo.kit.errors import MalformedPayload

_MOST_PARTS: Final = 1_000
_DEEPEST: Final = 60
_UU_BEGIN: Final = re.compile(rb"begin [0-7]{3,4} ([^\r\n]{1,255})\Z")
_UU_LINE: Final = re.compile(rb"[ -`]{1,80}\Z")
_USED_BOUNDARY: Final = re.compile(
    rb'^--([^\s"][^\r\n"]{0,200}?)[ \t]*\r?\nContent-', re.MULTILINE | re.IGNORECASE
)
_RAW_NAME: Final = re.compile(r'\b(?:file)?name\s*=\s*(?:"([^"]*)"|([^\s;]+))', re.IGNORECASE)
_LEADING: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)+")


class Segment(Struct, frozen=True, kw_only=True):
    """One readable piece of the body. html: the same in HTML, when the mail has it."""

    text: str | None = None
    html: str | None = None


class Piece(Struct, frozen=True, kw_only=True):
    """One file. content_id: without brackets; location: its Content-Location."""

    name: str
    media_type: str
    content: bytes
    disposition: str = ""
    content_id: str = ""
    location: str = ""


class Mail(Struct, frozen=True, kw_only=True):
    """A mail taken apart. seals: how it is signed or encrypted (pgp-signed, smime-encrypted …)."""

    headers: Headers
    root: Message
    segments: Sequence[Segment]
    pieces: Sequence[Piece]
    seals: Sequence[str] = ()


def take_apart(raw: bytes) -> Mail:
    """Return the parts of a raw mail. Raises MalformedPayload when the parser itself gives up."""
    try:
        root = message_from_bytes(_LEADING.sub(b"", raw, count=1), policy=policy.compat32)
        walk = _Walk()
        walk.visit(root, 0)
        if not walk.segments:
            walk.make_do(root)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise MalformedPayload(
            f"the mail cannot be taken apart: {error!r}"[:500], reason="no-mail"
        ) from error
    return Mail(
        headers=Headers.of(root),
        root=root,
        segments=walk.segments,
        pieces=walk.pieces,
        seals=sorted(walk.seals),
    )


class _Walk:
    """Collects what one pass over the tree finds."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.pieces: list[Piece] = []
        self.seals: set[str] = set()
        self.nested: Message | None = None
        self._count = 0

    def visit(self, part: Message, depth: int) -> None:
        self._count += 1
        if self._count > _MOST_PARTS:
            return
        kind = part.get_content_type()
        children = _children(part) or _split_again(part, kind)
        self._note_seal(kind, part)
        if depth and (kind == "message/rfc822" or (kind.startswith("message/") and children)):
            self._keep_message(part, children)
        elif not children:
            self._leaf(part, kind)
        elif depth >= _DEEPEST:
            self.pieces.append(_piece(part, kind, part.as_bytes()))
        elif kind == "multipart/alternative":
            self._alternatives(children, depth)
        else:
            for child in children:
                self.visit(child, depth + 1)

    def make_do(self, root: Message) -> None:
        """Find something to read where no part was meant to be read."""
        if self.nested is not None:
            self.visit(self.nested, _DEEPEST - 5)
        preamble = root.preamble if isinstance(root.preamble, str) else ""
        if not self.segments and preamble.strip() and "MIME" not in preamble:
            self._read(preamble.encode("utf-8", "surrogateescape"), "text/plain", "")

    def _note_seal(self, kind: str, part: Message) -> None:
        if kind in {"multipart/signed", "multipart/encrypted"}:
            way = "smime" if "pkcs7" in str(part.get_param("protocol", "")) else "pgp"
            self.seals.add(f"{way}-{kind.removeprefix('multipart/')}")
        elif kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
            signed = "signed" in str(part.get_param("smime-type", ""))
            self.seals.add("smime-signed" if signed else "smime-encrypted")

    def _alternatives(self, children: Sequence[Message], depth: int) -> None:
        # The same thing in several forms: gathered apart, then put together as one segment.
        inner = _Walk()
        inner._count = self._count
        for child in children:
            inner.visit(child, depth + 1)
        self._count = inner._count
        texts = [each.text for each in inner.segments if each.text is not None]
        htmls = [each.html for each in inner.segments if each.html is not None]
        if texts or htmls:
            self.segments.append(
                Segment(
                    text="\n".join(texts) if any(text.strip() for text in texts) else None,
                    html="".join(htmls) if htmls else None,
                )
            )
        self.pieces += inner.pieces
        self.seals |= inner.seals
        self.nested = self.nested or inner.nested

    def _leaf(self, part: Message, kind: str) -> None:
        disposition = (part.get_content_disposition() or "").lower()
        data = _payload(part)
        readable = kind in {"text/plain", "text/html"} or (
            kind.startswith(("text/", "message/", "multipart/"))
            and kind != "text/calendar"
            and not _file_name(part)
        )
        if readable and disposition != "attachment" and not (disposition and _file_name(part)):
            self._read(data, kind, str(part.get_content_charset() or ""))
        elif data or _file_name(part):
            self.pieces.append(_piece(part, kind, data))

    def _read(self, data: bytes, kind: str, charset: str) -> None:
        if kind == "text/html":
            self.segments.append(Segment(html=decode(data, charset)))
            return
        if b"\nbegin " in data or data.startswith(b"begin "):
            data, packed = _without_uu(data)
            self.pieces += packed
        text = decode(data, charset)
        if text.strip() or not self.segments:
            self.segments.append(Segment(text=text))

    def _keep_message(self, part: Message, children: Sequence[Message]) -> None:
        inner = children[0] if children else None
        if inner is None:
            self._leaf(part, "application/octet-stream")
            return
        subject = Headers.of(inner).text("subject")
        name = safe_name(_file_name(part) or f"{subject or 'message'}.eml")
        piece = _piece(part, "message/rfc822", _bytes_of(inner))
        self.pieces.append(
            Piece(
                name=name,
                media_type="message/rfc822",
                content=piece.content,
                disposition=piece.disposition,
            )
        )
        self.nested = self.nested or inner


def leaves(part: Message) -> Iterator[Message]:
    """Yield every part below, itself first, nested mails included; at most a thousand."""
    waiting, count = [part], 0
    while waiting and count < _MOST_PARTS:
        count += 1
        each = waiting.pop()
        yield each
        waiting.extend(reversed(_children(each)))


def payload_text(part: Message) -> str:
    """Return the text of one part."""
    return decode(_payload(part), str(part.get_content_charset() or ""))


def _children(part: Message) -> Sequence[Message]:
    content = part.get_payload()
    if isinstance(content, list):
        return [child for child in content if isinstance(child, Message)]
    return ()


def _split_again(part: Message, kind: str) -> Sequence[Message]:
    # A multipart whose boundary is missing or wrong arrives as one text: take the one it uses.
    if not kind.startswith("multipart/") or part.is_multipart():
        return ()
    content = _payload(part)
    match = _USED_BOUNDARY.search(content)
    if match is None:
        return ()
    head = f"Content-Type: {kind}; boundary=".encode() + b'"' + match[1] + b'"\n\n'
    return _children(message_from_bytes(head + content, policy=policy.compat32))


def _payload(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AssertionError, binascii.Error):
        data = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return data if isinstance(data, bytes) else b""


def _bytes_of(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError):
        return _payload(message)


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError):
        name = None
    if not name:
        return ""
    if "\ufffd" in name:  # the library gave up on raw bytes
        headers = Headers.of(part)
        for raw in (*headers.all("content-disposition"), *headers.all("content-type")):
            match = _RAW_NAME.search(raw)
            if match is not None:
                return match[1] or match[2]
    return decode_words(name)


def _piece(part: Message, kind: str, data: bytes) -> Piece:
    headers = Headers.of(part)
    content_id = headers.text("content-id").strip("<> ")
    return Piece(
        name=name_for(_file_name(part), kind),
        media_type=kind,
        content=data,
        disposition=(part.get_content_disposition() or "").lower(),
        content_id=content_id[:200],
        location=headers.text("content-location")[:500],
    )


def _without_uu(data: bytes) -> tuple[bytes, list[Piece]]:
    # One pass, whatever comes: a block that never ends is text, and is not looked at again.
    lines = data.splitlines(keepends=True)
    kept: list[bytes] = []
    found: list[Piece] = []
    index = 0
    while index < len(lines):
        match = _UU_BEGIN.match(lines[index].rstrip())
        last = index + 1
        if match is not None:
            while last < len(lines) and lines[last].rstrip() != b"end":
                if not _UU_LINE.match(lines[last].rstrip(b"\r\n")):
                    break
                last += 1
        if match is not None and last < len(lines) and lines[last].rstrip() == b"end":
            found.append(_uu_piece(match[1], lines[index + 1 : last]))
            kept.append(b"\n")
            last += 1
        else:
            kept += lines[index:last]
        index = last
    return b"".join(kept), found


def _uu_piece(name: bytes, lines: Sequence[bytes]) -> Piece:
    out = bytearray()
    for each in lines:
        line = each.rstrip(b"\r\n")
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders count wrong: believe the line's length instead.
            count = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out += binascii.a2b_uu(line[:count])
            except binascii.Error:
                continue
    kind = "application/octet-stream"
    return Piece(name=name_for(decode(name), kind), media_type=kind, content=bytes(out))
