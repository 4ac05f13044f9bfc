"""What a person feels in a browser: rows 16 (widget, slow line, slow machine) and 17 (console)."""

import asyncio
import gzip
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from playwright.async_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Response,
    ViewportSize,
    async_playwright,
)

from bench.context import Bench
from bench.report import Result, judged, missing
from bench.rows_desk import desk
from bench.rows_start import STATIC
from rig import EMAIL, PASSWORD

_ROUNDS = 3
_PATIENCE_S = 20
_FIRST_ROW = "[role=option]"
_FLOOR_KB = 101.0  # React and Mantine with one button, built and gzipped
_WIDTH, _HEIGHT, _CORNER = 1280, 720, 48
_LOADED = "document.querySelector('textarea') !== null"
# The browser's own clock: from the click to the frame in which the place to write is drawn and has
# the focus. Asking from outside adds the asking.
_CLOCK = """
window.asked = (at = performance.now()) => { window.askedAt = performance.timeOrigin + at; };
addEventListener("click", (event) => asked(event.timeStamp), true);
addEventListener("focusin", ({ target }) => {
    if (target.tagName !== "TEXTAREA") return;
    const drawn = () => {
        if (!target.getClientRects().length) return requestAnimationFrame(drawn);
        window.openedAt = performance.timeOrigin + performance.now();
    };
    requestAnimationFrame(() => requestAnimationFrame(drawn));
});
"""
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
            return [
                *await _widget(bench, chromium),
                *await _console(bench, chromium),
                *await _at_work(bench, chromium),
            ]
        except Error as error:
            why = f"could not be measured: {str(error).splitlines()[0]}"
            return [missing(16, "widget in a browser", why), missing(17, "console", why)]
        finally:
            await chromium.close()


async def _console(bench: Bench, chromium: Browser) -> list[Result]:
    cold, warm = list[float](), list[float]()
    scripts = list[float]()
    for _ in range(_ROUNDS):
        context = await _signed_in(bench, chromium)
        page = await context.new_page()
        names = set[str]()

        def note(answer: Response, names: set[str] = names) -> None:
            names.add(answer.url.rsplit("/", 1)[-1])

        page.on("response", note)
        cold.append(await _first_row_s(page, bench.rig.url))
        # By now: what the idle browser fetches ahead of a click is not for these rows.
        scripts.append(_gz_kb(sorted(name for name in names if name.endswith(".js"))))
        warm.append(await _first_row_s(page, bench.rig.url))
        await context.close()
    name = "console, first rows"
    return [
        judged(17, f"{name}, cold", _middle(cold), "s", most=1.5),
        judged(17, f"{name}, warm", _middle(warm), "s", most=0.4),
        judged(
            17,
            "console JavaScript loaded for the first rows, gzip",
            min(scripts),  # in other rounds it was idle before we saw the rows
            "kB",
            limit=_FLOOR_KB,
            sense="times",
            ratio=2,
            note="absolute target 200 kB; the limit is React and Mantine with one button",
        ),
    ]


async def _at_work(bench: Bench, chromium: Browser) -> list[Result]:
    context = await _signed_in(bench, chromium)
    try:
        return await desk(bench, await context.new_page())
    finally:
        await context.close()


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
    ready, clicked, cold = list[float](), list[float](), list[float]()
    for _ in range(_ROUNDS):
        async with _visit(bench, chromium) as page:
            ready.append(await _launcher_s(page))
            # A visitor looks at the page before it asks: what is fetched ahead has arrived.
            await _panel(page, _LOADED)
            await page.mouse.click(_WIDTH - _CORNER, _HEIGHT - _CORNER)
            clicked.append(await _opened_ms(page))
        async with _visit(bench, chromium) as page:
            await _launcher_s(page)
            await page.evaluate("asked(); window.hilo.open()")
            cold.append(await _opened_ms(page))
    return [
        judged(16, "widget ready, slow 4G and 4x slower CPU", _middle(ready), "s", most=1.0),
        judged(16, "widget open after the click, same", _middle(clicked), "ms", most=300),
        judged(
            16,
            "widget open in the instant its script has run, same",
            _middle(cold),
            "ms",
            most=300,
            note="nothing of the panel could be fetched ahead; the target speaks of the other case",
        ),
    ]


@asynccontextmanager
async def _visit(bench: Bench, chromium: Browser) -> AsyncIterator[Page]:
    """Give a new visitor's page behind a slow line on a slow machine."""
    size: ViewportSize = {"width": _WIDTH, "height": _HEIGHT}
    context = await chromium.new_context(base_url=bench.rig.url, viewport=size)
    await context.add_init_script(_CLOCK)
    page = await context.new_page()
    line = await context.new_cdp_session(page)
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", _SLOW_4G)
    await line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    yield page
    await context.close()


async def _launcher_s(page: Page) -> float:
    started = time.perf_counter()
    await page.goto("/demo", wait_until="commit")
    await _until(page, "typeof window.hilo?.open === 'function'")
    return time.perf_counter() - started


async def _until(page: Page, expression: str) -> None:
    """Wait by asking: the page's policy forbids the usual way, which evaluates text in it."""
    end = time.perf_counter() + _PATIENCE_S
    while not await page.evaluate(expression):
        if time.perf_counter() > end:
            raise AssertionError(f"never true: {expression}")
        await asyncio.sleep(0.01)


async def _opened_ms(page: Page) -> float:
    """Return how long the panel took to open, as the browser's clock says."""
    opened = await _panel(page, "window.openedAt")
    return float(opened) - float(await page.evaluate("window.askedAt"))


async def _panel(page: Page, wanted: str) -> float:
    """Return something of the panel's frame once it is there; it hangs in a closed shadow root."""
    end = time.perf_counter() + _PATIENCE_S
    while time.perf_counter() < end:
        for frame in page.frames:
            if "/widget/panel" in frame.url and (found := await frame.evaluate(wanted)):
                return float(found)
        await asyncio.sleep(0.01)
    raise AssertionError("the widget's panel never opened")


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
