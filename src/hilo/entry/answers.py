"""Plain ASGI answers, for the doors that stand outside the framework."""

from collections.abc import Iterable

from litestar.types import Send

Pairs = Iterable[tuple[bytes, bytes]]


async def send_bytes(
    send: Send, status: int, body: bytes, media_type: str, headers: Pairs = ()
) -> None:
    """Send a whole answer. headers: besides type and length."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", media_type.encode()),
                (b"content-length", str(len(body)).encode()),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
