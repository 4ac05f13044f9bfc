"""Codes: read back by the standard's own tables, and held to pictures a known reader has read.

The reader here shares no line with the writer: it goes by the constants of ISO/IEC 18004.
"""

import hashlib
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hilo.kit.qr import qr

# The 15 bits by mask at level M, and the 18 bits by version (annexes C and D).
FORMATS = (0x5412, 0x5125, 0x5E7C, 0x5B4B, 0x45F9, 0x40CE, 0x4F97, 0x4AA0)
VERSIONS = {7: 0x07C94, 8: 0x085BC, 9: 0x09A99, 10: 0x0A4D3}
# By version: codewords in all, codewords of correction for each block, blocks (table 9, level M).
SHARES = {
    1: (26, 10, 1),
    2: (44, 16, 1),
    3: (70, 26, 1),
    4: (100, 18, 2),
    5: (134, 24, 2),
    6: (172, 16, 4),
    7: (196, 18, 4),
    8: (242, 22, 4),
    9: (292, 22, 5),
    10: (346, 26, 5),
}
ALIGNED = {2: 18, 3: 22, 4: 26, 5: 30, 6: 34, 7: (22, 38), 8: (24, 42), 9: (26, 46), 10: (28, 50)}
MOST = {1: 14, 2: 26, 3: 42, 4: 62, 5: 84, 6: 106, 7: 122, 8: 152, 9: 180, 10: 213}


class Unreadable(Exception):
    """It is not as the standard has it."""


def read(rows: Sequence[str]) -> bytes:
    """Return what a code says. Raises Unreadable, also for what a scanner could still mend."""
    size = len(rows)
    version = (size - 17) // 4
    mask = _mask(rows)
    if version in VERSIONS and _version(rows) != [VERSIONS[version]] * 2:
        raise Unreadable("the version is not named")
    words = list(_words(rows, version, mask))
    count, correction, blocks = SHARES[version]
    sizes = [count // blocks + (each >= blocks - count % blocks) for each in range(blocks)]
    held: list[list[int]] = [[] for _ in sizes]
    rounds = [[each - correction for each in sizes], [correction] * blocks]
    places = [
        which
        for wanted in rounds
        for at in range(max(wanted))
        for which in range(blocks)
        if at < wanted[which]
    ]
    for which, word in zip(places, words, strict=False):
        held[which].append(word)
    data = b"".join(bytes(_checked(each, correction)) for each in held)
    bits = "".join(f"{each:08b}" for each in data)
    length = 16 if version >= 10 else 8
    if bits[:4] != "0100":
        raise Unreadable("it is not in bytes")
    much, bits = int(bits[4 : 4 + length], 2), bits[4 + length :]
    found = bytes(int(bits[at : at + 8], 2) for at in range(0, 8 * much, 8))
    rest = bits[8 * much :][:4]
    if set(rest) - {"0"}:
        raise Unreadable("the end is not marked")
    return found


def _mask(rows: Sequence[str]) -> int:
    far = len(rows) - 1
    beside = [(8, n) for n in (0, 1, 2, 3, 4, 5, 7, 8)] + [(n, 8) for n in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(far - n, 8) for n in range(7)] + [(8, far - 7 + n) for n in range(8)]
    said = {int("".join(rows[y][x] for y, x in each), 2) for each in (beside, apart)}
    if len(said) != 1 or not said <= set(FORMATS):
        raise Unreadable("the format is not named")
    return FORMATS.index(said.pop())


def _version(rows: Sequence[str]) -> list[int]:
    near = len(rows) - 11
    places = [(n // 3, near + n % 3) for n in range(17, -1, -1)]
    return [
        int("".join(rows[y][x] for y, x in each), 2)
        for each in (places, [(x, y) for y, x in places])
    ]


def _words(rows: Sequence[str], version: int, mask: int) -> Iterator[int]:
    size, bits = len(rows), ""
    columns = [each for each in range(size - 1, -1, -1) if each != 6]
    for at in range(0, len(columns), 2):
        lines = range(size - 1, -1, -1) if at % 4 == 0 else range(size)
        for y in lines:
            for x in columns[at : at + 2]:
                if not _is_drawn(y, x, version):
                    bits += str(int(rows[y][x]) ^ _flips(mask, y, x))
                    if len(bits) == 8:
                        yield int(bits, 2)
                        bits = ""


def _is_drawn(y: int, x: int, version: int) -> bool:
    """Say whether it is part of a pattern, by areas."""
    size = 17 + 4 * version
    if 6 in (y, x) or (y < 9 and x < 9) or (y < 9 and x >= size - 8) or (y >= size - 8 and x < 9):
        return True
    if version >= 7 and ((y < 6 and x >= size - 11) or (x < 6 and y >= size - 11)):
        return True
    further = ALIGNED.get(version, ())
    centres = [6, *(further if isinstance(further, tuple) else (further,))]
    last = centres[-1]
    return any(
        abs(y - cy) <= 2 and abs(x - cx) <= 2
        for cy in centres
        for cx in centres
        if (cy, cx) not in {(6, 6), (6, last), (last, 6)}
    )


def _flips(mask: int, i: int, j: int) -> int:
    match mask:
        case 0:
            hit = (i + j) % 2
        case 1:
            hit = i % 2
        case 2:
            hit = j % 3
        case 3:
            hit = (i + j) % 3
        case 4:
            hit = (i // 2 + j // 3) % 2
        case 5:
            hit = (i * j) % 2 + (i * j) % 3
        case 6:
            hit = ((i * j) % 2 + (i * j) % 3) % 2
        case _:
            hit = ((i + j) % 2 + (i * j) % 3) % 2
    return int(hit == 0)


EXPONENTS = [1]
for _ in range(254):
    _next = EXPONENTS[-1] * 2
    EXPONENTS.append(_next ^ 0x11D if _next > 255 else _next)


def _checked(block: Sequence[int], correction: int) -> Sequence[int]:
    """Return the data of a block whose syndromes are all zero."""
    for root in range(correction):
        total = 0
        for power, word in enumerate(reversed(block)):
            if word:
                total ^= EXPONENTS[(EXPONENTS.index(word) + root * power) % 255]
        if total:
            raise Unreadable("a block does not fit its correction")
    return block[: len(block) - correction]


@pytest.mark.parametrize("version", MOST)
def test_each_size_is_filled_to_the_last_byte(version: int) -> None:
    for length in (MOST[version], MOST.get(version - 1, 0) + 1):
        rows = qr("x" * length)
        assert rows is not None
        assert len(rows) == 17 + 4 * version
        assert {len(row) for row in rows} == {len(rows)}
        assert read(rows) == b"x" * length


@given(some.text(min_size=1, max_size=70))
def test_what_is_written_is_read(text: str) -> None:
    rows = qr(text)
    said = text.encode("utf-8", "surrogatepass")
    if rows is None:
        assert len(said) > MOST[10]
    else:
        assert read(rows) == said


def test_what_is_too_long_has_no_code() -> None:
    assert qr("x" * 214) is None
    assert qr("ñ" * 107) is None


@pytest.mark.parametrize(("y", "x"), [(8, 0), (20, 8), (12, 20), (20, 20), (10, 14)])
def test_the_reader_itself_sees_one_wrong_module(y: int, x: int) -> None:
    rows = qr("a")
    assert rows is not None
    changed = [*rows]
    changed[y] = rows[y][:x] + "10"[int(rows[y][x])] + rows[y][x + 1 :]
    with pytest.raises(Unreadable):
        read(changed)


# Each was read by zxing-cpp 3.1.1, whole and as level M, when it was put here.
PICTURES = {
    "a": "e8ab680854e4019c",
    "¿Cuándo? ✓": "1eea4de0928f0ada",
    "https://desk.example.org/s/0190b4c2-a7f0-7c3e-8f00-5d1c5a4e9b21": "3706aef42cb2cd93",
}
FILLED = {
    14: "0fd69d137a858123",
    26: "85a8a7498ffa8502",
    42: "66211ec613b66023",
    62: "ed563b4a5a1298e0",
    84: "9d9f583ab8fcf57e",
    106: "8893ac32e5b0b39d",
    122: "0f23271555d7853a",
    152: "097319a32325a600",
    180: "c73e9c29f155149b",
    213: "a87a994dd1cd33d4",
}
PICTURES |= {("Hilo:0123456789-/?&=%" * 12)[:size]: seen for size, seen in FILLED.items()}
SMALL = """
#######..#.##.#######
#.....#.#.##..#.....#
#.###.#.##.#..#.###.#
#.###.#.#.##..#.###.#
#.###.#..#..#.#.###.#
#.....#...##..#.....#
#######.#.#.#.#######
........##...........
#.....#.#.##.##..###.
#..##......###.###..#
..#.###..##.#.##.....
.#.#.#.##..#####.#.#.
##.#..####.##########
........##..#.....#.#
#######..###.#..####.
#.....#...#...#...###
#.###.#..###.#..###..
#.###.#..#.#####.#...
#.###.#..#.###.###.##
#.....#...######.#...
#######.#.#.#..#..##.
"""


def test_the_pictures_a_known_reader_has_read_stay() -> None:
    for text, seen in PICTURES.items():
        rows = qr(text)
        assert rows is not None
        assert hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16] == seen, text
    assert "\n".join(qr("a") or []) == SMALL.strip().replace("#", "1").replace(".", "0")
