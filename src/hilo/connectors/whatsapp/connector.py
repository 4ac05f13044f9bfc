"""WhatsApp's translation. Each duty is one line here; the rooms beside this file do the work."""

import hmac
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from typing_extensions import override

from hilo.connectors._graph import door, sketch
from hilo.connectors._graph.channel import GraphChannel
from hilo.connectors.whatsapp import inbound, outbound, setup, templates, ways
from hilo.connectors.whatsapp.simulator import WhatsAppSimulator
from hilo.kit.errors import BadSignature
from hilo.sdk.abilities import Connected, Fetched, Sample, TemplateSeen
from hilo.sdk.account import Account, Check, Delivery, SettingsRead
from hilo.sdk.inbound import Inbound
from hilo.sdk.outbound import ActionOut, Call, MarkOut, MessageOut, Reply, Sending
from hilo.sdk.simulator import Simulator


class WhatsApp(GraphChannel):
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        super().__init__(__package__)

    @override
    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the signature; of 360dialog, which signs nothing, the header agreed upon.

        A repeat has the same bytes, so the body's hash knows it.
        """
        if ways.by(account) != ways.DIALOG:
            return super().verify(delivery, account)
        given = delivery.headers.get(setup.SECRET_HEADER, "").encode()
        keys = [each.encode() for each in door.active(account, "secret")]
        if not any([hmac.compare_digest(key, given) for key in keys]):  # noqa: C419 - all, always
            raise BadSignature(f"{setup.SECRET_HEADER} fits none of the account's secrets")
        return None

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        return inbound.read(delivery.body, account)

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part."""
        return outbound.send(message, ways.of(account))

    def act(self, action: ActionOut, account: Account) -> Sending:
        """React to a message."""
        return outbound.act(action, ways.of(account))

    def mark(self, mark: MarkOut, account: Account) -> Sending:
        """Show reading or typing."""
        return outbound.mark(mark, ways.of(account))

    def fetch(self, url: str, account: Account) -> Generator[Call, Reply, Fetched]:
        """Get a file that came with a message."""
        return outbound.fetch(url, ways.of(account))

    def templates(self, account: Account) -> Generator[Call, Reply, Sequence[TemplateSeen]]:
        """Return all templates of the account."""
        return templates.seen(ways.of(account))

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings; make the words for the handshake."""
        return setup.configure(self._manifest, given, old)

    def connect(self, account: Account) -> Generator[Call, Reply, Connected]:
        """Point the vendor's webhook to us."""
        return setup.connect(account)

    def disconnect(self, account: Account) -> Generator[Call, Reply, None]:
        """Take it back."""
        return setup.disconnect(account)

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try each step."""
        return setup.check(account)

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as a person would, signed as the vendor would."""
        body = msgspec.json.encode(_sample(account, id_, at))
        keys = [*door.active(account), *door.active(account, "secret")]
        headers = door.sign(body, keys[0])
        if ways.by(account) == ways.DIALOG:
            headers = {setup.SECRET_HEADER: account.secrets.get("secret", "")}
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return a vendor that knows this account only."""
        return WhatsAppSimulator(account, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return settings of an account of the sandbox."""
        return {
            "by": ways.CLOUD,
            "phone_number_id": sketch.number(seed, 15, "1"),
            "business_account_id": sketch.number(seed, 15, "2"),
            "number": "12025550100",
            "access_token": f"EAA{seed.hex}",
            "app_secret": seed.hex,
        }


def _sample(account: Account, id_: UUID, at: datetime) -> dict[str, object]:
    message = {
        "from": "15550100000",
        "id": f"wamid.test-{id_}",
        "timestamp": str(int(at.timestamp())),
        "type": "text",
        "text": {"body": "Hilo · test"},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": account.address or "1", "display_phone_number": "1"},
        "contacts": [{"profile": {"name": "Hilo"}, "wa_id": "15550100000"}],
        "messages": [message],
    }
    return {
        "object": inbound.OBJECT,
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }


CONNECTOR = WhatsApp()
