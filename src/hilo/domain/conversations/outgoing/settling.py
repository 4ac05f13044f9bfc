"""What came of a call is noted: a part ends, its message stands where its least part does."""

from collections.abc import Mapping, Sequence
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
from hilo.sdk.abilities import Resolving
from hilo.sdk.channel import ChannelConnector
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Accepted

SQL = Queries(__package__, "carry.sql")
RESOLVE = "resolve"
_DETAIL_CHARS = 500
_NAME_CHARS = 500


class Part(Struct, frozen=True):
    """One call to make, or being made. slice: what it carries; None: the whole message.

    is_doubtful: an earlier attempt may have arrived.
    """

    conversation: UUID
    message: UUID
    number: int
    account: UUID
    state: Literal["queued", "sending", "uncertain"]
    attempts: int
    attempted_at: datetime | None
    due_at: datetime
    created_at: datetime
    slice: dict[str, object] | None = None
    is_doubtful: bool = False

    def may_repeat(self, manifest: Manifest, now: datetime) -> bool:
        """Say whether a repetition is recognised, so that what may have arrived can be sent again.

        Counted from when it was written: a key is certainly no older.
        """
        if not manifest.has("idempotent_send"):
            return False
        return not manifest.key_s or now - self.created_at < timedelta(seconds=manifest.key_s)

    @property
    def is_split(self) -> bool:
        """Say whether its message has several."""
        return self.slice is not None

    @property
    def place(self) -> tuple[UUID, int]:
        """Which one it is."""
        return self.message, self.number

    @property
    def target(self) -> Target:
        """What a receipt for it means."""
        return Target(self.message, self.number, self.is_split)

    def share(self) -> Slice | None:
        """Return what it carries."""
        return None if self.slice is None else msgspec.convert(self.slice, Slice)


class _Kept(Struct, frozen=True):
    message: UUID
    number: int
    name: str | None


class Resolve(Struct, frozen=True):
    """The job that asks the vendor what became of a part."""

    workspace: UUID
    message: UUID
    number: int


class Begun(Struct, frozen=True):
    """An attempt to be made. minted: the name it goes by, where we give one."""

    part: Part
    minted: str | None


class Ended(Struct, frozen=True):
    """How an attempt ended. due: of the next. name: the part's outside."""

    part: Part
    state: Literal["queued", "sent", "delivered", "failed", "uncertain"]
    due: datetime | None = None
    name: str | None = None
    error: MessageError | None = None


async def begin(tx: Tx, given: Sequence[Begun]) -> None:
    """Write attempts down. Who dies after this leaves a trace."""
    if not given:
        return
    parts = [each.part for each in given]
    await hold(tx, parts)
    await tx.run(
        SQL.begin_parts,
        workspace=tx.workspace,
        now=tx.now,
        messages=[part.message for part in parts],
        numbers=[part.number for part in parts],
        minted=[each.minted for each in given],
    )
    await _derive(tx, parts)


async def sent(tx: Tx, given: Sequence[tuple[Part, Accepted]]) -> None:
    """Note that vendors took them, under which names, and what they said of them before."""
    for account, theirs in _by_account(given):
        await _sent(tx, account, theirs)


async def _sent(tx: Tx, account: UUID, given: Sequence[tuple[Part, Accepted]]) -> None:
    named: dict[str, Part] = {}
    ends = list[Ended]()
    for part, accepted in sorted(given, key=lambda pair: pair[0].place):
        name = _name_of(accepted)
        is_first = name is not None and named.setdefault(name, part) is part
        ends.append(Ended(part, accepted.state, name=name if is_first else None))
    if named:
        await receipts.lock_names(tx, account, list(named))
    kept = await end(tx, ends, derives=False)
    early = await receipts.take_early(tx, account, list(named)) if named else []
    await late.bind(tx, account, {name: part.message for name, part in named.items()})
    await _derive(tx, [part for part, _ in given])
    for each in ends:
        if each.name is not None and kept.get(each.part.place) != each.name:
            await doubles.give_way(tx, account, each.name, each.part.target)
    if early:
        moved = [
            moved
            for name, part in named.items()
            for moved in receipts.moved_early([e for e in early if e.name == name], part.target)
        ]
        await receipts.settle(tx, moved)
        await amending.apply_early(tx, early, {name: part.message for name, part in named.items()})
    for part, accepted in given:
        if accepted.refused:
            told = "; ".join(f"{who}: {why}" for who, why in accepted.refused.items())
            await receipts.note(tx, part.message, clean(told)[:_DETAIL_CHARS])
    await inboxes.queries.touch_out(tx, account, tx.now)


async def failed(tx: Tx, part: Part, error: MessageError) -> None:
    """Give it up; the agent sees why."""
    await end(tx, [Ended(part, "failed", error=error)])


async def uncertain(
    tx: Tx, part: Part, why: UnknownOutcome, connector: ChannelConnector | None
) -> None:
    """Nobody knows what became of it. connector: None = the account is gone."""
    await end(tx, [Ended(part, "uncertain", error=error_of(why))])
    ask_in_s = _ask_in_s(connector)
    if ask_in_s is not None:
        job = Resolve(tx.workspace, part.message, part.number)
        due = tx.now + timedelta(seconds=ask_in_s)
        await jobs.enqueue(tx, RESOLVE, job, due=due, key=f"{RESOLVE}:{part.message}")


async def again(tx: Tx, part: Part, due: datetime, error: MessageError) -> None:
    """Put it back into the queue."""
    await end(tx, [Ended(part, "queued", due=due, error=error)])


def error_of(error: HiloError) -> MessageError:
    """Return what a message shows of an error."""
    vendor_code, reason = "", ""
    if isinstance(error, ConnectorError):
        vendor_code, reason = error.vendor_code, error.reason
    detail = clean(f"{vendor_code} {error.message}".strip())[:_DETAIL_CHARS]
    said = detail if vendor_code else ""
    return MessageError(code=error.code, detail=detail, reason=reason, said=said)


async def hold(tx: Tx, parts: Sequence[Part]) -> None:
    """Let parts of one message move one after the other: its state is made of all of them."""
    split = sorted({part.message for part in parts if part.is_split})
    if split:
        await tx.all(receipts.SQL.hold, UUID, workspace=tx.workspace, ids=split)


async def end(
    tx: Tx, given: Sequence[Ended], *, derives: bool = True
) -> Mapping[tuple[UUID, int], str | None]:
    """Write down how attempts ended; return the parts' names outside, by message and number.

    A receipt may have come first: it is not taken back.
    """
    parts = [each.part for each in given]
    await hold(tx, parts)
    kept = await tx.all(
        SQL.end_parts,
        _Kept,
        workspace=tx.workspace,
        messages=[part.message for part in parts],
        numbers=[part.number for part in parts],
        states=[each.state for each in given],
        dues=[each.due or each.part.due_at for each in given],
        names=[each.name for each in given],
        errors=[
            None if each.error is None else msgspec.json.encode(each.error).decode()
            for each in given
        ],
    )
    if derives:
        await _derive(tx, parts)
    return {(each.message, each.number): each.name for each in kept}


async def _derive(tx: Tx, parts: Sequence[Part]) -> None:
    messages = [part.message for part in parts]
    await receipts.derive(tx, messages, dict.fromkeys(messages, tx.now))


def _name_of(accepted: Accepted) -> str | None:
    return clean(accepted.external_id or "").strip()[:_NAME_CHARS] or None


def _by_account(
    given: Sequence[tuple[Part, Accepted]],
) -> Sequence[tuple[UUID, Sequence[tuple[Part, Accepted]]]]:
    """Put what one account sent together; in one order, so that two never wait for each other."""
    accounts = sorted({part.account for part, _ in given})
    return [
        (account, [pair for pair in given if pair[0].account == account]) for account in accounts
    ]


def _ask_in_s(connector: ChannelConnector | None) -> float | None:
    """Return when the vendor can be asked what became of a part; None: it tells nobody."""
    return float(connector.manifest.resolve_s) if isinstance(connector, Resolving) else None
