"""Signatures after Standard Webhooks: HMAC-SHA256 over id, time and raw body, several at once.

Source: https://github.com/standard-webhooks/standard-webhooks (read 2026-11).
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from hilo.kit.errors import BadSignature

PREFIX = "whsec_"
_TOLERANCE_S = 300
_KEY_BYTES = 32
_SHORTEST_KEY_BYTES = 16
_LONGEST_ID = 256


def new_secret() -> str:
    """Return a secret of 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


@lru_cache(maxsize=256)
def key_of(secret: str) -> bytes:
    """Return the key in a secret. Raises ValueError when it is not `whsec_` and padded base64."""
    if not secret.startswith(PREFIX):
        raise ValueError("does not begin with whsec_")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("is not padded base64") from error
    if len(key) < _SHORTEST_KEY_BYTES:
        raise ValueError(f"holds fewer than {_SHORTEST_KEY_BYTES} bytes")
    return key


def active(given: Mapping[str, str]) -> list[bytes]:
    """Return the keys that count: today's, and the former one while it is being rotated."""
    return [key_of(given[name]) for name in ("secret", "previous_secret") if given.get(name)]


def sign(keys: Sequence[bytes], id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers, with one signature for each key."""
    stamp = str(int(at.timestamp()))
    marks = " ".join(f"v1,{_mark(key, id_, stamp, body).decode()}" for key in keys)
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": marks}


def check(keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Return the signed id. Raises BadSignature: missing, wrong, or more than 5 minutes off."""
    id_ = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    if not id_ or len(id_) > _LONGEST_ID or not stamp.isascii() or not stamp.isdigit():
        raise BadSignature("webhook-id or webhook-timestamp is missing")
    if len(stamp) > len("9999999999") or abs(now.timestamp() - int(stamp)) > _TOLERANCE_S:
        raise BadSignature("webhook-timestamp is more than 5 minutes off")
    given = [
        mark.encode()
        for version, comma, mark in (
            each.partition(",") for each in headers.get("webhook-signature", "").split()
        )
        if version == "v1" and comma
    ]
    fits = False
    for key in keys:
        expected = _mark(key, id_, stamp, body)
        for mark in given:
            fits |= hmac.compare_digest(expected, mark)
    if not fits:
        raise BadSignature("webhook-signature fits none of the account's secrets")
    return id_


def _mark(key: bytes, id_: str, stamp: str, body: bytes) -> bytes:
    signed = b".".join((id_.encode(), stamp.encode(), body))
    return base64.b64encode(hmac.digest(key, signed, "sha256"))
