"""Simulated accounts of a running Hilo, for journeys: phones that write, break and read."""

from typing import Any
from uuid import uuid4

import httpx2

from agent import Desk
from patience import trying


class Played:
    """A simulated account with its phones."""

    def __init__(self, desk: Desk, inbox: str, account: dict[str, Any]) -> None:
        """account: as the API shows it."""
        self.desk = desk
        self.inbox = inbox
        self.account = account
        self._path = f"/accounts/{account['id']}/sandbox"

    async def does(self, **deed: object) -> dict[str, Any]:
        """Do something on the phone."""
        return await self.desk.post(f"{self._path}/deeds", {"who": "7", **deed})

    async def breaks(self, *faults: dict[str, object]) -> None:
        """Let these go wrong."""
        answer = await self.desk.client.put(f"{self._path}/faults", json={"faults": list(faults)})
        assert answer.status_code == httpx2.codes.OK, answer.text

    async def bubbles(self) -> list[dict[str, Any]]:
        """Return what contact 7 sees."""
        (phone,) = (await self.desk.get(self._path))["phones"]
        found: list[dict[str, Any]] = phone["bubbles"]
        return found

    async def messages(self) -> list[dict[str, Any]]:
        """Return the one conversation, oldest first."""
        found = (await self.desk.get("/conversations", inbox=self.inbox))["items"]
        if not found:
            return []
        (one,) = found
        thread = await self.desk.get(f"/conversations/{one['id']}/messages")
        items: list[dict[str, Any]] = thread["items"]
        return items[::-1]

    async def reply(self, text: str, *files: str) -> dict[str, Any]:
        """Answer. files: ids of uploaded ones."""
        (one,) = (await self.desk.get("/conversations", inbox=self.inbox))["items"]
        given = {"kind": "reply", "text": text, "attachments": list(files)}
        return await self.desk.post(f"/conversations/{one['id']}/messages", given)

    async def until(self, *states: tuple[str, str]) -> None:
        """Wait until the thread is these texts in these states."""
        last: list[tuple[str, str]] = []
        async for _ in trying():
            last = [(each["text"], each["state"]) for each in await self.messages()]
            if last == list(states):
                return
        raise AssertionError(f"the thread is {last}")


async def played_on(desk: Desk, channel: str, **settings: object) -> Played:
    """Make an account in the sandbox that nobody had to fill in, and let contact 7 write.

    settings: those that are not made up.
    """
    inbox = (await desk.post("/inboxes", {"name": f"{channel} {uuid4().hex[:8]}"}))["id"]
    asked = {"channel": channel, "sandbox": True, "settings": settings}
    played = Played(desk, inbox, await desk.post(f"/inboxes/{inbox}/accounts", asked))
    await played.does(does="text", text="¿Abren hoy?")
    await played.until(("¿Abren hoy?", "received"))
    return played
