"""The channel's translation: signed events and interactions in, calls of the Web API out."""

import hmac
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hilo.connectors.slack import inbound, outbound, setup
from hilo.connectors.slack.inbound import Desk
from hilo.connectors.slack.simulator import Workspace
from hilo.kit.errors import BadSignature
from hilo.sdk import manifest as manifests
from hilo.sdk.abilities import Connected, Fetched, Profile, Sample
from hilo.sdk.account import Account, Answer, Asked, Check, Delivery, SettingsRead
from hilo.sdk.inbound import Inbound
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import (
    Accepted,
    ActionOut,
    Call,
    MessageOut,
    Recipient,
    Reply,
    Sending,
)
from hilo.sdk.simulator import Simulator

HEADER = "x-slack-signature"
MOMENT = "x-slack-request-timestamp"
_FRESH_S = 300


class Slack:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifests.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the raw bytes and their moment; return the event's id, the same in every repeat."""
        given, stamp = delivery.headers.get(HEADER, ""), delivery.headers.get(MOMENT, "")
        keys = [account.secrets.get(name, "") for name in ("signing_secret", "previous_secret")]
        marks = [sign(delivery.body, stamp, key).encode() for key in keys if key]
        if not any(hmac.compare_digest(given.encode(), mark) for mark in marks):
            raise BadSignature(f"{HEADER} fits none of the account's secrets")
        is_moment = stamp.isascii() and stamp.isdigit()
        if not is_moment or abs(delivery.received_at.timestamp() - int(stamp)) > _FRESH_S:
            raise BadSignature(f"{MOMENT} is more than five minutes away")
        envelope = inbound.event_of(delivery.body)
        return f"event:{envelope.event_id}" if envelope and envelope.event_id else None

    def greet(self, asked: Asked, account: Account) -> Answer | None:
        """Give the challenge back, and say nothing to an interaction: words would be shown."""
        del account
        if asked.method != "POST":
            return None
        if asked.body.startswith(b"payload="):
            return Answer(stores=True)
        envelope = inbound.event_of(asked.body)
        if envelope is None or envelope.type != "url_verification":
            return None
        return Answer(body=envelope.challenge.encode())

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        takes = account.settings.get("channels") is not False
        return inbound.read(delivery.body, Desk(account.address or "", takes))

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part."""
        return outbound.send(message, account)

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the channel names its messages."""
        del message, account
        return None

    def resolve(
        self, message: MessageOut, account: Account
    ) -> Generator[Call, Reply, Accepted | None]:
        """Look whether a part arrived after all."""
        return outbound.resolve(message, account)

    def act(self, action: ActionOut, account: Account) -> Sending:
        """React, change or take back."""
        return outbound.act(action, account)

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
        """Learn whose token it is."""
        return setup.connect(account)

    def disconnect(self, account: Account) -> Generator[Call, Reply, None]:
        """Leave the application as it is: it is removed by hand."""
        del account
        yield from ()

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try each step."""
        return setup.check(account)

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as somebody in the workspace would."""
        event = {
            "type": "message",
            "channel": "D0HILO",
            "channel_type": "im",
            "user": "U0HILO",
            "text": "Hilo · test",
            "ts": f"{at.timestamp():.6f}",
        }
        envelope = {
            "type": "event_callback",
            "team_id": account.address or "",
            "event_id": f"Ev{id_.hex}",
            "event": event,
        }
        body = msgspec.json.encode(envelope)
        headers = signed(body, account.secrets["signing_secret"], at)
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return the vendor on a shelf."""
        return Workspace(account, signed, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return an application of nobody."""
        return {"bot_token": f"xoxb-sandbox-{seed.hex}", "signing_secret": seed.hex}


def sign(body: bytes, stamp: str, key: str) -> str:
    """Return the mark of raw bytes at a moment."""
    text = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.digest(key.encode(), text, "sha256").hex()


def signed(body: bytes, key: str, at: datetime) -> dict[str, str]:
    """Return the headers that prove where a delivery comes from, and when."""
    stamp = str(int(at.timestamp()))
    return {HEADER: sign(body, stamp, key), MOMENT: stamp, "content-type": "application/json"}


CONNECTOR = Slack()
