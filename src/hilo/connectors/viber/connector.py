"""The channel's translation: signed callbacks in, messages of the bot out.

Whoever opens the chat is greeted within our answer to the callback: before anything was written,
the vendor takes no message but that one.
"""

import hmac
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hilo.connectors.viber import inbound, outbound, setup
from hilo.connectors.viber.simulator import Bot
from hilo.kit.errors import BadSignature, MalformedPayload
from hilo.sdk import manifest as manifests
from hilo.sdk.abilities import Connected, Profile, Sample
from hilo.sdk.account import Account, Answer, Asked, Check, Delivery, SettingsRead
from hilo.sdk.inbound import Inbound
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, MessageOut, Recipient, Reply, Sending
from hilo.sdk.simulator import Simulator

HEADER = "x-viber-content-signature"


class Viber:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifests.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the raw bytes."""
        given = delivery.headers.get(HEADER, "").encode()
        keys = [account.secrets.get(name, "") for name in ("auth_token", "previous_secret")]
        marks = [sign(delivery.body, key).encode() for key in keys if key]
        if not any(hmac.compare_digest(given, mark) for mark in marks):
            raise BadSignature(f"{HEADER} fits none of the account's tokens")
        return None

    def greet(self, asked: Asked, account: Account) -> Answer | None:
        """Welcome whoever opens the chat for the first time, where there are words for it."""
        welcome = str(account.settings.get("welcome") or "")
        if asked.method != "POST" or not welcome:
            return None
        try:
            callback = inbound.decode(asked.body)
        except MalformedPayload:
            return None
        if callback.event != "conversation_started" or callback.subscribed:
            return None
        said = {"sender": {"name": outbound.sender_name(account)}, "type": "text", "text": welcome}
        return Answer(body=msgspec.json.encode(said), media_type="application/json", stores=True)

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        del account
        return inbound.read(delivery.body)

    def link(self, account: Account) -> str:
        """Return the link to the bot; there is none while only its id is known, not its name."""
        is_id = (account.address or "").startswith(setup.ID)
        return "" if is_id else self._manifest.invite

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part."""
        return outbound.send(message, account)

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the vendor names its messages."""
        del message, account
        return None

    def profile(self, who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
        """Ask for name and picture."""
        return outbound.profile(who, account)

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings."""
        return setup.configure(self._manifest, given, old)

    def connect(self, account: Account) -> Generator[Call, Reply, Connected]:
        """Tell the vendor our address."""
        return setup.connect(account)

    def disconnect(self, account: Account) -> Generator[Call, Reply, None]:
        """Take our address back."""
        return setup.disconnect(account)

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try each step."""
        return setup.check(account)

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as a phone would."""
        callback = {
            "event": "message",
            "timestamp": int(at.timestamp() * 1000),
            "message_token": id_.int % 2**62,
            "sender": {"id": "trial==", "name": "Hilo"},
            "message": {"type": "text", "text": "Hilo · test"},
        }
        body = msgspec.json.encode(callback)
        headers = {
            HEADER: sign(body, account.secrets["auth_token"]),
            "content-type": "application/json",
        }
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return the vendor on a shelf."""
        return Bot(account, lambda body, key: {HEADER: sign(body, key)}, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return a token of no bot."""
        return {"auth_token": f"{seed.hex[:16]}-{seed.hex[16:]}-{seed.hex[:16]}"}


def sign(body: bytes, key: str) -> str:
    """Return the mark of raw bytes."""
    return hmac.digest(key.encode(), body, "sha256").hex()


CONNECTOR = Viber()
