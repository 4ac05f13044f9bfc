"""The channel's translation: signed batches of events in, pushes with a key out."""

import base64
import hmac
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hilo.connectors.line import inbound, outbound, setup
from hilo.connectors.line.simulator import OfficialAccount
from hilo.kit.errors import BadSignature
from hilo.sdk import manifest as manifests
from hilo.sdk.abilities import Connected, Fetched, Profile, Sample
from hilo.sdk.account import Account, Check, Delivery, SettingsRead
from hilo.sdk.inbound import Inbound
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, MarkOut, MessageOut, Recipient, Reply, Sending
from hilo.sdk.simulator import Simulator

HEADER = "x-line-signature"


class Line:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifests.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the raw bytes. A repeat says so in its body: events are known by their own ids."""
        given = delivery.headers.get(HEADER, "").encode()
        keys = [account.secrets.get(name, "") for name in ("channel_secret", "previous_secret")]
        marks = [sign(delivery.body, key).encode() for key in keys if key]
        if not any(hmac.compare_digest(given, mark) for mark in marks):
            raise BadSignature(f"{HEADER} fits none of the account's secrets")
        return None

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        return inbound.read(delivery.body, takes_groups=account.settings.get("groups") is True)

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part."""
        return outbound.send(message, account)

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the vendor names its messages."""
        del message, account
        return None

    def mark(self, mark: MarkOut, account: Account) -> Sending:
        """Show that we type."""
        return outbound.mark(mark, account)

    def fetch(self, url: str, account: Account) -> Generator[Call, Reply, Fetched]:
        """Get a file."""
        return outbound.fetch(url, account)

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
        """Leave the address there: this vendor takes no empty one, and it is turned off by hand."""
        del account
        yield from ()

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try each step."""
        return setup.check(account)

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as a phone would."""
        event = {
            "type": "message",
            "timestamp": int(at.timestamp() * 1000),
            "mode": "active",
            "webhookEventId": id_.hex,
            "deliveryContext": {"isRedelivery": False},
            "source": {"type": "user", "userId": f"U{0:032x}"},
            "message": {"type": "text", "id": f"trial-{id_.hex}", "text": "Hilo · test"},
        }
        body = msgspec.json.encode({"destination": account.address or "", "events": [event]})
        headers = {
            HEADER: sign(body, account.secrets["channel_secret"]),
            "content-type": "application/json",
        }
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return the vendor on a shelf."""
        return OfficialAccount(account, lambda body, key: {HEADER: sign(body, key)}, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return an official account of nobody."""
        return {
            "channel_secret": seed.hex,
            "access_token": f"sandbox-{seed.hex[::-1]}",
            "basic_id": f"@{seed.hex[:8]}",
        }


def sign(body: bytes, key: str) -> str:
    """Return the mark of raw bytes."""
    return base64.b64encode(hmac.digest(key.encode(), body, "sha256")).decode()


CONNECTOR = Line()
