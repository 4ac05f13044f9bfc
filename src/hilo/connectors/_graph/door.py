"""The webhook's door: `X-Hub-Signature-256` over the raw bytes, and the GET handshake.

Source: Meta, Graph API webhooks, "Getting started" (read 2026-11).
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from hilo.kit.errors import BadSignature
from hilo.sdk.account import Account, Answer, Asked, Delivery

HEADER = "x-hub-signature-256"
_PREFIX = "sha256="


def active(account: Account, name: str = "app_secret") -> list[str]:
    """Return the secrets that count: today's, and the former one while it is being replaced."""
    names = (name, f"previous_{name}")
    return [account.secrets[each] for each in names if account.secrets.get(each)]


def replaced(
    old: Mapping[str, str], new: Mapping[str, str], name: str = "app_secret"
) -> dict[str, str]:
    """Return the new secrets; a former one that was changed stays valid until the next change."""
    former = old.get(name)
    kept = {f"previous_{name}": former} if former and former != new.get(name) else {}
    return {**new, **kept}


def check(delivery: Delivery, keys: Sequence[str]) -> None:
    """Check the raw bytes. Raises BadSignature."""
    given = delivery.headers.get(HEADER, "")
    fits = False
    for key in keys:
        fits |= hmac.compare_digest(_mark(delivery.body, key).encode(), given.encode())
    if not fits:
        raise BadSignature(f"{HEADER} fits none of the account's secrets")


def sign(body: bytes, key: str) -> dict[str, str]:
    """Return the header that proves where a webhook comes from."""
    return {HEADER: _mark(body, key)}


def new_token() -> str:
    """Return a word for the handshake, to be pasted into the application's settings."""
    return secrets.token_urlsafe(24)


def greet(asked: Asked, account: Account) -> Answer | None:
    """Answer the handshake with its challenge, or refuse it; say nothing to anything else."""
    if asked.method != "GET":
        return None
    wanted = str(account.settings.get("verify_token") or "")
    given = asked.query.get("hub.verify_token", "")
    challenge = asked.query.get("hub.challenge", "")
    fits = bool(wanted) and hmac.compare_digest(wanted.encode(), given.encode())
    if asked.query.get("hub.mode") != "subscribe" or not challenge or not fits:
        return Answer(status=HTTPStatus.FORBIDDEN)
    return Answer(body=challenge.encode())


def _mark(body: bytes, key: str) -> str:
    return _PREFIX + hmac.digest(key.encode(), body, "sha256").hex()
