"""What the contract test needs of this channel: an account, what our listener adds to a mail."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hilo.sdk.account import Account

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="email",
    address="help@desk.test",
    settings={"address": "help@desk.test", "display_name": "Desk", "plus_address": True},
    secrets={"signing": "a secret of the tests"},
    public_url="https://desk.test",
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the facts our listener stores beside a mail; nothing is signed."""
    del body, at
    return {"mail-from": "carol@client.test", "rcpt-to": account.address or "", **headers}
