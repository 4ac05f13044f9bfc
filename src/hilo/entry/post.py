"""Mail of the house itself: invitations and resets. Sent only where a workspace can send mail.

A letter holds a link that opens something, so it lies sealed in the queue.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain.inboxes import AccountRow, Carrier, Channels, catcher
from hilo.domain.inboxes import queries as inboxes
from hilo.kit import clock, ids, jobs
from hilo.kit.crypto import Vault
from hilo.kit.db import Database, Tx
from hilo.kit.messages import Catalogue
from hilo.sdk.outbound import MessageOut, Recipient, SmtpCall

_CONTEXT = "letter"
_TO_CONTACTS = frozenset({"shop_code"})  # whatever else there is opens the house


class Letter(Struct, frozen=True, kw_only=True):
    """A short mail. key: of its texts in the catalogue, `mail.<key>.subject` and `.text`."""

    to: str
    key: str
    locale: str
    params: Mapping[str, str]


class LetterJob(Struct, frozen=True, kw_only=True):
    """A letter in the queue. sealed: the letter, in base64; id: of its Message-ID."""

    workspace: UUID
    account: UUID
    id: UUID
    sealed: str


class Post(Protocol):
    """Sends letters from the workspace of the transaction."""

    async def can_send(self, tx: Tx) -> bool:
        """Say whether the workspace has an outgoing server."""
        ...

    async def send(self, tx: Tx, letter: Letter) -> bool:
        """Queue a letter in the transaction; False: there is no outgoing server."""
        ...


class AccountPost:
    """Sends by the first account of the workspace that has a mail server."""

    def __init__(self, vault: Vault) -> None:
        """vault: seals letters while they wait."""
        self._vault = vault

    async def can_send(self, tx: Tx) -> bool:
        """Say whether there is such an account."""
        return await inboxes.mail_way_out(tx) is not None

    async def send(self, tx: Tx, letter: Letter) -> bool:
        """Queue the letter."""
        account = await inboxes.mail_way_out(tx)
        if account is None:
            return False
        sealed = b64encode(self._vault.seal(msgspec.json.encode(letter), _CONTEXT)).decode()
        job = LetterJob(workspace=tx.workspace, account=account, id=ids.new_id(), sealed=sealed)
        await jobs.enqueue(tx, "letter", job)
        return True


class Postman:
    """The worker's side: hands a letter to the account's connector and makes its calls."""

    def __init__(
        self, db: Database, channels: Channels, carrier: Carrier, catalogue: Callable[[], Catalogue]
    ) -> None:
        """catalogue: has the texts."""
        self._db = db
        self._channels = channels
        self._carrier = carrier
        self._catalogue = catalogue

    async def deliver(self, job: LetterJob) -> None:
        """Send it. An account that is gone takes its letters with it."""
        opened = self._channels.vault.open(b64decode(job.sealed), _CONTEXT)
        letter = msgspec.json.decode(opened, type=Letter)
        async with self._db.transaction(job.workspace) as tx:
            row = await inboxes.account(tx, job.account)
        if row is not None:
            await self._hand_over(job, letter, row)

    async def _hand_over(self, job: LetterJob, letter: Letter, row: AccountRow) -> None:
        whose = row.id if letter.key in _TO_CONTACTS else None

        async def catch(call: SmtpCall) -> None:
            async with self._db.transaction(job.workspace) as tx:
                await catcher.keep(tx, whose, call.mail_from, call.rcpt_to, call.message)

        connector = self._channels.of(row)
        message = self._message(job, letter)
        account = self._channels.opened(row)
        await self._carrier.send(connector.send(message, account), account, catch)

    def _message(self, job: LetterJob, letter: Letter) -> MessageOut:
        texts = self._catalogue()
        key = f"mail.{letter.key}"
        return MessageOut(
            id=job.id,
            conversation=job.id,
            number=0,
            part=1,
            to=Recipient(kind="email", value=letter.to),
            subject=texts.t(letter.locale, f"{key}.subject", **letter.params),
            text=texts.t(letter.locale, f"{key}.text", **letter.params),
            locale=letter.locale,
            at=clock.now(),
        )
