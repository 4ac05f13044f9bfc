"""The channel's translation of the Bot API: updates in, methods out.

A tap on a button wants an answer at once; it rides in our answer to the update.
"""

import hmac
import re
import secrets
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hilo.connectors.telegram import files, inbound, outbound, setup
from hilo.connectors.telegram.simulator import Bot
from hilo.kit.errors import BadSignature, FieldError, Invalid
from hilo.sdk import manifest as manifests
from hilo.sdk import settings as form
from hilo.sdk.abilities import Connected, Fetched, Profile, Sample
from hilo.sdk.account import Account, Answer, Asked, Check, Delivery, SettingsRead
from hilo.sdk.inbound import Inbound
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import ActionOut, Call, MarkOut, MessageOut, Recipient, Reply, Sending
from hilo.sdk.simulator import Simulator

HEADER = "x-telegram-bot-api-secret-token"
_TOKEN = re.compile(r"^\d{1,20}:[A-Za-z0-9_-]{20,100}$")
_SECRET = re.compile(r"^[A-Za-z0-9_-]{16,256}$")


class Telegram:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifests.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Compare the secret header; the vendor signs nothing else."""
        given = delivery.headers.get(HEADER, "").encode()
        active = [account.secrets.get(name, "") for name in ("secret", "previous_secret")]
        matches = [hmac.compare_digest(given, each.encode()) for each in active if each]
        if not any(matches):
            raise BadSignature("the secret header is missing or wrong")
        return None

    def greet(self, asked: Asked, account: Account) -> Answer | None:
        """Answer a tap within the answer to its update, so that its button stops waiting."""
        del account
        tap = inbound.tap_of(asked.body) if asked.method == "POST" else None
        if tap is None:
            return None
        body = msgspec.json.encode({"method": "answerCallbackQuery", "callback_query_id": tap})
        return Answer(body=body, media_type="application/json", stores=True)

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        takes_groups = account.settings.get("groups") is True
        return inbound.read(delivery.body, takes_groups=takes_groups)

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part."""
        return outbound.send(message, account)

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the chat numbers its messages."""
        del message, account
        return None

    def act(self, action: ActionOut, account: Account) -> Sending:
        """React, change or take back."""
        return outbound.act(action, account)

    def mark(self, mark: MarkOut, account: Account) -> Sending:
        """Show that we type or have read."""
        return outbound.mark(mark, account)

    def fetch(self, url: str, account: Account) -> Generator[Call, Reply, Fetched]:
        """Get a file by the vendor's id of it."""
        return files.fetch(url, account)

    def profile(self, who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
        """Ask for name and picture."""
        return files.profile(who, account)

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try the token and the way back."""
        return setup.check(account)

    def connect(self, account: Account) -> Generator[Call, Reply, Connected]:
        """Tell the vendor our address."""
        return setup.connect(account)

    def disconnect(self, account: Account) -> Generator[Call, Reply, None]:
        """Take our address back."""
        return setup.disconnect(account)

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the token's form; make the secret where there is none."""
        read = form.read(self._manifest, given, old)
        kept = dict(read.secrets)
        kept.setdefault("secret", secrets.token_urlsafe(32))
        if not _TOKEN.match(kept.get("token", "")):
            expected = "digits, a colon and letters, as BotFather shows it"
            raise Invalid(FieldError("settings.token", "invalid", expected))
        if not _SECRET.match(kept["secret"]):
            expected = "16 to 256 of A-Z, a-z, 0-9, _ and -"
            raise Invalid(FieldError("settings.secret", "invalid", expected))
        return msgspec.structs.replace(read, secrets=kept)

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as somebody would who tries the bot."""
        seconds = int(at.timestamp())
        sender = {"id": 1, "is_bot": False, "first_name": "Hilo"}
        message = {
            "message_id": id_.int % 2**31,
            "date": seconds,
            "chat": {"id": 1, "type": "private", "first_name": "Hilo"},
            "from": sender,
            "text": "Hilo · test",
        }
        body = msgspec.json.encode({"update_id": id_.int % 2**31, "message": message})
        headers = {HEADER: account.secrets["secret"], "content-type": "application/json"}
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return the vendor on a shelf."""
        return Bot(account, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return a token of no bot."""
        return {"token": f"{seed.int % 10**9}:sandbox-{seed.hex}"}


CONNECTOR = Telegram()
