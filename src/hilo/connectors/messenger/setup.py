"""Connecting a page: where the vendor shall call, and a check of each step."""

from collections.abc import Generator, Sequence

import msgspec

from hilo.connectors._graph import calls, connecting
from hilo.connectors._graph.calls import Answered, Graph
from hilo.connectors._graph.talk import Way
from hilo.kit.errors import ConnectorError
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
    lives = yield from _lives(account)
    ends = None if lives is None else connecting.ends(lives)
    return Connected(address=speaks.own, name=str(about.get("name") or ""), expires_at=ends)


def _lives(account: Account) -> Generator[Call, Reply, Answered | None]:
    """Ask until when the token lives; None where that is not told to whom we ask as."""
    graph = way(account).graph
    try:
        return (yield from graph.ask(connecting.about_token(graph, account)))
    except ConnectorError:
        return None


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
    return [line, hook, *_life((yield from _lives(account)))]


def _life(told: Answered | None) -> list[Check]:
    """Say until when the token lives, where that is told."""
    if told is None or "data" not in told:
        return []
    ends = connecting.ends(told)
    if ends is None:
        return [Check(key="expires", ok=True, detail="∞")]
    return [Check(key="ends", ok=None, detail=ends.date().isoformat())]
