"""The composer: two phones of one person, marks, edits, a voice note, ways, a template, a fault."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from agent import Desk
from patience import PATIENCE_S, trying
from rig import EMAIL, PASSWORD, Rig
from screen import axe, open_matter, signed_in
from visiting import offered, watch

pytestmark = pytest.mark.browser
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
)  # fmt: skip
TOKEN = "123456:TEST-made-up-token-of-no-bot-0000"
Bubbles = list[dict[str, Any]]


class Person:
    """One person with two phones: one keeps a window for replies and knows templates, one edits."""

    def __init__(self, desk: Desk, inbox: str, accounts: dict[str, str]) -> None:
        """accounts: by channel."""
        self.desk, self.inbox, self.accounts = desk, inbox, accounts
        self.matter = ""

    async def does(self, channel: str, **deed: object) -> None:
        """Do something on a phone."""
        path = f"/accounts/{self.accounts[channel]}/sandbox/deeds"
        await self.desk.post(path, {"who": "7", "name": "Lucía", **deed})

    async def breaks(self, channel: str, *kinds: str) -> None:
        """Let all go wrong like this from now on: signs of typing are calls, too."""
        path = f"/accounts/{self.accounts[channel]}/sandbox/faults"
        faults = [{"kind": kind, "left": None} for kind in kinds]
        answer = await self.desk.client.put(path, json={"faults": faults})
        assert answer.status_code == httpx2.codes.OK, answer.text

    async def sees(self, channel: str) -> Bubbles:
        """Return what stands on a phone."""
        phones = (await self.desk.get(f"/accounts/{self.accounts[channel]}/sandbox"))["phones"]
        return [each for phone in phones for each in phone["bubbles"]]

    async def until(self, channel: str, **facts: object) -> dict[str, Any]:
        """Wait until a bubble on the phone is so; return it."""
        async for _ in trying():
            for bubble in await self.sees(channel):
                if all(bubble[name] == value for name, value in facts.items()):
                    return bubble
        raise AssertionError(f"no bubble like {facts} in {await self.sees(channel)}")


@pytest.fixture
async def page(browser: Browser, hilo: Rig) -> AsyncIterator[Page]:
    """Give the owner's console in a browser with a microphone that beeps."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    own = await browser.browser_type.launch(executable_path=path, args=_FLAGS)
    async for page in signed_in(own, hilo, EMAIL, PASSWORD):
        yield page
    await own.close()


@pytest.fixture
async def person(desk: Desk) -> Person:
    """Let one person write by two phones, and know that it is one."""
    inbox = (await desk.post("/inboxes", {"name": f"Phones {uuid4().hex[:8]}"}))["id"]
    accounts = {}
    for channel, settings in (("whatsapp", {}), ("telegram", {"token": TOKEN})):
        asked = {"channel": channel, "sandbox": True, "settings": settings}
        accounts[channel] = (await desk.post(f"/inboxes/{inbox}/accounts", asked))["id"]
    await desk.post(f"/accounts/{accounts['whatsapp']}/templates/sync", {})
    person = Person(desk, inbox, accounts)
    first = await _written(person, "telegram", "¿Abren hoy?", 1)
    second = await _written(person, "whatsapp", "Soy yo otra vez", 2)
    await desk.post(f"/contacts/{first['contact']['id']}/merge", {"into": second["contact"]["id"]})
    person.matter = second["id"]
    return person


async def _written(person: Person, channel: str, text: str, count: int) -> dict[str, Any]:
    await person.does(channel, does="text", text=text)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = (await person.desk.get("/conversations", inbox=person.inbox))["items"]
            if len(found) == count:
                one: dict[str, Any] = next(each for each in found if each["channel"] == channel)
                return one
            await asyncio.sleep(0.1)


def _entry(page: Page, text: str) -> Locator:
    return page.locator("article").filter(has_text=text).last


def _via(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Write by another way"))


async def _by_telegram(page: Page) -> None:
    """Go from way to way by key, each seen before the next."""
    await expect(_via(page)).to_be_enabled()
    told = _via(page).locator("b")
    while (before := await told.inner_text()) != "Telegram":
        await page.keyboard.press("Control+.")
        await expect(told).not_to_have_text(before)


async def _write(page: Page, text: str) -> None:
    await page.get_by_placeholder(re.compile("^Write to")).fill(text)
    await page.keyboard.press("Control+Enter")
    await expect(_entry(page, text)).to_be_visible()


async def test_a_reply_takes_the_way_one_chooses_by_key(page: Page, person: Person) -> None:
    await open_matter(page, person.matter)
    await expect(_via(page)).to_have_accessible_name(re.compile("WhatsApp.*open for"))
    await page.keyboard.press("r")
    await page.keyboard.type("Hasta las ocho")
    await _by_telegram(page)
    await expect(page.get_by_text("Draft kept")).to_be_visible()
    await page.reload()
    await expect(_via(page)).to_have_accessible_name(re.compile("Telegram"))
    words = page.get_by_placeholder(re.compile("^Write to"))
    await expect(words).to_have_value("Hasta las ocho")
    await page.keyboard.press("r")
    await page.keyboard.press("Control+Enter")
    await person.until("telegram", text="Hasta las ocho", mine=False)
    await person.does("telegram", does="text", text="¡Gracias!")
    await expect(page.get_by_text("¡Gracias!").last).to_be_visible()
    await _via(page).click()
    ways = page.get_by_role("dialog", name="How to reach them")
    await expect(ways.get_by_text("proposed")).to_have_count(1)
    await expect(ways.get_by_text(re.compile("^No address is known for"))).to_be_visible()
    assert await axe(page) == []


async def test_marks_edits_and_taking_back_reach_the_phone(page: Page, person: Person) -> None:
    await person.does("telegram", does="location", text="")
    await open_matter(page, person.matter)
    entry = _entry(page, "Soy yo otra vez")
    await entry.hover()
    await entry.get_by_role("button", name="React").click()
    signs = page.get_by_role("group", name="React")
    await expect(signs.locator(":focus")).to_have_count(1)
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(entry.get_by_role("button", name=re.compile("❤️"))).to_be_visible()
    await person.until("whatsapp", text="Soy yo otra vez", marks=["↩ ❤️"])
    await entry.get_by_role("button", name=re.compile("❤️")).click()
    await person.until("whatsapp", text="Soy yo otra vez", marks=[])
    await _by_telegram(page)
    await _write(page, "Cerramos a las nuebe")
    await person.until("telegram", text="Cerramos a las nuebe")
    entry = _entry(page, "Cerramos a las")
    await expect(entry).to_contain_text("sent")
    await entry.hover()
    await entry.get_by_role("button", name="Change it").click()
    await page.get_by_role("menuitem", name="Edit").click()
    await page.get_by_role("textbox", name="Edit").fill("Cerramos a las nueve")
    await page.keyboard.press("Control+Enter")
    await person.until("telegram", text="Cerramos a las nueve", is_edited=True)
    await expect(entry).to_contain_text("edited")
    await entry.hover()
    await entry.get_by_role("button", name="Change it").click()
    await page.get_by_role("menuitem", name="Take back").click()
    await page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    await expect(page.get_by_text("Taken back.")).to_be_visible()
    entry = _entry(page, "Soy yo otra vez")
    await entry.hover()
    await entry.get_by_role("button", name="Answer this").click()
    await expect(page.get_by_role("button", name="Answer nothing in particular")).to_be_visible()


async def test_a_voice_note_is_recorded_heard_and_sent(page: Page, person: Person) -> None:
    await open_matter(page, person.matter)
    await page.get_by_role("button", name="Record a voice note").click()
    await expect(page.get_by_role("timer")).to_be_visible()
    await page.wait_for_timeout(1500)
    note = page.get_by_role("group", name="Voice note")
    await note.get_by_role("button", name="Stop").click()
    await watch(page)
    await note.get_by_role("button", name="Play").click()
    await offered(page, "Pause")
    await note.get_by_role("button", name=re.compile("^Speed")).click()
    await note.get_by_role("button", name="Send").click()
    heard = await person.until("whatsapp", mine=False, media_type="audio/ogg; codecs=opus")
    assert heard["file"]
    (last, *_) = (await person.desk.get(f"/conversations/{person.matter}/messages"))["items"]
    assert (last["content"]["type"], len(last["content"]["peaks"])) == ("voice", 64)
    assert last["attachments"][0]["media_type"] == "audio/ogg"
    await expect(page.get_by_text("You: Voice note").first).to_be_visible()
    await page.get_by_role("button", name="Record a voice note").click()
    await expect(page.get_by_role("timer")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(note).to_have_count(0)


async def test_where_the_window_is_closed_a_template_goes(page: Page, person: Person) -> None:
    """By another account of the channel nobody has written to yet."""
    asked = {"channel": "whatsapp", "sandbox": True, "settings": {}, "name": "Second"}
    made = await person.desk.post(f"/inboxes/{person.inbox}/accounts", asked)
    person.accounts["second"] = made["id"]
    await person.desk.post(f"/accounts/{made['id']}/templates/sync", {})
    await open_matter(page, person.matter)
    await _via(page).click()
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("Second")).click()
    await expect(page.get_by_text("Only an approved template goes.").last).to_be_visible()
    await page.get_by_placeholder(re.compile("^Write to")).fill("a draft that stays")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="Choose a template").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Language").select_option("")
    usable = dialog.locator("button[data-usable=true]")
    await usable.first.click()
    await expect(dialog.get_by_role("button", name="Send template")).to_be_visible()
    for field in await dialog.get_by_label(re.compile("^Value for")).all():
        await field.fill("77-A")
    assert await axe(page) == []
    await dialog.get_by_role("button", name="Send template").click()
    await expect(dialog).to_have_count(0)
    async with asyncio.timeout(PATIENCE_S):
        while not await person.sees("second"):
            await asyncio.sleep(0.1)
    draft = page.get_by_placeholder(re.compile("^Write to"))
    await expect(draft).to_have_value("a draft that stays")


async def test_an_unclear_reply_waits_for_the_agents_word(page: Page, person: Person) -> None:
    await open_matter(page, person.matter)
    await _by_telegram(page)
    await person.breaks("telegram", "cut")
    await _write(page, "¿Llegó?")
    entry = _entry(page, "¿Llegó?")
    await expect(entry.get_by_role("button", name="It arrived")).to_be_visible()
    await expect(entry.get_by_role("button", name="Send again")).to_be_visible()
    await entry.get_by_role("button", name="Leave it unsent").click()
    await expect(entry).to_contain_text("It was left unsent.")
    assert [each["text"] for each in await person.sees("telegram") if not each["mine"]].count(
        "¿Llegó?"
    ) == 1
