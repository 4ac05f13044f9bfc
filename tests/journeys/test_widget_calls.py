"""A visitor wishes to be notified: asked on a page of ours, called at a push service, shown."""

import asyncio
import json
import re

import pytest
from playwright.async_api import CDPSession, Page, expect

from agent import Desk
from patience import PATIENCE_S, trying
from pushing import PushService, Receiver
from rig import Rig
from visiting import Visits, until

pytestmark = pytest.mark.browser
# The browser's own push service is out of reach of a test: this one answers in its place.
_SUBSCRIBE = """(given) => {
  PushManager.prototype.subscribe = async (asked) => {
    if (!asked.userVisibleOnly || asked.applicationServerKey.length !== 87) throw new Error("bad");
    return { toJSON: () => given };
  };
}"""


async def test_an_answer_to_a_closed_chat_is_shown_as_a_notification(
    desk: Desk, visit: Visits, hilo: Rig
) -> None:
    chat = await desk.connect_chat(title="Shoes")
    visitor = await visit(chat, path="boots")
    frame = await visitor.open()
    await visitor.say("Tell me when it is there")
    conversation = await until(desk, chat, ["Tell me when it is there"])
    await frame.get_by_label("This conversation").click()
    async with visitor.context.expect_page() as opening:
        await frame.get_by_role("link", name="Notify me of answers").click()
    page = await opening.value
    await expect(page.get_by_role("heading")).to_be_visible()
    await expect(page).not_to_have_url(re.compile("ticket"))  # nothing to copy by mistake
    browser = Receiver()
    with PushService() as service:
        await page.evaluate(_SUBSCRIBE, browser.subscription(service.url("p")))
        ask = page.get_by_role("button", name="Notify me")
        await ask.click()
        await expect(page.get_by_text("Your browser refuses.")).to_be_visible()
        await visitor.context.grant_permissions(["notifications"], origin=hilo.url)
        await ask.click()
        await expect(page.get_by_text("It is on.")).to_be_visible()
        await visitor.page.close()
        await desk.reply(conversation, "It is there")
        async with asyncio.timeout(PATIENCE_S):
            while not service.taken:
                await asyncio.sleep(0.1)
        told = browser.read(service.taken[0].body).decode()
    notice = json.loads(told)
    assert (notice["title"], notice["url"]) == ("Shoes", visitor.page.url)
    assert notice["body"].endswith("It is there")
    assert await shown(page, hilo.url, told) == [["Shoes", notice["body"], notice["url"]]]


async def shown(page: Page, origin: str, told: str) -> list[list[str]]:
    """Hand the worker what it was pushed, as the browser does; return what it shows.

    Again every few seconds: the driver drops what comes for a worker that cannot start just then.
    A notice takes the place of its like, so that handing it twice shows it once.
    """
    session = await page.context.new_cdp_session(page)
    id_ = await _registration(session)
    async for _ in trying(3):
        await session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": id_, "data": told},
        )
        for _ in range(30):
            found: list[list[str]] = await page.evaluate(
                """async () => (await (await navigator.serviceWorker.ready).getNotifications())
                .map((each) => [each.title, each.body, each.data])"""
            )
            if found:
                return found
            await asyncio.sleep(0.1)
    raise AssertionError("nothing is shown")


async def _registration(session: CDPSession) -> str:
    known = asyncio.get_running_loop().create_future()

    def told(event: dict[str, list[dict[str, str]]]) -> None:
        if event["registrations"] and not known.done():
            known.set_result(event["registrations"][0]["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", told)
    await session.send("ServiceWorker.enable")
    async with asyncio.timeout(PATIENCE_S):
        found: str = await known
    return found
