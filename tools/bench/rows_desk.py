"""What an agent feels at work (row 17): a long list walked, conversations opened."""

import asyncio

import asyncpg
from playwright.async_api import Page

from bench.context import Bench
from bench.data import find_long
from bench.report import Result, judged

_ROWS = 10_000
_FILL_S = 240
_STEPS = 200
_OPENED = 20
# The frame in which the row under the cursor has changed, counted from the key.
_PAINTED = """() => {
  window.painted = [];
  document.addEventListener('keydown', (event) => {
    requestAnimationFrame(() => setTimeout(() =>
      window.painted.push(performance.now() - event.timeStamp)));
  });
}"""
# How long from the click on a row until its messages stand.
_OPEN = """async (at) => {
  const row = document.querySelectorAll('[role=option] > div')[at];
  const id = row.parentElement.id.slice(4);
  const begun = performance.now();
  row.click();
  while (!(location.pathname.endsWith(id) && document.querySelector('article'))) {
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - begun;
}"""
# The same for an address, within the running page.
_GO = """async (path) => {
  const begun = performance.now();
  history.pushState({}, '', path);
  dispatchEvent(new PopStateEvent('popstate', {state: {}}));
  while (!document.querySelector('article')) await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""


async def desk(bench: Bench, page: Page) -> list[Result]:
    """page: signed in."""
    await page.goto(f"{bench.rig.url}/inbox?view=resolved")
    await page.locator("[role=option]").first.wait_for()
    uncached = [await page.evaluate(_OPEN, at) for at in range(min(_OPENED, await _shown(page)))]
    cached = [await page.evaluate(_OPEN, at) for at in range(len(uncached) - 1)]
    long = await _open_long(bench, page)
    rows, keys = await _walk(bench, page)
    name = "console"
    return [
        judged(17, f"{name}, j in a list of {rows:,} rows, painted p95", _p95(keys), "ms", most=50),
        judged(17, f"{name}, open a conversation, cached p95", _p95(cached), "ms", most=50),
        judged(17, f"{name}, open a conversation, uncached p95", _p95(uncached), "ms", most=200),
        judged(17, f"{name}, open one of 20,000 messages", long, "ms", most=200),
    ]


async def _shown(page: Page) -> int:
    return await page.locator("[role=option]").count()


async def _open_long(bench: Bench, page: Page) -> float:
    connection = await asyncpg.connect(bench.dsn)
    try:
        long = await find_long(connection)
    finally:
        await connection.close()
    await page.goto(f"{bench.rig.url}/inbox?view=snoozed")
    await page.wait_for_timeout(1500)
    return float(await page.evaluate(_GO, f"/inbox/{long}?view=snoozed"))


async def _walk(bench: Bench, page: Page) -> tuple[int, list[float]]:
    """Fill the list as a reader does, by scrolling; then walk it. Return its rows and the times."""
    await page.goto(f"{bench.rig.url}/inbox?view=resolved")
    await page.locator("[role=option]").first.wait_for()
    height = "document.querySelector('[role=listbox]').getBoundingClientRect().height / 60"
    bottom = "(() => { const one = document.querySelector('[role=listbox]').parentElement;"
    loop = asyncio.get_running_loop()
    end = loop.time() + _FILL_S
    before = -1.0
    while (rows := await page.evaluate(height)) < _ROWS and loop.time() < end and rows != before:
        before = rows
        await page.evaluate(f"{bottom} one.scrollTop = one.scrollHeight; }})()")
        for _ in range(100):
            if await page.evaluate(height) != before:
                break
            await page.wait_for_timeout(20)
    await page.evaluate(f"{bottom} one.scrollTop = one.scrollHeight / 2; }})()")
    await page.evaluate(_PAINTED)
    for _ in range(_STEPS):
        await page.keyboard.press("j")
    await page.wait_for_timeout(200)
    return int(rows), list(await page.evaluate("window.painted"))


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)] if values else float("inf")
