"""Connecting an account by either login: its settings, its token's life, a check of each step."""

from collections.abc import Generator, Mapping, Sequence

import msgspec

from hilo.connectors._graph import calls, connecting
from hilo.connectors._graph.calls import Graph
from hilo.connectors._graph.talk import Way
from hilo.kit.errors import ConnectorError, FieldError, Invalid, Rejected
from hilo.sdk import verdicts
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account, Check, SettingsRead, failed
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, HttpCall, Reply

HOST = "https://graph.instagram.com"
PAGE = "page"
FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "message_reactions",
    "messaging_referral",
    "message_edit",
    "standby",
    "comments",
    "live_comments",
    "mentions",
)
# A page's own names for what its account receives.
_PAGE_FIELDS = ("messages", "message_reactions", "messaging_postbacks", "messaging_referrals")
_VERDICTS = verdicts.read(__package__)


def fields(account: Account) -> Sequence[str]:
    """Return what the vendor shall tell of."""
    return _PAGE_FIELDS if is_by_page(account) else FIELDS


def is_by_page(account: Account) -> bool:
    """Say which login the account has."""
    return account.settings.get("login") == PAGE


def way(account: Account) -> Way:
    """Return how the account speaks: by itself, or by the page it is linked to."""
    token = account.secrets.get("access_token", "")
    host = calls.HOST if is_by_page(account) else HOST
    graph = Graph(
        base=f"{host}/{calls.VERSION}",
        headers={"authorization": f"Bearer {token}"},
        verdicts=_VERDICTS,
    )
    page = str(account.settings.get("page_id") or "me")
    return Way(graph=graph, own=page if is_by_page(account) else account.address or "me")


def configure(
    manifest: Manifest, given: Mapping[str, object], old: SettingsRead | None
) -> SettingsRead:
    """Check the settings. Raises Invalid naming `settings.<name>`."""
    read = connecting.configured(manifest, given, old, "account_id")
    if read.settings.get("login") == PAGE and not read.settings.get("page_id"):
        raise Invalid(FieldError("settings.page_id", "required", "a value is expected"))
    name = read.name or str(read.settings.get("username") or "")
    return msgspec.structs.replace(read, name=name)


def connect(account: Account) -> Generator[Call, Reply, Connected]:
    """Ask for what happens to the account; a token of 60 days begins anew."""
    speaks = way(account)
    graph = speaks.graph
    hook = connecting.point_here(
        msgspec.structs.replace(graph, base=f"{calls.HOST}/{calls.VERSION}"),
        account,
        "instagram",
        FIELDS,
    )
    if hook is not None:
        yield from graph.ask(hook)
    yield from graph.ask(connecting.subscribe(graph, speaks.own, fields(account)))
    about = yield from graph.ask(_about(graph, account))
    # The id beside the token may be the application's own of the account: nothing comes for that.
    address = str(about.get("user_id") or account.address or "")
    learned = {"username": about.get("username"), "account_id": about.get("user_id")}
    found = Connected(
        address=address or None,
        name=str(about.get("name") or about.get("username") or ""),
        settings={name: str(each) for name, each in learned.items() if each},
    )
    if not is_by_page(account):
        return (yield from _renewed(graph, account, found))
    told = yield from connecting.lives(graph, account)
    ends = None if told is None else connecting.ends(told)
    return msgspec.structs.replace(found, expires_at=ends)


def _about(graph: Graph, account: Account) -> HttpCall:
    if is_by_page(account):
        return graph.get(account.address or "me", fields="username,name")
    return graph.get("me", fields="user_id,username,name")


def refresh(account: Account) -> Generator[Call, Reply, Connected]:
    """Let the token's 60 days begin anew; a page's token has no end of its own."""
    if is_by_page(account):
        return Connected()
    return (yield from _renewed(way(account).graph, account, Connected()))


def _renewed(graph: Graph, account: Account, found: Connected) -> Generator[Call, Reply, Connected]:
    """Return what was found with a new token; one that is younger than a day stays."""
    token = account.secrets.get("access_token", "")
    call = msgspec.structs.replace(
        graph.get("x", grant_type="ig_refresh_token", access_token=token), headers={}
    )
    url = call.url.replace(f"{graph.base}/x", f"{HOST}/refresh_access_token")
    try:
        told = yield from graph.ask(msgspec.structs.replace(call, url=url))
    except Rejected:
        return found
    new, lives = told.get("access_token"), told.get("expires_in")
    if not isinstance(new, str) or not isinstance(lives, int):
        return found
    return msgspec.structs.replace(found, secrets={"access_token": new}, expires_in_s=lives)


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Try the token and the subscription; one that was taken away is asked for again."""
    speaks = way(account)
    line, about = yield from connecting.tried(
        "credentials", speaks.graph, _about(speaks.graph, account)
    )
    if about is not None:
        line = msgspec.structs.replace(line, detail=str(about.get("username") or ""))
    lines = [line]
    own = str((about or {}).get("user_id") or account.address)
    if own != account.address:
        lines.append(Check(key="account", ok=False, detail=own))
    app = str(account.settings.get("app_id") or "")
    try:
        webhook = yield from connecting.subscribed(speaks.graph, speaks.own, fields(account), app)
    except ConnectorError as error:
        webhook = failed("webhook", error)
    lines.append(webhook)
    if is_by_page(account):
        lines += connecting.life((yield from connecting.lives(speaks.graph, account)))
    return lines
