"""What a file is, by its first bytes; how large an image is. Never by the name it came with.

Pure. Unknown content is `application/octet-stream`; text is recognised by being valid UTF-8.
"""

import re
import struct

import filetype

TEXT = "text/plain"
BINARY = "application/octet-stream"
_HEAD_BYTES = 8192
_MARKUP = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|script)\b", re.IGNORECASE | re.DOTALL
)
_SVG = re.compile(
    rb"^\s*(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype\s+svg.*?>\s*)?<svg\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"^\s*<\?xml\b", re.IGNORECASE)
_AUDIO_WEBM = "audio/webm"
# The name of a track's codec (Matroska element 0x86 and its length): V_VP8, V_AV1 …
_PICTURES = re.compile(rb"\x86[\x80-\xff]V_")
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def media_type_of(content: bytes) -> str:
    """Return the media type the bytes show."""
    kind = filetype.guess(content[:_HEAD_BYTES])
    if kind is not None:
        return _AUDIO_WEBM if _is_sound(str(kind.mime), content[:_HEAD_BYTES]) else str(kind.mime)
    head = content[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
    if _SVG.match(head):
        return "image/svg+xml"
    if _MARKUP.match(head):
        return "text/html"
    if not _is_text(head):
        return BINARY
    return "application/xml" if _XML.match(head) else TEXT


def _is_sound(media_type: str, head: bytes) -> bool:
    """Say whether a container for films holds sound alone, as a browser's recorder leaves it."""
    return media_type == "video/webm" and b"A_OPUS" in head and not _PICTURES.search(head)


def dimensions(content: bytes, media_type: str) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG, GIF, JPEG or WebP, else None."""
    reader = {
        "image/png": _png,
        "image/gif": _gif,
        "image/jpeg": _jpeg,
        "image/webp": _webp,
    }.get(media_type)
    if reader is None:
        return None
    try:
        return reader(content)
    except (struct.error, IndexError):
        return None


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # A character cut at the end of the head is no fault.
        return len(head) == _HEAD_BYTES and error.start >= _HEAD_BYTES - 3
    return True


def _png(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _gif(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", content, 6)
    return width, height


def _jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:  # noqa: PLR2004 (a marker's first byte)
            return None
        marker = content[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        (length,) = struct.unpack_from(">H", content, at + 2)
        at += 2 + int(length)
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    match content[12:16]:
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", content, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", content, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            wide = int.from_bytes(content[24:27], "little") + 1
            return wide, int.from_bytes(content[27:30], "little") + 1
        case _:
            return None
