"""A customer takes a turn on the phone, the team calls on the tablet, and the talk goes on."""

import re

from playwright.async_api import Browser, Page, expect

from agent import Desk
from patience import PATIENCE_MS
from rig import Rig

SHOP = {"title": "Harbour Street", "topics": ["Returns"], "counters": ["Counter 2"]}


async def test_a_turn_from_the_phone_to_the_timeline(
    browser: Browser, hilo: Rig, desk: Desk, ada: Page
) -> None:
    inbox = (await desk.client.post("/inboxes", json={"name": "Harbour Street"})).json()["id"]
    given = {"channel": "store", "settings": SHOP}
    made = await desk.client.post(f"/inboxes/{inbox}/accounts", json=given)
    assert made.status_code == 201, made.text
    account = made.json()["id"]

    place = await browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    place.set_default_timeout(PATIENCE_MS)
    phone = await place.new_page()
    await phone.goto(f"{hilo.url}/s/{account}")
    await phone.get_by_label("Returns").check()
    await phone.get_by_label("Your name").fill("Dora")
    await phone.get_by_role("button", name="Take a turn").click()
    turn = phone.get_by_role("region", name="Your turn")
    await expect(turn).to_contain_text("You are next")

    await ada.set_viewport_size({"width": 1024, "height": 768})
    await ada.goto(f"{hilo.url}/queue/{account}")
    card = ada.get_by_role("listitem", name="Number 1, Dora")
    await expect(card).to_contain_text("Returns")
    await ada.get_by_role("button", name="Call next").click()
    await expect(turn).to_contain_text("Counter 2, please")

    talk = phone.frame_locator("iframe.talk")
    await talk.locator("textarea").fill("I am outside with the box")
    await talk.locator("textarea").press("Enter")
    await card.get_by_role("button", name="Serve", exact=True).click()
    await expect(turn).to_contain_text("You are being served")
    await card.get_by_role("button", name="Finish with a note").click()
    await ada.get_by_label("Note").fill("Gave her the money back")
    await ada.get_by_role("button", name="Finish", exact=True).click()
    await expect(turn).to_contain_text("Thank you for your visit")

    await ada.get_by_text("Visits that are over").click()
    await ada.get_by_role("link", name="Dora").click()
    await ada.wait_for_url(re.compile("/inbox/"))
    thread = ada.locator("main")
    await expect(thread).to_contain_text("I am outside with the box")
    await expect(thread).to_contain_text("Gave her the money back")
    await expect(thread).to_contain_text("called number 1 to Counter 2")
    await place.close()


async def test_a_kiosk_forgets_whom_it_served(browser: Browser, hilo: Rig, desk: Desk) -> None:
    inbox = (await desk.client.post("/inboxes", json={"name": "Market"})).json()["id"]
    given = {"channel": "store", "settings": {"title": "Market"}}
    account = (await desk.client.post(f"/inboxes/{inbox}/accounts", json=given)).json()["id"]
    kiosk = await browser.new_page()
    kiosk.set_default_timeout(PATIENCE_MS)
    await kiosk.goto(f"{hilo.url}/s/{account}/kiosk")
    await kiosk.get_by_role("button", name="Take a turn").click()
    await kiosk.get_by_label("In a few words").fill("A private matter")
    await kiosk.get_by_label("Your name").fill("Dora")
    await kiosk.get_by_role("button", name="Take a turn").click()
    await expect(kiosk.get_by_text("Your number")).to_be_visible()
    await kiosk.get_by_role("button", name=re.compile("Done")).click()
    await kiosk.get_by_role("button", name="Take a turn").click()
    await expect(kiosk.get_by_label("Your name")).to_have_value("")
    await expect(kiosk.get_by_label("In a few words")).to_have_value("")
    assert await kiosk.evaluate("localStorage.length + sessionStorage.length") == 0
    assert "Dora" not in await kiosk.content()
    await kiosk.close()
