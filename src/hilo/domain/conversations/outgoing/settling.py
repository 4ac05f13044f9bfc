"""What came of a call is noted: a part ends, its message stands where its least part does."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain import inboxes
from hilo.domain.conversations.models import MessageError
from hilo.domain.conversations.outgoing import doubles
from hilo.domain.conversations.replies.splitting import Slice
from hilo.domain.conversations.thread import amending, late, receipts
from hilo.domain.conversations.thread.receipts import Target
from hilo.kit import jobs
from hilo.kit.db import Tx
from hilo.kit.errors import ConnectorError, HiloError, UnknownOutcome
from hilo.kit.sql import Queries
from hilo.kit.text import clean
from hilo.sdk.outbound import Accepted

SQL = Queries(__package__, "carry.sql")
RESOLVE = "resolve"
_DETAIL_CHARS = 500
_NAME_CHARS = 500


class Part(Struct, frozen=True):
    """One call to make, or being made. slice: what it carries; None: the whole message."""

    message: UUID
    number: int
    account: UUID
    state: Literal["queued", "sending", "uncertain"]
    attempts: int
    attempted_at: datetime | None
    due_at: datetime
    created_at: datetime
    slice: dict[str, object] | None = None

    @property
    def is_split(self) -> bool:
        """Say whether its message has several."""
        return self.slice is not None

    def share(self) -> Slice | None:
        """Return what it carries."""
        return None if self.slice is None else msgspec.convert(self.slice, Slice)


class _Kept(Struct, frozen=True):
    name: str | None


class Resolve(Struct, frozen=True):
    """The job that asks the vendor what became of a part."""

    workspace: UUID
    message: UUID
    number: int


async def begin(tx: Tx, part: Part, minted: str | None) -> None:
    """Write an attempt down. Who dies after this leaves a trace."""
    await hold(tx, part)
    await tx.run(
        SQL.begin_part,
        workspace=tx.workspace,
        now=tx.now,
        message=part.message,
        number=part.number,
        minted=minted,
    )
    await receipts.derive(tx, [part.message], {part.message: tx.now})


async def sent(tx: Tx, part: Part, accepted: Accepted) -> None:
    """Note that the vendor took it, under which name, and what it said of it before."""
    name = clean(accepted.external_id or "").strip()[:_NAME_CHARS] or None
    if name is not None:
        await receipts.lock_names(tx, part.account, [name])
    kept = await end(tx, part, accepted.state, name=name, derives=False)
    early = [] if name is None else await receipts.take_early(tx, part.account, [name])
    await late.bind(tx, part.account, {} if name is None else {name: part.message})
    await receipts.derive(tx, [part.message], {part.message: tx.now})
    target = Target(part.message, part.number, part.is_split)
    if name is not None and kept != name:
        await doubles.give_way(tx, part.account, name, target)
    if early:
        await receipts.settle(tx, receipts.moved_early(early, target))
        await amending.apply_early(tx, early, {str(name): part.message})
    if accepted.refused:
        told = "; ".join(f"{who}: {why}" for who, why in accepted.refused.items())
        await receipts.note(tx, part.message, clean(told)[:_DETAIL_CHARS])
    await inboxes.queries.touch_out(tx, part.account, tx.now)


async def failed(tx: Tx, part: Part, error: MessageError) -> None:
    """Give it up; the agent sees why."""
    await end(tx, part, "failed", error=error)


async def uncertain(tx: Tx, part: Part, why: UnknownOutcome, ask_in_s: float | None = None) -> None:
    """Nobody knows what became of it. ask_in_s: when the vendor can be asked."""
    error = error_of(why)
    await end(tx, part, "uncertain", error=error)
    if ask_in_s is not None:
        job = Resolve(tx.workspace, part.message, part.number)
        due = tx.now + timedelta(seconds=ask_in_s)
        await jobs.enqueue(tx, RESOLVE, job, due=due, key=f"{RESOLVE}:{part.message}")


async def again(tx: Tx, part: Part, due: datetime, error: MessageError) -> None:
    """Put it back into the queue."""
    await end(tx, part, "queued", due=due, error=error)


def error_of(error: HiloError) -> MessageError:
    """Return what a message shows of an error."""
    vendor_code, reason = "", ""
    if isinstance(error, ConnectorError):
        vendor_code, reason = error.vendor_code, error.reason
    detail = clean(f"{vendor_code} {error.message}".strip())[:_DETAIL_CHARS]
    said = detail if vendor_code else ""
    return MessageError(code=error.code, detail=detail, reason=reason, said=said)


async def hold(tx: Tx, part: Part) -> None:
    """Let parts of one message move one after the other: its state is made of all of them."""
    if part.is_split:
        await tx.all(receipts.SQL.hold, UUID, workspace=tx.workspace, ids=[part.message])


async def end(  # noqa: PLR0913 - what a call may leave behind
    tx: Tx,
    part: Part,
    state: Literal["queued", "sent", "delivered", "failed", "uncertain"],
    *,
    due: datetime | None = None,
    name: str | None = None,
    error: MessageError | None = None,
    derives: bool = True,
) -> str | None:
    """Write down how the attempt ended; return the part's name outside.

    A receipt may have come first: it is not taken back.
    """
    await hold(tx, part)
    kept = await tx.maybe(
        SQL.end_part,
        _Kept,
        workspace=tx.workspace,
        message=part.message,
        number=part.number,
        state=state,
        due=due or part.due_at,
        name=name,
        error=None if error is None else msgspec.json.encode(error).decode(),
    )
    if derives:
        await receipts.derive(tx, [part.message], {part.message: tx.now})
    return None if kept is None else kept.name
