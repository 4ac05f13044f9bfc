"""Connecting a page: where the vendor shall call, and a check of each step."""

from collections.abc import Generator, Sequence

import msgspec

from hilo.connectors._graph import calls, connecting
from hilo.connectors._graph.calls import Graph
from hilo.connectors._graph.talk import Way
from hilo.sdk import verdicts
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account, Check
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
    "messaging_policy_enforcement",
    "standby",
)
_FEED = "feed"
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


def fields(account: Account) -> tuple[str, ...]:
    """Return what the vendor shall tell of."""
    return (*FIELDS, _FEED) if account.settings.get("comments", True) else FIELDS


def connect(account: Account) -> Generator[Call, Reply, Connected]:
    """Ask for what happens to the page; with the application's id, point its webhook to us."""
    speaks = way(account)
    hook = connecting.point_here(speaks.graph, account, "page", fields(account))
    if hook is not None:
        yield from speaks.graph.ask(hook)
    yield from speaks.graph.ask(connecting.subscribe(speaks.graph, speaks.own, fields(account)))
    about = yield from speaks.graph.ask(speaks.graph.get(speaks.own, fields="name"))
    told = yield from connecting.lives(speaks.graph, account)
    ends = None if told is None else connecting.ends(told)
    return Connected(address=speaks.own, name=str(about.get("name") or ""), expires_at=ends)


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Try the token and the subscription; one that was taken away is asked for again."""
    speaks = way(account)
    call = speaks.graph.get(speaks.own, fields="name")
    line, about = yield from connecting.tried("credentials", speaks.graph, call)
    if about is not None:
        line = msgspec.structs.replace(line, detail=str(about.get("name") or ""))
    app = str(account.settings.get("app_id") or "")
    wanted = fields(account)
    hook = yield from connecting.subscribed(speaks.graph, speaks.own, wanted, app)
    told = yield from connecting.lives(speaks.graph, account)
    return [line, hook, *connecting.life(told)]
