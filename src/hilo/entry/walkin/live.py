"""The queue live: a stream of frames, one when something changed, one now and then all the same.

Server-sent events: a browser that was cut off comes again by itself and gets the whole anew, so
nothing has to be resumed.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from litestar.types import Receive, Send

from hilo.entry.hub import Heard, Hub
from hilo.entry.walkin.asked import Told
from hilo.sdk.account import Account

REFRESH_S = 20.0  # waiting times move although nothing happens
_SEND_S = 20
_GATHER_S = 0.03
_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
Look = Callable[[], Awaitable[Told]]


async def stream(hub: Hub, account: Account, look: Look, receive: Receive, send: Send) -> None:
    """Send frames until the browser goes. look: what its person is told."""
    news = asyncio.Event()

    def heard(event: Heard) -> None:
        del event
        news.set()

    follower = hub.follow(account.workspace, _topics(account.id), heard)
    gone = asyncio.create_task(_gone(receive))
    try:
        first = await look()
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await _send(send, first)
        await _follow(news, look, gone, send)
    finally:
        gone.cancel()
        follower.close()


async def _follow(news: asyncio.Event, look: Look, gone: "asyncio.Task[None]", send: Send) -> None:
    while True:
        woken = asyncio.create_task(news.wait())
        done, _ = await asyncio.wait(
            (woken, gone), timeout=REFRESH_S, return_when=asyncio.FIRST_COMPLETED
        )
        woken.cancel()
        if gone in done:
            return
        await asyncio.sleep(_GATHER_S)  # one act may say several things
        news.clear()
        await _send(send, await look())


async def _send(send: Send, frame: Told) -> None:
    body = b"data: " + msgspec.json.encode(frame) + b"\n\n"
    async with asyncio.timeout(_SEND_S):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _gone(receive: Receive) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass


def _topics(account: UUID) -> list[UUID]:
    return [account]
