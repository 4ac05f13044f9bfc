"""A running shop as its phones see it, for tests of its doors."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from msgspec import Struct

from counter import Counter
from hilo.entry.post import Letter
from hilo.kit.db import Tx


class Kept:
    """A post that keeps its letters."""

    def __init__(self) -> None:
        """Begin empty."""
        self.letters: list[Letter] = []

    async def can_send(self, tx: Tx) -> bool:
        """Say yes."""
        del tx
        return True

    async def send(self, tx: Tx, letter: Letter) -> bool:
        """Keep it."""
        del tx
        self.letters.append(letter)
        return True


class Place(Struct, frozen=True):
    """A running shop."""

    counter: Counter
    app: Any
    post: Kept
    forget: Callable[[], None]
    settle: Callable[[], Awaitable[None]]

    def phone(self, address: str = "127.0.0.1", **headers: str) -> httpx2.AsyncClient:
        """Return a browser; `chat/` and `walkin/` are this shop's doors."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 50_000))
        return httpx2.AsyncClient(transport=transport, base_url="http://hilo.test", headers=headers)

    def door(self, what: str, of: str = "walkin") -> str:
        """Return the path of one of this shop's doors."""
        return f"/{of}/{self.counter.row.id}/{what}"
