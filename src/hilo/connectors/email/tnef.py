"""`winmail.dat` unpacked: the files inside, by the public description of the format.

Source: MS-OXTNEF, read 2026-11. Anything unexpected ends the reading; what was found is kept.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Final

from hilo.connectors.email.charsets import decode
from hilo.connectors.email.mime import Piece
from hilo.connectors.email.names import name_for

_SIGNATURE: Final = 0x223E9F78
_TITLE: Final = 0x8010  # attAttachTitle
_DATA: Final = 0x800F  # attAttachData
_PROPERTIES: Final = 0x9005  # attAttachment
_BEGIN: Final = 0x9002  # attAttachRenddata: the next file begins
_FIXED: Final = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8}
_FIXED_MORE: Final = {0x0007: 8, 0x0014: 8, 0x0040: 8, 0x0048: 16}
_VARIABLE: Final = frozenset({0x001E, 0x001F, 0x0102, 0x000D})
_MANY: Final = 0x1000
_NAMED_FROM: Final = 0x8000
_MOST_VALUES: Final = 2_000
_GUID_BYTES: Final = 16


class _File:
    """One file while it is put together."""

    def __init__(self) -> None:
        self.title = ""
        self.long_name = ""
        self.media_type = ""
        self.content_id = ""
        self.content: bytes | None = None


def unpack(data: bytes) -> Sequence[Piece]:
    """Return the files inside; empty when it is not that format or holds none."""
    files: list[_File] = []
    for attribute, value in _attributes(data):
        if attribute == _BEGIN:
            files.append(_File())
        elif files and attribute == _TITLE:
            files[-1].title = decode(value.split(b"\0")[0])
        elif files and attribute == _DATA:
            files[-1].content = value
        elif files and attribute == _PROPERTIES:
            for tag, content in _properties(value):
                _put(files[-1], tag, content)
    return [
        Piece(
            name=name_for(each.long_name or each.title, each.media_type),
            media_type=each.media_type or "application/octet-stream",
            content=each.content,
            content_id=each.content_id,
        )
        for each in files
        if each.content is not None
    ]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:  # noqa: PLR2004
        return
    place = 6
    while place + 9 <= len(data):
        _, attribute, _, size = struct.unpack_from("<BHHI", data, place)
        place += 9
        if place + size > len(data):
            return
        yield attribute, data[place : place + size]
        place += size + 2  # a checksum nobody needs


def _properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    try:
        (count,) = struct.unpack_from("<I", data)
        place = 4
        for _ in range(min(count, _MOST_VALUES)):
            kind, tag = struct.unpack_from("<HH", data, place)
            place += 4
            if tag >= _NAMED_FROM:
                place = _after_name(data, place)
            values, place = _values(data, place, kind)
            if values:
                text = kind & ~_MANY == 0x001F  # noqa: PLR2004  # PtypString
                yield tag, values[0].decode("utf-16-le", "replace").encode() if text else values[0]
    except struct.error:
        return


def _after_name(data: bytes, place: int) -> int:
    (is_text,) = struct.unpack_from("<I", data, place + _GUID_BYTES)
    place += _GUID_BYTES + 4
    if not is_text:
        return place + 4
    size: int = struct.unpack_from("<I", data, place)[0]
    return place + 4 + size + -size % 4


def _values(data: bytes, place: int, kind: int) -> tuple[list[bytes], int]:
    many, base = bool(kind & _MANY), kind & ~_MANY
    if base in _VARIABLE:
        (count,) = struct.unpack_from("<I", data, place)
        place += 4
        found = []
        for _ in range(min(count, _MOST_VALUES)):
            (size,) = struct.unpack_from("<I", data, place)
            found.append(data[place + 4 : place + 4 + size])
            place += 4 + size + -size % 4
        return found, place
    size = _FIXED.get(base) or _FIXED_MORE.get(base)
    if size is None:
        raise struct.error(f"unknown kind {kind:#x}")
    if not many:
        return [data[place : place + size]], place + size
    (count,) = struct.unpack_from("<I", data, place)
    return [], place + 4 + min(count, len(data)) * size


def _put(file: _File, tag: int, content: bytes) -> None:
    match tag:
        case 0x3707:  # PidTagAttachLongFilename
            file.long_name = decode(content).rstrip("\0")
        case 0x370E:  # PidTagAttachMimeTag
            file.media_type = decode(content).rstrip("\0").lower()
        case 0x3712:  # PidTagAttachContentId
            file.content_id = decode(content).rstrip("\0")
        case 0x3701 if file.content is None:  # PidTagAttachDataBinary
            file.content = content
        case _:
            pass
