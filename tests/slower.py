"""A browser as on a machine that is slow for seconds at a time, so that races show every time.

`HILO_TEST_SLOWER=6` lets pages think six times slower, and lets what they fetch come late: scripts
by so many fifths of a second, the server's answers now and then.
"""

import asyncio
import random
import re
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Frame, Page, Route

_SCRIPT_S = 0.2
_ANSWER_S = 0.1
_FETCHED = re.compile(r"\.js$|/api/v1/|/chat/[^/]+/(session|messages|elsewhere)")


def slow(patch: Any, times: float) -> None:
    """Let every browser of this process be so slow. patch: a MonkeyPatch that lasts as long."""
    real_context, real_page = Browser.new_context, Browser.new_page

    async def new_context(browser: Browser, **given: Any) -> BrowserContext:
        made = await real_context(browser, **given)
        # Beside a second session a page that is loaded anew offline takes itself to be online.
        if given.get("service_workers") != "allow":
            await _hold_back(made, times)
        return made

    async def new_page(browser: Browser, **given: Any) -> Page:
        made = await real_page(browser, **given)
        await _hold_back(made.context, times)
        await _throttle(made.context, made, times)
        return made

    patch.setattr(Browser, "new_context", new_context)
    patch.setattr(Browser, "new_page", new_page)


async def _hold_back(context: BrowserContext, times: float) -> None:
    tasks = set[asyncio.Task[None]]()

    def begin(what: Page | Frame) -> None:
        task = asyncio.create_task(_throttle(context, what, times))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def came(page: Page) -> None:
        begin(page)
        page.on("framenavigated", lambda frame: begin(frame) if frame.parent_frame else None)

    async def late(route: Route) -> None:
        is_script = route.request.url.endswith(".js")
        longest = times * (_SCRIPT_S if is_script else _ANSWER_S)
        await asyncio.sleep(longest if is_script else random.uniform(0, longest))  # noqa: S311
        try:
            await route.continue_()
        except Error:  # the page has gone meanwhile
            return

    context.on("page", came)
    await context.route(_FETCHED, late)


async def _throttle(context: BrowserContext, what: Page | Frame, times: float) -> None:
    try:
        session = await context.new_cdp_session(what)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": times})
    except Error:  # gone already, or a frame in its page's own process
        return
