"""What the contract test needs of this channel: an account, and how the vendor signs in."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hilo.connectors.bandwidth.connector import NAME
from hilo.sdk.account import Account
from hilo.sdk.forms import basic

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="bandwidth",
    address="+12025550100",
    settings={
        "account_id": "5500001",
        "application_id": "93de2206-0000-4000-8000-000000000000",
        "number": "+12025550100",
        "api_token": "made-up-token",
    },
    secrets={"api_secret": "made-up-api-secret", "secret": "made-up-password"},
    public_url="https://desk.test",
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the vendor would send them."""
    del body, at
    return {**headers, "authorization": basic(NAME, account.secrets["secret"])}
