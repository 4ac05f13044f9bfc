"""What leaves next: the first due part of a conversation, its attempt written down and committed.

Many conversations are asked for together, and share the statements and the commit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct, field

from hilo.domain import inboxes, library
from hilo.domain.conversations.errors import OptedOut, WindowClosed
from hilo.domain.conversations.models import MessageError
from hilo.domain.conversations.outgoing import letters, settling
from hilo.domain.conversations.outgoing.letters import Letter, Piece, Stationery
from hilo.domain.conversations.outgoing.settling import SQL, Begun, Part, error_of
from hilo.domain.conversations.replies.replying import Carry
from hilo.domain.inboxes import AccountRow, Channels, Pace
from hilo.domain.library import StoredFile
from hilo.kit.db import Database, Tx
from hilo.kit.errors import NotFound, Rejected, UnknownOutcome
from hilo.sdk.account import Account
from hilo.sdk.channel import ChannelConnector
from hilo.sdk.outbound import MessageOut

STALE = timedelta(seconds=15)  # its worker is gone: the job's lock is ours
_HOLD_BACK = timedelta(minutes=2)  # then later replies of the conversation go first


class Loaded(Struct, frozen=True):
    """An attempt that is written down. files: whose bytes are read before the call.

    is_only: nothing else waits in the conversation.
    """

    part: Part
    row: AccountRow
    connector: ChannelConnector
    account: Account
    message: MessageOut
    files: Mapping[UUID, StoredFile]
    is_only: bool = False


class Next(Struct, frozen=True):
    """What a conversation does now: make a call, or wait; neither when nothing is due."""

    loaded: Loaded | None = None
    wait_s: float | None = None


class _Chosen(Struct, frozen=True):
    """The part that may leave now, by which account, and those behind it.

    wait_s: of those before it.
    """

    due: tuple[Part, AccountRow] | None = None
    behind: Sequence[Part] = ()
    wait_s: float | None = None


class _Batch(Struct):
    """What waits in some conversations, and what comes of it.

    accounts: None = it is gone. free: by which account each was told that it may send.
    """

    waiting: Mapping[UUID, Sequence[Part]]
    accounts: Mapping[UUID, AccountRow | None]
    free: dict[UUID, UUID]
    letters: dict[UUID, Letter] = field(default_factory=dict)
    begun: list[Begun] = field(default_factory=list)


class Loader:
    """Loads; one per worker."""

    def __init__(
        self, db: Database, channels: Channels, stationery: Stationery, pace: Pace
    ) -> None:
        """stationery: what letters are made with; pace: says who may send now."""
        self._db = db
        self._channels = channels
        self._stationery = stationery
        self._pace = pace

    async def load(self, jobs: Sequence[Carry]) -> list[Next]:
        """Choose the next part of each and write its attempt down, or say how long it must wait."""
        free: dict[UUID, UUID] = {}
        try:
            async with self._db.transaction(jobs[0].workspace, plans_once=True) as tx:
                batch = await _batch(tx, [job.conversation for job in jobs], free)
                found = await self._all(tx, batch)
        except BaseException:
            for conversation, account in free.items():
                self._pace.give_back(account, conversation)
            raise
        # Twice the same conversation: who comes second waits until the first is done.
        return [found.pop(job.conversation, Next(wait_s=STALE.total_seconds())) for job in jobs]

    async def _all(self, tx: Tx, batch: _Batch) -> dict[UUID, Next]:
        chosen = {
            conversation: await self._choose(tx, batch, conversation, parts)
            for conversation, parts in batch.waiting.items()
        }
        due = [each.due[0].message for each in chosen.values() if each.due is not None]
        batch.letters |= await letters.read(tx, due)
        found = {
            conversation: await self._composed(tx, batch, conversation, each)
            for conversation, each in chosen.items()
        }
        await settling.begin(tx, batch.begun)
        return found

    async def _choose(
        self,
        tx: Tx,
        batch: _Batch,
        conversation: UUID,
        parts: Sequence[Part],
        wait_s: float | None = None,
    ) -> _Chosen:
        for number, part in enumerate(parts, 1):
            row = batch.accounts[part.account]
            left_s = await self._judge(tx, conversation, part, row)
            if left_s is None or row is None:
                continue
            if left_s <= 0:
                batch.free[conversation] = row.id
                return _Chosen((part, row), parts[number:], wait_s)
            wait_s = left_s if wait_s is None else min(wait_s, left_s)
            if not _may_be_overtaken(part, tx.now):
                break
        return _Chosen(wait_s=wait_s)

    async def _judge(
        self, tx: Tx, conversation: UUID, part: Part, row: AccountRow | None
    ) -> float | None:
        """Return in how many seconds the part may leave; None when it is settled or held."""
        if part.state == "sending":
            left = (part.attempted_at or part.due_at) + STALE - tx.now
            if left > timedelta(0):
                return left.total_seconds() + 0.1
        connector = None if row is None else self._channels.of(row)
        if part.is_doubtful and not (
            connector is not None and part.may_repeat(connector.manifest, tx.now)
        ):
            await settling.uncertain(tx, part, _doubt(part), connector)
            return None
        if row is None or row.state == "off":
            gone = MessageError(code="gone", detail="the account was removed", reason="account-off")
            await settling.failed(tx, part, gone)
            return None
        if row.state == "held":
            return None
        due_s = (part.due_at - tx.now).total_seconds()
        if due_s > 0:
            return due_s
        # One person's replies share the conversation: it stands for the recipient.
        rates = self._channels.of(row).manifest.limits.rates
        return self._pace.wait_s(row.id, conversation, rates)

    async def _composed(self, tx: Tx, batch: _Batch, conversation: UUID, chosen: _Chosen) -> Next:
        """Return the call to make. What cannot be sent at all fails, and the next is chosen."""
        while chosen.due is not None:
            part, row = chosen.due
            if part.message not in batch.letters:
                batch.letters |= await letters.read(tx, [part.message])
            letter = batch.letters.get(part.message)
            try:
                loaded, minted = await self._letter(tx, part, row, letter)
            except (NotFound, Rejected, WindowClosed, OptedOut) as error:
                await settling.failed(tx, part, error_of(error))
                self._pace.give_back(batch.free.pop(conversation), conversation)
                chosen = await self._choose(tx, batch, conversation, chosen.behind, chosen.wait_s)
                continue
            batch.begun.append(Begun(part, minted))
            is_only = len(batch.waiting[conversation]) == 1
            return Next(msgspec.structs.replace(loaded, is_only=is_only))
        return Next(wait_s=chosen.wait_s)

    async def _letter(
        self, tx: Tx, part: Part, row: AccountRow, letter: Letter | None
    ) -> tuple[Loaded, str | None]:
        """Return what is sent, and the name it goes by, where we give one."""
        connector = self._channels.of(row)
        manifest, account = connector.manifest, self._channels.opened(row)
        piece = Piece(part.message, part.number, part.share())
        message = await letters.compose(tx, self._stationery, row, manifest, piece, letter)
        files: Mapping[UUID, StoredFile] = {}
        if message.files and (manifest.has("uploads") or manifest.threading == "mail_thread"):
            files = await library.known_files(tx, [file.id for file in message.files])
        message = msgspec.structs.replace(message, attempt=part.attempts + 1)
        minted = connector.mint(part.message, account)
        if minted is not None and manifest.threading == "mail_thread":
            await tx.run(
                SQL.keep_ref,
                workspace=tx.workspace,
                ref=minted,
                conversation=message.conversation,
                message=part.message,
            )
        return Loaded(part, row, connector, account, message, files), minted


async def _batch(tx: Tx, conversations: Sequence[UUID], free: dict[UUID, UUID]) -> _Batch:
    """Return what waits in each conversation, and by which accounts."""
    waiting: dict[UUID, list[Part]] = {each: [] for each in conversations}
    for part in await tx.all(
        SQL.waiting, Part, workspace=tx.workspace, conversations=sorted(waiting)
    ):
        waiting[part.conversation].append(part)
    wanted = sorted({part.account for parts in waiting.values() for part in parts})
    accounts = {each: await inboxes.queries.account(tx, each) for each in wanted}
    return _Batch(waiting, accounts, free)


def _doubt(part: Part) -> UnknownOutcome:
    """Say why nobody knows what became of it."""
    if part.state == "sending":
        return UnknownOutcome("the process ended while it was being sent", reason="stopped")
    return UnknownOutcome("too late to send it again: it would not be recognised")


def _may_be_overtaken(part: Part, now: datetime) -> bool:
    """Say whether a reply that is tried again and again still holds the later ones back."""
    return part.state == "queued" and part.attempts > 0 and part.created_at < now - _HOLD_BACK
