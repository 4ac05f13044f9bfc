"""Whole stories: a real `hilo serve` as people run it, a signed-in client, a browser, a shop.

One Hilo with its demo serves all journeys of a run; each makes the inboxes it needs.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from agent import Desk
from rig import Rig
from shop import Shop

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None
)
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
_LAUNCH_MS = 60_000


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
    async with async_playwright() as driver:
        found = await driver.chromium.launch(
            executable_path=CHROMIUM, args=_FLAGS, timeout=_LAUNCH_MS
        )
        yield found
        await found.close()
