"""Replies go to the outside: the job `carry` of a conversation takes its parts in order.

An attempt is written down and committed before the call. What surely did not happen is tried again;
what may have happened is uncertain and shown, never repeated by itself, unless the channel promises
that a repetition is recognised. Jobs of one conversation never run at the same time.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from hilo.domain import inboxes
from hilo.domain.conversations.outgoing import letters, loading, settling
from hilo.domain.conversations.outgoing.letters import Stationery
from hilo.domain.conversations.outgoing.loading import Loaded, Loader
from hilo.domain.conversations.outgoing.settling import SQL, Part, error_of
from hilo.domain.conversations.replies.replying import CARRY, Carry, key_of, queue_carry
from hilo.domain.inboxes import Carrier, Channels, Pace, back_off_s, catcher
from hilo.kit import jobs, log
from hilo.kit.db import Database, Tx
from hilo.kit.errors import (
    AuthExpired,
    ConnectorError,
    Rejected,
    TemporaryFailure,
    Throttled,
    UnknownOutcome,
    Unsupported,
)
from hilo.kit.gathering import Gathering
from hilo.kit.jobs import Later
from hilo.sdk.outbound import Accepted, SmtpCall

_LOG = log.get(__name__)
_GIVE_UP = timedelta(hours=24)
_WRITING = 4  # batches at the tables at once, before and after calls: people find a connection
_TOGETHER = 50


class Stuck(Struct, frozen=True):
    """A part that nobody looks after."""

    workspace: UUID
    message: UUID
    conversation: UUID
    state: str


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
        loader = Loader(db, channels, stationery, self._pace)
        self._loading = Gathering(loader.load, _workspace, most=_TOGETHER, at_once=_WRITING)
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
            # In one order, so that two batches never wait for each other.
            for each in sorted(
                calls, key=lambda call: (call.loaded.row.id, call.loaded.part.place)
            ):
                if not isinstance(each.outcome, Accepted):
                    await self._not_taken(tx, each.loaded, each.outcome)
        return [isinstance(each.outcome, Accepted) for each in calls]

    async def _not_taken(self, tx: Tx, loaded: Loaded, outcome: Exception) -> None:
        part = loaded.part
        match outcome:
            case Rejected() | Unsupported():
                await settling.failed(tx, part, error_of(outcome))
            case AuthExpired():
                await inboxes.hold_account(
                    tx, self._channels, part.account, {"code": outcome.code, "detail": str(outcome)}
                )
                await settling.again(tx, part, tx.now, error_of(_noted(part, outcome)))
            case TemporaryFailure():
                await _later(tx, loaded, outcome)
            case UnknownOutcome() if part.may_repeat(loaded.connector.manifest, tx.now):
                await _later(tx, loaded, outcome)
            case UnknownOutcome():
                await settling.uncertain(tx, part, outcome, loaded.connector)
            case _:
                # Our own mistake, perhaps after the call: nobody knows.
                _LOG.error("carry.broke", message=str(part.message), exc_info=outcome)
                why = UnknownOutcome(type(outcome).__name__)
                await settling.uncertain(tx, part, why, loaded.connector)


async def _later(tx: Tx, loaded: Loaded, error: ConnectorError) -> None:
    """Try again after a pause, or give up after a day."""
    part, noted = loaded.part, _noted(loaded.part, error)
    if part.created_at < tx.now - _GIVE_UP:
        if isinstance(noted, UnknownOutcome):
            await settling.uncertain(tx, part, noted, loaded.connector)
        else:
            await settling.failed(tx, part, error_of(noted))
        return
    pause_s = error.retry_after_s if isinstance(error, Throttled) else 0.0
    due = tx.now + timedelta(seconds=back_off_s(part.attempts, pause_s))
    await settling.again(tx, part, due, error_of(noted))


def _noted(part: Part, error: ConnectorError) -> ConnectorError:
    """Return what is kept of a failure: that an earlier attempt may have arrived stays known."""
    if not part.is_doubtful or isinstance(error, UnknownOutcome):
        return error
    return UnknownOutcome(error.message, vendor_code=error.vendor_code)


def _workspace(asked: Carry | _Called) -> UUID:
    return asked.workspace


async def resume(tx: Tx, account: UUID) -> None:
    """Let the replies go that wait for an account which was mended."""
    waiting = await tx.all(SQL.waiting_conversations, UUID, workspace=tx.workspace, account=account)
    for conversation in waiting:
        await queue_carry(tx, conversation, tx.now)


async def rescue(db: Database, most: int = 200) -> int:
    """Queue the conversations whose parts no job looks after; return how many. The watchdog."""
    stuck = await db.alone(SQL.stuck, Stuck, stale=loading.STALE * 2, most=most)
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
