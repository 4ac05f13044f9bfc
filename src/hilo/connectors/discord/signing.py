"""The vendor's signature: Ed25519 over the moment and the raw bytes.

In the sandbox the vendor's own key is made from the account's token; outside nobody knows it.
"""

import hashlib
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from hilo.kit.errors import BadSignature
from hilo.sdk.account import Account, Delivery

HEADER = "x-signature-ed25519"
MOMENT = "x-signature-timestamp"
_FRESH_S = 300


def check(delivery: Delivery, account: Account) -> None:
    """Check the raw bytes and their moment. Raises BadSignature."""
    if not account.secrets.get("bot_token"):
        raise BadSignature("the account has no secrets")
    given, stamp = delivery.headers.get(HEADER, ""), delivery.headers.get(MOMENT, "")
    try:
        key = Ed25519PublicKey.from_public_bytes(
            bytes.fromhex(str(account.settings.get("public_key") or ""))
        )
        key.verify(bytes.fromhex(given), stamp.encode() + delivery.body)
    except (ValueError, InvalidSignature) as error:
        raise BadSignature(f"{HEADER} does not fit the public key") from error
    is_moment = stamp.isascii() and stamp.isdigit()
    if not is_moment or abs(delivery.received_at.timestamp() - int(stamp)) > _FRESH_S:
        raise BadSignature(f"{MOMENT} is more than five minutes away")


def made_up_key(token: str) -> Ed25519PrivateKey:
    """Return the key of a vendor that is none."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(token.encode()).digest())


def public_of(token: str) -> str:
    """Return the other half of it, as the vendor would show it."""
    return made_up_key(token).public_key().public_bytes_raw().hex()


def sign(body: bytes, token: str, at: datetime) -> dict[str, str]:
    """Return the headers that prove a delivery of the sandbox."""
    stamp = str(int(at.timestamp()))
    mark = made_up_key(token).sign(stamp.encode() + body)
    return {HEADER: mark.hex(), MOMENT: stamp, "content-type": "application/json"}
