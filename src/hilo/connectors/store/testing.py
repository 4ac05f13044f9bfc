"""What the contract test needs of this channel: an account, and how our own door signs."""

from uuid import UUID

from hilo.connectors._chat.testing import SECRETS, sign
from hilo.sdk.account import Account

ACCOUNT = Account(
    id=UUID(int=21),
    workspace=UUID(int=22),
    inbox=UUID(int=23),
    channel="store",
    settings={"title": "Casa Faro, Harbour Street"},
    secrets=SECRETS,
    public_url="https://desk.test",
)

__all__ = ["ACCOUNT", "sign"]
