"""What admins do in settings: the widget's preview, the quarantine, a check and a test, a merge."""

from uuid import uuid4

import pytest
from playwright.async_api import FrameLocator, Page, expect

from agent import Desk
from rig import Rig
from screen import mailed, settle

pytestmark = pytest.mark.browser


async def _preview(ada: Page, account: str) -> FrameLocator:
    await settle(ada, "/settings/widget")
    await ada.get_by_label("Widget").select_option(account)
    return ada.frame_locator(f"iframe[src*='{account}']")


async def test_the_preview_shows_what_was_just_changed(ada: Page, desk: Desk) -> None:
    """A visitor's browser keeps the looks for a minute; who changes them sees them at once."""
    await ada.add_init_script(
        """const attach = Element.prototype.attachShadow;
        Element.prototype.attachShadow = function (init) {
            return attach.call(this, { ...init, mode: "open" });
        };"""
    )
    chat = await desk.connect_chat(launcher_text="Talk to Paco")
    preview = await _preview(ada, chat.account)
    await expect(ada.get_by_text(chat.snippet)).to_be_visible()
    await expect(preview.get_by_text("Talk to Paco", exact=True)).to_be_visible()
    changed = await desk.client.patch(
        f"/accounts/{chat.account}", json={"settings": {"launcher_text": "Talk to Nuria"}}
    )
    assert changed.is_success, changed.text
    await settle(ada, f"/settings/accounts/{chat.account}")  # the same page again asks for all anew
    preview = await _preview(ada, chat.account)
    await expect(preview.get_by_text("Talk to Nuria", exact=True)).to_be_visible()


async def test_what_is_held_is_seen_as_it_came_and_tried_again(ada: Page) -> None:
    """The demo holds a mail nobody can read: it is shown, and still held when it is no better."""
    await settle(ada, "/settings/quarantine")
    await ada.get_by_role("button", name="See as it came").first.click()
    raw = ada.get_by_role("dialog")
    await expect(raw.locator("pre")).to_contain_text("help@demo.localhost")
    await ada.keyboard.press("Escape")
    await expect(raw).to_have_count(0)
    async with ada.expect_response("**/quarantine/*/replay") as replayed:
        await ada.get_by_role("button", name="Try again").first.click()
    assert (await replayed.value).ok
    await expect(ada.get_by_text("It will be read again now.")).to_be_visible()


async def test_an_account_is_checked_and_tried_there_and_back(ada: Page, desk: Desk) -> None:
    chat = await desk.connect_chat()
    await settle(ada, f"/settings/accounts/{chat.account}")
    await ada.get_by_role("button", name="Check", exact=True).click()
    await expect(ada.locator("[aria-live=polite] li[data-ok=true]").first).to_be_visible()
    await ada.get_by_role("button", name="Test round trip").click()
    await expect(ada.get_by_text("There and back in")).to_be_visible()
    await ada.get_by_role("link", name="Open it and answer").click()
    await expect(ada.locator("article").first).to_be_visible()


async def test_two_people_become_one_after_a_look_at_what_moves(
    ada: Page, hilo: Rig, desk: Desk
) -> None:
    one, other = await mailed(hilo, desk, "From home"), await mailed(hilo, desk, "From work")
    name = f"Merged {uuid4().hex[:6]}"
    await desk.client.patch(f"/contacts/{other['contact']['id']}", json={"name": name})
    await settle(ada, f"/contacts/{one['contact']['id']}")
    await ada.get_by_role("button", name="Merge", exact=False).first.click()
    box = ada.get_by_role("dialog")
    await box.get_by_label("Name, e-mail or phone").fill(name)
    await box.get_by_role("button", name=name).click()
    await expect(box.get_by_text("1 conversation moves")).to_be_visible()
    await expect(box.get_by_text("1 address moves")).to_be_visible()
    await box.get_by_role("button", name="Merge", exact=True).click()
    await ada.wait_for_url(f"**/contacts/{other['contact']['id']}")
    await expect(ada.locator("article", has_text="From home")).to_be_visible()
    await expect(ada.locator("article", has_text="From work")).to_be_visible()
    found = await desk.get("/conversations", contact=other["contact"]["id"])
    assert {each["id"] for each in found["items"]} == {one["id"], other["id"]}
