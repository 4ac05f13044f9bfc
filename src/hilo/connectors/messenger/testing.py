"""What the contract test needs of this channel: an account, and how the vendor signs."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hilo.connectors._graph import door
from hilo.sdk.account import Account

SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - made up

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="messenger",
    address="300000000000001",
    settings={"page_id": "300000000000001", "app_id": "77", "verify_token": "handshake-word"},
    secrets={"access_token": "EAAmadeup", "app_secret": SECRET},
    public_url="https://desk.test",
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the vendor would send them; it signs no time."""
    del at
    return {**headers, **door.sign(body, account.secrets["app_secret"])}
