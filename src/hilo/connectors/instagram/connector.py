"""Instagram's translation. Each duty is one line here; the rooms it names do the work."""

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hilo.connectors._graph import door, sketch, talk
from hilo.connectors.instagram import comments, inbound, setup
from hilo.connectors.instagram.simulator import InstagramSimulator
from hilo.sdk import manifest
from hilo.sdk.abilities import Connected, Profile, Sample
from hilo.sdk.account import Account, Answer, Asked, Check, Delivery, SettingsRead
from hilo.sdk.inbound import Inbound
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import ActionOut, Call, MarkOut, MessageOut, Recipient, Reply, Sending
from hilo.sdk.simulator import Simulator

_PROFILE = (
    "name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,"
    "is_verified_user"
)
_KEPT = ("username", "follower_count", "is_user_follow_business", "is_verified_user")


class Instagram:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifest.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the signature. A repeat has the same bytes, so the body's hash knows it."""
        door.check(delivery, door.active(account))
        return None

    def greet(self, asked: Asked, account: Account) -> Answer | None:
        """Answer the handshake."""
        return door.greet(asked, account)

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        return inbound.read(delivery.body, account)

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part: a direct message, or an answer to a comment."""
        if comments.is_one(message):
            return comments.answer(message, setup.way(account))
        return talk.send(message, setup.way(account))

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the vendor does, and its echo has the same words."""
        del message, account
        return None

    def act(self, action: ActionOut, account: Account) -> Sending:
        """React to a message; delete a comment of ours."""
        way = setup.way(account)
        if action.does == "delete" and action.external_id.startswith(comments.PREFIX):
            return comments.remove(action.external_id, way)
        return talk.act(action, way)

    def mark(self, mark: MarkOut, account: Account) -> Sending:
        """Show reading or typing."""
        return talk.mark(mark, setup.way(account))

    def profile(self, who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
        """Ask for name and picture; who has not consented stays unnamed."""
        graph = setup.way(account).graph
        told = yield from graph.ask(graph.get(who.value, fields=_PROFILE))
        return Profile(
            name=str(told.get("name") or told.get("username") or ""),
            avatar=str(told.get("profile_pic") or ""),
            attributes={name: told[name] for name in _KEPT if name in told},
        )

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings; make the word for the handshake."""
        return setup.configure(self._manifest, given, old)

    def connect(self, account: Account) -> Generator[Call, Reply, Connected]:
        """Subscribe to the account; renew its token."""
        return setup.connect(account)

    def disconnect(self, account: Account) -> Generator[Call, Reply, None]:
        """Take it back."""
        return setup.disconnect(account)

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try each step."""
        return setup.check(account)

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as a person would, signed as the vendor would."""
        own, stamp = account.address or "1", int(at.timestamp() * 1000)
        message = {"mid": f"m_test{id_.hex}", "text": "Hilo · test"}
        item = {"sender": {"id": "1"}, "recipient": {"id": own}, "timestamp": stamp}
        entry = {"id": own, "time": stamp, "messaging": [{**item, "message": message}]}
        body = msgspec.json.encode({"object": inbound.OBJECT, "entry": [entry]})
        headers = door.sign(body, door.active(account)[0])
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def simulator(self, account: Account) -> Simulator:
        """Return a vendor that knows this account only."""
        return InstagramSimulator(account)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return settings of an account of the sandbox."""
        return {
            "login": "instagram",
            "account_id": sketch.number(seed, 15, "4"),
            "access_token": f"IGAA{seed.hex}",
            "app_secret": seed.hex,
            "username": "casafaro",
        }


CONNECTOR = Instagram()
