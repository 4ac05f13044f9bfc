"""What the contract test needs of this channel: an account, and the vendor's signature."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hilo.connectors.line import connector
from hilo.sdk.account import Account

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="line",
    address=f"U{1:032x}",
    settings={"basic_id": "@hilo", "groups": False},
    secrets={
        "channel_secret": "00112233445566778899aabbccddeeff",
        "access_token": "made-up-token-of-no-account",
    },
    public_url="https://desk.test",
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the vendor would send them; it signs no time."""
    del at
    mark = connector.sign(body, account.secrets["channel_secret"])
    return {**headers, connector.HEADER: mark}
