"""What `make screenshots` takes: the console's pages, and what is done before the picture.

A state that a healthy demo does not show (an error, an empty list, a slow answer) is made in the
browser, by answering in the server's place; failed and uncertain replies, the quarantine and the
simulated phones are the server's own.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, Route

from phones import KINDS


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
    """A page, what is done before it opens and then; docs: the looks that the docs show."""

    name: str
    path: str
    act: Callable[[Page], None] | None = None
    docs: tuple[Look, ...] = ()
    signed_in: bool = True
    before: Callable[[Page], None] | None = None


def _open_first(page: Page) -> None:
    page.locator("[role=option]").first.click()
    page.locator("article").first.wait_for()


# The conversation with the most to show: channels, notes, files, messages.
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
# The first conversation that has a message of which `wanted` holds.
_FIRST = """async (wanted) => {
    const read = async (path) => (await (await fetch('/api/v1' + path)).json()).items;
    for (const status of ['open', 'pending', 'snoozed']) {
        for (const one of await read(`/conversations?status=${status}&limit=100`)) {
            const said = await read(`/conversations/${one.id}/messages?limit=100`);
            const found = said.find((each) =>
                wanted === 'files' ? each.attachments.length : each.state === wanted);
            if (found) return [one.id, found.id];
        }
    }
    return ['', ''];
}"""
_found: dict[str, list[str]] = {}
_CONNECT = re.compile("Connect a channel|Conectar un canal|Conectar um canal")


def _richest(page: Page) -> None:
    """Open the conversation with the most to show."""
    if "richest" not in _found:
        _found["richest"] = [page.evaluate(_RICHEST)]
    _open(page, _found["richest"][0])


def _open(page: Page, conversation: str) -> None:
    page.goto(f"/inbox/{conversation}?view=open")
    page.locator("article").first.wait_for()


def _holding(wanted: str) -> Callable[[Page], None]:
    """Open the first conversation with such a message, and bring that into sight."""

    def act(page: Page) -> None:
        conversation, message = _find(page, wanted)
        _open(page, conversation)
        _to(page, message)

    return act


def _to(page: Page, message: str) -> None:
    """Scroll as a reader does: the thread lets go of its foot only for a hand."""
    found = page.locator(f"#m-{message}")
    found.dispatch_event("wheel")
    found.evaluate("one => one.scrollIntoView({block: 'center'})")


def _find(page: Page, wanted: str) -> list[str]:
    if wanted not in _found:
        _found[wanted] = page.evaluate(_FIRST, wanted)
    return _found[wanted]


def _files_on_the_way(page: Page) -> None:
    """Show a file that is still fetched, and one that could not be."""
    conversation, message = _find(page, "files")

    def answer(route: Route) -> None:
        answered = route.fetch()
        given = answered.json()
        states = iter(("loading", "failed") * 50)
        for said in given["items"]:
            said["attachments"] = [
                one | {"id": f"{one['id']}{at}", "state": next(states)}
                for at, one in enumerate(said["attachments"] * 2)
            ]
        route.fulfill(response=answered, body=json.dumps(given))

    page.route("**/api/v1/conversations/*/messages*", answer)
    _open(page, conversation)
    _to(page, message)


def _kinds(page: Page) -> None:
    """Open the conversation in which a phone said everything it can say."""
    page.locator("[role=option]", has_text=KINDS).first.click()
    page.locator("article").nth(6).wait_for()


def _elsewhere(page: Page) -> None:
    """Ask where a conversation may go on, and for the code of the first place."""
    _richest(page)
    page.locator("header button:has(.tabler-icon-share)").first.click()
    page.get_by_role("dialog").get_by_role("group").get_by_role("button").first.click()
    page.get_by_role("dialog").locator("svg[role=img], code").first.wait_for()


def _ways(page: Page) -> None:
    """Look at the ways a person can be written to."""
    _kinds(page)
    page.locator("section[aria-label] button[aria-haspopup]").last.click()


def _checks(page: Page) -> None:
    """Look at every step of an account's set-up, live."""
    _account(page)
    page.locator("p > button").first.click()
    page.locator("ul[aria-live] li").first.wait_for()


def _connect(page: Page) -> None:
    """Choose a channel for an inbox."""
    page.get_by_role("button", name=_CONNECT).first.click()
    page.get_by_role("dialog").locator("li").first.wait_for()


def _invite(page: Page) -> None:
    page.locator("header button").last.click()
    page.get_by_role("dialog").wait_for()


def _note(page: Page) -> None:
    _open_first(page)
    page.keyboard.press("n")


def _rich(page: Page) -> None:
    """Write with looks. The draft is kept, so what stands there gives way."""
    _richest(page)
    page.keyboard.press("r")
    editor = page.locator("[contenteditable=true]")
    editor.wait_for()
    editor.click()
    page.keyboard.press("Control+a")
    for text, strokes in (("Good news: ", ""), ("your order left today", "Control+b")):
        if strokes:
            page.keyboard.press(strokes)
        page.keyboard.type(text)


def _keys(*strokes: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        _open_first(page)
        for stroke in strokes:
            page.keyboard.press(stroke)

    return act


def _macros(page: Page) -> None:
    """Look at what a macro would write and do here."""
    _richest(page)
    page.keyboard.press("m")
    page.get_by_role("option").first.wait_for()


def _macro(page: Page) -> None:
    page.get_by_role("button", name="Refund agreed").first.click()
    page.get_by_role("dialog").wait_for()


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


def _phone(page: Page) -> None:
    """Look at the phone on which something was said, with its conversation beside it."""
    page.locator("[role=tab][title=WhatsApp]").click()
    page.locator("#play-panel ol li").first.wait_for()
    of_it = page.locator("[title=WhatsApp]")
    beside = page.locator("[role=option]", has=of_it).first
    if beside.is_visible():
        beside.click()
        page.locator("article").first.wait_for()


def _shop(page: Page) -> None:
    """Look at a shop as who scanned its code does."""
    page.locator("[role=tab][title=Shop], [role=tab][title=Tienda], [role=tab][title=Loja]").click()
    page.frame_locator("#play-panel iframe").locator("button").first.wait_for()


def _shop_page(which: str) -> Callable[[Page], None]:
    """Open one of the shop's own pages, by its link in the queue."""

    def act(page: Page) -> None:
        link = page.locator(f"a[href$='/{which}']")
        link.wait_for()
        language = page.evaluate("document.documentElement.lang")
        page.goto(f"{link.get_attribute('href')}?lang={language}")
        page.locator("h1").first.wait_for()

    return act


def _faults(page: Page) -> None:
    _phone(page)
    page.locator("#play-panel summary").click()
    page.locator("#play-panel select").last.evaluate("one => one.scrollIntoView({block: 'end'})")


def _answer(path: str, status: int, body: object) -> Callable[[Page], None]:
    """Answer in the server's place."""

    def before(page: Page) -> None:
        kind = "application/problem+json" if status >= 400 else "application/json"  # noqa: PLR2004
        page.route(
            path,
            lambda route: route.fulfill(status=status, content_type=kind, body=json.dumps(body)),
        )

    return before


def _silent(path: str) -> Callable[[Page], None]:
    """Never answer, as on a line that is too slow."""

    def before(page: Page) -> None:
        page.route(path, lambda _: None)

    return before


def _slow_thread(page: Page) -> None:
    _silent("**/api/v1/conversations/*/messages*")(page)
    page.locator("[role=option]").first.click()
    page.locator("main [role=status] i, section [role=status] i").first.wait_for()


def _failed(page: Page) -> None:
    page.get_by_role("alert").first.wait_for()


def _offline(page: Page) -> None:
    _open_first(page)
    page.wait_for_timeout(1000)  # what the open conversation still fetches would hang, not fail
    page.context.set_offline(True)
    page.get_by_role("status").first.wait_for()


WIDE = Look(1440, "light", "en")
DARK = Look(1440, "dark", "en")
PHONE = Look(390, "light", "en")
SPANISH = Look(1440, "light", "es")
DARK_SPANISH = Look(1440, "dark", "es")
PHONE_SPANISH = Look(390, "light", "es")
_AWAY = {"type": "about:blank", "title": "Busy", "status": 503, "code": "busy"}
_NONE: dict[str, object] = {"items": [], "next_cursor": None}

SCREENS = (
    Screen("sign-in", "/sign-in", signed_in=False),
    Screen("reset", "/reset?token=0", signed_in=False),
    Screen("join-dead", "/join?token=0", signed_in=False),
    Screen("inbox", "/inbox?view=open"),
    Screen("inbox-empty", "/inbox", before=_answer("**/api/v1/conversations?*", 200, _NONE)),
    Screen(
        "inbox-error", "/inbox", _failed, before=_answer("**/api/v1/conversations?*", 503, _AWAY)
    ),
    Screen("inbox-loading", "/inbox", before=_silent("**/api/v1/conversations?*")),
    Screen("inbox-offline", "/inbox?view=open", _offline),
    Screen(
        "thread",
        "/inbox?view=open",
        _richest,
        docs=(WIDE, DARK, PHONE, SPANISH, DARK_SPANISH, PHONE_SPANISH),
    ),
    Screen("thread-failed", "/inbox?view=open", _holding("failed")),
    Screen("thread-uncertain", "/inbox?view=open", _holding("uncertain")),
    Screen("thread-files", "/inbox?view=open", _files_on_the_way),
    Screen("thread-loading", "/inbox?view=open", _slow_thread),
    Screen("thread-kinds", "/inbox?view=open", _kinds),
    Screen("elsewhere", "/inbox?view=open", _elsewhere),
    Screen("ways", "/inbox?view=open", _ways),
    Screen("note", "/inbox?view=open", _note),
    Screen("rich", "/inbox?view=open", _rich),
    Screen("snooze", "/inbox?view=open", _keys("h"), docs=(WIDE,)),
    Screen("assign", "/inbox?view=open", _keys("a")),
    Screen("pressing", "/inbox?view=open&sort=priority", _keys("p")),
    Screen("macros", "/inbox?view=open", _macros, docs=(WIDE,)),
    Screen("palette", "/inbox?view=open", _palette, docs=(WIDE,)),
    Screen("keys", "/inbox?view=open", _keys("?")),
    Screen("contacts", "/contacts"),
    Screen("contacts-none", "/contacts?q=zzzz"),
    Screen("contact", "/contacts", _person),
    Screen("search", "/search?q=tarjeta", docs=(WIDE, SPANISH)),
    Screen("search-none", "/search?q=zzzzqq"),
    Screen("playground", "/playground"),
    Screen("playground-mail", "/playground", _customer_mail),
    Screen("playground-phone", "/playground", _phone, docs=(WIDE,)),
    Screen("playground-faults", "/playground", _faults),
    Screen("playground-shop", "/playground", _shop),
    Screen("queue", "/queue", docs=(WIDE,)),
    Screen("shop-kiosk", "/queue", _shop_page("kiosk")),
    Screen("shop-board", "/queue", _shop_page("board")),
    Screen("shop-poster", "/queue", _shop_page("poster")),
    Screen("inboxes", "/settings/inboxes", docs=(WIDE,)),
    Screen("account", "/settings/inboxes", _account),
    Screen("checks", "/settings/inboxes", _checks),
    Screen("connect", "/settings/inboxes", _connect),
    Screen("widget", "/settings/widget"),
    Screen("quarantine", "/settings/quarantine"),
    Screen("agents", "/settings/agents"),
    Screen("invite", "/settings/agents", _invite),
    Screen("teams", "/settings/teams"),
    Screen("macro-list", "/settings/macros"),
    Screen("macro", "/settings/macros", _macro),
    Screen("tags", "/settings/tags"),
    Screen("tokens", "/settings/tokens"),
    Screen("profile", "/settings/profile"),
    Screen("workspace", "/settings/workspace"),
    Screen("start", "/start"),
)
