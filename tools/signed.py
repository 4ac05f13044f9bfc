"""Requests to the generic channel, signed as its other side signs them (Standard Webhooks)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping


def headers(secret: str, webhook_id: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """Return the three headers. secret: `whsec_…`; at: when it was signed, now when absent."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = str(int(time.time() if at is None else at))
    signed = f"{webhook_id}.{stamp}.".encode() + body
    mark = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{mark}",
    }


def message(id_: str, sender: Mapping[str, str], text: str) -> bytes:
    """Return the body of a message from a contact."""
    return json.dumps({"id": id_, "from": dict(sender), "text": text}).encode()
