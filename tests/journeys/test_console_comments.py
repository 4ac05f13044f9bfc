"""An answer to a comment: in private unless one says otherwise, below it for everybody to read."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from agent import Desk
from patience import trying
from screen import intercept, open_matter

pytestmark = pytest.mark.browser


async def a_comment(desk: Desk) -> str:
    """Return the conversation that somebody's comment opened."""
    inbox = (await desk.post("/inboxes", {"name": f"Posts {uuid4().hex[:8]}"}))["id"]
    asked = {"channel": "instagram", "sandbox": True, "settings": {}}
    account = (await desk.post(f"/inboxes/{inbox}/accounts", asked))["id"]
    deed = {"who": "7", "does": "comment", "text": "Is it in stock?"}
    await desk.post(f"/accounts/{account}/sandbox/deeds", deed)
    matter = ""
    async for _ in trying():
        if found := (await desk.get("/conversations", inbox=inbox))["items"]:
            matter = found[0]["id"]
            break
    return matter


async def test_an_old_comment_is_still_answered_below_it(ada: Page, desk: Desk) -> None:
    matter = await a_comment(desk)
    ends = {"until": "2026-01-08T10:00:00Z"}

    async def later(route: Route) -> None:
        ways = (await (await route.fetch()).json())["items"]
        await route.fulfill(json={"items": [{**way, **ends, "closed": "window"} for way in ways]})

    await intercept(ada, f"**/conversations/{matter}/ways", later)
    await open_matter(ada, matter)
    shut = ada.get_by_text("The time for free replies ended")
    await ada.get_by_placeholder(re.compile("^Write to")).fill("They are back")
    send = ada.get_by_role("button", name="Send", exact=True)
    await expect(shut).to_be_visible()
    await expect(send).to_be_disabled()
    await ada.get_by_role("button", name="Below the comment").click()
    await expect(shut).to_be_hidden()
    await send.click()
    said = ada.locator("article").filter(has_text="They are back")
    await expect(said.get_by_text("Everybody can read this comment.")).to_be_visible()


async def test_a_comment_is_answered_below_it_by_choice(ada: Page, desk: Desk) -> None:
    matter = await a_comment(desk)
    await open_matter(ada, matter)
    where = ada.get_by_role("group", name="Where the answer goes")
    private = where.get_by_role("button", name="In private")
    below = where.get_by_role("button", name="Below the comment")
    await expect(private).to_have_attribute("aria-pressed", "true")
    await expect(ada.get_by_text("Only the person reads it; one answer, until")).to_be_visible()
    await below.click()
    await expect(ada.get_by_text("Everybody reads it")).to_be_visible()
    await ada.get_by_placeholder(re.compile("^Write to")).fill("Two are left")
    await ada.keyboard.press("Control+Enter")
    said = ada.locator("article").filter(has_text="Two are left")
    await expect(said.get_by_text("Everybody can read this comment.")).to_be_visible()
    kept: dict[str, Any] = {}
    async for _ in trying():
        kept = (await desk.get(f"/conversations/{matter}/messages"))["items"][0]
        if kept["state"] == "sent":
            break
    assert (kept["text"], kept["content"]["type"]) == ("Two are left", "comment")
    await expect(private).to_have_attribute("aria-pressed", "true")
