"""Questions before the first message: asked once, answered by keyboard, seen by the agent."""

import pytest
from playwright.async_api import expect

from agent import Desk
from visiting import Visits, until

pytestmark = pytest.mark.browser
QUESTIONS = [
    {"kind": "name", "required": True},
    {"kind": "email", "required": True},
    {
        "kind": "choice",
        "key": "topic",
        "required": True,
        "label": {"en": "What is it about?"},
        "options": {"en": ["An order", "A return"]},
    },
]


async def test_answers_are_asked_first_and_stand_beside_the_conversation(
    desk: Desk, visit: Visits
) -> None:
    chat = await desk.connect_chat(ask_first="always", questions=QUESTIONS)
    visitor = await visit(chat)
    await visitor.page.wait_for_function("() => window.hilo?.open")
    await visitor.page.evaluate("() => window.hilo.open()")
    frame = await visitor.panel()
    name = frame.get_by_label("Your name")
    await expect(name).to_be_focused()
    await visitor.page.keyboard.type("Dora Lima")
    await frame.get_by_label("E-mail").fill("dora")
    await frame.get_by_role("button", name="Go on").click()
    await expect(frame.get_by_text("That is not an e-mail address yet.")).to_be_visible()
    await expect(frame.get_by_label("E-mail")).to_be_focused()
    await frame.get_by_label("E-mail").fill("dora@example.test")
    await frame.get_by_label("What is it about?").select_option("A return")
    await frame.get_by_label("What is it about?").focus()
    await visitor.page.keyboard.press("Tab")
    await visitor.page.keyboard.press("Enter")
    await expect(frame.locator("textarea")).to_be_focused()
    await visitor.page.reload()
    await visitor.open()  # answered already: the place to write is there at once
    await visitor.say("It does not fit")
    await until(desk, chat, ["It does not fit"])
    contact = (await desk.conversations(chat))[0]["contact"]["id"]
    found = await desk.get(f"/contacts/{contact}")
    assert found["name"] == "Dora Lima"
    assert found["attributes"] == {"email": "dora@example.test", "topic": "A return"}
    assert [each["kind"] for each in found["identities"]] == ["visitor"]
    assert visitor.complaints == []
