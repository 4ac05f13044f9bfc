"""A newcomer in the Playground: phones of four channels, one console, a broken vendor, a move."""

import re
from base64 import b64decode
from uuid import uuid4

import httpx2
import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from agent import Desk
from hilo.connectors.sms_http.connector import HEADER
from patience import PATIENCE_S
from rig import Rig
from screen import open_matter
from visiting import Visits, until

pytestmark = pytest.mark.browser
DOT = "R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
PHONES = ("WhatsApp", "Instagram", "Telegram", "SMS (Twilio)")


class Phone:
    """The contact's side of the Playground."""

    def __init__(self, page: Page) -> None:
        """page: the console's."""
        self.page = page
        self.screen = page.get_by_role("region", name=re.compile("^Phone of "))

    async def take(self, channel: str) -> None:
        """Take somebody's phone of a channel: the demo's, which is older than others' here."""
        name = re.compile(rf"^{re.escape(channel)}( ·|$)")
        await self.page.get_by_role("tab", name=name).first.click()
        await expect(self.line).to_be_editable()

    async def pass_on(self) -> None:
        """Give it to somebody who never wrote."""
        await self.page.get_by_role("button", name="Somebody else").click()
        await expect(self.screen.get_by_role("listitem")).to_have_count(1)

    async def write(self, text: str) -> None:
        """Write and send."""
        await self.line.fill(text)
        await self.line.press("Enter")
        await self.shows(text)

    async def shows(self, text: str, times: int = 1) -> None:
        """Wait until the phone shows a text so many times."""
        said = self.screen.get_by_text(text, exact=True)
        await expect(said).to_have_count(times)

    async def breaks(self, fault: str) -> None:
        """Let something go wrong once."""
        panel = self.page.locator("details", has_text="Break something")
        if await panel.get_attribute("open") is None:
            await panel.locator("summary").click()
        await panel.get_by_label(fault).select_option("Once")
        await expect(panel.locator("summary b")).to_have_text("1")

    async def picks(self, what: str) -> None:
        """Choose from the menu beside the line."""
        await self.screen.get_by_role("button", name="More", exact=True).click()
        await self.page.get_by_role("menuitem", name=what, exact=True).click()

    @property
    def line(self) -> Locator:
        """Where the contact writes."""
        return self.screen.get_by_role("textbox")


class Console:
    """The agent's side."""

    def __init__(self, page: Page) -> None:
        """page: the same."""
        self.page = page
        self.inbox = page.get_by_role("region", name="Your inbox")

    async def open(self, text: str) -> None:
        """Open the conversation whose last words these are."""
        await self.inbox.get_by_text(text, exact=True).first.click()
        await expect(self.said(text)).to_be_visible()

    async def answer(self, text: str) -> None:
        """Answer by keys."""
        editor = self.inbox.get_by_role("textbox", name=re.compile("^Write to "))
        await editor.click()
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Control+Enter")
        await expect(self.said(text)).to_be_visible()

    def said(self, text: str) -> Locator:
        """Return a message of the thread."""
        return self.inbox.locator("article", has_text=text)


async def at_the_playground(page: Page) -> tuple[Phone, Console]:
    """Open it."""
    await page.goto("/playground")
    return Phone(page), Console(page)


async def test_four_phones_are_answered_from_one_console(ada: Page) -> None:
    phone, console = await at_the_playground(ada)
    for channel in PHONES:
        word = uuid4().hex[:8]
        await phone.take(channel)
        await phone.write(f"Open today? {word}")
        await console.open(f"Open today? {word}")
        await console.answer(f"Until eight. {word}")
        await phone.shows(f"Until eight. {word}")


async def test_a_sticker_and_a_card_go_from_a_phone_to_the_console(ada: Page) -> None:
    phone, console = await at_the_playground(ada)
    word = uuid4().hex[:8]
    await phone.take("WhatsApp")
    await phone.pass_on()
    await phone.write(f"Look {word}")
    await console.open(f"Look {word}")
    await phone.picks("Send a sticker")
    sticker = console.inbox.get_by_role("img", name="Sticker", exact=True)
    await expect(sticker).to_be_visible()
    assert await sticker.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    await phone.picks("Send an address card")
    await expect(console.said("+1 202-555-0199").get_by_text("Gina Mora")).to_be_visible()
    await phone.shows("Gina Mora +1 202-555-0199")


async def test_a_vendor_that_breaks_loses_and_doubles_nothing(ada: Page) -> None:
    """What nobody can know is shown, and the agent decides."""
    phone, console = await at_the_playground(ada)
    word = uuid4().hex[:8]
    await phone.take("Telegram")
    await phone.pass_on()
    await phone.write(f"Hello {word}")
    await console.open(f"Hello {word}")

    await phone.breaks("Connection breaks")
    await console.answer(f"On its way {word}")
    unclear = console.said(f"On its way {word}")
    await expect(unclear.get_by_text("unclear if it arrived")).to_be_visible()
    await phone.shows(f"On its way {word}")
    await unclear.get_by_role("button", name="It arrived").click()
    await expect(unclear.get_by_text("sent", exact=True)).to_be_visible()

    await phone.breaks("Too many messages")
    await console.answer(f"And more {word}")
    await phone.shows(f"And more {word}")

    await phone.breaks("Webhooks twice")
    await phone.write(f"Thanks {word}")
    await expect(console.said(f"Thanks {word}")).to_be_visible()
    await phone.write(f"Bye {word}")
    await expect(console.said(f"Bye {word}")).to_have_count(1)
    await expect(console.said(f"Thanks {word}")).to_have_count(1)
    await phone.shows(f"On its way {word}")


async def test_a_chat_goes_on_by_phone(ada: Page, desk: Desk, visit: Visits) -> None:
    """The agent hands over a link; the first message with its code is in the same thread."""
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    await visitor.open()
    word = uuid4().hex[:8]
    await visitor.say(f"I have to go {word}")
    matter = await until(desk, chat, [f"I have to go {word}"])

    await open_matter(ada, matter)
    await ada.get_by_role("button", name="Continue elsewhere").click()
    asked = ada.get_by_role("dialog", name="Continue elsewhere")
    await asked.get_by_role("button", name=re.compile("Telegram")).first.click()
    code = asked.get_by_text(re.compile(r"^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$"))
    await expect(code).to_be_visible()
    await expect(asked.get_by_role("img", name="QR code of the link")).to_be_visible()
    token = await code.inner_text()
    await asked.get_by_role("button", name="Send in the chat").click()
    await expect(ada.locator("article", has_text=token)).to_be_visible()
    panel = await visitor.panel()
    await expect(panel.get_by_role("log").get_by_text(token)).to_be_visible()

    phone, console = await at_the_playground(ada)
    await phone.take("Telegram")
    await phone.pass_on()
    await phone.write(token)
    await phone.write(f"It is me {word}")
    await console.open(f"It is me {word}")
    await expect(console.said(f"I have to go {word}")).to_be_visible()
    await console.answer(f"There you are {word}")
    await phone.shows(f"There you are {word}")


async def test_a_visitor_takes_a_code_along(hilo: Rig, desk: Desk, visit: Visits) -> None:
    """The widget's own menu offers what is real, never what is only played."""
    inbox = (await desk.post("/inboxes", {"name": f"Texts {uuid4().hex[:8]}"}))["id"]
    settings = {"send_url": "https://gateway.test/messages", "number": "+12025550111"}
    asked = {"channel": "sms_http", "settings": settings}
    texts = await desk.post(f"/inboxes/{inbox}/accounts", asked)
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    frame = await visitor.open()
    word = uuid4().hex[:8]
    await visitor.say(f"Is it in stock? {word}")
    await until(desk, chat, [f"Is it in stock? {word}"])

    await frame.get_by_label("This conversation").click()
    offers = frame.get_by_role("button", name=re.compile("^Continue by "))
    await expect(offers.first).to_be_visible()
    await expect(offers.filter(has_text="Playground")).to_have_count(0)
    await offers.filter(has_text="SMS gateway").last.click()  # the newest stands last
    told = frame.get_by_text(re.compile(r"send the code [0-9a-z-]{14} there"))
    await expect(told).to_be_visible()
    await expect(frame.get_by_role("img", name="QR code of the link")).to_be_visible()
    found = re.search(r"code ([0-9a-z-]{14}) ", await told.inner_text())
    assert found is not None
    link = frame.get_by_role("link", name=re.compile("^Open "))
    href = str(await link.get_attribute("href"))
    assert "+12025550111" in href
    assert href.endswith(f"body={found[1]}")

    said = {"id": uuid4().hex, "from": "+12025550188", "text": found[1]}
    async with httpx2.AsyncClient(base_url=hilo.url, timeout=PATIENCE_S) as door:
        hook = f"/hooks/sms_http/{texts['id']}"
        taken = await door.post(hook, json=said, headers={HEADER: texts["secret"]})
        assert taken.is_success, taken.text
    await until(desk, chat, [f"Is it in stock? {word}", found[1]])


@pytest.mark.parametrize("media", ["link", "one"])
async def test_a_picture_passes_through_a_gateway(ada: Page, desk: Desk, media: str) -> None:
    """Where files leave as links, the agent reads so before sending and afterwards."""
    inbox = (await desk.post("/inboxes", {"name": f"Pictures {uuid4().hex[:8]}"}))["id"]
    asked = {"channel": "sms_http", "sandbox": True, "settings": {"media": media}}
    made = await desk.post(f"/inboxes/{inbox}/accounts", asked)
    picture = FilePayload(name="dot.gif", mimeType="image/gif", buffer=b64decode(DOT))
    phone, console = await at_the_playground(ada)
    word = uuid4().hex[:8]
    await phone.take(f"SMS gateway · {made['name']}")
    await phone.screen.locator("input[type=file]").set_input_files(picture)
    await expect(phone.screen.get_by_role("img")).to_have_count(1)
    await phone.write(f"Look {word}")
    await console.open(f"Look {word}")
    came = console.inbox.get_by_role("link", name=re.compile("^Open in-"))
    await expect(came.get_by_role("img")).to_be_visible()

    is_link = media == "link"
    await console.inbox.locator("input[type=file]").set_input_files(picture)
    before = console.inbox.get_by_text("Files go as links below the text.")
    await expect(console.inbox.get_by_role("button", name="Remove dot.gif")).to_be_visible()
    await expect(before).to_have_count(1 if is_link else 0)
    await console.answer(f"This one {word}")
    after = console.said(f"This one {word}").get_by_text("The files were sent as links")
    await expect(after).to_have_count(1 if is_link else 0)
    await expect(phone.screen.get_by_text(f"This one {word}")).to_be_visible()
    await expect(phone.screen.get_by_text(re.compile("/files/"))).to_have_count(1 if is_link else 0)
    shown = phone.screen.get_by_role("img", name="A picture", exact=True)
    await expect(shown).to_have_count(1 if is_link else 2)
    await expect(shown.last).to_have_js_property("naturalWidth", 1)
