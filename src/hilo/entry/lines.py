"""The HTTP server's WebSocket connection, lent to the application: ready bytes go straight to it.

ASGI takes one frame at a time and packs it anew for each socket; with hundreds of agents in a
workspace that was most of what a message cost. The connection offers itself in the scope.
"""

from collections.abc import Mapping
from typing import Any, Protocol, cast

from typing_extensions import override
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

_OFFER = "hilo.line"


class Line(Protocol):
    """A way to one client."""

    def write(self, wire: bytes) -> bool:
        """Write whole frames at once. False: not now, `room` tells when; nothing was written.

        Raises: ConnectionError when the client is gone.
        """
        ...

    async def room(self) -> None:
        """Wait until there is room to write."""
        ...


def line_of(scope: Mapping[str, Any]) -> Line | None:
    """Return the line of a socket's scope, where the server lends it."""
    return cast("Line | None", (scope.get("extensions") or {}).get(_OFFER))


class LentLine(WebSocketsSansIOProtocol):
    """The server's connection; without compression, as it is configured."""

    @override
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope = getattr(self, "scope", None)  # none where the handshake was refused
        if scope is not None:
            scope["extensions"][_OFFER] = self

    def write(self, wire: bytes) -> bool:
        """Write whole frames, unless the client lags."""
        if self.disconnected or self.close_sent or self.transport.is_closing():
            raise ConnectionError("the client is gone")
        if not self.writable.is_set():
            return False
        self.transport.write(wire)
        return True

    async def room(self) -> None:
        """Wait until there is room to write."""
        await self.writable.wait()
