"""Setting a bot up: who it is, where it calls us, and whether that works."""

from collections.abc import Generator, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from hilo.connectors.telegram import outbound
from hilo.connectors.telegram.wire import User
from hilo.kit.errors import ConnectorError
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account, Check, failed
from hilo.sdk.outbound import Call, Reply

# Reactions come only to who asks for them by name, so all kinds are named.
UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_reaction",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)
_CONNECTIONS = 40
_DETAIL_CHARS = 200


class Hook(Struct, frozen=True):
    """What the vendor knows of our address. last_error_date: seconds."""

    url: str = ""
    pending_update_count: int = 0
    last_error_date: int = 0
    last_error_message: str = ""


def connect(account: Account) -> Generator[Call, Reply, Connected]:
    """Name our address; learn the bot's own name, which links need."""
    bot = msgspec.convert((yield from outbound.call(account, "getMe", {})), User)
    yield from outbound.call(
        account,
        "setWebhook",
        {
            "url": account.webhook_url,
            "secret_token": account.secrets["secret"],
            "allowed_updates": list(UPDATES),
            "max_connections": _CONNECTIONS,
        },
    )
    return Connected(address=bot.username.lower() or None, name=f"@{bot.username}")


def disconnect(account: Account) -> Generator[Call, Reply, None]:
    """Have the vendor call us no more; what waits there stays there for a day."""
    yield from outbound.call(account, "deleteWebhook", {})


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Return: the token, what the bot hears in groups, our address, the last delivery."""
    try:
        bot = msgspec.convert((yield from outbound.call(account, "getMe", {})), User)
    except ConnectorError as error:
        return [failed("credentials", error)]
    lines = [Check(key="credentials", ok=True, detail=f"@{bot.username}")]
    if account.settings.get("groups") is True:
        lines.append(Check(key="privacy", ok=bot.can_read_all_group_messages))
    try:
        hook = msgspec.convert((yield from outbound.call(account, "getWebhookInfo", {})), Hook)
    except ConnectorError as error:
        return [*lines, failed("webhook", error)]
    lines.append(Check(key="webhook", ok=hook.url == account.webhook_url, detail=hook.url))
    has_failed = hook.last_error_date > 0 and hook.pending_update_count > 0
    since = datetime.fromtimestamp(hook.last_error_date, UTC).isoformat() if has_failed else ""
    detail = f"{since} {hook.last_error_message}".strip()[:_DETAIL_CHARS]
    return [*lines, Check(key="delivery", ok=not has_failed, detail=detail)]
