"""What the contract test needs of this channel: an account, and how the other side signs."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hilo.connectors.api import signing
from hilo.sdk.account import Account

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="  # noqa: S105 - made up

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="api",
    settings={"callback_url": "https://shop.test/replies"},
    secrets={"secret": SECRET},
    public_url="https://desk.test",
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the other side would send them at that moment."""
    return {**headers, **signing.sign(signing.active(account.secrets), "msg_1", at, body)}
