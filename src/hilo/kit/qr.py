"""A text as a QR code: square rows of dark and light modules, for whoever draws it.

Byte mode, error correction M, versions 1 to 10: up to 213 bytes, which every address of ours fits.
Source: ISO/IEC 18004.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from msgspec import Struct

# By version from 1: error correction codewords of a block, and the data codewords of each block.
_BLOCKS = (
    (10, (16,)),
    (16, (28,)),
    (26, (44,)),
    (18, (32, 32)),
    (24, (43, 43)),
    (16, (27,) * 4),
    (18, (31,) * 4),
    (22, (38, 38, 39, 39)),
    (22, (36, 36, 36, 37, 37)),
    (26, (43, 43, 43, 43, 44)),
)
_CENTRES = (  # of the alignment patterns
    (),
    (6, 18),
    (6, 22),
    (6, 26),
    (6, 30),
    (6, 34),
    (6, 22, 38),
    (6, 24, 42),
    (6, 26, 46),
    (6, 28, 50),
)
_MASKS: Sequence[Callable[[int, int], bool]] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, _: y % 2 == 0,
    lambda _, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)
_LONG_COUNT_FROM = 10  # versions whose length takes 16 bits
_NAMED_FROM = 7  # versions that say which they are
_FINDER = 7
_FINDER_LIKE = ([1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1])
_RUN = 5


class _Grid(Struct):
    """Modules by row; None: not yet drawn. is_fixed: patterns, which no mask touches."""

    dark: list[list[int | None]]
    is_fixed: list[list[bool]]

    def put(self, y: int, x: int, value: int) -> None:
        self.dark[y][x] = value
        self.is_fixed[y][x] = True


def qr(text: str) -> list[str] | None:
    """Return the rows, "1" for dark, without the quiet zone; None when the text is too long."""
    data = text.encode()
    for version, (_, blocks) in enumerate(_BLOCKS, 1):
        count_bits = 16 if version >= _LONG_COUNT_FROM else 8
        if 4 + count_bits + 8 * len(data) <= 8 * sum(blocks):
            words = _codewords(data, version, count_bits)
            return ["".join(map(str, row)) for row in _best(version, words)]
    return None


def _codewords(data: bytes, version: int, count_bits: int) -> list[int]:
    """Return all codewords in the order they are drawn."""
    correction, sizes = _BLOCKS[version - 1]
    room = 8 * sum(sizes)
    bits = f"0100{len(data):0{count_bits}b}" + "".join(f"{each:08b}" for each in data)
    bits += "0" * min(4, room - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    words += [(0xEC, 0x11)[n % 2] for n in range(room // 8 - len(words))]
    blocks, begun = [], 0
    for size in sizes:
        blocks.append(words[begun : begun + size])
        begun += size
    checks = [_remainder(block, correction) for block in blocks]
    rows = (row for part in (blocks, checks) for row in zip_longest(*part))
    return [word for row in rows for word in row if word is not None]


def _remainder(block: Sequence[int], count: int) -> list[int]:
    """Return the Reed-Solomon codewords of a block."""
    divisor = [1]
    for power in range(count):
        root = _power(power)
        shifted = [*divisor, 0]
        divisor = [
            one ^ _product(root, other) for one, other in zip(shifted, [0, *divisor], strict=True)
        ]
    rest = [*block, *([0] * count)]
    for place in range(len(block)):
        factor = rest[place]
        for offset, each in enumerate(divisor):
            rest[place + offset] ^= _product(each, factor)
    return rest[len(block) :]


def _product(one: int, other: int) -> int:
    found = 0
    while other:
        if other & 1:
            found ^= one
        one = one << 1 ^ (0x11D if one & 0x80 else 0)
        other >>= 1
    return found


def _power(exponent: int) -> int:
    found = 1
    for _ in range(exponent):
        found = _product(found, 2)
    return found


def _best(version: int, words: Sequence[int]) -> list[list[int]]:
    """Return the modules under the mask that scanners read best."""
    found = [_masked(version, words, mask) for mask in range(len(_MASKS))]
    return min(found, key=_penalty)


def _masked(version: int, words: Sequence[int], mask: int) -> list[list[int]]:
    grid = _patterns(version)
    _name(grid, version, mask)
    bits = iter("".join(f"{each:08b}" for each in words))
    for y, x in _path(grid):
        bit = int(next(bits, "0"))  # what is left over is light
        grid.dark[y][x] = bit ^ _MASKS[mask](y, x)
    return [[value or 0 for value in row] for row in grid.dark]


def _patterns(version: int) -> _Grid:
    """Draw what is the same in every code of a version."""
    size = 17 + 4 * version
    grid = _Grid([[None] * size for _ in range(size)], [[False] * size for _ in range(size)])
    for top, left in ((0, 0), (0, size - _FINDER), (size - _FINDER, 0)):
        _draw_finder(grid, top, left, size)
    for place in range(8, size - 8):
        grid.put(6, place, 1 - place % 2)
        grid.put(place, 6, 1 - place % 2)
    centres = _CENTRES[version - 1]
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for cy in centres:
        for cx in centres:
            if (cy, cx) not in corners:
                for y in range(-2, 3):
                    for x in range(-2, 3):
                        grid.put(cy + y, cx + x, int(max(abs(y), abs(x)) != 1))
    grid.put(size - 8, 8, 1)
    return grid


def _draw_finder(grid: _Grid, top: int, left: int, size: int) -> None:
    for y in range(-1, _FINDER + 1):
        for x in range(-1, _FINDER + 1):
            if 0 <= top + y < size and 0 <= left + x < size:
                ring = max(abs(y - 3), abs(x - 3))
                grid.put(top + y, left + x, int(ring not in (2, 4)))


def _name(grid: _Grid, version: int, mask: int) -> None:
    """Write which mask it is, and in large codes which version."""
    size = len(grid.dark)
    said = _coded(mask, 10, 0x537) ^ 0x5412  # level M is 00
    around = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(size - 1 - n, 8) for n in range(7)] + [(8, size - 8 + n) for n in range(8)]
    for places in (around, apart):
        for n, (y, x) in enumerate(places):
            grid.put(y, x, said >> (14 - n) & 1)
    if version >= _NAMED_FROM:
        said = _coded(version, 12, 0x1F25)
        for n in range(18):
            grid.put(n // 3, size - 11 + n % 3, said >> n & 1)
            grid.put(size - 11 + n % 3, n // 3, said >> n & 1)


def _coded(value: int, bits: int, divisor: int) -> int:
    """Return the value followed by its remainder."""
    rest = value << bits
    while rest.bit_length() > bits:
        rest ^= divisor << (rest.bit_length() - bits - 1)
    return value << bits | rest


def _path(grid: _Grid) -> Iterator[tuple[int, int]]:
    """Walk the free modules: two columns at a time, from the right, up and down."""
    size = len(grid.dark)
    is_up = True
    for right in (each for each in range(size - 1, 0, -2)):
        column = right if right > 6 else right - 1  # noqa: PLR2004 - the timing pattern's column
        for step in range(size):
            y = size - 1 - step if is_up else step
            for x in (column, column - 1):
                if not grid.is_fixed[y][x]:
                    yield y, x
        is_up = not is_up


def _penalty(rows: list[list[int]]) -> int:
    size = len(rows)
    columns = [list(each) for each in zip(*rows, strict=True)]
    found = sum(_line_penalty(line) for line in (*rows, *columns))
    for y in range(size - 1):
        for x in range(size - 1):
            found += 3 * (rows[y][x] == rows[y][x + 1] == rows[y + 1][x] == rows[y + 1][x + 1])
    dark = sum(map(sum, rows)) * 100 / (size * size)
    return found + 10 * int(abs(dark - 50) // 5)


def _line_penalty(line: list[int]) -> int:
    found, run = 0, 1
    for one, other in zip(line, [*line[1:], None], strict=True):
        if one == other:
            run += 1
            continue
        found += run - 2 if run >= _RUN else 0
        run = 1
    windows = (line[at : at + 11] for at in range(len(line) - 10))
    return found + 40 * sum(each in _FINDER_LIKE for each in windows)
