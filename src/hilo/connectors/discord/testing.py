"""What the contract test needs of this channel: an account, and the vendor's signature."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hilo.connectors.discord import signing
from hilo.sdk.account import Account

TOKEN = "made-up.token.of-no-bot-0000000000"  # noqa: S105 - made up

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="discord",
    address="900000000000000001",
    settings={"public_key": signing.public_of(TOKEN), "channels": False},
    secrets={"bot_token": TOKEN},
    public_url="https://desk.test",
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the vendor would send them."""
    given = signing.sign(body, account.secrets.get("bot_token", TOKEN), at)
    marks = (signing.HEADER, signing.MOMENT)
    return {**headers, **{name: given[name] for name in marks}}
