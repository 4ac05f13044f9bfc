"""The console in a browser: signing in, waiting until a page stands, who writes from outside."""

import asyncio
import re
import smtplib
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import httpx2
from playwright.async_api import Browser, Frame, Page, Route, expect

from agent import Chat, Desk
from patience import PATIENCE_MS, PATIENCE_S, trying
from rig import ROOT, Rig

AXE = ROOT / "clients" / "agent" / "node_modules" / "axe-core" / "axe.min.js"
HELP = "help@demo.localhost"


async def enter(page: Page, email: str, password: str) -> None:
    """Sign in by the form."""
    await page.goto("/")
    await page.fill("input[name=email]", email)
    await page.fill("input[name=password]", password)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/inbox*")


async def settle(page: Page, route: str) -> None:
    """Open a page and wait until it stands."""
    await page.goto(route)
    await expect(page.locator("#content")).to_be_visible()
    await expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    await page.wait_for_timeout(300)


async def open_matter(page: Page, matter: str, view: str = "open") -> None:
    """Open a conversation and wait until it can be read and answered."""
    await page.goto(f"/inbox/{matter}?view={view}")
    await expect(page.locator("article").first).to_be_visible()


async def signed_in(
    browser: Browser, hilo: Rig, email: str, password: str, *, keeps: bool = False
) -> AsyncIterator[Page]:
    """Give the console of one agent. keeps: with what lets it open without a network.

    Else the driver would not see what that answers in the server's place.
    """
    context = await browser.new_context(
        base_url=hilo.url,
        locale="en-US",
        viewport={"width": 1440, "height": 900},
        bypass_csp=True,
        service_workers="allow" if keeps else "block",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await enter(page, email, password)
    yield page
    await context.close()


async def say(hilo: Rig, chat: Chat, text: str) -> None:
    """Let a visitor write in a chat."""
    async with httpx2.AsyncClient(
        base_url=f"{hilo.url}/chat/{chat.account}", timeout=PATIENCE_S
    ) as client:
        opened = await client.post("/session", json={"locale": "en", "page": "https://shop.test/"})
        opened.raise_for_status()
        headers = {"authorization": f"Bearer {opened.json()['visitor_token']}"}
        body = {"client_id": uuid4().hex, "text": text}
        (await client.post("/messages", json=body, headers=headers)).raise_for_status()


def write_mail(hilo: Rig, who: str, subject: str, text: str) -> None:
    """Send a mail to the demo's inbox through the real listener."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = who, HELP, subject
    mail["Message-ID"] = f"<{uuid4().hex}@example.test>"
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", hilo.smtp_port, timeout=PATIENCE_S) as smtp:
        smtp.send_message(mail)


async def mailed(hilo: Rig, desk: Desk, text: str = "Is anybody there?") -> dict[str, Any]:
    """Return a fresh conversation that began with a mail; its contact's address is in `who`."""
    who = f"carol-{uuid4().hex[:8]}@example.test"
    await asyncio.to_thread(write_mail, hilo, who, f"About {who[:14]}", text)
    async with asyncio.timeout(PATIENCE_S):
        while not (found := (await desk.get("/contacts", q=who))["items"]):
            await asyncio.sleep(0.05)
        contact = found[0]["id"]
        while not (matters := (await desk.get("/conversations", contact=contact))["items"]):
            await asyncio.sleep(0.05)
    return {**matters[0], "who": who}


async def intercept(
    page: Page, asked: str | re.Pattern[str], answer: Callable[[Route], Awaitable[None]]
) -> None:
    """Answer in the server's place whatever a standing page asks for from now on.

    The browser says that it will before it does: what a key asks for at once may still get past.
    So a question of our own is asked until it is caught.
    """
    probe, caught = "/caught-by-the-test", asyncio.Event()

    async def catch(route: Route) -> None:
        caught.set()
        await route.fulfill(status=204)

    await page.route(asked, answer)
    await page.route(f"**{probe}", catch)
    async for _ in trying():
        await page.evaluate("(probe) => fetch(probe).then(() => null, () => null)", probe)
        if caught.is_set():
            break
    assert caught.is_set(), "the browser never began to ask us"


async def still(page: Page | Frame) -> None:
    """Wait until nothing fades or slides any more: half-way, colours are not what they will be."""
    await page.wait_for_function(
        """() => document.getAnimations().every((one) =>
          one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)"""
    )


async def axe(page: Page) -> list[dict[str, Any]]:
    """Return what axe finds against WCAG 2.2 AA."""
    await page.evaluate(AXE.read_text())
    await still(page)
    result = await page.evaluate(
        "(rules) => axe.run(document, {iframes: false, runOnly: rules})",
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    )
    return [
        {"rule": each["id"], "nodes": [node["html"][:160] for node in each["nodes"][:4]]}
        for each in result["violations"]
    ]
