"""What the contract test needs of this channel: an account, and the secret header."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hilo.connectors.sms_http.connector import HEADER
from hilo.sdk.account import Account

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="sms_http",
    settings={
        "send_url": "https://gateway.test/messages",
        "number": "+12025550100",
        "format": "json",
        "in_text": "message.text",
        "in_media": ["media", "attachments.url", "MediaUrl0"],
        "delivered_words": ["delivered", "DELIVRD"],
        "failed_words": ["failed", "rejectd"],
    },
    secrets={"secret": "made-up-secret-of-no-gateway"},
    public_url="https://desk.test",
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the gateway would send them."""
    del body, at
    return {**headers, HEADER: account.secrets["secret"]}
