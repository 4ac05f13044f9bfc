"""Setting an application up: its settings, whose token it is, and which rights it lacks."""

import re
from collections.abc import Generator, Mapping, Sequence

import msgspec

from hilo.connectors.slack import outbound, wire
from hilo.kit.errors import ConnectorError, FieldError, Invalid
from hilo.sdk import settings as form
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account, Check, SettingsRead, failed
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, HttpCall, HttpReply, Reply

# What the application must be allowed to do, as its page of rights names it.
RIGHTS = (
    "chat:write", "channels:history", "channels:read", "files:read", "files:write",
    "groups:history", "groups:read", "im:history", "im:read", "reactions:read",
    "reactions:write", "users:read",
)  # fmt: skip
_TOKEN = re.compile(r"^xoxb-[A-Za-z0-9-]{10,300}$")
_SECRET = re.compile(r"^[0-9a-f]{32}$")


def configure(
    manifest: Manifest, given: Mapping[str, object], old: SettingsRead | None
) -> SettingsRead:
    """Check the settings; a changed signing secret counts until the next change."""
    read = form.read(manifest, given, old)
    secret = read.secrets.get("signing_secret", "")
    errors = []
    if not _TOKEN.match(read.secrets.get("bot_token", "")):
        errors.append(FieldError("settings.bot_token", "invalid", "it begins with xoxb-"))
    if not _SECRET.match(secret):
        expected = "32 of 0-9 and a-f, from Basic Information"
        errors.append(FieldError("settings.signing_secret", "invalid", expected))
    if errors:
        raise Invalid(*errors)
    former = old.secrets.get("signing_secret") if old else None
    if former and former != secret:
        return msgspec.structs.replace(read, secrets={**read.secrets, "previous_secret": former})
    return read


def connect(account: Account) -> Generator[Call, Reply, Connected]:
    """Learn whose token it is. Our address is entered by hand: there is no call for it."""
    who = yield from outbound.read(account, "auth.test", {}, wire.Who)
    return Connected(address=who.team_id or None, name=who.team, settings={"bot_id": who.user_id})


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Return: the token, and the rights it brings."""
    seen: dict[str, str] = {}
    try:
        who = yield from _noting(outbound.read(account, "auth.test", {}, wire.Who), seen)
    except ConnectorError as error:
        return [failed("credentials", error)]
    given = {each.strip() for each in seen.get("x-oauth-scopes", "").split(",")}
    missing = [each for each in RIGHTS if each not in given]
    return [
        Check(key="credentials", ok=True, detail=f"{who.team} {who.user}".strip()),
        Check(key="rights", ok=not missing, detail=", ".join(missing)),
    ]


def _noting(
    asking: Generator[Call, Reply, wire.Who], seen: dict[str, str]
) -> Generator[Call, Reply, wire.Who]:
    """Do what `asking` does and keep the headers of the answer, where the rights stand."""
    call = next(asking)
    assert isinstance(call, HttpCall)  # noqa: S101 - this connector speaks HTTP
    reply = yield call
    if isinstance(reply, HttpReply):
        seen.update(reply.headers)
    try:
        asking.send(reply)
    except StopIteration as end:
        who: wire.Who = end.value
        return who
    return wire.Who()
