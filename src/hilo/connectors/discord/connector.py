"""The channel's translation: frames of the Gateway and signed interactions in, API calls out.

Messages come by a held connection (`live`); buttons come to our address, signed. In the sandbox
frames come to the address too, for no connection is held there.
"""

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hilo.connectors.discord import inbound, outbound, setup, signing
from hilo.connectors.discord.inbound import Desk
from hilo.connectors.discord.live import Gateway
from hilo.connectors.discord.simulator import Server
from hilo.sdk import manifest as manifests
from hilo.sdk.abilities import Arrive, Connected, Cursors, Profile, Sample
from hilo.sdk.account import Account, Answer, Asked, Check, Delivery, SettingsRead
from hilo.sdk.inbound import Inbound
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import ActionOut, Call, MarkOut, MessageOut, Recipient, Reply, Sending
from hilo.sdk.simulator import Simulator


class Discord:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifests.read(__package__)
        self._gateway = Gateway()

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the raw bytes and their moment."""
        signing.check(delivery, account)
        return None

    def greet(self, asked: Asked, account: Account) -> Answer | None:
        """Answer a trial, and a pressed button, so that it stops waiting."""
        del account
        given = inbound.interaction_of(asked.body) if asked.method == "POST" else None
        if given is None or given.type not in {inbound.PING, inbound.PRESSED}:
            return None
        is_trial = given.type == inbound.PING
        body = b'{"type":1}' if is_trial else b'{"type":6}'
        return Answer(body=body, media_type="application/json", stores=not is_trial)

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        takes = account.settings.get("channels") is True
        return inbound.read(delivery.body, Desk(account.address or "", takes))

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part."""
        return outbound.send(message, account)

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the vendor names its messages."""
        del message, account
        return None

    def act(self, action: ActionOut, account: Account) -> Sending:
        """React, change or take back."""
        return outbound.act(action, account)

    def mark(self, mark: MarkOut, account: Account) -> Sending:
        """Show that we type."""
        return outbound.mark(mark, account)

    def profile(self, who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
        """Ask for name and picture."""
        return outbound.profile(who, account)

    def wants(self, account: Account) -> bool:
        """Say that messages come by a held connection."""
        return self._gateway.wants(account)

    async def hold(self, account: Account, arrive: Arrive, cursors: Cursors) -> None:
        """Hold it."""
        await self._gateway.hold(account, arrive, cursors)

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
        return (yield from setup.check(account))

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as somebody would who tries the bot."""
        message = {
            "id": str(id_.int % 2**62),
            "channel_id": "1",
            "author": {"id": "2", "username": "hilo"},
            "content": "Hilo · test",
            "timestamp": at.isoformat(),
        }
        body = msgspec.json.encode({"op": 0, "s": 1, "t": "MESSAGE_CREATE", "d": message})
        headers = signing.sign(body, account.secrets["bot_token"], at)
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return the vendor on a shelf."""
        return Server(account, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return a bot of nobody, with a key that the sandbox knows."""
        token = setup.made_up_token(seed)
        return {"bot_token": token, "public_key": signing.public_of(token)}


CONNECTOR = Discord()
