"""What the widget keeps of a visitor, tells of it, and forgets."""

import asyncio
import re
import time

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.async_api import expect

from agent import Desk
from patience import PATIENCE_S, trying
from visiting import Visit, Visits, until

pytestmark = pytest.mark.browser


async def identified(visitor: Visit, token: str) -> None:
    """Let the page say who it is, and wait until the server has answered and it was taken in."""
    async with visitor.page.expect_response(
        lambda answer: token in (answer.request.post_data or "")
    ) as answered:
        await visitor.page.evaluate("(token) => window.hilo.identify(token)", token)
    answer = await answered.value
    assert answer.ok
    taken = (await answer.json())["visitor_token"]
    kept = "(token) => Object.values(localStorage).includes(token)"
    await visitor.page.wait_for_function(kept, arg=taken)


async def test_a_signed_identity_joins_the_contact_and_signing_out_clears(
    desk: Desk, visit: Visits
) -> None:
    chat = await desk.connect_chat()
    email = f"lucia.{int(time.time())}@example.test"
    body = {"name": "Lucia", "identities": [{"kind": "email", "value": email}]}
    contact = (await desk.post("/contacts", body))["id"]
    visitor = await visit(chat)
    await visitor.open()
    claims = {"email": email, "exp": int(time.time()) + 300}
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(chat.secret))
    await identified(visitor, token)
    await visitor.say("It is me")
    await until(desk, chat, ["It is me"])
    assert (await desk.conversations(chat))[0]["contact"]["id"] == contact
    await visitor.page.evaluate("() => window.hilo.identify(null)")
    await visitor.shows("It is me", times=0)


async def test_nothing_is_stored_before_the_visitor_agrees(desk: Desk, visit: Visits) -> None:
    asked: list[str] = []
    chat = await desk.connect_chat(ask_consent=True)
    visitor = await visit(chat, asked=asked)
    frame = await visitor.open()
    await visitor.page.evaluate("() => window.hilo.track('looked', {})")
    await expect(frame.get_by_text("By sending you agree")).to_be_visible()
    kept = "() => Object.keys(localStorage).filter((key) => key.startsWith('hilo:'))"
    assert await visitor.page.evaluate(kept) == []
    assert [url for url in asked if url.endswith("/track")] == []
    await visitor.say("I agree")
    await until(desk, chat, ["I agree"])
    async for _ in trying():
        if any(url.endswith("/track") for url in asked):
            break
    assert len([url for url in asked if url.endswith("/track")]) == 1
    await expect(frame.get_by_text("By sending you agree")).to_have_count(0)
    await visitor.page.reload()
    await visitor.open()
    await visitor.shows("I agree")
    frame = await visitor.panel()
    await frame.get_by_label("This conversation").click()
    async with visitor.page.expect_download() as download:
        await frame.get_by_role("button", name="Download it as text").click()
    path = await (await download.value).path()
    assert "I agree" in path.read_text(encoding="utf-8")
    await frame.get_by_role("button", name="Forget it on this device").click()
    await frame.get_by_role("button", name="Forget it?").click()
    await visitor.shows("I agree", times=0)


async def test_a_panel_that_waits_ready_has_asked_and_stored_nothing(
    desk: Desk, visit: Visits
) -> None:
    asked: list[str] = []
    chat = await desk.connect_chat()
    visitor = await visit(chat, asked=asked)
    frame = await visitor.panel()
    await expect(frame.locator("textarea")).to_have_count(1)
    await expect(visitor.page.locator("iframe")).to_be_hidden()
    assert any("/widget/assets/" in url for url in asked)
    assert [url for url in asked if "/chat/" in url] == []
    # This browser forbids the frame a storage of its own: the page's stands in for it.
    assert await visitor.page.evaluate("() => Object.keys(localStorage)") == []
    async with visitor.page.expect_request(re.compile("/session")):
        await visitor.page.get_by_role("button", name="Open the chat").hover()


async def test_what_is_deleted_is_gone_here_at_the_company_and_on_the_other_device(
    desk: Desk, visit: Visits
) -> None:
    chat = await desk.connect_chat(keep_days=90)
    claims = {"sub": f"u-{time.time()}", "exp": int(time.time()) + 300}
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(chat.secret))
    phone, desktop = await visit(chat), await visit(chat)
    for each in (phone, desktop):
        await each.open()
        await identified(each, token)
    await phone.say("Send it to Elm Street 5")
    conversation = await until(desk, chat, ["Send it to Elm Street 5"])
    await desktop.page.reload()
    await desktop.open()
    await desktop.shows("Send it to Elm Street 5")  # verified: the same on each device
    await desk.reply(conversation, "It is on its way")
    await desktop.shows("It is on its way")
    await phone.shows("It is on its way")
    frame = await phone.panel()
    await frame.get_by_label("This conversation").click()
    await expect(frame.get_by_text("Deleted after 90 days without a message.")).to_be_visible()
    await frame.get_by_role("button", name="Delete my data").click()
    await frame.get_by_role("button", name="Delete it here and at the company?").click()
    await expect(frame.get_by_text("Your conversation is being deleted.")).to_be_visible()
    for each in (phone, desktop):
        await each.shows("Send it to Elm Street 5", times=0)
        await each.shows("It is on its way", times=0)
    async with asyncio.timeout(PATIENCE_S):
        while await desk.conversations(chat):
            await asyncio.sleep(0.1)
    gone = await desk.client.get(f"/conversations/{conversation}")
    assert gone.status_code == httpx2.codes.NOT_FOUND
    assert (await desk.get("/search", q="Elm Street"))["items"] == []
    await phone.page.reload()
    await phone.open()
    await phone.shows("Send it to Elm Street 5", times=0)


async def test_agents_see_the_pages_of_whoever_has_written_and_of_nobody_else(
    desk: Desk, visit: Visits
) -> None:
    chat = await desk.connect_chat()
    visitor = await visit(chat, path="before")
    await visitor.open()
    await visitor.say("Do you have it in blue?")
    await until(desk, chat, ["Do you have it in blue?"])
    again = await visit(chat, visitor, path="blue-shoes")
    contact = (await desk.conversations(chat))[0]["contact"]["id"]
    assert await _pages(desk, contact, 1) == ["blue-shoes"]
    await again.page.evaluate("""() => {
      history.pushState({}, '', 'red-shoes');  // as sites do that load only once
      history.replaceState({}, '', 'red-shoes');
    }""")
    assert await _pages(desk, contact, 2) == ["blue-shoes", "red-shoes"]


async def _pages(desk: Desk, contact: str, count: int) -> list[str]:
    """Wait until so many pages stand in the timeline; return them by name."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            items = (await desk.get(f"/contacts/{contact}/timeline"))["items"]
            seen = [each["event"]["data"] for each in items if each["type"] == "event"]
            pages = [each["data"]["page"] for each in seen if each.get("name") == "page"]
            if len(pages) >= count:
                return sorted(page.rpartition("/")[2] for page in pages)
            await asyncio.sleep(0.1)
