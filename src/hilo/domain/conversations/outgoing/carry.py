"""Replies go to the outside: the job `carry` of a conversation takes its parts in order.

An attempt is written down and committed before the call. What surely did not happen is tried again;
what may have happened is uncertain and shown, never repeated by itself, unless the channel promises
that a repetition is recognised. Jobs of one conversation never run at the same time.
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
from hilo.domain.conversations.outgoing.settling import Begun, Part, error_of
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
from hilo.kit.gathering import Gathering
from hilo.kit.jobs import Later
from hilo.kit.sql import Queries
from hilo.sdk.abilities import Resolving
from hilo.sdk.account import Account
from hilo.sdk.channel import ChannelConnector
from hilo.sdk.outbound import Accepted, MessageOut, SmtpCall

SQL = Queries(__package__, "carry.sql")
_LOG = log.get(__name__)
_STALE_S = 15.0
_STALE = timedelta(seconds=_STALE_S)  # its worker is gone: the job's lock is ours
_GIVE_UP = timedelta(hours=24)
_HOLD_BACK = timedelta(minutes=2)  # then later replies of the conversation go first
_WRITING = 1  # at the tables at once, before and after calls: people's requests find a connection
_TOGETHER = 50


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


class _Next(Struct, frozen=True):
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
    """What waits in some conversations, and what comes of it. accounts: None = it is gone."""

    waiting: Mapping[UUID, Sequence[Part]]
    accounts: Mapping[UUID, AccountRow | None]
    letters: dict[UUID, Letter] = field(default_factory=dict)
    begun: list[Begun] = field(default_factory=list)


class _Called(Struct, frozen=True):
    """A call that was made, and what came of it."""

    workspace: UUID
    loaded: Loaded
    outcome: Accepted | Exception


class Carriage:
    """Carries; one per worker. What many ask of the tables at once is done together."""

    def __init__(
        self, db: Database, channels: Channels, carrier: Carrier, stationery: Stationery
    ) -> None:
        """carrier: makes the calls; stationery: what letters are made with."""
        self._db = db
        self._channels = channels
        self._carrier = carrier
        self._stationery = stationery
        self._pace = Pace()
        self._loading = Gathering(self._load, _workspace, most=_TOGETHER, at_once=_WRITING)
        self._settling = Gathering(self._settle, _workspace, most=_TOGETHER, at_once=_WRITING)

    async def carry(self, job: Carry) -> None:
        """Send what is due in the conversation. Raises Later when some of it must wait."""
        while True:
            next_ = await self._loading.ask(job)
            if next_.loaded is not None:
                is_sent = await self._send(job.workspace, next_.loaded)
                if is_sent and next_.loaded.is_only:
                    return  # what was written since has a job of its own
            elif next_.wait_s is not None:
                raise Later(next_.wait_s, "not due")
            else:
                return

    async def _load(self, jobs: Sequence[Carry]) -> list[_Next]:
        """Choose the next part of each and write its attempt down, or say how long it must wait."""
        async with self._db.transaction(jobs[0].workspace, plans_once=True) as tx:
            batch = await _batch(tx, [job.conversation for job in jobs])
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
        # Twice the same conversation: who comes second waits until the first is done.
        return [found.pop(job.conversation, _Next(wait_s=_STALE_S)) for job in jobs]

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
        return self._pace.wait_s(row.id, conversation, rates)

    async def _composed(self, tx: Tx, batch: _Batch, conversation: UUID, chosen: _Chosen) -> _Next:
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
                chosen = await self._choose(tx, batch, conversation, chosen.behind, chosen.wait_s)
                continue
            batch.begun.append(Begun(part, minted))
            is_only = len(batch.waiting[conversation]) == 1
            return _Next(msgspec.structs.replace(loaded, is_only=is_only))
        return _Next(wait_s=chosen.wait_s)

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
        self._learn(loaded, outcome)
        return await self._settling.ask(_Called(workspace, loaded, outcome))

    def _learn(self, loaded: Loaded, outcome: Accepted | Exception) -> None:
        """Note how the account does."""
        account = loaded.row.id
        match outcome:
            case Accepted() | Rejected() | Unsupported():
                self._pace.worked(account)
            case Throttled():
                who = loaded.message.conversation
                self._pace.failed(account, outcome.retry_after_s, who, outcome.scope)
            case TemporaryFailure() | UnknownOutcome():
                self._pace.failed(account)
            case _:  # says nothing of it
                pass

    async def _settle(self, calls: Sequence[_Called]) -> list[bool]:
        """Write down what came of calls; say of each whether the vendor took it."""
        async with self._db.transaction(calls[0].workspace, plans_once=True) as tx:
            taken = [
                (each.loaded.part, each.outcome)
                for each in calls
                if isinstance(each.outcome, Accepted)
            ]
            await settling.sent(tx, taken)
            for each in calls:
                if not isinstance(each.outcome, Accepted):
                    await self._not_taken(tx, each.loaded, each.outcome)
        return [isinstance(each.outcome, Accepted) for each in calls]

    async def _not_taken(self, tx: Tx, loaded: Loaded, outcome: Exception) -> None:
        part = loaded.part
        ask_in_s = _ask_in_s(loaded.connector)
        match outcome:
            case Rejected() | Unsupported():
                await settling.failed(tx, part, error_of(outcome))
            case AuthExpired():
                await inboxes.hold_account(
                    tx, self._channels, part.account, {"code": outcome.code, "detail": str(outcome)}
                )
                await settling.again(tx, part, tx.now, error_of(outcome))
            case TemporaryFailure():
                await _later(tx, part, outcome)
            case UnknownOutcome() if loaded.connector.manifest.has("idempotent_send"):
                await _later(tx, part, outcome)
            case UnknownOutcome():
                await settling.uncertain(tx, part, outcome, ask_in_s)
            case _:
                # Our own mistake, perhaps after the call: nobody knows.
                _LOG.error("carry.broke", message=str(part.message), exc_info=outcome)
                await settling.uncertain(tx, part, UnknownOutcome(type(outcome).__name__), ask_in_s)


async def _later(tx: Tx, part: Part, error: ConnectorError) -> None:
    """Try again after a pause, or give up after a day."""
    if part.created_at < tx.now - _GIVE_UP:
        await settling.failed(tx, part, error_of(error))
        return
    pause_s = error.retry_after_s if isinstance(error, Throttled) else 0.0
    due = tx.now + timedelta(seconds=back_off_s(part.attempts, pause_s))
    await settling.again(tx, part, due, error_of(error))


async def _batch(tx: Tx, conversations: Sequence[UUID]) -> _Batch:
    """Return what waits in each conversation, and by which accounts."""
    waiting: dict[UUID, list[Part]] = {each: [] for each in conversations}
    for part in await tx.all(
        SQL.waiting, Part, workspace=tx.workspace, conversations=sorted(waiting)
    ):
        waiting[part.conversation].append(part)
    wanted = sorted({part.account for parts in waiting.values() for part in parts})
    accounts = {each: await inboxes.queries.account(tx, each) for each in wanted}
    return _Batch(waiting, accounts)


def _workspace(asked: Carry | _Called) -> UUID:
    return asked.workspace


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
