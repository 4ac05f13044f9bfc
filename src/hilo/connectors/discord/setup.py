"""Setting a bot up: whose token it is, where the vendor calls us, and whether that works."""

import base64
import re
from collections.abc import Generator, Mapping, Sequence
from uuid import UUID

import msgspec

from hilo.connectors.discord import outbound, wire
from hilo.kit.errors import ConnectorError, FieldError, Invalid
from hilo.sdk import settings as form
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account, Check, SettingsRead, failed
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, Reply

_TOKEN = re.compile(r"^[A-Za-z0-9_.-]{30,200}$")
_KEY = re.compile(r"^[0-9a-f]{64}$")
_APPLICATION = "applications/@me"
_NOBODY, _NOBODIES = 900_000_000_000_000_000, 10**9


def configure(
    manifest: Manifest, given: Mapping[str, object], old: SettingsRead | None
) -> SettingsRead:
    """Check the settings. Raises Invalid naming `settings.<name>`."""
    read = form.read(manifest, given, old)
    errors = []
    if not _TOKEN.match(read.secrets.get("bot_token", "")):
        expected = "three pieces with dots, from the page Bot"
        errors.append(FieldError("settings.bot_token", "invalid", expected))
    if not _KEY.match(str(read.settings.get("public_key") or "")):
        expected = "64 of 0-9 and a-f, from General Information"
        errors.append(FieldError("settings.public_key", "invalid", expected))
    if errors:
        raise Invalid(*errors)
    own = own_id(read.secrets["bot_token"])
    return read if own is None else msgspec.structs.replace(read, address=own)


def own_id(token: str) -> str | None:
    """Return the bot's id, which is the first piece of its token; None where it is not.

    Known before anybody connects, so that the echo of a first reply is not taken for the contact's.
    """
    piece = token.partition(".")[0]
    try:
        told = base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return told.decode() if told.isdigit() else None


def made_up_token(seed: UUID) -> str:
    """Return the token of a bot of nobody."""
    own = str(_NOBODY + seed.int % _NOBODIES).encode()
    return f"{base64.b64encode(own).decode().rstrip('=')}.sandbox.{seed.hex}"


def connect(account: Account) -> Generator[Call, Reply, Connected]:
    """Name our address, which the vendor tries at once; learn the bot's own id."""
    bot = yield from outbound.ask(account, "GET", "users/@me", wire.User)
    there = {"interactions_endpoint_url": account.webhook_url}
    yield from outbound.ask(account, "PATCH", _APPLICATION, wire.Application, there)
    return Connected(address=bot.id, name=bot.global_name or bot.username)


def disconnect(account: Account) -> Generator[Call, Reply, None]:
    """Have the vendor call us no more."""
    nowhere: dict[str, object] = {"interactions_endpoint_url": None}
    yield from outbound.ask(account, "PATCH", _APPLICATION, wire.Application, nowhere)


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Return: the token, the key that proves deliveries, our address."""
    try:
        found = yield from outbound.ask(account, "GET", _APPLICATION, wire.Application)
    except ConnectorError as error:
        return [failed("credentials", error)]
    return [
        Check(key="credentials", ok=True, detail=found.name),
        Check(key="key", ok=found.verify_key == account.settings.get("public_key")),
        Check(key="webhook", ok=found.interactions_endpoint_url == account.webhook_url),
    ]
