"""The root of the web process: looks at the path and hands over to the right door."""

from collections.abc import Mapping

from litestar.types import ASGIApp, Receive, Scope, Send


def root(doors: Mapping[str, ASGIApp], otherwise: ASGIApp) -> ASGIApp:
    """Return the application. doors: by the beginning of the path, the longest wins."""
    ordered = sorted(doors.items(), key=lambda door: -len(door[0]))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return
        path = scope["path"]
        for beginning, door in ordered:
            if path.startswith(beginning):
                await door(scope, receive, send)
                return
        await otherwise(scope, receive, send)

    return app
