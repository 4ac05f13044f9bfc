"""The first run: from no channel to the first one, over reloads, on the real server."""

import json
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from agent import Desk
from patience import PATIENCE_MS

pytestmark = pytest.mark.browser


async def _as_new(page: Page, desk: Desk) -> None:
    """Let the console see what is made from now on only, as in a workspace that has nothing."""
    before = {each["id"] for each in (await desk.get("/inboxes"))["items"]}

    async def answer(route: Route) -> None:
        if route.request.method != "GET":
            await route.continue_()
            return
        answered = await route.fetch()
        given = await answered.json()
        given["items"] = [each for each in given["items"] if each["id"] not in before]
        await route.fulfill(response=answered, body=json.dumps(given))

    await page.route("**/api/v1/inboxes", answer)


@pytest.mark.parametrize(("channel", "has_webhook"), [("Web chat", False), ("API", True)])
async def test_the_first_run_goes_on_where_it_was_after_a_reload(
    ada: Page, desk: Desk, channel: str, *, has_webhook: bool
) -> None:
    """Each step once; an address for webhooks only where somebody calls it."""
    await _as_new(ada, desk)
    await ada.goto("/contacts")
    await ada.wait_for_url("**/start", timeout=PATIENCE_MS)
    name = f"First {uuid4().hex[:6]}"
    await ada.get_by_label("Inbox name").fill(name)
    await ada.get_by_role("button", name="Continue").click()
    await ada.locator("section").get_by_text(channel, exact=True).click(timeout=PATIENCE_MS)
    title = ada.get_by_role("heading", name=channel, exact=True)
    await expect(title).to_be_visible(timeout=PATIENCE_MS)
    await ada.reload()
    await expect(title).to_be_visible(timeout=PATIENCE_MS)
    if callback := await ada.get_by_label("Address that receives replies").count():
        await ada.get_by_label("Address that receives replies").fill("https://shop.test/replies")
    assert bool(callback) is has_webhook
    await ada.get_by_role("button", name="Connect", exact=True).click()
    done = ada.get_by_text("Step 3 of 3")
    address = ada.get_by_text("Webhook address")
    for _ in range(2):
        await expect(done).to_be_visible(timeout=PATIENCE_MS)
        await expect(address).to_have_count(1 if has_webhook else 0, timeout=PATIENCE_MS)
        await ada.reload()
