"""A reply that waits for its account says so, and who may mend it finds the way."""

import re

import httpx2
import pytest
from playwright.async_api import Page, expect

from agent import Desk
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
    path = f"/accounts/{played.account['id']}"
    mended = await desk.client.patch(path, json={"settings": {}})
    assert mended.status_code == httpx2.codes.OK, mended.text
    await ada.go_back()
    await expect(reply.get_by_text("sent", exact=True)).to_be_visible()
    await expect(waits).to_be_hidden()
