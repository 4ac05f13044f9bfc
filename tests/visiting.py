"""Visitors of somebody else's page with the chat on it, in a real browser, for journeys."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from playwright.async_api import Browser, BrowserContext, Frame, Page, expect

from agent import Chat, Desk
from patience import PATIENCE_MS, PATIENCE_S
from shop import Shop

# The launcher hangs in a closed shadow root, where nobody can look; the tests must.
_LOOK_INSIDE = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (init) {
    return attach.call(this, { ...init, mode: "open" });
};
"""


class Visit:
    """A visitor's browser: its page, what it complained of, what it fetched."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        """Listen to the page."""
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        page.on(
            "console",
            lambda line: self.complaints.append(line.text) if line.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def panel(self) -> Frame:
        """Return the panel's frame once it is there."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for frame in self.page.frames:
                    if "/widget/panel.html" in frame.url:
                        return frame
                await asyncio.sleep(0.05)

    async def open(self) -> Frame:
        """Open the chat as a page's own button would."""
        await self.page.wait_for_function("() => window.hilo?.open")
        await self.page.evaluate("() => window.hilo.open()")
        frame = await self.panel()
        await expect(frame.get_by_role("dialog")).to_be_visible()
        await expect(frame.get_by_role("textbox").last).to_be_editable()
        return frame

    async def say(self, text: str) -> None:
        """Write and send, by the keyboard."""
        box = (await self.panel()).locator("textarea")
        await box.focus()
        await self.page.keyboard.type(text)
        await expect(box).to_have_value(text)
        await self.page.keyboard.press("Enter")

    async def shows(self, text: str, times: int = 1) -> None:
        """Wait until the panel shows a text so many times."""
        frame = await self.panel()
        found = frame.get_by_role("log").get_by_text(text, exact=True)
        await expect(found).to_have_count(times)


_WATCH = """() => {
  globalThis.offered = new Set();
  const look = () => {
    for (const one of document.querySelectorAll("button[aria-label]")) offered.add(one.ariaLabel);
  };
  new MutationObserver(look).observe(document, {attributes: true, childList: true, subtree: true});
}"""


async def watch(frame: Frame | Page) -> None:
    """Remember each button from now on, for `offered`: one may be there for a moment only."""
    await frame.evaluate(_WATCH)


async def offered(frame: Frame | Page, name: str) -> None:
    """Wait until there was a button of that name since `watch`."""
    await frame.wait_for_function("(name) => offered.has(name)", arg=name, timeout=PATIENCE_MS)


Visits = Callable[..., Awaitable[Visit]]


def device(*, phone: bool) -> dict[str, Any]:
    """Return what a browser says of itself: English, and either a mouse or a thumb."""
    small = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    return {"locale": "en-GB", **(small if phone else {})}


async def visits(browser: Browser, shop: Shop, hilo: str) -> AsyncIterator[Visits]:
    """Give visitors: each call is one more browser, or one more tab, on the shop's page."""
    contexts: list[BrowserContext] = []

    async def come(
        chat: Chat,
        again: Visit | None = None,
        *,
        path: str = "",
        asked: list[str] | None = None,
        phone: bool = False,
    ) -> Visit:
        address = shop.show(hilo, chat.snippet) + path
        context = again.context if again else await browser.new_context(**device(phone=phone))
        context.set_default_timeout(PATIENCE_MS)
        if again is None:
            await context.add_init_script(_LOOK_INSIDE)
        contexts.append(context)
        page = await context.new_page()
        if asked is not None:
            page.on("request", lambda request: asked.append(request.url))
        made = Visit(context, page)
        await page.goto(address)
        return made

    yield come
    for context in dict.fromkeys(contexts):
        await context.close()


async def until(desk: Desk, chat: Chat, texts: list[str]) -> str:
    """Wait until the chat's one conversation says exactly this; return its id."""
    found: list[str] = []
    async with asyncio.timeout(PATIENCE_S):
        while True:
            conversations = await desk.conversations(chat)
            if len(conversations) == 1:
                found = await desk.texts(conversations[0]["id"])
                if found == texts:
                    return str(conversations[0]["id"])
            assert len(found) <= len(texts), found
            await asyncio.sleep(0.1)
