"""Whole stories: a real `hilo serve` as people run it, a signed-in client, a browser, a shop.

One Hilo with its demo serves all journeys of a run; each makes the inboxes it needs.
"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from agent import Desk
from patience import PATIENCE_MS, PATIENCE_S
from rig import EMAIL, PASSWORD, ROOT, Rig
from screen import say, signed_in
from shop import Shop
from slower import slow
from visiting import Visits, visits

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None
)
# How many times slower pages are than they could be: see tests/slower.py.
SLOWER = os.environ.get("HILO_TEST_SLOWER")
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")


_FAILED = pytest.StashKey[bool]()
_PICTURES = ROOT / "build" / "journeys"
_FIRST_CHARS, _LAST_CHARS = 300, 2500  # of several failures, each is to be read


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember of each journey whether it failed, for the last look at its pages."""
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


async def _last_look(request: pytest.FixtureRequest, browser: Browser) -> None:
    """Of a journey that failed: report what its pages say, and keep a picture of each."""
    if not request.node.stash.get(_FAILED, False):
        return
    _PICTURES.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", request.node.name)
    for number, page in enumerate(page for each in browser.contexts for page in each.pages):
        picture = _PICTURES / f"{name}-{number}.png"
        await page.screenshot(path=picture)
        said = await page.locator("body").aria_snapshot()
        picture.with_suffix(".txt").write_text(said)
        if len(said) > _FIRST_CHARS + _LAST_CHARS:
            said = f"{said[:_FIRST_CHARS]}\n...\n{said[-_LAST_CHARS:]}"
        request.node.add_report_section("teardown", "page", f"{page.url}\n{picture}\n{said}")
    request.node.stash[_FAILED] = False  # its other pages were looked at with these


@pytest.fixture(scope="session")
def hilo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Run Hilo with its own database for all journeys."""
    with Rig(Path(tmp_path_factory.mktemp("hilo"))) as running:
        yield running


@pytest.fixture(scope="session")
async def desk(hilo: Rig) -> AsyncIterator[Desk]:
    """Give an agent who is signed in."""
    made = Desk(hilo.url)
    await made.sign_in()
    yield made
    await made.client.aclose()


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Give somebody else's site, of another origin, with the strictest policy that has a chat."""
    with Shop() as made:
        yield made


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Give a headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    if SLOWER:
        slow(pytest.MonkeyPatch(), float(SLOWER))
    async with async_playwright() as driver:
        found = await driver.chromium.launch(
            executable_path=CHROMIUM, args=_FLAGS, timeout=PATIENCE_MS
        )
        yield found
        await found.close()


@pytest.fixture
async def visit(
    browser: Browser, shop: Shop, hilo: Rig, request: pytest.FixtureRequest
) -> AsyncIterator[Visits]:
    """Give visitors of the shop."""
    async for come in visits(browser, shop, hilo.url):
        yield come
        await _last_look(request, browser)


@pytest.fixture
async def ada(browser: Browser, hilo: Rig, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """Give the owner, signed in, with an English browser."""
    async for page in signed_in(browser, hilo, EMAIL, PASSWORD):
        yield page
        await _last_look(request, browser)


@pytest.fixture
async def ben(browser: Browser, hilo: Rig, desk: Desk) -> AsyncIterator[Page]:
    """Give a second agent, invited for the occasion, signed in."""
    email = f"ben-{uuid4().hex[:8]}@hilo.test"
    invited = await desk.post("/invitations", {"email": email, "name": "Ben", "role": "agent"})
    token = httpx2.URL(invited["link"]).params["token"]
    async with httpx2.AsyncClient(base_url=f"{hilo.url}/api/v1", timeout=PATIENCE_S) as client:
        body = {"token": token, "name": "Ben", "password": PASSWORD}
        (await client.post("/invitations/accept", json=body)).raise_for_status()
    async for page in signed_in(browser, hilo, email, PASSWORD):
        yield page


@pytest.fixture
async def talk(hilo: Rig, desk: Desk) -> str:
    """Give a fresh conversation that nobody has: a visitor wrote in a web chat of its own."""
    chat = await desk.connect_chat()
    await say(hilo, chat, "Is anybody there?")
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await desk.conversations(chat)):
            await asyncio.sleep(0.05)
    return str(found[0]["id"])
