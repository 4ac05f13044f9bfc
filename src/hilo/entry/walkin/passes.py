"""The pass of a kiosk's turn: short enough for a code, good for a while, and used once.

It says which visit and whose; the kiosk shows it, the phone gives it back.
"""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from hilo.kit.crypto import Vault
from hilo.kit.errors import NotFound

LIFE = timedelta(minutes=15)
_PURPOSE = "walk-in pass"
_SAID_CHARS = 48  # two ids and a moment, in base64


class Pass(Struct, frozen=True):
    """Which visit, and which visitor took it."""

    visit: UUID
    visitor: UUID


def write(vault: Vault, account: UUID, given: Pass, now: datetime) -> str:
    """Return the pass as text."""
    until = int((now + LIFE).timestamp()).to_bytes(4, "big")
    raw = given.visit.bytes + given.visitor.bytes + until
    said = base64.urlsafe_b64encode(raw).decode()
    return said + vault.sign(_PURPOSE, f"{account}:{said}")


def read(vault: Vault, account: UUID, text: str, now: datetime) -> Pass:
    """Return what it says. Raises: NotFound: not ours, of another shop, too old."""
    said, signature = text[:_SAID_CHARS], text[_SAID_CHARS:]
    if not vault.check(_PURPOSE, f"{account}:{said}", signature):
        raise NotFound("no such turn")
    raw = base64.urlsafe_b64decode(said)
    if int.from_bytes(raw[32:], "big") < now.timestamp():
        raise NotFound("the code is too old")
    return Pass(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]))
