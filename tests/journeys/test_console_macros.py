"""Priorities and macros, by keys, on the real server."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from agent import Desk
from patience import PATIENCE_S
from rig import Rig
from screen import mailed, open_matter

pytestmark = pytest.mark.browser


async def _until(desk: Desk, id_: str, **wanted: object) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while {name: (await _matter(desk, id_))[name] for name in wanted} != wanted:
            await asyncio.sleep(0.1)


async def _matter(desk: Desk, id_: str) -> dict[str, Any]:
    return await desk.get(f"/conversations/{id_}")


async def test_a_priority_is_set_by_a_key_shown_by_word_and_taken_back(
    ada: Page, talk: str, desk: Desk
) -> None:
    """Criteria 8 and 10: p, by typing; the list filters by it and puts it first."""
    await open_matter(ada, talk)
    await ada.keyboard.press("p")
    await ada.keyboard.type("urg")
    await ada.keyboard.press("Enter")
    await _until(desk, talk, priority="urgent")
    await expect(ada.locator("header").get_by_text("Urgent")).to_be_visible()
    await ada.goto("/inbox?view=open&sort=priority")
    first = ada.locator("[role=option]").first
    await expect(first.get_by_text("Urgent")).to_be_visible()
    await ada.goto("/inbox?view=open&priority=urgent")
    row = ada.locator(f"#row-{talk}")
    await expect(row).to_be_visible()
    await row.click()
    await expect(ada.locator("article").first).to_be_visible()
    await ada.keyboard.press("p")
    await ada.keyboard.type("low")
    await ada.keyboard.press("Enter")
    await _until(desk, talk, priority="low")
    await expect(ada.get_by_text("Priority is low")).to_be_visible()
    await ada.keyboard.press("z")
    await _until(desk, talk, priority="urgent")


async def test_a_macro_without_words_is_done_at_once_and_taken_back_whole(
    ada: Page, talk: str, desk: Desk
) -> None:
    """Criterion 22: the acts are shown before; z restores all of them."""
    tag = await desk.post("/tags", {"name": f"tag-{uuid4().hex[:6]}"})
    acts = [
        {"do": "assign", "to": "me"},
        {"do": "tag", "tag_id": tag["id"]},
        {"do": "prioritize", "priority": "high"},
        {"do": "snooze", "for_s": None},
    ]
    name = f"Wait {uuid4().hex[:6]}"
    await desk.post("/macros", {"name": name, "acts": acts})
    before = await _matter(desk, talk)
    await open_matter(ada, talk)
    await ada.keyboard.press("m")
    await ada.keyboard.type(name)
    await expect(ada.get_by_text(f"Tag: {tag['name']}")).to_be_visible()
    await ada.keyboard.press("Enter")
    me = (await desk.get("/me"))["agent"]["id"]
    done = {"assignee_id": me, "tag_ids": [tag["id"]], "priority": "high", "status": "snoozed"}
    await _until(desk, talk, **done)
    await expect(ada.get_by_text(f"{name} done")).to_be_visible()
    await ada.keyboard.press("z")
    await _until(desk, talk, **{field: before[field] for field in done})


async def test_a_macro_with_words_waits_for_the_send(ada: Page, hilo: Rig, desk: Desk) -> None:
    """Criterion 22: a stroke in the composer; a fact with a fallback; the acts follow the reply."""
    matter = await mailed(hilo, desk)
    name = f"Close {uuid4().hex[:6]}"
    text = "Dear {{contact.attributes.title|friend}}, it is done."
    acts = [{"do": "note", "text": "Closed"}, {"do": "resolve"}]
    await desk.post("/macros", {"name": name, "text": text, "acts": acts})
    await open_matter(ada, matter["id"])
    box = ada.locator("div[role=textbox]")
    await box.click()
    await ada.keyboard.press("/")
    await ada.keyboard.press("Escape")
    await expect(box).to_have_text("/")
    await ada.keyboard.press("Backspace")
    await ada.keyboard.press("/")
    await ada.keyboard.type(name)
    await ada.keyboard.press("Enter")
    await expect(box).to_have_text("Dear friend, it is done.")
    await expect(ada.get_by_text("When you send it:")).to_be_visible()
    # With the draft, not with the page: also where this browser has forgotten it.
    await expect(ada.get_by_text("Draft kept")).to_be_visible()
    await ada.evaluate("localStorage.clear()")
    await open_matter(ada, matter["id"])
    await expect(ada.get_by_text("When you send it:")).to_be_visible()
    await expect(box).to_have_text("Dear friend, it is done.")
    await box.click()
    assert (await _matter(desk, matter["id"]))["status"] == "open"
    await ada.keyboard.press("Control+Enter")
    await _until(desk, matter["id"], status="resolved")
    said = await desk.get(f"/conversations/{matter['id']}/messages")
    texts = [one["text"] for one in said["items"] if one["kind"] in {"outgoing", "note"}]
    assert texts == ["Closed", "Dear friend, it is done."]


async def test_a_macro_that_cannot_be_done_says_which_act_and_changes_nothing(
    ada: Page, talk: str, desk: Desk
) -> None:
    """An act that fails is named; the others are undone, on the screen too."""
    acts = [{"do": "prioritize", "priority": "high"}, {"do": "tag", "tag_id": str(uuid4())}]
    name = f"Broken {uuid4().hex[:6]}"
    await desk.post("/macros", {"name": name, "acts": acts})
    await open_matter(ada, talk)
    await ada.keyboard.press("m")
    await ada.keyboard.type(name)
    await expect(ada.get_by_text("Priority: High")).to_be_visible()
    await ada.keyboard.press("Enter")
    await expect(ada.get_by_text("Add a tag:")).to_be_visible()
    await expect(ada.locator("header").get_by_text("High")).to_have_count(0)
    assert (await _matter(desk, talk))["priority"] == "none"


async def test_enter_waits_for_the_macros_that_are_on_their_way(
    ada: Page, talk: str, desk: Desk
) -> None:
    """Who types faster than the server answers gets what was typed."""
    name = f"Quick {uuid4().hex[:6]}"
    await desk.post("/macros", {"name": name, "acts": [{"do": "prioritize", "priority": "high"}]})
    typed = asyncio.Event()

    async def late(route: Route) -> None:
        await typed.wait()
        await route.continue_()

    await ada.route("**/api/v1/conversations/*/macros", late)
    await open_matter(ada, talk)
    await ada.keyboard.press("m")
    await ada.keyboard.type(name)
    await ada.keyboard.press("Enter")
    typed.set()
    await _until(desk, talk, priority="high")


async def test_macros_are_made_and_changed_in_settings(ada: Page, desk: Desk) -> None:
    """A macro of one's own, from its words to its acts."""
    name = f"Mine {uuid4().hex[:6]}"
    await ada.goto("/settings/macros")
    await ada.get_by_role("button", name="New macro").click()
    await ada.get_by_label("Name", exact=True).fill(name)
    await ada.get_by_label("Text", exact=True).fill("Hello {{contact.nmae}}")
    await ada.get_by_role("button", name="Add an act").click()
    await ada.get_by_label("Act", exact=True).select_option("resolve")
    await ada.get_by_text("For the whole workspace").click()
    await ada.get_by_role("button", name="Save").click()
    await expect(ada.get_by_text("It names a fact that does not exist.")).to_be_visible()
    await ada.get_by_label("Text", exact=True).fill("Hello {{contact.name|there}}")
    await ada.get_by_role("button", name="Save").click()
    await expect(ada.get_by_role("button", name=f"Edit {name}")).to_be_visible()
    made = [one for one in (await desk.get("/macros"))["items"] if one["name"] == name]
    assert [(one["text"], one["acts"], one["is_shared"]) for one in made] == [
        ("Hello {{contact.name|there}}", [{"do": "resolve"}], False)
    ]
