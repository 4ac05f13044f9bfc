"""Without a network: what was read can be read, replies wait, nobody sees another's."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from agent import Desk
from patience import PATIENCE_S
from rig import EMAIL, PASSWORD, Rig
from screen import enter, mailed, open_matter, signed_in

pytestmark = pytest.mark.browser
# Whether the whole console of this version is kept, and that conversation with it.
_KEPT = """async (id) => {
    const names = (await caches.keys()).filter((name) => name.startsWith('hilo-shell-'));
    const shell = names.length === 1 && await (await caches.open(names[0])).match('/');
    const room = await new Promise((resolve) => {
        const asked = indexedDB.open('hilo-kept', 1);
        asked.onsuccess = () => resolve(asked.result);
    });
    const rows = await new Promise((resolve) => {
        const asked = room.transaction('answers').objectStore('answers').getAll();
        asked.onsuccess = () => resolve(asked.result);
    });
    room.close();
    return Boolean(shell) && rows.some((one) => one.key[0] === 'messages' && one.key[1] === id);
}"""
_LEFT = """async () => {
    const room = await new Promise((resolve) => {
        const asked = indexedDB.open('hilo-kept', 1);
        asked.onsuccess = () => resolve(asked.result);
    });
    const count = await new Promise((resolve) => {
        const asked = room.transaction('answers').objectStore('answers').count();
        asked.onsuccess = () => resolve(asked.result);
    });
    room.close();
    const own = Object.keys(localStorage).filter(
        (name) => /^hilo[.](draft|recent|agent)/.test(name));
    const shells = (await caches.keys()).filter((name) => name.startsWith('hilo-shell-'));
    return [count, own.length, shells.length];
}"""


@pytest.fixture
async def ada(browser: Browser, hilo: Rig) -> AsyncIterator[Page]:
    """Give the owner in a browser that keeps what it needs without a network."""
    async for page in signed_in(browser, hilo, EMAIL, PASSWORD, keeps=True):
        yield page


async def _kept(page: Page, matter: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await page.evaluate(_KEPT, matter):
            await asyncio.sleep(0.3)


async def _left(page: Page) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await page.evaluate(_LEFT) != [0, 0, 0]:
            await asyncio.sleep(0.2)


async def _replies(desk: Desk, id_: str) -> list[str]:
    page: dict[str, Any] = await desk.get(f"/conversations/{id_}/messages")
    return [one["text"] for one in reversed(page["items"]) if one["kind"] == "outgoing"]


async def test_a_reload_without_a_network_shows_what_was_read_and_replies_go_once_in_order(
    ada: Page, hilo: Rig, desk: Desk
) -> None:
    """Criterion 36."""
    matter = await mailed(hilo, desk, "Do you read me on the train?")
    await open_matter(ada, matter["id"])
    await _kept(ada, matter["id"])
    await ada.context.set_offline(True)
    await ada.reload()
    thread = ada.get_by_role("region", name="Messages")
    await expect(thread.get_by_text("Do you read me on the train?")).to_be_visible()
    await expect(ada.locator("[role=option]").first).to_be_visible()
    await expect(ada.get_by_text("No connection.")).to_be_visible()
    texts = [f"{word} {uuid4().hex[:6]}" for word in ("First", "Second")]
    await ada.keyboard.press("r")
    for text in texts:
        await ada.keyboard.type(text)
        await ada.keyboard.press("Control+Enter")
        await expect(thread.get_by_text(text)).to_be_visible()
    assert await _replies(desk, matter["id"]) == []
    await ada.context.set_offline(False)
    async with asyncio.timeout(PATIENCE_S):
        while len(await _replies(desk, matter["id"])) < len(texts):
            await asyncio.sleep(0.3)
    await ada.wait_for_timeout(2000)
    assert await _replies(desk, matter["id"]) == texts
    await expect(ada.get_by_text("No connection.")).to_have_count(0)


async def test_who_signs_out_leaves_nothing_behind(ada: Page, hilo: Rig, desk: Desk) -> None:
    """Nothing of one person is seen by the next on the same browser."""
    matter = await mailed(hilo, desk, "This is between us")
    await open_matter(ada, matter["id"])
    await ada.keyboard.press("n")
    await ada.keyboard.type("A thought of mine")
    await _kept(ada, matter["id"])
    await ada.evaluate("localStorage.setItem('hilo.recent.tag', '[]')")
    name = (await desk.get("/me"))["agent"]["name"]
    await ada.get_by_role("button", name=name, exact=True).click()
    await ada.get_by_role("menuitem", name="Sign out").click()
    await ada.wait_for_url("**/sign-in*")
    await _left(ada)


async def test_a_session_that_ended_takes_what_was_kept_with_it(
    ada: Page, hilo: Rig, desk: Desk
) -> None:
    """Whoever opens the browser after it, without a network, reads nothing."""
    matter = await mailed(hilo, desk, "For your eyes only")
    await open_matter(ada, matter["id"])
    await _kept(ada, matter["id"])
    await ada.context.clear_cookies()
    await ada.reload()
    await ada.wait_for_url("**/sign-in*")
    await expect(ada.locator("input[name=email]")).to_be_visible()
    async with asyncio.timeout(PATIENCE_S):
        while (await ada.evaluate(_LEFT))[0] != 0:
            await asyncio.sleep(0.2)
    await ada.context.set_offline(True)
    await ada.goto(f"/inbox/{matter['id']}?view=open")
    await ada.wait_for_timeout(1500)
    await expect(ada.get_by_text("For your eyes only")).to_have_count(0)
    await ada.context.set_offline(False)
    await enter(ada, EMAIL, PASSWORD)


async def test_a_page_of_an_older_version_says_so(ada: Page, talk: str) -> None:
    """After an upgrade the console in an open page is told from the server's, and renewed."""
    newer = json.dumps({"build": "newer", "files": ["/assets/index-newer.js"]})
    await ada.route(
        "**/shell.json",
        lambda route: route.fulfill(content_type="application/json", body=newer),
    )
    await open_matter(ada, talk)
    await expect(ada.get_by_text("A newer version of Hilo is here.")).to_be_visible()
    await ada.unroute("**/shell.json")
    await ada.get_by_role("button", name="Reload").click()
    await expect(ada.locator("article").first).to_be_visible()
    await ada.wait_for_timeout(1000)
    await expect(ada.get_by_text("A newer version of Hilo is here.")).to_have_count(0)
