"""Pictures of people who do not exist, for the simulators: the same name is the same picture."""

import hashlib
import struct
import zlib
from functools import lru_cache

MARK = "portrait-"
_SIDE = 96
_GROUNDS = ((0x7A, 0x9E, 0xB1), (0xB1, 0x8A, 0x7A), (0x8F, 0xA8, 0x7D), (0xA1, 0x8B, 0xB5))
_CLOTHES = ((0x2F, 0x4A, 0x5E), (0x6B, 0x3A, 0x3A), (0x3E, 0x5A, 0x3C), (0x4C, 0x3D, 0x66))
_SKINS = ((0xF0, 0xCF, 0xB0), (0xD9, 0xA8, 0x7C), (0xA8, 0x74, 0x4F), (0x6E, 0x48, 0x33))


def name_of(address: str) -> str:
    """Return what the picture of whom the vendor calls so is called; fit for an address."""
    return f"{MARK}{hashlib.blake2b(address.encode(), digest_size=8).hexdigest()}.png"


@lru_cache(maxsize=64)
def portrait(seed: str) -> bytes:
    """Return a head and shoulders as a PNG of three colours."""
    chance = hashlib.blake2b(seed.encode(), digest_size=3).digest()
    colours = (_GROUNDS[chance[0] % 4], _CLOTHES[chance[1] % 4], _SKINS[chance[2] % 4])
    lines = b"".join(b"\0" + bytes(_at(x, y) for x in range(_SIDE)) for y in range(_SIDE))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", b"".join(map(bytes, colours)))
        + _chunk(b"IDAT", zlib.compress(lines, 9))
        + _chunk(b"IEND", b"")
    )


def _at(x: int, y: int) -> int:
    """Return which of the colours is there: nothing, clothes or skin."""
    if (x - 48) ** 2 + (y - 38) ** 2 <= 18**2:
        return 2
    return 1 if (x - 48) ** 2 + (y - 98) ** 2 <= 36**2 else 0


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
