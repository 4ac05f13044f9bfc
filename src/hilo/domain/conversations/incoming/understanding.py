"""What deliveries say, each as its connector reads it.

Where reading takes long (mail), the next deliveries are read while the database still writes the
last: a delivery never changes, so what it says may be known before its turn. Their turn itself,
under the account's lock, decides what is done.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct, field

from hilo.domain.inboxes import AccountRow, Channels, Pending, deliveries
from hilo.kit import log
from hilo.kit.db import FAILURES, Database
from hilo.kit.errors import HiloError, MalformedPayload
from hilo.sdk.account import Account, Delivery
from hilo.sdk.channel import ChannelConnector
from hilo.sdk.inbound import Inbound, Unread

_LOG = log.get(__name__)
_BATCH_BYTES = 20_000_000
_BREATH_S = 0.002  # read for so long, then let others run
_HEAVY_BYTES = 200_000  # read beside the loop, which others wait for
_MOST_CPU_S = 0.1  # what is not read by then is left for the next batch
_LONG_S = 0.03  # a batch that took longer to read is worth looking ahead
_DETAIL_CHARS = 500

Problem = Mapping[str, str]


class Said(Struct, frozen=True):
    """What one delivery says. problem: why it, or something in it, was not understood."""

    inbounds: Sequence[Inbound] = ()
    problem: Problem | None = None


class _Read(Struct):
    """What some deliveries say, and how long it took to find out."""

    said: dict[UUID, Said] = field(default_factory=dict)
    took_s: float = 0


class Understanding:
    """Reads deliveries; one per worker."""

    def __init__(self, db: Database, channels: Channels) -> None:
        """db: to look ahead."""
        self._db = db
        self._channels = channels
        self._ahead: dict[UUID, tuple[Account, asyncio.Task[_Read]]] = {}
        self._is_slow: set[UUID] = set()

    async def read(self, row: AccountRow, taken: Sequence[Pending]) -> Mapping[UUID, Said]:
        """Return what the first of them say: as many as are read soon, and at least one."""
        account = self._channels.readable(row)
        known = await self._begun(row.id, account)
        # Read ahead is all that comes before the last of it, but for what was stored meanwhile.
        last = max((n for n, each in enumerate(taken, 1) if each.id in known.said), default=None)
        rest = await self._parse(
            row, account, [each for each in taken[:last] if each.id not in known.said]
        )
        is_slow = known.took_s + rest.took_s > _LONG_S
        (self._is_slow.add if is_slow else self._is_slow.discard)(row.id)
        return known.said | rest.said

    def look_ahead(self, row: AccountRow, after: UUID, most: int) -> None:
        """Begin to read what follows, where the last batch took long to read."""
        if row.id in self._is_slow:
            task = asyncio.create_task(self._look(row, after, most), name=f"read ahead {row.id}")
            self._ahead[row.id] = (self._channels.readable(row), task)

    async def _begun(self, id_: UUID, account: Account) -> _Read:
        then, task = self._ahead.pop(id_, (account, None))
        if task is None:
            return _Read()
        if then != account:  # its settings have changed: perhaps it says something else now
            task.cancel()
            return _Read()
        return await task

    async def _look(self, row: AccountRow, after: UUID, most: int) -> _Read:
        try:
            async with self._db.reading(row.workspace_id) as tx:
                taken = await deliveries.take(tx, row.id, most, after=after)
        except FAILURES:
            return _Read()  # nothing is known ahead; their turn will meet the same failure
        return await self._parse(row, self._channels.readable(row), no_more_than(taken))

    async def _parse(self, row: AccountRow, account: Account, taken: Sequence[Pending]) -> _Read:
        connector, url = self._channels.of(row), self._channels.webhook_url(row)
        read = _Read()
        worked_s = 0.0
        breath = time.perf_counter()
        for each in taken:
            given = Delivery(
                id=each.id,
                body=each.body,
                headers=each.headers,
                url=url + each.headers.get(":query", ""),
                received_at=each.received_at,
            )
            began_s = time.thread_time()
            read.said[each.id] = await _said(connector, given, account)
            worked_s += time.thread_time() - began_s
            passed = time.perf_counter() - breath
            if passed > _BREATH_S:
                read.took_s += passed
                await asyncio.sleep(0)
                breath = time.perf_counter()
            if worked_s > _MOST_CPU_S:
                break
        read.took_s += time.perf_counter() - breath
        return read


async def _said(connector: ChannelConnector, given: Delivery, account: Account) -> Said:
    try:
        if len(given.body) > _HEAVY_BYTES:
            inbounds = await asyncio.to_thread(connector.parse, given, account)
        else:
            inbounds = connector.parse(given, account)
    except Exception as error:  # noqa: BLE001 - whatever a connector does, others go on
        if not isinstance(error, MalformedPayload):
            _LOG.exception("intake.parse", delivery=str(given.id))
        return Said(problem=problem_of(error))
    return Said(inbounds, _unread(inbounds))


def no_more_than(taken: Sequence[Pending], size: int = _BATCH_BYTES) -> Sequence[Pending]:
    """Return the first of them that fit in a batch; at least one."""
    total = 0
    for number, each in enumerate(taken):
        total += len(each.body)
        if number and total > size:
            return taken[:number]
    return taken


def problem_of(error: Exception, place: int | None = None) -> Problem:
    """Return what is kept of why a delivery was not understood. place: of the item in it."""
    code = error.code if isinstance(error, HiloError) else "internal"
    detail = str(error)[:_DETAIL_CHARS].replace("\x00", "")
    where = {} if place is None else {"item": str(place)}
    return {"code": code, "detail": detail, **_reason(error), **where}


def _unread(inbounds: Sequence[Inbound]) -> Problem | None:
    """Return why the first that could not be read was not; None when all were."""
    for place, each in enumerate(inbounds):
        if isinstance(each, Unread):
            error = MalformedPayload(
                f"{each.kind}: {each.detail}", reason=each.reason, field=each.field
            )
            return problem_of(error, place)
    return None


def _reason(error: Exception) -> Problem:
    """Return what people read of it: the key of its text, and the field it names."""
    if not isinstance(error, MalformedPayload) or not error.reason:
        return {}
    field = str(error.params.get("field", ""))[:_DETAIL_CHARS].replace("\x00", "")
    return {"reason": error.reason, **({"field": field} if field else {})}
