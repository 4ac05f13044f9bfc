"""What `make screenshots` takes: the console's pages, and what is done before the picture.

A state that a healthy demo does not show (an error, an empty list, a slow answer) is made in the
browser, by answering in the server's place; failed and uncertain replies, the quarantine and the
simulated phones are the server's own.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, Route


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


def _failed(page: Page) -> None:
    page.get_by_role("alert").first.wait_for()


def _offline(page: Page) -> None:
    _open_first(page)
    page.wait_for_timeout(1000)  # what the open conversation still fetches would hang, not fail
    page.context.set_offline(True)
    page.get_by_role("status").first.wait_for()


def phones(page: Page, base: str) -> None:
    """Let somebody write on two of the simulated phones, where nobody has yet; and answer one."""
    page.goto(base)
    page.evaluate(_PHONES, ["whatsapp", "telegram"])


_PHONES = """async (wanted) => {
    const me = await (await fetch('/api/v1/me')).json();
    const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': me.csrf_token};
    const read = async (path) => (await fetch('/api/v1' + path)).json();
    const post = async (path, body) => (await fetch('/api/v1' + path, {
        method: 'POST', headers, body: JSON.stringify(body),
    })).json();
    const accounts = (await read('/inboxes')).items.flatMap((one) => one.accounts);
    for (const channel of wanted) {
        const account = accounts.find((one) => one.is_sandbox && one.channel === channel);
        if (!account) continue;
        const way = `/accounts/${account.id}/sandbox`;
        if ((await read(way)).phones.some((one) => one.bubbles.length)) continue;
        const deed = (does) => post(way + '/deeds', {who: '1', name: 'Lucía Campos', ...does});
        await deed({does: 'text', text: '¿Llega hoy el pedido CF-2041?'});
        await deed({does: 'text', text: 'Estoy en casa hasta las seis.'});
        for (let wait = 0; wait < 60; wait += 1) {
            const {items} = await read(`/conversations?inbox=${account.inbox_id}&limit=50`);
            const here = items.find((one) => one.channel === channel && one.last_seq >= 2);
            if (here) {
                const text = 'Sí: sale esta mañana y llega antes de las seis.';
                await post(`/conversations/${here.id}/messages`, {kind: 'reply', text});
                break;
            }
            await new Promise((then) => setTimeout(then, 500));
        }
    }
}"""

WIDE = Look(1440, "light", "en")
DARK = Look(1440, "dark", "en")
SPANISH = Look(1440, "light", "es")
PHONE = Look(390, "light", "en")
_AWAY = {"type": "about:blank", "title": "Busy", "status": 503, "code": "busy"}
_NONE: dict[str, object] = {"items": [], "next_cursor": None}

SCREENS = (
    Screen("sign-in", "/sign-in", signed_in=False),
    Screen("inbox", "/inbox?view=open"),
    Screen("inbox-empty", "/inbox", before=_answer("**/api/v1/conversations?*", 200, _NONE)),
    Screen(
        "inbox-error", "/inbox", _failed, before=_answer("**/api/v1/conversations?*", 503, _AWAY)
    ),
    Screen("inbox-loading", "/inbox", before=_silent("**/api/v1/conversations?*")),
    Screen("inbox-offline", "/inbox?view=open", _offline),
    Screen("thread", "/inbox?view=open", _richest, docs=(WIDE, DARK, SPANISH, PHONE)),
    Screen("thread-failed", "/inbox?view=open", _holding("failed")),
    Screen("thread-uncertain", "/inbox?view=open", _holding("uncertain")),
    Screen("thread-files", "/inbox?view=open", _files_on_the_way),
    Screen("thread-loading", "/inbox?view=open", _slow_thread),
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
    Screen("search", "/search?q=tarjeta", docs=(WIDE,)),
    Screen("search-none", "/search?q=zzzzqq"),
    Screen("playground", "/playground"),
    Screen("playground-mail", "/playground", _customer_mail),
    Screen("playground-phone", "/playground", _phone, docs=(WIDE,)),
    Screen("playground-faults", "/playground", _faults),
    Screen("inboxes", "/settings/inboxes", docs=(WIDE,)),
    Screen("account", "/settings/inboxes", _account),
    Screen("widget", "/settings/widget"),
    Screen("quarantine", "/settings/quarantine"),
    Screen("agents", "/settings/agents"),
    Screen("teams", "/settings/teams"),
    Screen("macro-list", "/settings/macros"),
    Screen("macro", "/settings/macros", _macro),
    Screen("tags", "/settings/tags"),
    Screen("tokens", "/settings/tokens"),
    Screen("profile", "/settings/profile"),
    Screen("workspace", "/settings/workspace"),
    Screen("start", "/start"),
)
