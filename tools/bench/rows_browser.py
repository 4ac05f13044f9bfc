"""What a person feels in a browser: rows 16 (widget, slow line, slow machine) and 17 (console)."""

import asyncio
import gzip
import shutil
import time
from collections.abc import Sequence

from playwright.async_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Response,
    async_playwright,
)

from bench.context import Bench
from bench.report import Result, judged, missing
from bench.rows_start import STATIC
from rig import EMAIL, PASSWORD

_ROUNDS = 3
_PATIENCE_S = 20
_FIRST_ROW = "[role=option]"
_FLOOR_KB = 101.0  # React and Mantine with one button, built and gzipped
_SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}


async def browser(bench: Bench) -> list[Result]:
    """Both rows, in one headless Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None or not (STATIC / "agent" / "index.html").exists():
        why = "needs Chromium and built clients: make setup"
        return [missing(16, "widget in a browser", why), missing(17, "console in a browser", why)]
    async with async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            return [*await _widget(bench, chromium), *await _console(bench, chromium)]
        except Error as error:
            why = f"could not be measured: {str(error).splitlines()[0]}"
            return [missing(16, "widget in a browser", why), missing(17, "console", why)]
        finally:
            await chromium.close()


async def _console(bench: Bench, chromium: Browser) -> list[Result]:
    cold, warm = list[float](), list[float]()
    scripts = 0.0
    for _ in range(_ROUNDS):
        context = await _signed_in(bench, chromium)
        page = await context.new_page()
        names = set[str]()

        def note(answer: Response, names: set[str] = names) -> None:
            names.add(answer.url.rsplit("/", 1)[-1])

        page.on("response", note)
        cold.append(await _first_row_s(page, bench.rig.url))
        warm.append(await _first_row_s(page, bench.rig.url))
        scripts = _gz_kb(sorted(name for name in names if name.endswith(".js")))
        await context.close()
    name = "console, first rows"
    return [
        judged(17, f"{name}, cold", _middle(cold), "s", most=1.5),
        judged(17, f"{name}, warm", _middle(warm), "s", most=0.4),
        judged(
            17,
            "console JavaScript loaded for the first rows, gzip",
            scripts,
            "kB",
            limit=_FLOOR_KB,
            sense="times",
            ratio=2,
            note="absolute target 200 kB; the limit is React and Mantine with one button",
        ),
    ]


async def _signed_in(bench: Bench, chromium: Browser) -> BrowserContext:
    context = await chromium.new_context(base_url=bench.rig.url)
    answer = await context.request.post(
        "/api/v1/session", data={"email": EMAIL, "password": PASSWORD}
    )
    if not answer.ok:
        raise AssertionError(f"sign-in answered {answer.status}")
    return context


async def _first_row_s(page: Page, url: str) -> float:
    started = time.perf_counter()
    await page.goto(f"{url}/inbox", wait_until="commit")
    await page.locator(_FIRST_ROW).first.wait_for()
    return time.perf_counter() - started


def _gz_kb(names: Sequence[str]) -> float:
    found = {path.name: path for path in (STATIC / "agent").rglob("*.js")}
    files = [found[name].read_bytes() for name in names if name in found]
    return sum(len(gzip.compress(content, 9)) for content in files) / 1000


async def _widget(bench: Bench, chromium: Browser) -> list[Result]:
    ready, opened = list[float](), list[float]()
    for _ in range(_ROUNDS):
        context = await chromium.new_context(base_url=bench.rig.url)
        page = await context.new_page()
        line = await context.new_cdp_session(page)
        await line.send("Network.enable")
        await line.send("Network.emulateNetworkConditions", _SLOW_4G)
        await line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        started = time.perf_counter()
        await page.goto("/demo", wait_until="commit")
        await _until(page, "typeof window.hilo?.open === 'function'")
        ready.append(time.perf_counter() - started)
        started = time.perf_counter()
        await page.evaluate("window.hilo.open()")
        await _panel_ready(page)
        opened.append((time.perf_counter() - started) * 1000)
        await context.close()
    return [
        judged(16, "widget ready, slow 4G and 4x slower CPU", _middle(ready), "s", most=1.0),
        judged(16, "widget open after the click, same", _middle(opened), "ms", most=300),
    ]


async def _until(page: Page, expression: str) -> None:
    """Wait by asking: the page's policy forbids the usual way, which evaluates text in it."""
    end = time.perf_counter() + _PATIENCE_S
    while not await page.evaluate(expression):
        if time.perf_counter() > end:
            raise AssertionError(f"never true: {expression}")
        await asyncio.sleep(0.01)


async def _panel_ready(page: Page) -> None:
    """Wait until the panel's frame can be written in; it hangs in a closed shadow root."""
    end = time.perf_counter() + _PATIENCE_S
    while time.perf_counter() < end:
        for frame in page.frames:
            if "/widget/panel" in frame.url and await frame.locator("textarea").count():
                return
        await asyncio.sleep(0.01)
    raise AssertionError("the widget's panel never opened")


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
