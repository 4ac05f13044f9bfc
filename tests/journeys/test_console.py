"""The agent console in a real browser against a real Hilo: by keyboard, two at once."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, Route, expect

from agent import Desk
from patience import PATIENCE_MS
from rig import EMAIL, PASSWORD, ROOT, Rig
from screen import AXE, axe, enter, intercept, say, settle

pytestmark = pytest.mark.browser
_TEXTS = ROOT / "clients" / "shared" / "messages"
_ROUTES = (
    "/inbox?view=open",
    "/contacts",
    "/search?q=lamp",
    "/playground",
    "/settings/inboxes",
    "/settings/agents",
    "/settings/teams",
    "/settings/macros",
    "/settings/tags",
    "/settings/tokens",
    "/settings/quarantine",
    "/settings/profile",
    "/settings/workspace",
)
# Every text the page shows that is not its data: what it says in words of its own.
_SAID = """() => {
  const own = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const isOwn = !node.parentElement.closest('iframe,script,style,[lang]:not(html)');
    if (isOwn) own.push(node.data.trim());
  }
  for (const each of document.querySelectorAll('[aria-label],[title],[placeholder]')) {
    own.push(each.getAttribute('aria-label'), each.title, each.getAttribute('placeholder'));
  }
  return [...new Set(own.filter(Boolean))];
}"""


async def test_an_agent_answers_by_keyboard_alone(ada: Page, talk: str) -> None:
    """Open, reply, see it leave, note, resolve, undo: no mouse."""
    await ada.goto(f"/inbox/{talk}?view=open")
    await expect(ada.get_by_text("Is anybody there?").last).to_be_visible()
    await ada.keyboard.press("r")
    await ada.keyboard.type("We are. What can we do?")
    await ada.keyboard.press("Control+Enter")
    reply = ada.locator("article", has_text="We are. What can we do?")
    await expect(reply).to_be_visible()
    left = "[data-state=sent],[data-state=delivered],[data-state=read]"
    await expect(reply.locator(left)).to_be_visible()
    await ada.keyboard.press("Escape")
    await ada.keyboard.press("n")
    await ada.keyboard.type("Regular visitor")
    await ada.keyboard.press("Control+Enter")
    await expect(ada.locator("article", has_text="Regular visitor")).to_contain_text(
        "only your team"
    )
    await ada.keyboard.press("Escape")
    await ada.keyboard.press("e")
    await expect(ada.get_by_text("Z to undo")).to_be_visible()
    await ada.keyboard.press("z")
    await expect(ada.get_by_text("Undone")).to_be_visible()
    await ada.goto(f"/inbox/{talk}")
    await expect(ada.get_by_role("button", name="Resolve", exact=True)).to_be_visible()


async def test_what_a_visitor_writes_is_there_without_a_reload(
    ada: Page, hilo: Rig, desk: Desk
) -> None:
    """The list shows it at once; focus stays where it was."""
    await ada.goto("/inbox?view=unassigned")
    await expect(ada.get_by_role("option").first).to_be_visible()
    word = f"Fresh {uuid4().hex[:8]}"
    await say(hilo, await desk.connect_chat(), word)
    await expect(ada.get_by_role("option").filter(has_text=word)).to_be_visible()


async def test_two_agents_see_each_other_and_no_reply_goes_out_stale(
    ada: Page, ben: Page, talk: str
) -> None:
    """Viewing and typing marks; the second send stops and shows the first."""
    for page in (ada, ben):
        await page.goto(f"/inbox/{talk}?view=open")
        await expect(page.get_by_text("Is anybody there?").last).to_be_visible()
    await expect(ada.get_by_text("Ben is also here")).to_be_visible()
    await ben.keyboard.press("r")
    await ben.keyboard.type("Let me look into it")
    await expect(ada.get_by_text("Ben is writing a reply")).to_be_visible()
    await ada.keyboard.press("r")
    await ada.keyboard.type("I am on it")
    await ada.keyboard.press("Control+Enter")
    await expect(ben.locator("article", has_text="I am on it")).to_be_visible()
    await ben.locator("textarea").focus()
    await ben.keyboard.press("Control+Enter")
    await expect(ben.get_by_text("Somebody wrote while you were typing")).to_be_visible()
    await expect(ben.locator("article", has_text="Let me look into it")).to_have_count(0)
    await ben.get_by_role("button", name="Send anyway").click()
    await expect(ada.locator("article", has_text="Let me look into it")).to_be_visible()


async def test_of_two_claims_one_wins_and_the_other_learns_who(
    ada: Page, ben: Page, talk: str
) -> None:
    """Both press `i` at once, before either one's news can arrive."""
    for page in (ada, ben):
        await page.goto(f"/inbox/{talk}?view=open")
        await expect(page.get_by_text("Is anybody there?").last).to_be_visible()
    # Whoever knows already that it is taken takes it over with `i`; so nobody may know.
    asked: list[Route] = []
    both = asyncio.Event()

    async def together(route: Route) -> None:
        asked.append(route)
        if len(asked) == len((ada, ben)):
            both.set()
        await both.wait()
        await route.continue_()

    for page in (ada, ben):
        await intercept(page, "**/assignment", together)
        await page.keyboard.press("i")
    outcomes = await asyncio.gather(_outcome(ada), _outcome(ben))
    assert sorted(outcomes) == ["lost", "won"], outcomes


async def _outcome(page: Page) -> str:
    won = page.get_by_text("It is yours")
    lost = page.get_by_text("took it first.")
    await expect(won.or_(lost).first).to_be_visible()
    return "won" if await won.count() else "lost"


async def test_what_one_does_not_see_leads_back_to_the_list(ada: Page) -> None:
    await ada.goto(f"/inbox/{uuid4()}?view=open")
    await expect(ada.get_by_text("does not exist or is not yours to see")).to_be_visible()
    await ada.get_by_role("button", name="To the list").click()
    await expect(ada.get_by_text("Choose a conversation")).to_be_visible()


async def test_dark_is_dark_and_stays(ada: Page) -> None:
    """The profile's choice holds after a reload."""
    await settle(ada, "/settings/profile")
    async with ada.expect_response("**/api/v1/me"):
        await ada.get_by_role("button", name="Dark", exact=True).click()
    await expect(ada.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    await ada.reload()
    await expect(ada.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    async with ada.expect_response("**/api/v1/me"):
        await ada.get_by_role("button", name="Like the device").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_keeps_anybody_out(ada: Page, talk: str, scheme: str) -> None:
    """Axe finds nothing against WCAG 2.2 AA on the main routes."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in clients/agent")
    await ada.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = {}
    for route in (*_ROUTES, f"/inbox/{talk}?view=open"):
        await settle(ada, route)
        if violations := await axe(ada):
            found[route] = violations
    await ada.set_viewport_size({"width": 390, "height": 844})
    if violations := await axe(ada):
        found["on a phone"] = violations
    assert not found, json.dumps(found, indent=1)


@pytest.mark.parametrize("locale", ["es", "pt"])
async def test_no_english_is_left_in_another_language(
    browser: Browser, hilo: Rig, desk: Desk, locale: str
) -> None:
    """Nothing the pages say is an English text that the language says otherwise."""
    english, other = (_texts(name) for name in ("en", locale))
    foreign = {text for key, text in english.items() if other[key] != text and "{" not in text}
    endonym = {"English"}  # a language is offered by its own name
    foreign -= set(other.values()) | await _data(desk) | endonym
    context = await browser.new_context(base_url=hilo.url, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await enter(page, EMAIL, PASSWORD)
    await _speak(page, locale)
    left = {}
    try:
        for route in _ROUTES:
            await page.goto(route)
            await expect(page.locator("html")).to_have_attribute("lang", locale)
            await page.wait_for_timeout(600)
            if said := sorted(foreign & set(await page.evaluate(_SAID))):
                left[route] = said
    finally:  # the other journeys speak English
        await _speak(page, "en")
    await context.close()
    assert not left, left


async def _speak(page: Page, locale: str) -> None:
    await page.evaluate(
        """async (locale) => {
          const me = await (await fetch('/api/v1/me')).json();
          await fetch('/api/v1/me', {method: 'PATCH', body: JSON.stringify({locale}),
            headers: {'Content-Type': 'application/json', 'X-CSRF-Token': me.csrf_token}});
        }""",
        locale,
    )


async def _data(desk: Desk) -> set[str]:
    """Return names people gave, which no language translates."""
    boxes = (await desk.get("/inboxes"))["items"]
    named = [*boxes, *(each for box in boxes for each in box["accounts"])]
    for path in ("/agents", "/teams", "/tags"):
        named += (await desk.get(path))["items"]
    matters = (await desk.get("/conversations", status="open", limit=100))["items"]
    return {each["name"] for each in named} | {each["subject"] for each in matters}


def _texts(locale: str) -> dict[str, str]:
    read: dict[str, Any] = json.loads((_TEXTS / f"{locale}.json").read_text())
    return {key: text for key, text in read.items() if isinstance(text, str)}
