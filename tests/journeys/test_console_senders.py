"""From where a mail leaves: chosen in the composer, kept with the draft, shown in the thread."""

import asyncio
import smtplib
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from agent import Desk
from patience import PATIENCE_S, trying
from rig import Rig
from screen import axe, open_matter

pytestmark = pytest.mark.browser


class Mailbox:
    """A mailbox with two addresses, and a conversation that was written to the second."""

    def __init__(self) -> None:
        """Nobody else has these."""
        mark = uuid4().hex[:8]
        self.own, self.alias = f"help-{mark}@desk.test", f"sales-{mark}@desk.test"
        self.inbox = self.matter = ""

    def hear(self, hilo: Rig) -> None:
        """Let a mail to the alias arrive."""
        mail = EmailMessage()
        mail["From"], mail["To"] = f"Dora <dora-{uuid4().hex}@example.test>", self.alias
        mail["Message-ID"] = f"<{uuid4().hex}@example.test>"
        mail.set_content("Where is it?")
        with smtplib.SMTP("127.0.0.1", hilo.smtp_port, timeout=PATIENCE_S) as smtp:
            smtp.send_message(mail, to_addrs=[self.own])


@pytest.fixture
async def box(hilo: Rig, desk: Desk) -> Mailbox:
    """Give such a mailbox."""
    box = Mailbox()
    box.inbox = (await desk.post("/inboxes", {"name": box.own}))["id"]
    settings = {"address": box.own, "aliases": [box.alias], "signature": ["{agent}, {address}"]}
    asked = {"channel": "email", "settings": settings}
    await desk.post(f"/inboxes/{box.inbox}/accounts", asked)
    await asyncio.to_thread(box.hear, hilo)
    async for _ in trying():
        if found := (await desk.get("/conversations", inbox=box.inbox))["items"]:
            box.matter = found[0]["id"]
            break
    return box


async def _sent(desk: Desk, box: Mailbox, text: str) -> dict[str, Any]:
    """Return the reply once the server has it."""
    async for _ in trying():
        for each in (await desk.get(f"/conversations/{box.matter}/messages"))["items"]:
            if each["text"] == text:
                found: dict[str, Any] = each
                return found
    raise AssertionError(f"never sent: {text}")


async def _kept(desk: Desk, box: Mailbox, sender: str) -> None:
    """Wait until the server has the draft with its sender."""
    async for _ in trying():
        drafts = (await desk.get(f"/conversations/{box.matter}/drafts"))["items"]
        if [each["meta"].get("way", {}).get("sender") for each in drafts] == [sender]:
            return
    raise AssertionError(f"no draft from {sender}")


async def test_a_mail_leaves_from_the_address_one_sees(ada: Page, box: Mailbox, desk: Desk) -> None:
    """What was written to is proposed; another is taken by key, and the signature follows.

    A note has neither.
    """
    await open_matter(ada, box.matter)
    sender, signed = ada.get_by_label("From"), ada.get_by_role("group", name="Signature")
    await expect(sender).to_have_value(box.alias)
    await expect(signed).to_contain_text(box.alias)
    assert await axe(ada) == []
    await ada.keyboard.press("n")
    await expect(ada.get_by_placeholder("Only your team will see this")).to_be_focused()
    await expect(sender.or_(signed)).to_have_count(0)
    await ada.keyboard.press("Escape")
    await ada.keyboard.press("r")
    await sender.focus()
    await ada.keyboard.press("ArrowUp")
    await expect(sender).to_have_value(box.own)
    await expect(signed).to_contain_text(box.own)
    await _kept(desk, box, box.own)
    await ada.evaluate("localStorage.clear()")
    await ada.reload()
    await expect(sender).to_have_value(box.own)
    editor = ada.locator("div[role=textbox]")
    await editor.click()
    await ada.keyboard.type("It left today.")
    await ada.keyboard.press("Control+Enter")
    assert (await _sent(desk, box, "It left today."))["meta"]["sender"] == box.own
    await expect(sender).to_have_value(box.own)
    await sender.focus()
    await ada.keyboard.press("ArrowDown")
    await expect(sender).to_have_value(box.alias)
    await editor.click()
    await ada.keyboard.type("And this one.")
    await ada.keyboard.press("Control+Enter")
    assert (await _sent(desk, box, "And this one."))["meta"]["sender"] == box.alias
    said = ada.locator("article", has_text="And this one.")
    await expect(said.get_by_text(f"from {box.alias}")).to_be_visible()
    first = ada.locator("article", has_text="It left today.")
    await expect(first).to_be_visible()
    await expect(first.get_by_text(f"from {box.own}")).to_have_count(0)
