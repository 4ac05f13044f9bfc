"""Takes every screen of a running demo: widths, schemes and languages; a chosen few go to the docs.

`make screenshots` starts Hilo on a data folder of its own when none answers at HILO_PUBLIC_URL.
All pictures: build/screenshots. The chosen: docs/images, small PNG, committed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
ALL = ROOT / "build" / "screenshots"
CHOSEN = ROOT / "docs" / "images"
WIDTHS = {1440: 900, 1024: 768, 390: 844}
SCHEMES = ("light", "dark")
LOCALES = ("en", "es")
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
STARTS_WITHIN_S = 240
COLOURS = 200


@dataclass(frozen=True)
class Look:
    """One way to look at the console."""

    width: int
    scheme: str
    locale: str

    @property
    def name(self) -> str:
        """Part of the file's name."""
        return f"{self.width}-{self.scheme}-{self.locale}"


@dataclass(frozen=True)
class Screen:
    """A page and what to do before the picture. docs: the look of the picture the docs use."""

    name: str
    path: str
    act: Callable[[Page], None] | None = None
    docs: tuple[Look, ...] = ()
    signed_in: bool = True


def _open_first(page: Page) -> None:
    page.locator("[role=option]").first.click()
    page.locator("article").first.wait_for()


# The open conversation with the most to show: channels, notes, files, messages.
_RICHEST = """async () => {
    const read = async (path) => (await (await fetch('/api/v1' + path)).json()).items;
    let best = [0, ''];
    for (const one of await read('/conversations?status=open&limit=100')) {
        if (one.last_seq < 4) continue;
        const said = await read(`/conversations/${one.id}/messages?limit=100`);
        const talk = said.filter((each) => ['incoming', 'outgoing'].includes(each.kind));
        const channels = new Set(talk.map((each) => each.channel)).size;
        const notes = said.filter((each) => each.kind === 'note').length;
        const files = said.reduce((sum, each) => sum + each.attachments.length, 0);
        const score = said.length + 6 * (channels - 1) + 3 * notes + 2 * files + one.tag_ids.length;
        if (score > best[0]) best = [score, one.id];
    }
    return best[1];
}"""


def _richest(page: Page) -> None:
    """Open the conversation with the most to show."""
    page.goto(f"/inbox/{page.evaluate(_RICHEST)}?view=open")
    page.locator("article").first.wait_for()


def _note(page: Page) -> None:
    _open_first(page)
    page.keyboard.press("n")


def _keys(*strokes: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        _open_first(page)
        for stroke in strokes:
            page.keyboard.press(stroke)
        page.wait_for_timeout(300)

    return act


def _palette(page: Page) -> None:
    _open_first(page)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").wait_for()


def _person(page: Page) -> None:
    page.locator("tbody a").nth(2).click()
    page.locator("article").first.wait_for()


def _account(page: Page) -> None:
    page.locator('a[href*="/settings/accounts/"]').first.click()
    page.locator("form").first.wait_for()


def _customer_mail(page: Page) -> None:
    page.locator("#play-mail").click()
    page.locator("textarea").first.wait_for()


WIDE = Look(1440, "light", "en")
DARK = Look(1440, "dark", "en")
SPANISH = Look(1440, "light", "es")
PHONE = Look(390, "light", "en")

SCREENS = (
    Screen("sign-in", "/sign-in", signed_in=False),
    Screen("inbox", "/inbox?view=open", docs=(PHONE,)),
    Screen("thread", "/inbox?view=open", _richest, docs=(WIDE, DARK, SPANISH, PHONE)),
    Screen("note", "/inbox?view=open", _note),
    Screen("snooze", "/inbox?view=open", _keys("h"), docs=(WIDE,)),
    Screen("assign", "/inbox?view=open", _keys("a")),
    Screen("palette", "/inbox?view=open", _palette, docs=(WIDE,)),
    Screen("keys", "/inbox?view=open", _keys("?")),
    Screen("contacts", "/contacts"),
    Screen("contact", "/contacts", _person, docs=(WIDE,)),
    Screen("search", "/search?q=tarjeta", docs=(WIDE,)),
    Screen("playground", "/playground", docs=(WIDE,)),
    Screen("playground-mail", "/playground", _customer_mail),
    Screen("inboxes", "/settings/inboxes", docs=(WIDE,)),
    Screen("account", "/settings/inboxes", _account),
    Screen("widget", "/settings/widget"),
    Screen("quarantine", "/settings/quarantine"),
    Screen("agents", "/settings/agents"),
    Screen("teams", "/settings/teams"),
    Screen("tags", "/settings/tags"),
    Screen("tokens", "/settings/tokens"),
    Screen("profile", "/settings/profile"),
    Screen("workspace", "/settings/workspace"),
    Screen("start", "/start"),
)


def main() -> int:
    """Take the pictures; return how many failed, capped at 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="screens, comma-separated")
    parser.add_argument("--looks", help="such as 1440-light-en, comma-separated")
    parser.add_argument("--url", default=os.environ.get("HILO_PUBLIC_URL", ""))
    parser.add_argument("--docs", action="store_true", help="only the pictures the docs use")
    given = parser.parse_args()
    screens = [s for s in SCREENS if not given.only or s.name in given.only.split(",")]
    looks = [
        look
        for look in (Look(w, s, x) for w in WIDTHS for s in SCHEMES for x in LOCALES)
        if not given.looks or look.name in given.looks.split(",")
    ]
    with _server(given.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM, timeout=60_000
        )
        chosen = {look: [s for s in screens if not given.docs or look in s.docs] for look in looks}
        failed = sum(_take_all(browser, url, look, some) for look, some in chosen.items() if some)
        browser.close()
    _print(f"{sum(map(len, chosen.values())) - failed} pictures in {ALL}, {failed} failed")
    return min(1, failed)


def _take_all(browser: Browser, url: str, look: Look, screens: list[Screen]) -> int:
    context = browser.new_context(
        viewport={"width": look.width, "height": WIDTHS[look.width]},
        color_scheme="dark" if look.scheme == "dark" else "light",
        locale={"en": "en-US", "es": "es-ES"}[look.locale],
        reduced_motion="reduce",
        base_url=url,
    )
    page = context.new_page()
    failed = 0
    for screen in screens:
        if screen.signed_in and not any(c["name"].startswith("hilo") for c in context.cookies()):
            _sign_in(page, look)
        try:
            _take(page, look, screen)
        except Exception as error:  # noqa: BLE001 - one screen must not stop the others
            _print(f"{screen.name} {look.name}: {str(error).splitlines()[0]}")
            failed += 1
    context.close()
    return failed


def _sign_in(page: Page, look: Look) -> None:
    page.goto(f"/sign-in?lang={look.locale}")
    page.fill("input[name=email]", os.environ.get("HILO_ADMIN_EMAIL", "admin@hilo.localhost"))
    page.fill("input[name=password]", os.environ.get("HILO_ADMIN_PASSWORD", "hilo-demo-2026"))
    page.click("button[type=submit]")
    page.wait_for_url("**/inbox*")
    page.evaluate(
        """async ([locale, theme]) => {
            const me = await (await fetch('/api/v1/me')).json();
            await fetch('/api/v1/me', {
              method: 'PATCH',
              headers: {'Content-Type': 'application/json', 'X-CSRF-Token': me.csrf_token},
              body: JSON.stringify({locale, preferences: {theme}}),
            });
        }""",
        [look.locale, "auto"],
    )


def _take(page: Page, look: Look, screen: Screen) -> None:
    page.goto(screen.path)
    page.wait_for_load_state("networkidle", timeout=8_000)
    page.locator("#content").wait_for()
    page.wait_for_timeout(250)
    if screen.act is not None:
        screen.act(page)
    page.wait_for_timeout(650)
    ALL.mkdir(parents=True, exist_ok=True)
    target = ALL / f"{screen.name}-{look.name}.png"
    page.screenshot(path=target)
    if look in screen.docs:
        CHOSEN.mkdir(parents=True, exist_ok=True)
        _shrink(target, CHOSEN / target.name)


def _shrink(source: Path, target: Path) -> None:
    """Keep the picture with few colours: a quarter of the bytes, the same to the eye."""
    with Image.open(source) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(target, optimize=True)


@contextmanager
def _server(url: str) -> Iterator[str]:
    """Give the address of a running demo: the one named, else one of our own."""
    if url and _answers(url):
        yield url.rstrip("/")
        return
    with tempfile.TemporaryDirectory(prefix="hilo-shots-") as data:
        port = "8791"
        process = subprocess.Popen(
            [sys.executable, "-m", "hilo.entry.cli", "serve"],
            env={
                "HILO_ADMIN_EMAIL": "admin@hilo.localhost",
                "HILO_ADMIN_PASSWORD": "hilo-demo-2026",
                **os.environ,
                "HILO_PORT": port,
                "HILO_SMTP_PORT": "2591",
                "HILO_DATA": data,
                "HILO_PUBLIC_URL": f"http://127.0.0.1:{port}",
            },
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health/ready", timeout=3) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP says ok
    except OSError:
        return False


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > until:
            sys.exit("Hilo did not start; see `hilo doctor`")
        time.sleep(0.5)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
