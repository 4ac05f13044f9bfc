"""Setting a bot up: what it is called, where the vendor calls us, and whether that works."""

import re
from collections.abc import Generator, Mapping, Sequence

import msgspec

from hilo.connectors.viber import outbound, wire
from hilo.kit.errors import ConnectorError, FieldError, Invalid
from hilo.sdk import settings as form
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account, Check, SettingsRead, failed
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, Reply

EVENTS = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")
_TOKEN = re.compile(r"^[0-9a-f]{16}-[0-9a-f]{16}-[0-9a-f]{16}$")
ID = "pa:"  # before the id of a bot; no link takes it
_NAME_CHARS = 28
_WELCOME_CHARS = 7000


def configure(
    manifest: Manifest, given: Mapping[str, object], old: SettingsRead | None
) -> SettingsRead:
    """Check the settings; a changed token still proves deliveries until the next."""
    read = form.read(manifest, given, old)
    token = read.secrets.get("auth_token", "")
    errors = []
    if not _TOKEN.match(token):
        errors.append(_wrong("auth_token", "three times 16 of 0-9 and a-f with - between"))
    if len(str(read.settings.get("sender_name") or "")) > _NAME_CHARS:
        errors.append(_wrong("sender_name", f"at most {_NAME_CHARS} characters"))
    if errors:
        raise Invalid(*errors)
    former = old.secrets.get("auth_token") if old else None
    if former and former != token:
        return msgspec.structs.replace(read, secrets={**read.secrets, "previous_secret": former})
    return read


def connect(account: Account) -> Generator[Call, Reply, Connected]:
    """Name our address; the vendor calls it at once. Learn the bot's name in links."""
    there = {
        "url": account.webhook_url,
        "event_types": list(EVENTS),
        "send_name": True,
        "send_photo": True,
    }
    yield from outbound.ask(account, "set_webhook", there, wire.Answer)
    bot = yield from outbound.ask(account, "get_account_info", {}, wire.Info)
    return Connected(address=bot.uri or bot.id or None, name=bot.name)


def disconnect(account: Account) -> Generator[Call, Reply, None]:
    """Have the vendor call us no more."""
    yield from outbound.ask(account, "set_webhook", {"url": ""}, wire.Answer)


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Return: the token, our address, and whether receipts and greetings are asked for."""
    try:
        bot = yield from outbound.ask(account, "get_account_info", {}, wire.Info)
    except ConnectorError as error:
        return [failed("credentials", error)]
    missing = sorted(set(EVENTS) - set(bot.event_types))
    return [
        Check(key="credentials", ok=True, detail=bot.name),
        Check(key="webhook", ok=bot.webhook == account.webhook_url),
        Check(key="events", ok=not missing, detail=", ".join(missing)),
    ]


def _wrong(name: str, expected: str) -> FieldError:
    return FieldError(f"settings.{name}", "invalid", expected)
