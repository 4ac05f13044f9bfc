"""Connecting a page or an account behind one: the webhook, and a check of each step."""

from collections.abc import Generator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from hilo.connectors._graph import door
from hilo.connectors._graph.calls import Answered, Graph
from hilo.kit.errors import ConnectorError, FieldError, Invalid
from hilo.sdk import settings as form
from hilo.sdk.account import Account, Check, SettingsRead, failed
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, HttpCall, Reply

_DIGITS = ("page_id", "account_id", "app_id")
Tried = Generator[Call, Reply, tuple[Check, Answered | None]]


def configured(
    manifest: Manifest, given: Mapping[str, object], old: SettingsRead | None, address: str
) -> SettingsRead:
    """Check the settings; make the word for the handshake; keep a changed secret for a while.

    address: the setting that names the account. Raises Invalid naming `settings.<name>`.
    """
    read = form.read(manifest, given, old)
    settings = dict(read.settings)
    for name in _DIGITS:
        value = str(settings.get(name) or "")
        if value and not (value.isascii() and value.isdigit()):
            raise Invalid(FieldError(f"settings.{name}", "invalid", "digits are expected"))
    settings["verify_token"] = settings.get("verify_token") or door.new_token()
    return msgspec.structs.replace(
        read,
        settings=settings,
        secrets=door.replaced(old.secrets if old else {}, read.secrets),
        address=str(settings[address]),
    )


def tried(key: str, graph: Graph, call: HttpCall) -> Tried:
    """Make a call for its line of the check; what went wrong is the line."""
    try:
        answered = yield from graph.ask(call)
    except ConnectorError as error:
        return failed(key, error), None
    return Check(key=key, ok=True), answered


def subscribe(graph: Graph, own: str, fields: Sequence[str]) -> HttpCall:
    """Return the call that asks for what happens to a page or an account."""
    body = {"subscribed_fields": list(fields)}
    return graph.post(f"{own}/subscribed_apps", body, is_harmless=True)


def point_here(graph: Graph, account: Account, kind: str, fields: Sequence[str]) -> HttpCall | None:
    """Return the call that points an application's webhook to us; None without its id."""
    app = str(account.settings.get("app_id") or "")
    if not app:
        return None
    body = {
        "object": kind,
        "callback_url": account.webhook_url,
        "verify_token": str(account.settings.get("verify_token") or ""),
        "fields": ",".join(fields),
        "access_token": f"{app}|{account.secrets.get('app_secret', '')}",
    }
    ours = msgspec.structs.replace(graph, headers={})  # the application speaks, not the page
    return ours.post(f"{app}/subscriptions", body, is_harmless=True)


def subscribed(
    graph: Graph, own: str, fields: Sequence[str], app: str = ""
) -> Generator[Call, Reply, Check]:
    """Check the subscription; mend one that the vendor took away after a long silence of ours.

    One that lacks something is asked for anew: it was made before Hilo knew of that, or before it
    was switched on. app: ours, where it is known; else any that the page has may be.
    """
    line, answered = yield from tried("webhook", graph, graph.get(f"{own}/subscribed_apps"))
    if answered is None:
        return line
    lacking = _lacking(answered, fields, app)
    if lacking is not None and not lacking:
        return line
    line, mended = yield from tried("webhook", graph, subscribe(graph, own, fields))
    if mended is None:
        return line
    if lacking is None:
        return Check(key="resubscribed", ok=None)
    return Check(key="asked_more", ok=None, detail=", ".join(lacking))


def _lacking(answered: Answered, fields: Sequence[str], app: str) -> list[str] | None:
    """Return what we are not told of. None: nobody is subscribed at all."""
    listed = answered.get("data")
    apps = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    apps = [each for each in apps if str(each.get("id")) == app] or apps
    if not apps:
        return None
    told = [each.get("subscribed_fields") for each in apps]
    known = {name for names in told if isinstance(names, list) for name in names}
    return [name for name in fields if name not in known] if known else []


def lives(graph: Graph, account: Account) -> Generator[Call, Reply, Answered | None]:
    """Ask until when the token lives; None where that is not told to whom we ask as."""
    try:
        return (yield from graph.ask(about_token(graph, account)))
    except ConnectorError:
        return None


def life(told: Answered | None) -> list[Check]:
    """Say until when the token lives, where that is told."""
    if told is None or "data" not in told:
        return []
    end = ends(told)
    if end is None:
        return [Check(key="expires", ok=True, detail="∞")]
    return [Check(key="ends", ok=None, detail=end.date().isoformat())]


def about_token(graph: Graph, account: Account) -> HttpCall:
    """Return the call that tells of the account's token; the application asks, where it is known.

    Only the token's own person may ask with the token itself.
    """
    app = str(account.settings.get("app_id") or "")
    if app:
        speaks = f"Bearer {app}|{account.secrets.get('app_secret', '')}"
        graph = msgspec.structs.replace(graph, headers={"authorization": speaks})
    return graph.get("debug_token", input_token=account.secrets.get("access_token", ""))


def ends(answered: Answered) -> datetime | None:
    """Return when a token ends, of what is told of it; None: never."""
    match answered:
        case {"data": {"expires_at": int(stamp)}} if stamp > 0:
            return datetime.fromtimestamp(stamp, UTC)
        case _:
            return None
