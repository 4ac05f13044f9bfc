"""The duties that are word for word the same behind the Graph API."""

from collections.abc import Generator
from datetime import datetime
from uuid import UUID

import msgspec

from hilo.connectors._graph import door, talk
from hilo.connectors._graph.talk import Way
from hilo.sdk import manifest
from hilo.sdk.abilities import Sample
from hilo.sdk.account import Account, Answer, Asked, Delivery
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import ActionOut, Call, MarkOut, MessageOut, Reply, Sending


class GraphChannel:
    """What all three have."""

    def __init__(self, package: str) -> None:
        """package: the channel's folder, for its manifest."""
        self._manifest = manifest.read(package)

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

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the vendor does."""
        del message, account
        return None


class DialogueChannel(GraphChannel):
    """What the two with a dialogue have."""

    kind: str
    """The object of their batches."""

    def way(self, account: Account) -> Way:
        """Return how the account speaks."""
        raise NotImplementedError

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part."""
        return talk.send(message, self.way(account))

    def act(self, action: ActionOut, account: Account) -> Sending:
        """React to a message."""
        return talk.act(action, self.way(account))

    def mark(self, mark: MarkOut, account: Account) -> Sending:
        """Show reading or typing."""
        return talk.mark(mark, self.way(account))

    def disconnect(self, account: Account) -> Generator[Call, Reply, None]:
        """Ask for nothing any more."""
        way = self.way(account)
        yield from way.graph.ask(way.graph.delete(f"{way.own}/subscribed_apps"))

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as a person would, signed as the vendor would."""
        own, stamp = account.address or "1", int(at.timestamp() * 1000)
        message = {"mid": f"m_test{id_.hex}", "text": "Hilo · test"}
        item = {"sender": {"id": "1"}, "recipient": {"id": own}, "timestamp": stamp}
        entry = {"id": own, "time": stamp, "messaging": [{**item, "message": message}]}
        body = msgspec.json.encode({"object": self.kind, "entry": [entry]})
        headers = door.sign(body, door.active(account)[0])
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )
