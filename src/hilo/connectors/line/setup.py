"""Setting an official account up: who it is, where it calls us, and whether that works."""

import re
from collections.abc import Generator, Mapping, Sequence

import msgspec

from hilo.connectors.line import outbound, wire
from hilo.connectors.line.outbound import API
from hilo.kit.errors import ConnectorError, FieldError, Invalid
from hilo.sdk import settings as form
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account, Check, SettingsRead, failed
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, Reply

_SECRET = re.compile(r"^[0-9a-f]{32}$")
_TOKEN = re.compile(r"^[\x21-\x7e]{20,2000}$")
_DETAIL_CHARS = 200
HOOK = f"{API}/channel/webhook"


def configure(
    manifest: Manifest, given: Mapping[str, object], old: SettingsRead | None
) -> SettingsRead:
    """Check the settings; a secret that was changed counts until the next change."""
    read = form.read(manifest, given, old)
    errors = []
    if not _SECRET.match(read.secrets.get("channel_secret", "")):
        errors.append(_wrong("channel_secret", "32 of 0-9 and a-f, from Basic settings"))
    if not _TOKEN.match(read.secrets.get("access_token", "")):
        errors.append(_wrong("access_token", "a long-lived token, from Messaging API"))
    if errors:
        raise Invalid(*errors)
    former = old.secrets.get("channel_secret") if old else None
    changed = former and former != read.secrets["channel_secret"]
    kept = {**read.secrets, "previous_secret": former} if former and changed else read.secrets
    return msgspec.structs.replace(read, secrets=kept)


def connect(account: Account) -> Generator[Call, Reply, Connected]:
    """Name our address; learn what the account is called, which links need."""
    bot = yield from outbound.ask(account, "GET", f"{API}/info", wire.Bot)
    there = {"endpoint": account.webhook_url}
    yield from outbound.ask(account, "PUT", f"{HOOK}/endpoint", dict[str, object], there)
    return Connected(
        address=bot.user_id, name=bot.display_name, settings={"basic_id": bot.basic_id}
    )


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Return: the token, our address and whether it is in use, a trial call."""
    try:
        bot = yield from outbound.ask(account, "GET", f"{API}/info", wire.Bot)
    except ConnectorError as error:
        return [failed("credentials", error)]
    lines = [Check(key="credentials", ok=True, detail=f"{bot.display_name} {bot.basic_id}")]
    try:
        hook = yield from outbound.ask(account, "GET", f"{HOOK}/endpoint", wire.Hook)
    except ConnectorError as error:
        return [*lines, failed("webhook", error)]
    lines.append(Check(key="webhook", ok=hook.endpoint == account.webhook_url))
    lines.append(Check(key="active", ok=hook.active))
    try:
        there = {"endpoint": account.webhook_url}
        tried = yield from outbound.ask(account, "POST", f"{HOOK}/test", wire.Tried, there)
    except ConnectorError as error:
        return [*lines, failed("delivery", error)]
    detail = "" if tried.success else f"{tried.status_code} {tried.reason} {tried.detail}"
    return [*lines, Check(key="delivery", ok=tried.success, detail=detail[:_DETAIL_CHARS].strip())]


def _wrong(name: str, expected: str) -> FieldError:
    return FieldError(f"settings.{name}", "invalid", expected)
