"""What the contract test needs of this channel: an account, and how our own door signs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from hilo.connectors.webchat.visitor import Visitor, issue, seal
from hilo.sdk.account import Account

ACCOUNT = Account(
    id=UUID(int=11),
    workspace=UUID(int=12),
    inbox=UUID(int=13),
    channel="webchat",
    settings={"title": "Casa Faro"},
    secrets={
        "secret": "identity-0123456789abcdef0123456789",
        "visitor_key": "visitors-0123456789abcdef0123456789",
    },
    public_url="https://desk.test",
)
WHO = Visitor(
    id=UUID("01a203e2-b99f-73ed-842d-ddf325e20c4b"), external="u-7", email="dora@example.test"
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the door writes them at that moment."""
    token = issue(WHO, account, at - timedelta(minutes=1))
    return {**headers, "x-hilo-visitor": token, "x-hilo-seal": seal(body, account)}
