"""Keys in the widget: they reach the text field at once, however it was opened."""

import pytest
from playwright.async_api import expect

from agent import Desk
from visiting import Visits

pytestmark = pytest.mark.browser


async def test_the_keyboard_is_enough(desk: Desk, visit: Visits) -> None:
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    page = visitor.page
    await page.wait_for_function("() => window.hilo?.open")
    await page.get_by_role("button", name="Buy").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    frame = await visitor.panel()
    await expect(frame.locator("textarea")).to_be_focused()
    await page.keyboard.type("Only keys")
    await expect(frame.locator("textarea")).to_have_value("Only keys")
    await page.keyboard.press("Enter")
    await visitor.shows("Only keys")
    await page.keyboard.press("Escape")
    await expect(page.locator("iframe")).to_be_hidden()
    await expect(frame.locator("textarea")).not_to_be_focused()
    await expect(page.get_by_role("button", name="Open the chat")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(frame.locator("textarea")).to_be_focused()
    small = await frame.evaluate(
        """() => [...document.querySelectorAll("button, a, input:not([type=file]), label")]
        .filter((each) => each.offsetParent)
        .map((each) => [each.outerHTML.slice(0, 60), each.getBoundingClientRect()])
        .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
    )
    assert small == []


@pytest.mark.parametrize("way", ["click", "key", "call"])
@pytest.mark.parametrize("loaded", [True, False])
async def test_keys_reach_the_text_field_however_it_was_opened(
    desk: Desk, visit: Visits, way: str, *, loaded: bool
) -> None:
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    page = visitor.page
    if not loaded:  # the click comes while the panel is on its way
        await page.reload(wait_until="commit")
    await page.wait_for_function("() => window.hilo?.open")
    launcher = page.get_by_role("button", name="Open the chat")
    if loaded:
        await expect((await visitor.panel()).locator("textarea")).to_have_count(1)
    match way:
        case "click":
            await launcher.click()
        case "key":
            await launcher.focus()
            await page.keyboard.press("Space")
        case _:
            await page.evaluate("() => window.hilo.open()")
    box = (await visitor.panel()).locator("textarea")
    await expect(box).to_be_focused()
    await page.keyboard.type("At once")
    await expect(box).to_have_value("At once")


async def test_a_chat_that_opens_by_itself_leaves_the_keys_to_who_is_writing(
    desk: Desk, visit: Visits
) -> None:
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    page = visitor.page
    await page.evaluate(
        """() => {
            document.body.append(document.createElement("input"));
            document.querySelector("input").focus();
        }"""
    )
    await page.keyboard.type("blue ")
    frame = await visitor.open()
    await page.keyboard.type("shoes")
    assert await page.evaluate("() => document.querySelector('input').value") == "blue shoes"
    await expect(frame.locator("textarea")).to_have_value("")


async def test_on_a_small_screen_no_keyboard_pops_up_by_itself(desk: Desk, visit: Visits) -> None:
    chat = await desk.connect_chat()
    visitor = await visit(chat, phone=True)
    page = visitor.page
    await page.get_by_role("button", name="Open the chat").tap()
    frame = await visitor.panel()
    box = frame.locator("textarea")
    await expect(box).to_be_visible()
    await expect(page.locator("iframe")).to_be_visible()
    await expect(box).not_to_be_focused()
    await box.tap()
    await page.keyboard.type("With a thumb")
    await expect(box).to_have_value("With a thumb")
