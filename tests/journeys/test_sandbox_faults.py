"""Each fault of the panel on four vendors, over HTTP: nothing is lost, nothing comes twice.

One journey for a fault, on all channels at once; what an agent sees then is the table's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from agent import Desk
from patience import trying
from simulated import Played, played_on

# By channel: how a reply ends that arrives, and one whose answer was lost.
KEPT = {
    "whatsapp": ("delivered", "delivered"),
    "telegram": ("sent", "uncertain"),
    "twilio": ("delivered", "delivered"),
    "line": ("sent", "sent"),
}
# How it ends where the vendor's server breaks: without a word of its own it may have acted.
BROKEN = {"whatsapp": "uncertain", "telegram": "uncertain", "twilio": "delivered", "line": "sent"}
HELLO = "¿Abren hoy?"


async def everywhere(desk: Desk, story: Callable[[Played, str], Awaitable[None]]) -> None:
    """Let it happen on each channel at once."""

    async def one(channel: str) -> None:
        await story(await played_on(desk, channel), channel)

    told = await asyncio.gather(*map(one, KEPT), return_exceptions=True)
    wrong = {channel: each for channel, each in zip(KEPT, told, strict=True) if each is not None}
    assert not wrong, wrong


async def shown(played: Played) -> list[str]:
    """Return what the phone shows."""
    return [each["text"] for each in await played.bubbles()]


async def account_of(played: Played) -> dict[str, Any]:
    """Return the account as it stands."""
    return await played.desk.get(f"/accounts/{played.account['id']}")


async def test_an_answer_that_never_comes_is_settled_or_asked_about(desk: Desk) -> None:
    async def story(played: Played, channel: str) -> None:
        await played.breaks({"kind": "silence"})
        await played.reply("sí")
        await played.until((HELLO, "received"), ("sí", KEPT[channel][1]))
        assert await shown(played) == [HELLO, "sí"]

    await everywhere(desk, story)


async def test_a_server_that_breaks_loses_nothing(desk: Desk) -> None:
    async def story(played: Played, channel: str) -> None:
        await played.breaks({"kind": "server_error"})
        await played.reply("sí")
        await played.until((HELLO, "received"), ("sí", BROKEN[channel]))
        came = ["sí"] if BROKEN[channel] != "uncertain" else []
        assert await shown(played) == [HELLO, *came]

    await everywhere(desk, story)


async def test_credentials_that_ended_hold_replies_until_they_are_renewed(desk: Desk) -> None:
    async def story(played: Played, channel: str) -> None:
        await played.breaks({"kind": "expired_token"})
        await played.reply("sí")
        async for _ in trying():
            if (await account_of(played))["state"] == "held":
                break
        assert await shown(played) == [HELLO]
        await played.until((HELLO, "received"), ("sí", "queued"))
        assert (await account_of(played))["problem"]["code"] == "auth-expired"
        path = f"/accounts/{played.account['id']}"
        mended = await played.desk.client.patch(path, json={"settings": {}})
        assert mended.status_code == httpx2.codes.OK, mended.text
        await played.until((HELLO, "received"), ("sí", KEPT[channel][0]))
        assert await shown(played) == [HELLO, "sí"]

    await everywhere(desk, story)


@pytest.mark.parametrize("kind", ["reorder", "delay", "duplicate"])
async def test_what_comes_late_twice_or_mixed_up_is_there_once(desk: Desk, kind: str) -> None:
    async def story(played: Played, channel: str) -> None:
        await played.breaks({"kind": kind, "left": None, "seconds": 2})
        said = [HELLO, "uno", "dos", "tres"]
        for each in said[1:]:
            await played.does(does="text", text=each)
        await played.reply("sí")
        wanted = {**dict.fromkeys(said, "received"), "sí": KEPT[channel][0]}
        found: list[tuple[str, str]] = []
        async for _ in trying():
            found = [(each["text"], each["state"]) for each in await played.messages()]
            if dict(found) == wanted:
                break
        assert sorted(found) == sorted(wanted.items())
        await asyncio.sleep(4)  # what is late or double comes
        last = [(each["text"], each["state"]) for each in await played.messages()]
        assert sorted(last) == sorted(wanted.items())
        assert sorted(await shown(played)) == sorted([*said, "sí"])

    await everywhere(desk, story)
