"""Connecting a page: its settings, where the vendor shall call, and a check of each step."""

from collections.abc import Generator, Mapping, Sequence

import msgspec

from hilo.connectors._graph import calls, connecting, door
from hilo.connectors._graph.calls import Graph
from hilo.connectors._graph.talk import Way
from hilo.kit.errors import FieldError, Invalid
from hilo.sdk import settings as form
from hilo.sdk import verdicts
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account, Check, SettingsRead
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, Reply

FIELDS = (
    "messages",
    "message_echoes",
    "message_edits",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_optins",
    "messaging_handovers",
    "standby",
)
_VERDICTS = verdicts.read(__package__)


def way(account: Account) -> Way:
    """Return how the page speaks."""
    token = account.secrets.get("access_token", "")
    graph = Graph(
        base=f"{calls.HOST}/{calls.VERSION}",
        headers={"authorization": f"Bearer {token}"},
        verdicts=_VERDICTS,
    )
    return Way(graph=graph, own=account.address or "me", gives_back=True, stores=True)


def configure(
    manifest: Manifest, given: Mapping[str, object], old: SettingsRead | None
) -> SettingsRead:
    """Check the settings. Raises Invalid naming `settings.<name>`."""
    read = form.read(manifest, given, old)
    settings = dict(read.settings)
    for name in ("page_id", "app_id"):
        value = str(settings.get(name) or "")
        if value and not (value.isascii() and value.isdigit()):
            raise Invalid(FieldError(f"settings.{name}", "invalid", "digits are expected"))
    settings["verify_token"] = settings.get("verify_token") or door.new_token()
    return msgspec.structs.replace(
        read,
        settings=settings,
        secrets=door.replaced(old.secrets if old else {}, read.secrets),
        address=str(settings["page_id"]),
    )


def connect(account: Account) -> Generator[Call, Reply, Connected]:
    """Ask for what happens to the page; with the application's id, point its webhook to us."""
    speaks = way(account)
    hook = connecting.point_here(speaks.graph, account, "page", FIELDS)
    if hook is not None:
        yield from speaks.graph.ask(hook)
    yield from speaks.graph.ask(connecting.subscribe(speaks.graph, speaks.own, FIELDS))
    about = yield from speaks.graph.ask(speaks.graph.get(speaks.own, fields="name"))
    return Connected(address=speaks.own, name=str(about.get("name") or ""))


def disconnect(account: Account) -> Generator[Call, Reply, None]:
    """Ask for nothing any more."""
    speaks = way(account)
    yield from speaks.graph.ask(speaks.graph.delete(f"{speaks.own}/subscribed_apps"))


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Try the token and the subscription; one that was taken away is asked for again."""
    speaks = way(account)
    call = speaks.graph.get(speaks.own, fields="name")
    line, about = yield from connecting.tried("credentials", speaks.graph, call)
    if about is not None:
        line = msgspec.structs.replace(line, detail=str(about.get("name") or ""))
    return [line, (yield from connecting.subscribed(speaks.graph, speaks.own, FIELDS))]
