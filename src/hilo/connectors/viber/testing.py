"""What the contract test needs of this channel: an account, and the vendor's signature."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hilo.connectors.viber import connector
from hilo.sdk.account import Account

ACCOUNT = Account(
    id=UUID(int=1),
    workspace=UUID(int=2),
    inbox=UUID(int=3),
    channel="viber",
    address="hilosandbox",
    settings={"sender_name": "Hilo", "welcome": "Hola, ¿en qué ayudamos?"},
    secrets={"auth_token": "00112233aabbccdd-00112233aabbccdd-00112233aabbccdd"},
    public_url="https://desk.test",
)


def sign(body: bytes, headers: Mapping[str, str], account: Account, at: datetime) -> dict[str, str]:
    """Return the headers as the vendor would send them; it signs no time."""
    del at
    return {**headers, connector.HEADER: connector.sign(body, account.secrets["auth_token"])}
