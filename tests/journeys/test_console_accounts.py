"""An account and what hangs on it: replies that wait for it, and its templates."""

import re

import pytest
from playwright.async_api import Page, expect

from agent import Desk
from patience import trying
from screen import open_matter
from simulated import played_on

pytestmark = pytest.mark.browser


async def test_a_reply_says_that_it_waits_for_its_account(ada: Page, desk: Desk) -> None:
    played = await played_on(desk, "telegram")
    await played.breaks({"kind": "expired_token"})
    said = await played.reply("Abrimos a las nueve")
    await open_matter(ada, said["conversation_id"])
    reply = ada.locator("article").filter(has_text="Abrimos a las nueve")
    waits = reply.get_by_text("It waits, because the account has a problem")
    await expect(waits).to_be_visible()
    await reply.get_by_role("link", name="See the account").click()
    await expect(ada).to_have_url(re.compile(f"/settings/accounts/{played.account['id']}"))
    await expect(ada.get_by_text("held", exact=True)).to_be_visible()
    await ada.get_by_role("button", name="Try again").click()
    await expect(ada.get_by_text("working", exact=True).first).to_be_visible()
    await ada.go_back()
    await expect(reply.get_by_text("sent", exact=True)).to_be_visible()
    await expect(waits).to_be_hidden()


async def test_an_account_shows_its_templates_and_why_one_does_not_go(
    ada: Page, desk: Desk
) -> None:
    played = await played_on(desk, "whatsapp")
    await ada.goto(f"/settings/accounts/{played.account['id']}")
    part = ada.locator("section").filter(has=ada.get_by_role("heading", name="Templates"))
    await part.get_by_role("button", name="Read again").click()
    kept = await desk.get(f"/accounts/{played.account['id']}/templates")
    async for _ in trying():
        if kept["items"]:
            break
        kept = await desk.get(f"/accounts/{played.account['id']}/templates")
    await expect(part.get_by_role("listitem")).to_have_count(len(kept["items"]))
    refused = next(each for each in kept["items"] if each["status"] != "approved")
    row = part.get_by_role("listitem").filter(has_text=refused["name"]).first
    await row.get_by_text(refused["name"]).click()
    await expect(row.get_by_role("note")).to_be_visible()
