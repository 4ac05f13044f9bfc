"""What the contract test needs of this channel: an account, and how our own door signs."""

from uuid import UUID

from hilo.connectors._chat.testing import SECRETS, sign
from hilo.sdk.account import Account

ACCOUNT = Account(
    id=UUID(int=11),
    workspace=UUID(int=12),
    inbox=UUID(int=13),
    channel="webchat",
    settings={"title": "Casa Faro"},
    secrets=SECRETS,
    public_url="https://desk.test",
)

__all__ = ["ACCOUNT", "sign"]
