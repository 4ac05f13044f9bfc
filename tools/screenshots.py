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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from phones import phones
from screens import SCREENS, Look, Screen

ROOT = Path(__file__).parents[1]
ALL = ROOT / "build" / "screenshots"
CHOSEN = ROOT / "docs" / "images"
WIDTHS = {1440: 900, 1024: 768, 390: 844}
SCHEMES = ("light", "dark")
LOCALES = ("en", "es")
TAGS = {"en": "en-US", "es": "es-ES", "pt": "pt-BR"}
# What stands still: the letters are there, and nothing that is fetched is still drawn as bones.
SETTLED = """() => document.fonts.status === 'loaded'
    && document.querySelector('#content, form, h1')
    && [...document.images].every((one) => one.complete || one.loading === 'lazy')"""
SETTLES_WITHIN_MS = 8_000
STILL_MS = 500
# Narrower than this is a phone: no keys, no pointer that hovers.
TOUCHED = 700
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
STARTS_WITHIN_S = 240
COLOURS = 200


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
        for look in (Look(w, s, x) for w in WIDTHS for s in SCHEMES for x in TAGS)
        if (look.name in given.looks.split(",") if given.looks else look.locale in LOCALES)
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
        locale=TAGS[look.locale],
        reduced_motion="reduce",
        is_mobile=look.width < TOUCHED,
        has_touch=look.width < TOUCHED,
        base_url=url,
    )
    failed = 0
    for screen in screens:
        try:
            _take(context, look, screen)
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


def _take(context: BrowserContext, look: Look, screen: Screen) -> None:
    page = context.new_page()
    page.set_default_timeout(SETTLES_WITHIN_MS)
    try:
        if screen.signed_in and not any(c["name"].startswith("hilo") for c in context.cookies()):
            _sign_in(page, look)
            phones(page, "/inbox")
        if screen.before is not None:
            screen.before(page)
        page.goto(screen.path, wait_until="domcontentloaded")
        _settle(page)
        if screen.act is not None:
            screen.act(page)
            _settle(page)
        _keep(page, look, screen)
    finally:
        context.set_offline(False)
        page.close()


def _settle(page: Page) -> None:
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(STILL_MS)


def _keep(page: Page, look: Look, screen: Screen) -> None:
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
