"""Frames for many sockets, put into the bytes of the wire once.

What a server sends is not masked and our sockets do not compress, so the same bytes are right for
everybody. Where the HTTP server lends us its line (`lines`), they are written as they are; any
other ASGI server gets the texts one by one.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

_TEXT = 0x81  # a whole message of text
_SHORT, _LONG = 126, 65_536


class Frames:
    """One or more frames in their order; never changed once made."""

    def __init__(self, payloads: Iterable[bytes]) -> None:
        """payloads: each the UTF-8 text of one frame."""
        self.payloads: Sequence[bytes] = tuple(payloads)
        self.size = sum(map(len, self.payloads))

    def __len__(self) -> int:
        """Count the frames."""
        return len(self.payloads)

    @cached_property
    def wire(self) -> bytes:
        """All of them as a WebSocket carries them."""
        pieces = []
        for payload in self.payloads:
            pieces += [_head(len(payload)), payload]
        return b"".join(pieces)


def frame(payload: bytes) -> Frames:
    """Return a single frame."""
    return Frames((payload,))


def _head(length: int) -> bytes:
    if length < _SHORT:
        return bytes((_TEXT, length))
    if length < _LONG:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")
