"""The pages: caching, policies, the loader, the demo shop, nothing outside the folder."""

import gzip
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from typing import cast as cast_type
from uuid import UUID

import httpx2
import pytest

from cast import CAST, SECRET_KEY
from chatting import SECRETS
from hilo.entry.accounts import Accounts
from hilo.entry.chat.brand import brand, contrast
from hilo.entry.pages import pages_app
from hilo.entry.pages.demo import price
from hilo.entry.pages.widget import spoken
from hilo.entry.state import AppState
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database
from hilo.kit.ids import new_id

NOBODY = "01a203e2-b99f-73ed-842d-ddf325e20c4b"
FILES = {
    "agent/index.html": "<!doctype html><html><head></head><body></body></html>",
    "agent/icon.svg": "<svg/>",
    "agent/assets/main-Ab3_x9Qz.js": "console",
    "agent/assets/main-Ab3_x9Qz.js.br": "brotli",
    "agent/assets/main-Ab3_x9Qz.js.gz": "gzip",
    "widget/loader.js": "loaded(hiloBoot)",
    "widget/panel-en.html": '<!doctype html><script type="application/json">{config}</script>',
    "widget/assets/panel-Ab3_x9Qz.js": "panel",
    "secret.txt": "not yours",
}


@pytest.fixture
async def account(db: Database) -> UUID:
    """Connect a web chat with settings of its own."""
    made = new_id()
    sealed = Vault(SECRET_KEY).seal(
        b'{"secret":"%s","visitor_key":"%s"}'
        % (SECRETS["secret"].encode(), SECRETS["visitor_key"].encode()),
        f"account:{made}",
    )
    settings = (
        '{"allowed_origins": ["https://shop.example", "https://x.example; script-src *"],'
        ' "title": "</script><b>", "color": "#ffe08a",'
        ' "launcher_text": "</script><b>\u2028", "hide_on": ["/pay*"]}'
    )
    async with db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "insert into account (workspace_id, id, inbox_id, channel, name, settings, secrets)"
            " values ($1, $2, $3, 'webchat', 'Chat', $4, $5)",
            *(CAST.workspace, made, CAST.inbox, settings, sealed),
        )
    return made


@pytest.fixture
async def pages(db: Database, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """Give a browser at the pages of clients that were built."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    config = Config(public_url="http://hilo.test")
    state = AppState(config=config, db=db, vault=Vault(SECRET_KEY))
    accounts = Accounts(db, state.channels, state.bus)
    app = cast_type("Any", pages_app(state, accounts, tmp_path))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hilo.test") as client:
        client.headers["accept-encoding"] = "identity"
        yield client


async def test_hashed_parts_are_kept_for_ever_and_come_compressed(
    pages: httpx2.AsyncClient,
) -> None:
    path = "/assets/main-Ab3_x9Qz.js"
    plain = await pages.get(path)
    assert plain.text == "console"
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["content-type"].startswith("text/javascript")
    assert plain.headers["x-content-type-options"] == "nosniff"
    for accepts, encoding in (("gzip, br", "br"), ("gzip", "gzip")):
        async with pages.stream("GET", path, headers={"accept-encoding": accepts}) as answer:
            assert answer.headers["content-encoding"] == encoding


async def test_other_files_are_asked_for_again_and_answered_briefly(
    pages: httpx2.AsyncClient,
) -> None:
    icon = await pages.get("/icon.svg")
    assert icon.headers["cache-control"] == "no-cache"
    again = await pages.get("/icon.svg", headers={"if-none-match": icon.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_every_other_path_is_the_consoles_with_a_policy_of_its_own(
    pages: httpx2.AsyncClient,
) -> None:
    nonces = set()
    for path in ("/", "/conversations/7", "/settings/inboxes", "/playground"):
        page = await pages.get(path)
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        nonce = re.findall(r'<meta property="csp-nonce" nonce="([\w-]+)">', page.text)[0]
        nonces.add(nonce)
        assert f"script-src 'self' 'nonce-{nonce}'" in policy
        assert "frame-ancestors 'none'" in policy
        assert re.search(r"(script|style)-src [^;]*unsafe", policy) is None
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-frame-options"] == "DENY"
    assert len(nonces) == 4


@pytest.mark.parametrize(
    "path",
    [
        "/nothing.js", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
        "/widget/../../secret.txt", "/widget/%2e%2e/secret.txt", "/demo/../app.py", "/demo/app.py",
        "/a%00b.js", "/widget/panel.html", f"/widget/panel.html?account={NOBODY}",
        f"/widget/panel.html?account={CAST.account}",
    ],
)  # fmt: skip
async def test_what_is_not_there_is_not_there(pages: httpx2.AsyncClient, path: str) -> None:
    answer = await pages.get(path)
    assert answer.status_code == 404
    assert "not yours" not in answer.text


async def test_pages_are_read_only(pages: httpx2.AsyncClient) -> None:
    assert (await pages.post("/demo")).status_code == 405
    head = await pages.head("/demo")
    assert head.status_code == 200
    assert head.content == b""


async def test_the_panel_may_be_framed_by_allowed_sites_only(
    pages: httpx2.AsyncClient, account: UUID
) -> None:
    panel = await pages.get("/widget/panel.html", params={"account": str(account)})
    policy = panel.headers["content-security-policy"]
    assert "frame-ancestors 'self' https://shop.example;" in policy
    assert "script-src 'self';" in policy
    assert "script-src *" not in policy
    assert "x-frame-options" not in panel.headers


async def test_the_panels_page_has_the_accounts_looks_and_is_sent_again_only_when_changed(
    pages: httpx2.AsyncClient, account: UUID
) -> None:
    asked = {"account": str(account), "lang": "en"}
    panel = await pages.get("/widget/panel.html", params=asked)
    data = re.search(r"json\">(.*)</script>", panel.text)
    assert data is not None
    looks = json.loads(data[1])
    assert (looks["title"], looks["logo"], looks["ask_consent"]) == ("</script><b>", "", False)
    assert looks["brand"]["fill"] == "#ffe08a"
    assert looks["limits"]["files"] == 5
    assert panel.headers["cache-control"] == "no-cache"
    known = {"if-none-match": panel.headers["etag"]}
    assert (await pages.get("/widget/panel.html", params=asked, headers=known)).status_code == 304
    other = await pages.get("/widget/panel.html", params={"account": NOBODY})
    assert other.status_code == 404


async def test_the_panel_may_load_the_accounts_logo_and_no_other_picture(
    pages: httpx2.AsyncClient, account: UUID, db: Database
) -> None:
    async with db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set settings = settings || jsonb_build_object('logo', $1::text)"
            " where workspace_id = $2 and id = $3",
            *("https://shop.example/logo.png?v=2", CAST.workspace, account),
        )
    panel = await pages.get("/widget/panel.html", params={"account": str(account)})
    policy = panel.headers["content-security-policy"]
    assert "img-src 'self' data: blob: https://shop.example/logo.png;" in policy


async def test_the_loader_carries_the_accounts_looks(
    pages: httpx2.AsyncClient, account: UUID
) -> None:
    asked = {"account": str(account)}
    script = await pages.get("/widget/loader.js", params=asked)
    assert script.text.startswith("(()=>{const hiloBoot={")
    assert '"hide":["/pay*"]' in script.text
    assert "Open the chat" in script.text
    assert script.headers["cache-control"].startswith("public, max-age=60")
    spanish = await pages.get("/widget/loader.js", params=asked | {"lang": "es"})
    assert '"lang":"es"' in spanish.text
    assert "Abrir el chat" in spanish.text
    headers = {"accept-language": "pt-BR, en;q=0.5"}
    assert (
        "Abrir o chat" in (await pages.get("/widget/loader.js", params=asked, headers=headers)).text
    )
    packed = {"accept-encoding": "gzip"}
    async with pages.stream("GET", "/widget/loader.js", params=asked, headers=packed) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
        assert gzip.decompress(raw).decode() == script.text


async def test_a_loader_without_an_account_looks_at_its_tag_or_does_nothing(
    pages: httpx2.AsyncClient,
) -> None:
    assert "dataset.account" in (await pages.get("/widget/loader.js")).text
    nothing = await pages.get("/widget/loader.js", params={"account": NOBODY})
    assert nothing.status_code == 200
    assert nothing.text.startswith("/*")


async def test_the_demo_shop_speaks_three_languages_and_has_the_chat(
    pages: httpx2.AsyncClient, account: UUID
) -> None:
    for locale, word in (("en", "Light for"), ("es", "Luz para tardes"), ("pt", "Luz para fins")):
        page = await pages.get("/demo", params={"lang": locale})
        assert f'<html lang="{locale}">' in page.text
        assert word in page.text
        assert f"/widget/loader.js?account={account}&amp;lang={locale}" in page.text
        assert re.search(r"\{(t|price):|\{[a-z]+\}", page.text) is None
    assert 'lang="pt"' in (await pages.get("/demo", headers={"accept-language": "pt-PT"})).text
    assert (await pages.get("/demo/shop.css")).status_code == 200


async def test_the_demo_shop_says_so_when_there_is_no_chat(pages: httpx2.AsyncClient) -> None:
    page = await pages.get("/demo?lang=en")
    assert "No web chat is connected yet." in page.text
    assert "/widget/loader.js" not in page.text


async def test_a_console_that_was_not_built_says_how(db: Database, tmp_path: Path) -> None:
    state = AppState(config=Config(), db=db, vault=Vault(SECRET_KEY))
    accounts = Accounts(db, state.channels, state.bus)
    app = cast_type("Any", pages_app(state, accounts, tmp_path / "none"))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hilo.test") as client:
        answer = await client.get("/")
        assert answer.status_code == 503
        assert "make" in answer.text


COLORS = [
    "#a8304a", "#ffe08a", "#000000", "#ffffff", "#777777", "#00ff00", "#0000ff", "#ff6600",
    "#123456", "#abcdef", "rubbish", "",
]  # fmt: skip


@pytest.mark.parametrize("color", COLORS)
def test_any_colour_can_be_read(color: str) -> None:
    made = brand(color)
    assert contrast(made.fill, made.on) >= 4.5
    assert contrast(made.ink, "#ffffff") >= 4.5
    assert contrast(made.ink_dark, "#20232b") >= 4.5


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("es-MX,en;q=0.8", "es"),
        ("fr, pt;q=0.5", "pt"),
        ("", "en"),
        ("x" * 9000, "en"),
        (";,", "en"),
    ],
)
def test_the_browsers_language_is_understood(header: str, locale: str) -> None:
    assert spoken(header) == locale


def test_prices_are_written_as_the_language_does() -> None:
    assert price(89, "en") == "€89"
    assert price(1420, "es").replace("\u00a0", " ") in ("1420 €", "1.420 €")
