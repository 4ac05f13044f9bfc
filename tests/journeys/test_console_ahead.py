"""Keys typed before the console's code that answers them has arrived, on a slow line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, Route, expect

from agent import Desk
from patience import PATIENCE_S, trying
from screen import intercept

pytestmark = pytest.mark.browser


@asynccontextmanager
async def _late(page: Page, part: str) -> AsyncIterator[None]:
    """Let a part of the console arrive only after the block, which must have asked for it."""
    asked, done = asyncio.Event(), asyncio.Event()

    async def wait(route: Route) -> None:
        asked.set()
        await done.wait()
        await route.continue_()

    await intercept(page, f"**/assets/{part}-*.js", wait)
    try:
        yield
        async with asyncio.timeout(PATIENCE_S):
            await asked.wait()
    finally:
        done.set()


async def _urgent(page: Page) -> None:
    await page.keyboard.press("p")
    await page.keyboard.type("urg")
    await page.keyboard.press("Enter")


async def _is_urgent(desk: Desk, talk: str) -> None:
    async for _ in trying():
        if (await desk.get(f"/conversations/{talk}"))["priority"] == "urgent":
            return
    raise AssertionError("nobody did what the keys said")


async def test_a_word_typed_before_the_conversation_is_there_is_not_lost(
    ada: Page, talk: str, desk: Desk
) -> None:
    """Opened by its address: the list answers its own keys, what follows waits for the thread."""
    async with _late(ada, "ConversationPane"):
        await ada.goto(f"/inbox/{talk}?view=open")
        await expect(ada.locator(f"#row-{talk}")).to_be_visible()
        await _urgent(ada)
    await _is_urgent(desk, talk)
    await expect(ada.locator("article").first).to_be_visible()
    await expect(ada.locator("div[role=textbox], textarea").first).to_have_text("")


async def test_a_picker_asked_for_over_the_list_has_what_is_typed_while_it_comes(
    ada: Page, talk: str, desk: Desk
) -> None:
    """The key opens the conversation and its picker; the word after it is the picker's."""
    async with _late(ada, "ConversationPane"):
        await ada.goto("/inbox?view=open")
        row = ada.locator(f"#row-{talk}")
        await expect(row).to_be_visible()
        async for _ in trying(1):
            if await row.get_attribute("data-current") == "true":
                break
            await ada.keyboard.press("j")
        await _urgent(ada)
    await _is_urgent(desk, talk)


async def test_the_palette_has_what_is_typed_while_it_comes(ada: Page) -> None:
    """No letter of a word is taken for a command."""
    await expect(ada.locator("[role=listbox]")).to_be_visible()
    async with _late(ada, "Palette"):
        await ada.keyboard.press("Control+k")
        await ada.keyboard.type("settings")
    await expect(ada.get_by_role("combobox")).to_have_value("settings")
    await ada.keyboard.press("Enter")
    await ada.wait_for_url("**/settings/**")
