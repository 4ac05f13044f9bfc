"""What the contract test needs of this channel: an account, its forms, and the signature."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from hilo.connectors.slack import connector
from hilo.sdk.account import Account
from hilo.sdk.forms import urlencoded

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="slack",
    address="T0HILO",
    settings={"channels": True, "bot_id": "U0BOT"},
    secrets={
        "bot_token": "xoxb-made-up-token-of-no-app",
        "signing_secret": "00112233445566778899aabbccddeeff",
    },
    public_url="https://desk.test",
)


def encode(body: bytes) -> bytes:
    """Return an interaction as the form it travels in; anything else as it is."""
    try:
        given = msgspec.json.decode(body, type=dict[str, object])
    except msgspec.MsgspecError:
        return body
    if "actions" not in given:
        return body
    return urlencoded([("payload", body.decode())])[1]


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the vendor would send them."""
    mark = connector.signed(body, account.secrets["signing_secret"], at)
    return {
        **headers,
        connector.HEADER: mark[connector.HEADER],
        connector.MOMENT: mark[connector.MOMENT],
    }
