"""Writing in the console: rich replies, drafts, no connection, one connection for all pages."""

import asyncio
import json
import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from agent import Desk
from patience import PATIENCE_S
from rig import Rig
from screen import intercept, mailed, open_matter

pytestmark = pytest.mark.browser
_PICTURE = """async (element) => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 40, height: 30});
  canvas.getContext('2d').fillRect(5, 5, 20, 10);
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
  const data = new DataTransfer();
  data.items.add(new File([blob], 'lamp.png', {type: 'image/png'}));
  const made = {clipboardData: data, bubbles: true, cancelable: true};
  element.dispatchEvent(new ClipboardEvent('paste', made));
}"""
_EDITOR = "div[role=textbox]"


async def _last(desk: Desk, matter: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get(f"/conversations/{matter}/messages"))["items"][0]
    return found


async def _drafts(desk: Desk, matter: str) -> set[str]:
    return {one["text"] for one in (await desk.get(f"/conversations/{matter}/drafts"))["items"]}


async def _without_hurry(page: Page) -> None:
    """Let a reply wait as long as it may: ten seconds may be one look on a slow machine."""

    async def longer(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        await route.continue_(post_data=json.dumps({**body, "undo_s": 30}))

    await page.route(re.compile(r"/conversations/[^/]+/messages$"), longer)


async def test_a_reply_by_mail_keeps_its_looks_and_its_pictures(
    ada: Page, hilo: Rig, desk: Desk
) -> None:
    """Begun in the text area, gone on with in the editor, all by keys; both bodies are kept."""
    matter = await mailed(hilo, desk)
    await _without_hurry(ada)
    await open_matter(ada, matter["id"])
    await ada.keyboard.press("r")
    await ada.keyboard.type("Yes, we ")
    editor = ada.locator(_EDITOR)
    await expect(editor).to_be_focused()
    await ada.keyboard.press("Control+b")
    await ada.keyboard.type("are")
    await ada.keyboard.press("Control+b")
    await ada.keyboard.press("Enter")
    await ada.keyboard.type("- one")
    await ada.keyboard.press("Enter")
    await ada.keyboard.type("two")
    await editor.evaluate(_PICTURE)
    await expect(editor.get_by_role("img", name="lamp.png")).to_be_visible()
    await ada.keyboard.press("Control+Enter")
    shown = ada.locator("article", has_text="Yes, we are")
    await expect(shown.locator("strong")).to_have_text("are")
    await expect(shown.locator("li")).to_have_count(2)
    await expect(shown.locator("img")).to_be_visible()
    await expect(shown.get_by_text("leaves in")).to_be_visible()
    said = await _last(desk, matter["id"])
    assert said["text"].startswith("Yes, we are\n\n• one\n• two")
    (file,) = said["attachments"]
    assert (file["inline"], f'src="cid:{file["id"]}"' in said["html"]) == (True, True)


async def test_what_is_taken_back_comes_back_as_it_was(ada: Page, hilo: Rig, desk: Desk) -> None:
    """Undo within the ten seconds brings looks and caret back."""
    matter = await mailed(hilo, desk)
    await _without_hurry(ada)
    await open_matter(ada, matter["id"])
    editor = ada.locator(_EDITOR)
    await editor.click()
    await ada.keyboard.type("Not ")
    await ada.keyboard.press("Control+i")
    await ada.keyboard.type("yet")
    await ada.keyboard.press("Control+Enter")
    await ada.locator("article", has_text="Not yet").get_by_role("button", name="Undo").click()
    await expect(editor.locator("em")).to_have_text("yet")
    await expect(editor).to_be_focused()
    await expect(ada.locator("article", has_text="Not yet")).to_have_count(0)


async def test_a_draft_is_there_again_with_its_looks(ada: Page, hilo: Rig, desk: Desk) -> None:
    """Kept on the server; the note's draft is another one."""
    matter = await mailed(hilo, desk)
    await open_matter(ada, matter["id"])
    await ada.locator(_EDITOR).click()
    await ada.keyboard.press("Control+b")
    await ada.keyboard.type("Later")
    await ada.keyboard.press("Escape")
    await ada.keyboard.press("n")
    await ada.keyboard.type("A thought")
    async with asyncio.timeout(PATIENCE_S):
        while await _drafts(desk, matter["id"]) != {"Later", "A thought"}:
            await asyncio.sleep(0.1)
    await ada.evaluate("localStorage.clear()")
    await ada.reload()
    await expect(ada.locator(f"{_EDITOR} strong")).to_have_text("Later")
    await ada.keyboard.press("n")
    await expect(ada.locator("textarea")).to_have_value("A thought")


async def test_a_slow_answer_never_puts_an_older_draft_over_a_newer(
    ada: Page, talk: str, desk: Desk
) -> None:
    """Drafts go to the server in turn, and only the newest is told as kept."""
    held, asked = asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        if "One two" not in (route.request.post_data or ""):
            asked.set()
            await held.wait()
        await route.continue_()

    await open_matter(ada, talk)
    box = ada.locator("textarea")
    await expect(box).to_be_editable()
    await intercept(ada, "**/drafts/reply", slow)
    await box.press_sequentially("One")
    async with asyncio.timeout(PATIENCE_S):
        await asked.wait()
    await box.press_sequentially(" two")
    await ada.wait_for_timeout(2000)  # here the newer one would overtake
    await expect(ada.get_by_text("Draft kept")).to_have_count(0)
    held.set()
    await expect(ada.get_by_text("Draft kept")).to_be_visible()
    (draft,) = (await desk.get(f"/conversations/{talk}/drafts"))["items"]
    assert draft["text"] == "One two"


async def test_a_chat_keeps_the_plain_text_area(ada: Page, talk: str) -> None:
    """Its channel says nothing of HTML."""
    await open_matter(ada, talk)
    await ada.wait_for_timeout(2500)
    await expect(ada.locator(_EDITOR)).to_have_count(0)
    await expect(ada.locator("textarea")).to_be_visible()


async def test_without_a_connection_work_waits_and_goes_out_once_in_order(
    ada: Page, talk: str, desk: Desk
) -> None:
    """A reply, a note and an act, a reload in between; a colleague's console is not needed."""
    await open_matter(ada, talk)
    await _cut(ada)
    for key, words in (("r", "First"), ("n", "Second"), ("r", "Third")):
        await ada.keyboard.press(key)
        await ada.keyboard.type(words)
        await ada.keyboard.press("Control+Enter")
        await ada.keyboard.press("Escape")
        waits = ada.locator("article", has_text=words).get_by_text("waits for the connection")
        await expect(waits).to_be_visible()
    await expect(ada.get_by_text("3 things wait and go out")).to_be_visible()
    await ada.reload()
    third = ada.locator("article", has_text="Third")
    await expect(third.get_by_text("waits for the connection")).to_be_visible()
    await _mend(ada)
    await ada.evaluate("dispatchEvent(new Event('online'))")
    await expect(ada.get_by_text("waits for the connection")).to_have_count(0)
    said = await desk.texts(talk)
    assert said == ["Is anybody there?", "First", "Second", "Third"]


async def test_what_is_refused_after_waiting_is_rolled_back_and_said(
    ada: Page, talk: str, desk: Desk
) -> None:
    """A colleague answered meanwhile: the reply stops, its words are back in the composer."""
    await open_matter(ada, talk)
    await _cut(ada)
    await ada.keyboard.press("r")
    await ada.keyboard.type("Too late")
    await ada.keyboard.press("Control+Enter")
    await expect(ada.get_by_text("waits for the connection")).to_be_visible()
    word = uuid4().hex[:8]
    await desk.reply(talk, word)
    await _mend(ada)
    await ada.evaluate("dispatchEvent(new Event('online'))")
    await expect(ada.get_by_text("Somebody wrote while you were typing")).to_be_visible()
    await expect(ada.locator("textarea")).to_have_value("Too late")
    assert await desk.texts(talk) == ["Is anybody there?", word]


async def test_what_waits_can_be_taken_back(ada: Page, talk: str, desk: Desk) -> None:
    """Undo on a reply that has not left this browser."""
    await open_matter(ada, talk)
    await _cut(ada)
    await ada.keyboard.press("r")
    await ada.keyboard.type("Rather not")
    await ada.keyboard.press("Control+Enter")
    waiting = ada.locator("article", has_text="Rather not")
    await waiting.get_by_role("button", name="Undo").click()
    await expect(ada.locator("textarea")).to_have_value("Rather not")
    await expect(waiting).to_have_count(0)
    await _mend(ada)
    assert await desk.texts(talk) == ["Is anybody there?"]


async def test_all_pages_of_a_browser_share_one_stream(ada: Page, talk: str, desk: Desk) -> None:
    """Neither page has a socket of its own, both are live; one signs out, the other follows."""
    other = await ada.context.new_page()
    sockets = list[str]()
    for page in (ada, other):
        page.on("websocket", lambda line: sockets.append(line.url))
        await open_matter(page, talk)
    word = uuid4().hex
    await desk.reply(talk, word)
    for page in (ada, other):
        await expect(page.locator("article", has_text=word)).to_be_visible()
    assert sockets == []
    await ada.get_by_role("button", name="owner", exact=False).last.click()
    await ada.get_by_role("menuitem", name="Sign out").click()
    for page in (ada, other):
        await page.wait_for_url("**/sign-in*")


async def test_without_shared_workers_each_page_has_a_stream(
    ada: Page, talk: str, desk: Desk
) -> None:
    """The fallback is as live."""
    sockets = list[str]()
    ada.on("websocket", lambda line: sockets.append(line.url))
    await ada.add_init_script("delete globalThis.SharedWorker")
    await open_matter(ada, talk)
    word = uuid4().hex
    await desk.reply(talk, word)
    await expect(ada.locator("article", has_text=word)).to_be_visible()
    assert sockets


_WRITES = re.compile(r"/api/v1/conversations/")


async def _cut(page: Page) -> None:
    """Let nothing the page writes reach the server; reads work, so that it can be reloaded."""

    async def refuse(route: Route) -> None:
        if route.request.method == "GET":
            await route.continue_()
        else:
            await route.abort("internetdisconnected")

    await intercept(page, _WRITES, refuse)


async def _mend(page: Page) -> None:
    await page.unroute(_WRITES)
