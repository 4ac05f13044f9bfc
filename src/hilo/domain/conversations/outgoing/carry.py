"""Replies go to the outside: the job `carry` of a conversation takes its parts in order.

An attempt is written down and committed before the call. What surely did not happen is tried again;
what may have happened is uncertain and shown, never repeated by itself, unless the channel promises
that a repetition is recognised. Jobs of one conversation never run at the same time.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain import inboxes, library
from hilo.domain.conversations.errors import OptedOut, WindowClosed
from hilo.domain.conversations.models import MessageError
from hilo.domain.conversations.outgoing import letters, settling
from hilo.domain.conversations.outgoing.letters import Piece, Stationery
from hilo.domain.conversations.outgoing.settling import Part, error_of
from hilo.domain.conversations.replies.replying import CARRY, Carry, key_of, queue_carry
from hilo.domain.inboxes import AccountRow, Carrier, Channels, Pace, back_off_s, catcher
from hilo.domain.library import StoredFile
from hilo.kit import jobs, log
from hilo.kit.db import Database, Tx
from hilo.kit.errors import (
    AuthExpired,
    ConnectorError,
    NotFound,
    Rejected,
    TemporaryFailure,
    Throttled,
    UnknownOutcome,
    Unsupported,
)
from hilo.kit.jobs import Later
from hilo.kit.sql import Queries
from hilo.sdk.abilities import Resolving
from hilo.sdk.account import Account
from hilo.sdk.channel import ChannelConnector
from hilo.sdk.outbound import Accepted, MessageOut, SmtpCall

SQL = Queries(__package__, "carry.sql")
_LOG = log.get(__name__)
_STALE = timedelta(seconds=15)  # its worker is gone: the job's lock is ours
_GIVE_UP = timedelta(hours=24)
_HOLD_BACK = timedelta(minutes=2)  # then later replies of the conversation go first
_WRITING = 8  # at the tables at once: people's own requests find a free connection


class Stuck(Struct, frozen=True):
    """A part that nobody looks after."""

    workspace: UUID
    message: UUID
    conversation: UUID
    state: str


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


class Carriage:
    """Carries; one per worker."""

    def __init__(
        self, db: Database, channels: Channels, carrier: Carrier, stationery: Stationery
    ) -> None:
        """carrier: makes the calls; stationery: what letters are made with."""
        self._db = db
        self._channels = channels
        self._carrier = carrier
        self._stationery = stationery
        self._pace = Pace()
        self._writing = asyncio.Semaphore(_WRITING)

    async def carry(self, job: Carry) -> None:
        """Send what is due in the conversation. Raises Later when some of it must wait."""
        while True:
            loaded, wait_s = await self._load(job)
            if loaded is not None:
                is_sent = await self._send(job.workspace, loaded)
                if is_sent and loaded.is_only:
                    return  # what was written since has a job of its own
            elif wait_s is not None:
                raise Later(wait_s, "not due")
            else:
                return

    async def _load(self, job: Carry) -> tuple[Loaded | None, float | None]:
        """Choose the next part and write its attempt down, or say how long all must wait."""
        wait_s: float | None = None
        async with self._transaction(job.workspace) as tx:
            parts = await tx.all(
                SQL.waiting, Part, workspace=tx.workspace, conversation=job.conversation
            )
            for part in parts:
                row = await inboxes.queries.account(tx, part.account)
                left_s = await self._judge(tx, job, part, row)
                if left_s is None or row is None:
                    continue
                if left_s <= 0:
                    loaded = await self._written_down(tx, part, row)
                    if loaded is not None:
                        return msgspec.structs.replace(loaded, is_only=len(parts) == 1), None
                    continue
                wait_s = left_s if wait_s is None else min(wait_s, left_s)
                if not _may_be_overtaken(part, tx.now):
                    break
        return None, wait_s

    async def _judge(self, tx: Tx, job: Carry, part: Part, row: AccountRow | None) -> float | None:
        """Return in how many seconds the part may leave; None when it is settled or held."""
        if part.state == "sending":
            left = (part.attempted_at or part.due_at) + _STALE - tx.now
            if left > timedelta(0):
                return left.total_seconds() + 0.1
            connector = None if row is None else self._channels.of(row)
            if connector is None or not connector.manifest.has("idempotent_send"):
                why = UnknownOutcome("the process ended while it was being sent", reason="stopped")
                await settling.uncertain(tx, part, why, _ask_in_s(connector))
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
        return self._pace.wait_s(row.id, job.conversation, rates)

    async def _written_down(self, tx: Tx, part: Part, row: AccountRow) -> Loaded | None:
        """Write the attempt down; None when the message cannot be sent at all."""
        connector = self._channels.of(row)
        manifest, account = connector.manifest, self._channels.opened(row)
        piece = Piece(part.message, part.number, part.share())
        try:
            message = await letters.compose(tx, self._stationery, row, manifest, piece)
        except (NotFound, Rejected, WindowClosed, OptedOut) as error:
            await settling.failed(tx, part, error_of(error))
            return None
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
        await settling.begin(tx, part, minted)
        return Loaded(part, row, connector, account, message, files)

    async def _send(self, workspace: UUID, loaded: Loaded) -> bool:
        """Make the call and write down what came of it; say whether the vendor took it."""

        async def catch(call: SmtpCall) -> None:
            async with self._db.transaction(workspace) as tx:
                await catcher.keep(tx, loaded.row.id, call.mail_from, call.rcpt_to, call.message)

        with self._pace.calling(loaded.row.id):
            try:
                message = await letters.with_contents(
                    self._stationery.store, loaded.files, loaded.message
                )
                sending = loaded.connector.send(message, loaded.account)
                outcome: Accepted | Exception = await self._carrier.send(
                    sending, loaded.account, catch
                )
            except Exception as error:  # noqa: BLE001 - every outcome is written down
                outcome = error
        async with self._transaction(workspace) as tx:
            await self._settle(tx, loaded, outcome)
        return isinstance(outcome, Accepted)

    @asynccontextmanager
    async def _transaction(self, workspace: UUID) -> AsyncIterator[Tx]:
        async with self._writing, self._db.transaction(workspace, plans_once=True) as tx:
            yield tx

    async def _settle(self, tx: Tx, loaded: Loaded, outcome: Accepted | Exception) -> None:
        part, account = loaded.part, loaded.row.id
        ask_in_s = _ask_in_s(loaded.connector)
        match outcome:
            case Accepted():
                self._pace.worked(account)
                await settling.sent(tx, part, outcome)
            case Rejected() | Unsupported():
                self._pace.worked(account)
                await settling.failed(tx, part, error_of(outcome))
            case AuthExpired():
                await inboxes.hold_account(
                    tx, self._channels, account, {"code": outcome.code, "detail": str(outcome)}
                )
                await settling.again(tx, part, tx.now, error_of(outcome))
            case TemporaryFailure():
                await self._later(tx, loaded, outcome)
            case UnknownOutcome() if loaded.connector.manifest.has("idempotent_send"):
                await self._later(tx, loaded, outcome)
            case UnknownOutcome():
                self._pace.failed(account)
                await settling.uncertain(tx, part, outcome, ask_in_s)
            case _:
                # Our own mistake, perhaps after the call: nobody knows.
                _LOG.error("carry.broke", message=str(part.message), exc_info=outcome)
                await settling.uncertain(tx, part, UnknownOutcome(type(outcome).__name__), ask_in_s)

    async def _later(self, tx: Tx, loaded: Loaded, error: ConnectorError) -> None:
        """Try again after a pause, or give up after a day."""
        part = loaded.part
        pause_s = 0.0
        if isinstance(error, Throttled):
            pause_s = error.retry_after_s
            who = loaded.message.conversation
            self._pace.failed(loaded.row.id, pause_s, who, error.scope)
        else:
            self._pace.failed(loaded.row.id)
        if part.created_at < tx.now - _GIVE_UP:
            await settling.failed(tx, part, error_of(error))
            return
        due = tx.now + timedelta(seconds=back_off_s(part.attempts, pause_s))
        await settling.again(tx, part, due, error_of(error))


async def resume(tx: Tx, account: UUID) -> None:
    """Let the replies go that wait for an account which was mended."""
    waiting = await tx.all(SQL.waiting_conversations, UUID, workspace=tx.workspace, account=account)
    for conversation in waiting:
        await queue_carry(tx, conversation, tx.now)


async def rescue(db: Database, most: int = 200) -> int:
    """Queue the conversations whose parts no job looks after; return how many. The watchdog."""
    stuck = await db.alone(SQL.stuck, Stuck, stale=_STALE * 2, most=most)
    if not stuck:
        return 0
    cared_for = await jobs.keys(db, CARRY)
    wanted = {
        (each.workspace, each.conversation)
        for each in stuck
        if key_of(each.conversation) not in cared_for
    }
    for workspace, conversation in sorted(wanted):
        async with db.transaction(workspace) as tx:
            await queue_carry(tx, conversation, tx.now)
    return len(wanted)


def _may_be_overtaken(part: Part, now: datetime) -> bool:
    """Say whether a reply that is tried again and again still holds the later ones back."""
    return part.state == "queued" and part.attempts > 0 and part.created_at < now - _HOLD_BACK


def _ask_in_s(connector: ChannelConnector | None) -> float | None:
    """Return when the vendor can be asked what became of a part; None: it tells nobody."""
    return float(connector.manifest.resolve_s) if isinstance(connector, Resolving) else None
