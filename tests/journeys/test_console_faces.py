"""A contact's picture, given and taken away in the console."""

import pytest
from playwright.async_api import FilePayload, Page, expect

from agent import Desk
from hilo.sdk.portraits import portrait
from rig import Rig
from screen import mailed, open_matter

pytestmark = pytest.mark.browser


async def test_a_picture_is_given_by_keys_and_goes_without_reload(
    ada: Page, hilo: Rig, desk: Desk
) -> None:
    matter = await mailed(hilo, desk)
    at = f"/contacts/{matter['contact']['id']}"
    await open_matter(ada, matter["id"])
    panel = ada.get_by_role("complementary", name="Contact")
    button = panel.get_by_role("button", name="Change the picture")
    await expect(button).to_be_visible()
    await expect(button.locator("img")).to_have_count(0)
    await button.press("Enter")
    choose = ada.get_by_role("menuitem", name="Choose a picture")
    await expect(choose).to_be_visible()
    async with ada.expect_file_chooser() as asked:
        await choose.press("Enter")
    picture = FilePayload(name="her.png", mimeType="image/png", buffer=portrait("her"))
    await (await asked.value).set_files(picture)
    await expect(button.locator("img")).to_be_visible()
    given = (await desk.get(at))["avatar_id"]
    assert given
    assert f"of={given}" in str(await button.locator("img").get_attribute("src"))
    assert (await desk.client.delete(f"{at}/avatar")).status_code == 200  # a colleague does
    await expect(button.locator("img")).to_have_count(0)
