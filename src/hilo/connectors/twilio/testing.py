"""What the contract test needs of this channel: an account, its forms, and the signature."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from hilo.connectors.twilio import signing
from hilo.sdk.account import Account
from hilo.sdk.forms import urlencoded

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="twilio",
    address="sms:+12025550100",
    settings={
        "by": "sms",
        "account_sid": "AC0123456789abcdef0123456789abcdef",
        "number": "+12025550100",
    },
    secrets={"auth_token": "made-up-token-of-no-account"},
    public_url="https://desk.test",
)


def encode(body: bytes) -> bytes:
    """Return the form that a fixture lists as an object; anything else as it is."""
    try:
        fields = msgspec.json.decode(body, type=dict[str, object])
    except msgspec.MsgspecError:
        return body
    return urlencoded([(name, str(value)) for name, value in fields.items()])[1]


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the vendor would send them; it signs no time."""
    del at
    url = account.webhook_url + headers.get(":query", "")
    signed = signing.sign(account.secrets["auth_token"], url, signing.fields(body))
    return {**headers, signing.HEADER: signed}
