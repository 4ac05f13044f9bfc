"""What the contract test needs of this channel: an account, and the header the vendor adds."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hilo.connectors.telegram.connector import HEADER
from hilo.sdk.account import Account

TOKEN = "123456:TEST-made-up-token-of-no-bot-0000"  # noqa: S105 - made up
SECRET = "made-up-secret-of-no-bot"  # noqa: S105 - made up

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="telegram",
    address="hilo_sandbox_bot",
    secrets={"token": TOKEN, "secret": SECRET},
    public_url="https://desk.test",
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the vendor would send them."""
    del body, at
    return {**headers, HEADER: account.secrets["secret"]}
