"""How our own door signs, for the contract test of the channels that share it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from hilo.connectors._chat.visitor import Visitor, issue, seal
from hilo.sdk.account import Account

SECRETS = {
    "secret": "identity-0123456789abcdef0123456789",
    "visitor_key": "visitors-0123456789abcdef0123456789",
}
WHO = Visitor(
    id=UUID("01a203e2-b99f-73ed-842d-ddf325e20c4b"), external="u-7", email="dora@example.test"
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the door writes them at that moment."""
    token = issue(WHO, account, at - timedelta(minutes=1))
    return {**headers, "x-hilo-visitor": token, "x-hilo-seal": seal(body, account)}
