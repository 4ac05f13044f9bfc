"""The channel's translation: signed forms in, form posts out."""

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from hilo.connectors.twilio import inbound, outbound, setup, signing
from hilo.connectors.twilio.simulator import Network
from hilo.sdk import manifest as manifests
from hilo.sdk.abilities import Connected, Fetched, Sample, TemplateSeen
from hilo.sdk.account import Account, Answer, Asked, Check, Delivery, SettingsRead
from hilo.sdk.forms import urlencoded
from hilo.sdk.inbound import Inbound
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Accepted, Call, MarkOut, MessageOut, Reply, Sending
from hilo.sdk.simulator import Simulator

_EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Twilio:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifests.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the signature, which covers our address as the vendor calls it."""
        tokens = [account.secrets.get(each, "") for each in ("auth_token", "previous_secret")]
        given = delivery.headers.get(signing.HEADER, "")
        signing.check(tokens, delivery.url, delivery.body, given)
        return None

    def greet(self, asked: Asked, account: Account) -> Answer | None:
        """Answer with an empty document: any other text would be sent to the contact."""
        del account
        if asked.method == "GET":
            return None
        return Answer(body=_EMPTY, media_type="text/xml", stores=True)

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        del account
        return inbound.read(dict(signing.fields(delivery.body)), delivery.url)

    def link(self, account: Account) -> str:
        """Return the link of the network the number is in."""
        if account.settings.get("by") != "whatsapp":
            return self._manifest.invite
        digits = str(account.settings.get("number") or "").lstrip("+")
        return f"https://wa.me/{digits}?text={{token}}" if digits else ""

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part."""
        return outbound.send(message, account)

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the vendor names its messages."""
        del message, account
        return None

    def mark(self, mark: MarkOut, account: Account) -> Sending:
        """Show that we type, where the network shows it."""
        return outbound.mark(mark, account)

    def resolve(
        self, message: MessageOut, account: Account
    ) -> Generator[Call, Reply, Accepted | None]:
        """Look whether a part arrived after all."""
        return outbound.resolve(message, account)

    def fetch(self, url: str, account: Account) -> Generator[Call, Reply, Fetched]:
        """Get a file."""
        return outbound.fetch(url, account)

    def templates(self, account: Account) -> Generator[Call, Reply, Sequence[TemplateSeen]]:
        """Return the approved texts."""
        return outbound.templates(account)

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings."""
        return setup.configure(self._manifest, given, old)

    def connect(self, account: Account) -> Generator[Call, Reply, Connected]:
        """Point the number to us."""
        return setup.connect(account)

    def disconnect(self, account: Account) -> Generator[Call, Reply, None]:
        """Leave the number as it is: it may be used by somebody else by now."""
        del account
        yield from ()

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try each step."""
        return setup.check(account)

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as a phone would."""
        number = str(account.settings.get("number", ""))
        fields = [
            ("MessageSid", f"SM{id_.hex}"),
            ("From", outbound.address("+12025550199", account)),
            ("To", outbound.address(number, account)),
            ("Body", "Hilo · test"),
            ("NumMedia", "0"),
        ]
        content_type, body = urlencoded(fields)
        signed = signing.sign(account.secrets["auth_token"], account.webhook_url, fields)
        headers = {"content-type": content_type, signing.HEADER: signed}
        url = account.webhook_url
        written = Delivery(body=body, headers=headers, url=url, received_at=at)
        return Sample(entrance="hook", delivery=written)

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return the vendor on a shelf."""
        return Network(account, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return an account of nobody."""
        return {
            "account_sid": f"AC{seed.hex}",
            "auth_token": seed.hex[::-1],
            "number": f"+1202555{seed.int % 10**7:07}",
        }


CONNECTOR = Twilio()
