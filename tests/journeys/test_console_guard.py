"""The loop guard in the console: why automatic answers are stopped, and how to let them go on."""

from uuid import uuid4

import httpx2
import pytest
from playwright.async_api import Page, expect

from agent import Chat, Desk
from patience import PATIENCE_S, trying
from rig import Rig
from screen import open_matter

pytestmark = pytest.mark.browser


async def _drone(hilo: Rig, chat: Chat, text: str, times: int) -> None:
    """Let one visitor say the same again and again, as a machine does."""
    at = f"{hilo.url}/chat/{chat.account}"
    async with httpx2.AsyncClient(base_url=at, timeout=PATIENCE_S) as client:
        session = (await client.post("/session", json={})).raise_for_status().json()
        client.headers["authorization"] = f"Bearer {session['visitor_token']}"
        for _ in range(times):
            said = {"client_id": uuid4().hex, "text": text}
            (await client.post("/messages", json=said)).raise_for_status()


async def test_who_sees_why_no_machine_answers_lets_it_go_on(
    ada: Page, hilo: Rig, desk: Desk
) -> None:
    chat = await desk.connect_chat()
    await _drone(hilo, chat, "I am away", 3)
    path = ""
    async for _ in trying():
        if found := await desk.conversations(chat):
            path = f"/conversations/{found[0]['id']}"
            if len(await desk.texts(found[0]["id"])) == 3:
                break
    answer = {"kind": "reply", "text": "We are closed"}
    assert (await desk.post(f"{path}/automatic-replies", answer))["message"] is None
    await open_matter(ada, path.rsplit("/", 1)[1])
    strip = ada.get_by_role("status").filter(has_text="the same words came again")
    await expect(strip).to_be_visible()
    await strip.get_by_role("button", name="Let automatic answers go on").click()
    await expect(strip).to_have_count(0)
    assert (await desk.get(f"{path}/guard"))["is_stopped"] is False
    written = await desk.post(f"{path}/automatic-replies", answer)
    assert written["message"]["text"] == answer["text"]
