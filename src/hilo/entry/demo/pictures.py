"""The files people attach in the demo, drawn here: small pictures and one-page papers."""

import random
import struct
import zlib

_WIDTH, _HEIGHT = 640, 480
_FONT = b"/Resources << /Font << /F1 5 0 R >> >>"


def name_of(kind: str, number: int) -> str:
    """Return the name such a file would have."""
    ending = "png" if kind == "photo" else "pdf"
    return f"{'IMG_' if kind == 'photo' else kind + '-'}{number}.{ending}"


def content_of(kind: str, number: int) -> bytes:
    """Return a picture for a photo, a page for a receipt, an invoice or a label."""
    if kind == "photo":
        return _picture(random.Random(number))  # noqa: S311 - a drawing, not a secret
    return _page(f"Casa Faro  -  {kind}  {number}")


def _picture(chance: random.Random) -> bytes:
    """Draw a table, a thing on it and the light of a window."""
    wall = _colour(chance, 150, 225)
    table = _colour(chance, 90, 150)
    thing = _colour(chance, 60, 200)
    horizon = chance.randint(250, 340)
    left, top = chance.randint(160, 280), chance.randint(110, 200)
    rows = []
    for y in range(_HEIGHT):
        ground = wall if y < horizon else table
        shade = (y * 24) // _HEIGHT
        back = bytes(max(0, part - shade) for part in ground)
        row = bytearray(back * _WIDTH)
        if top < y < horizon + 60:
            half = 40 + (y - top) // 3
            front = bytes(max(0, part - shade * 2) for part in thing)
            row[(left + 100 - half) * 3 : (left + 100 + half) * 3] = front * (2 * half)
        rows.append(b"\0" + bytes(row))
    return _png(b"".join(rows))


def _colour(chance: random.Random, low: int, high: int) -> bytes:
    return bytes(chance.randint(low, high) for _ in range(3))


def _png(raw: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"IDAT", zlib.compress(raw, 6)),
            chunk(b"IEND", b""),
        ]
    )


def _page(line: str) -> bytes:
    text = f"BT /F1 18 Tf 72 720 Td ({line}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R " + _FONT + b" >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)
