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
    channel="whatsapp",
    address="100200300400500",
    settings={
        "by": "cloud",
        "phone_number_id": "100200300400500",
        "business_account_id": "200300400500600",
        "number": "12025550100",
        "verify_token": "handshake-word",
    },
    secrets={"access_token": "EAAmadeup", "app_secret": SECRET},
    public_url="https://desk.test",
)
DIALOG = Account(
    id=UUID(int=4),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="whatsapp",
    address="100200300400500",
    settings={"by": "360dialog", "phone_number_id": "100200300400500", "number": "12025550100"},
    secrets={"access_token": "key-madeup", "secret": "header-word"},
    public_url="https://desk.test",
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the vendor would send them; it signs no time."""
    del at
    return {**headers, **door.sign(body, account.secrets["app_secret"])}
