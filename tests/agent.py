"""An agent at work by the API of a running Hilo, for journeys."""

from typing import Any
from uuid import uuid4

import httpx2
from msgspec import Struct

from patience import PATIENCE_S
from rig import EMAIL, PASSWORD


class Chat(Struct, frozen=True):
    """A web chat account of the running Hilo."""

    account: str
    inbox: str
    secret: str
    snippet: str


class Desk:
    """What an agent does, by the API."""

    def __init__(self, url: str) -> None:
        """url: of the running Hilo."""
        self.client = httpx2.AsyncClient(base_url=f"{url}/api/v1", timeout=PATIENCE_S)

    async def sign_in(self) -> None:
        """Sign in as the first owner."""
        answer = await self.client.post("/session", json={"email": EMAIL, "password": PASSWORD})
        assert answer.status_code in (200, 201), answer.text
        self.client.headers["x-csrf-token"] = answer.json()["csrf_token"]

    async def get(self, path: str, **params: str | int) -> dict[str, Any]:
        """Read something."""
        answer = await self.client.get(path, params=params)
        assert answer.status_code == httpx2.codes.OK, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, path: str, body: object) -> dict[str, Any]:
        """Make something."""
        answer = await self.client.post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def connect_chat(self, **settings: object) -> Chat:
        """Make an inbox with a web chat in it."""
        inbox = (await self.post("/inboxes", {"name": f"Chat {uuid4().hex[:8]}"}))["id"]
        asked = {"channel": "webchat", "settings": settings}
        account = await self.post(f"/inboxes/{inbox}/accounts", asked)
        snippet = (await self.get(f"/accounts/{account['id']}/snippet"))["html"]
        return Chat(account["id"], inbox, account["secret"], snippet)

    async def conversations(self, chat: Chat) -> list[dict[str, Any]]:
        """Return what came by a chat."""
        found: list[dict[str, Any]] = (await self.get("/conversations", inbox=chat.inbox))["items"]
        return found

    async def texts(self, conversation: str) -> list[str]:
        """Return what was said, oldest first."""
        page = await self.get(f"/conversations/{conversation}/messages", limit=100)
        return [each["text"] for each in reversed(page["items"]) if each["text"]]

    async def reply(self, conversation: str, text: str) -> dict[str, Any]:
        """Answer."""
        path = f"/conversations/{conversation}/messages"
        return await self.post(path, {"kind": "reply", "text": text})
