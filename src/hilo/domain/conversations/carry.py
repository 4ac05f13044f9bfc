"""Replies go to the outside: the job `carry` of a conversation takes its parts in order.

An attempt is written down and committed before the call. What surely did not happen is tried again;
what may have happened is uncertain and shown, never repeated by itself, unless the channel promises
that a repetition is recognised. Jobs of one conversation never run at the same time.
"""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain import inboxes
from hilo.domain.conversations import late, letters, receipts
from hilo.domain.conversations.events import MessageState
from hilo.domain.conversations.letters import Stationery
from hilo.domain.conversations.models import MessageError
from hilo.domain.conversations.receipts import Moved
from hilo.domain.conversations.replying import CARRY, Carry, key_of, queue_carry
from hilo.domain.inboxes import AccountRow, Carrier, Channels, Pace, back_off_s, catcher
from hilo.kit import jobs, log
from hilo.kit.db import Database, Tx
from hilo.kit.errors import (
    AuthExpired,
    ConnectorError,
    HiloError,
    NotFound,
    Rejected,
    TemporaryFailure,
    Throttled,
    UnknownOutcome,
    Unsupported,
)
from hilo.kit.jobs import Later
from hilo.kit.sql import Queries
from hilo.kit.text import clean
from hilo.sdk.account import Account
from hilo.sdk.channel import ChannelConnector
from hilo.sdk.outbound import Accepted, MessageOut, SmtpCall

SQL = Queries(__package__, "carry.sql")
_LOG = log.get(__name__)
_STALE = timedelta(seconds=15)  # its worker is gone: the job's lock is ours
_GIVE_UP = timedelta(hours=24)
_HOLD_BACK = timedelta(minutes=2)  # then later replies of the conversation go first
_DETAIL_CHARS = 500
_NAME_CHARS = 500


class Part(Struct, frozen=True):
    """One call to make, or being made."""

    message: UUID
    number: int
    account: UUID
    state: Literal["queued", "sending"]
    attempts: int
    attempted_at: datetime | None
    due_at: datetime
    created_at: datetime


class Stuck(Struct, frozen=True):
    """A part that nobody looks after."""

    workspace: UUID
    message: UUID
    conversation: UUID
    state: str


class Loaded(Struct, frozen=True):
    """An attempt that is written down."""

    part: Part
    row: AccountRow
    connector: ChannelConnector
    account: Account
    message: MessageOut


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

    async def carry(self, job: Carry) -> None:
        """Send what is due in the conversation. Raises Later when some of it must wait."""
        while True:
            loaded, wait_s = await self._load(job)
            if loaded is not None:
                await self._send(job.workspace, loaded)
            elif wait_s is not None:
                raise Later(wait_s, "not due")
            else:
                return

    async def _load(self, job: Carry) -> tuple[Loaded | None, float | None]:
        """Choose the next part and write its attempt down, or say how long all must wait."""
        wait_s: float | None = None
        async with self._db.transaction(job.workspace) as tx:
            parts = await tx.all(
                SQL.waiting, Part, workspace=tx.workspace, conversation=job.conversation
            )
            for part in parts:
                row = await inboxes.queries.account(tx, part.account)
                left_s = await self._judge(tx, part, row)
                if left_s is None or row is None:
                    continue
                if left_s <= 0:
                    loaded = await self._written_down(tx, part, row)
                    if loaded is not None:
                        return loaded, None
                    continue
                wait_s = left_s if wait_s is None else min(wait_s, left_s)
                if not _may_be_overtaken(part, tx.now):
                    break
        return None, wait_s

    async def _judge(self, tx: Tx, part: Part, row: AccountRow | None) -> float | None:
        """Return in how many seconds the part may leave; None when it is settled or held."""
        if part.state == "sending":
            left = (part.attempted_at or part.due_at) + _STALE - tx.now
            if left > timedelta(0):
                return left.total_seconds() + 0.1
            if row is None or not self._channels.of(row).manifest.has("idempotent_send"):
                await _uncertain(tx, part, "the process ended while it was being sent")
                return None
        if row is None or row.state == "off":
            await _failed(tx, part, MessageError(code="gone", detail="the account was removed"))
            return None
        if row.state == "held":
            return None
        due_s = (part.due_at - tx.now).total_seconds()
        if due_s > 0:
            return due_s
        return self._pace.wait_s(row.id, self._channels.of(row).manifest.limits.rates.per_s)

    async def _written_down(self, tx: Tx, part: Part, row: AccountRow) -> Loaded | None:
        """Write the attempt down; None when the message cannot be sent at all."""
        connector = self._channels.of(row)
        manifest, account = connector.manifest, self._channels.opened(row)
        try:
            message = await letters.compose(tx, self._stationery, row, manifest, part.message)
            message = await letters.with_contents(tx, self._stationery.store, manifest, message)
        except (NotFound, Rejected) as error:
            await _failed(tx, part, _error(error))
            return None
        message = msgspec.structs.replace(message, part=part.number, attempt=part.attempts + 1)
        minted = connector.mint(part.message, account)
        if minted is not None and manifest.threading == "mail_thread":
            await tx.run(
                SQL.keep_ref,
                workspace=tx.workspace,
                ref=minted,
                conversation=message.conversation,
                message=part.message,
            )
        await tx.run(
            SQL.begin_part,
            workspace=tx.workspace,
            now=tx.now,
            message=part.message,
            number=part.number,
            minted=minted,
        )
        if await tx.maybe(SQL.begin_message, UUID, workspace=tx.workspace, message=part.message):
            _tell(tx, message.conversation, part.message, "sending")
        return Loaded(part, row, connector, account, message)

    async def _send(self, workspace: UUID, loaded: Loaded) -> None:
        """Make the call and write down what came of it."""
        sending = loaded.connector.send(loaded.message, loaded.account)

        async def catch(call: SmtpCall) -> None:
            async with self._db.transaction(workspace) as tx:
                await catcher.keep(tx, loaded.row.id, call.mail_from, call.rcpt_to, call.message)

        try:
            outcome: Accepted | Exception = await self._carrier.send(sending, loaded.account, catch)
        except Exception as error:  # noqa: BLE001 - every outcome is written down
            outcome = error
        async with self._db.transaction(workspace) as tx:
            await self._settle(tx, loaded, outcome)

    async def _settle(self, tx: Tx, loaded: Loaded, outcome: Accepted | Exception) -> None:
        part, account = loaded.part, loaded.row.id
        match outcome:
            case Accepted():
                self._pace.worked(account)
                await _sent(tx, loaded, outcome)
            case Rejected() | Unsupported():
                await _failed(tx, part, _error(outcome))
            case AuthExpired():
                await inboxes.hold_account(
                    tx, self._channels, account, {"code": outcome.code, "detail": str(outcome)}
                )
                await _again(tx, part, tx.now, _error(outcome))
            case TemporaryFailure():
                await self._later(tx, loaded, outcome)
            case UnknownOutcome() if loaded.connector.manifest.has("idempotent_send"):
                await self._later(tx, loaded, outcome)
            case UnknownOutcome():
                await _uncertain(tx, part, str(outcome))
            case _:
                # Our own mistake, perhaps after the call: nobody knows.
                _LOG.error("carry.broke", message=str(part.message), exc_info=outcome)
                await _uncertain(tx, part, type(outcome).__name__)

    async def _later(self, tx: Tx, loaded: Loaded, error: ConnectorError) -> None:
        """Try again after a pause, or give up after a day."""
        part = loaded.part
        pause_s = error.retry_after_s if isinstance(error, Throttled) else 0.0
        self._pace.failed(loaded.row.id, pause_s)
        if part.created_at < tx.now - _GIVE_UP:
            await _failed(tx, part, _error(error))
            return
        due = tx.now + timedelta(seconds=back_off_s(part.attempts, pause_s))
        await _again(tx, part, due, _error(error))


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


async def _sent(tx: Tx, loaded: Loaded, accepted: Accepted) -> None:
    part = loaded.part
    name = clean(accepted.external_id or "").strip()[:_NAME_CHARS] or None
    if name is not None:
        await receipts.lock_name(tx, part.account, name)
    await _end(tx, part, "sent", name=name)
    moved = [] if name is None else await receipts.take_early(tx, part.account, name, part.message)
    await late.bind(tx, part.account, {} if name is None else {name: part.message})
    left = await tx.one(SQL.unfinished, int, workspace=tx.workspace, message=part.message)
    if not left:
        moved.append(Moved(part.message, accepted.state, tx.now))
    await receipts.advance(tx, moved)
    if accepted.refused:
        told = "; ".join(f"{who}: {why}" for who, why in accepted.refused.items())
        await receipts.note(tx, part.message, clean(told)[:_DETAIL_CHARS])
    await inboxes.queries.touch_out(tx, part.account, tx.now)


async def _failed(tx: Tx, part: Part, error: MessageError) -> None:
    await _end(tx, part, "failed", error=error)
    await receipts.advance(tx, [Moved(part.message, "failed", tx.now, error)])


async def _uncertain(tx: Tx, part: Part, detail: str) -> None:
    error = MessageError(code=UnknownOutcome.code, detail=clean(detail)[:_DETAIL_CHARS])
    await _end(tx, part, "uncertain", error=error)
    await receipts.advance(tx, [Moved(part.message, "uncertain", tx.now, error)])


async def _again(tx: Tx, part: Part, due: datetime, error: MessageError) -> None:
    await _end(tx, part, "queued", due=due, error=error)
    conversation = await tx.maybe(
        SQL.back_to_queue,
        UUID,
        workspace=tx.workspace,
        message=part.message,
        error=msgspec.json.encode(error).decode(),
    )
    if conversation is not None:
        _tell(tx, conversation, part.message, "queued", error)


async def _end(
    tx: Tx,
    part: Part,
    state: Literal["queued", "sent", "failed", "uncertain"],
    *,
    due: datetime | None = None,
    name: str | None = None,
    error: MessageError | None = None,
) -> None:
    await tx.run(
        SQL.end_part,
        workspace=tx.workspace,
        message=part.message,
        number=part.number,
        state=state,
        due=due or part.due_at,
        name=name,
        error=None if error is None else msgspec.json.encode(error).decode(),
    )


def _tell(
    tx: Tx,
    conversation: UUID,
    message: UUID,
    state: Literal["sending", "queued"],
    error: MessageError | None = None,
) -> None:
    event = MessageState(
        conversation_id=conversation, message_id=message, state=state, at=tx.now, error=error
    )
    tx.publish(event, subject=conversation)


def _error(error: HiloError) -> MessageError:
    vendor_code = error.vendor_code if isinstance(error, ConnectorError) else ""
    detail = f"{vendor_code} {error.message}".strip()
    return MessageError(code=error.code, detail=clean(detail)[:_DETAIL_CHARS])
