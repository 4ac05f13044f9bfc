"""Mail of the house itself: invitations and resets. Sent only where a workspace can send mail."""

from typing import Protocol

from msgspec import Struct

from hilo.kit.db import Tx


class Letter(Struct, frozen=True, kw_only=True):
    """A short mail. key: of its texts in the catalogue, `mail.<key>.subject` and `.text`."""

    to: str
    key: str
    locale: str
    params: dict[str, str]


class Post(Protocol):
    """Sends letters from the workspace of the transaction."""

    async def can_send(self, tx: Tx) -> bool:
        """Say whether the workspace has an outgoing server."""
        ...

    async def send(self, tx: Tx, letter: Letter) -> bool:
        """Queue a letter in the transaction; False: there is no outgoing server."""
        ...


class NoPost:
    """No outgoing server: links are shown instead."""

    async def can_send(self, tx: Tx) -> bool:  # noqa: ARG002 - the protocol's
        """Say no."""
        return False

    async def send(self, tx: Tx, letter: Letter) -> bool:  # noqa: ARG002 - the protocol's
        """Send nothing."""
        return False
