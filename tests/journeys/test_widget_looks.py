"""How the widget looks and where it shows, as its settings say; and that everybody can use it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from agent import Desk
from patience import trying
from rig import ROOT, Rig
from screen import still
from visiting import Visits

pytestmark = pytest.mark.browser


async def test_the_panel_has_no_barrier_axe_knows_of(desk: Desk, visit: Visits) -> None:
    axe = ROOT / "clients" / "agent" / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.exists():
        pytest.skip("axe-core is not installed: run make setup")
    chat = await desk.connect_chat(color="#ffe08a")
    visitor = await visit(chat)
    for scheme in ("light", "dark"):
        await visitor.page.emulate_media(color_scheme=scheme)
        frame = await visitor.open()
        await visitor.say(f"In the {scheme}")
        await visitor.shows(f"In the {scheme}")
        await frame.get_by_label("This conversation").click()
        await frame.evaluate(axe.read_text(encoding="utf-8"))
        await still(frame)
        found = await frame.evaluate(
            """async () => (await axe.run(document, { iframes: false })).violations
            .map((each) => [each.id, ...each.nodes.map((node) => node.html.slice(0, 100))])"""
        )
        assert found == [], scheme
        await frame.get_by_label("This conversation").click()


async def test_a_site_that_is_not_allowed_shows_no_panel(desk: Desk, visit: Visits) -> None:
    chat = await desk.connect_chat(allowed_origins=["https://another.example"])
    visitor = await visit(chat)
    await visitor.page.wait_for_function("() => window.hilo?.open")
    await visitor.page.evaluate("() => window.hilo.open()")
    async for _ in trying():
        if any("frame-ancestors" in line for line in visitor.complaints):
            break
    assert any("frame-ancestors" in line for line in visitor.complaints)


async def test_the_chat_looks_as_its_settings_say(desk: Desk, visit: Visits, hilo: Rig) -> None:
    chat = await desk.connect_chat(
        logo=f"{hilo.url}/demo/faro.svg", position="left", launcher_text="Ask us", color="#0b5fff"
    )
    visitor = await visit(chat)
    frame = await visitor.open()
    logo = frame.locator("header img")
    await expect(logo).to_be_visible()
    assert await logo.evaluate("(image) => image.decode().then(() => image.naturalWidth > 0)")
    await still(visitor.page)
    box = await visitor.page.locator("iframe").bounding_box()
    assert box is not None
    assert box["x"] == 20
    await visitor.page.evaluate("() => window.hilo.close()")
    launcher = visitor.page.get_by_role("button", name="Open the chat")
    await expect(launcher.get_by_text("Ask us", exact=True)).to_be_visible()
    assert await launcher.evaluate("(it) => getComputedStyle(it).backgroundColor") == (
        "rgb(11, 95, 255)"
    )
    assert visitor.complaints == []


async def test_a_page_named_in_the_settings_shows_no_launcher(desk: Desk, visit: Visits) -> None:
    chat = await desk.connect_chat(hide_on=["/checkout*"])
    visitor = await visit(chat, path="checkout/pay")
    await visitor.page.wait_for_function("() => window.hilo?.open")
    await expect(visitor.page.get_by_role("button", name="Open the chat")).to_be_hidden()
    assert len(visitor.page.frames) == 1
    await visitor.open()  # the page's own button may still open it


async def test_outside_the_hours_the_panel_says_when_somebody_is_back(
    desk: Desk, visit: Visits
) -> None:
    # Three days here are two or three there, whatever the hour: never today or tomorrow.
    later = datetime.now(UTC) + timedelta(days=3)
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[later.weekday()]
    chat = await desk.connect_chat(hours=[f"{day} 09:30-18:00"], time_zone="Europe/Madrid")
    visitor = await visit(chat)
    frame = await visitor.open()
    told = frame.locator(".promise")
    await expect(told).to_have_text(re.compile(f"^Back {later:%A}"))
