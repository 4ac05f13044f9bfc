"""The jobs, each a few lines between the queue and the domain."""

from dataclasses import dataclass

from hilo.domain import inboxes, library
from hilo.domain.conversations import Carriage, Carry, Fetch, Stationery, Sweep, settle_file
from hilo.domain.inboxes import Carrier
from hilo.entry.post import LetterJob, Postman
from hilo.entry.state import AppState
from hilo.kit.db import transient
from hilo.kit.errors import Bug, HiloError, TemporaryFailure, Throttled
from hilo.kit.jobs import Job

_FETCH_TRIES = 6
_LONGEST_S = 300.0
_MOST_FAILURES = 5


@dataclass(frozen=True)
class Tools:
    """What jobs and timers work with."""

    state: AppState
    carrier: Carrier
    carriage: Carriage
    postman: Postman


def tools(state: AppState) -> Tools:
    """Return the tools of a worker."""
    carrier = Carrier(state.http, state.sandbox)
    stationery = Stationery(state.files, state.file_links, state.catalogue)
    carriage = Carriage(state.db, state.channels, carrier, stationery)
    postman = Postman(state.db, state.channels, carrier, lambda: state.catalogue)
    return Tools(state, carrier, carriage, postman)


async def carry(given: Tools, job: Job) -> None:
    """Take a conversation's due replies to the outside."""
    await given.carriage.carry(job.read(Carry))


async def sweep(given: Tools, job: Job) -> None:
    """Remove what an erasure left outside the tables of conversations: raw deliveries, contents."""
    wanted = job.read(Sweep)
    async with given.state.db.transaction(wanted.workspace) as tx:
        await inboxes.deliveries.forget(tx, wanted.account, wanted.senders, wanted.up_to)
    for key in wanted.files:
        await given.state.files.drop(key)


async def letter(given: Tools, job: Job) -> None:
    """Send one mail of the house."""
    await given.postman.deliver(job.read(LetterJob))


async def fetch(given: Tools, job: Job) -> None:
    """Get one file of one message; what cannot be had leaves a notice."""
    wanted = job.read(Fetch)
    async with given.state.db.transaction(wanted.workspace) as tx:
        row = await inboxes.queries.account(tx, wanted.account)
    content: bytes | None = None
    try:
        if row is not None:
            account = given.state.channels.opened(row)
            content = await given.carrier.download(wanted.url, library.MOST_BYTES, account)
    except TemporaryFailure:
        if job.failures + 1 < _FETCH_TRIES:
            raise
    except Bug:
        raise
    except HiloError:
        content = None
    async with given.state.db.transaction(wanted.workspace) as tx:
        await settle_file(tx, given.state.files, wanted, content)


def retry_after_s(error: Exception, failures: int) -> float | None:
    """Say when a failed job is tried again; None holds it.

    What is transient is tried for ever, with growing pauses; anything else a few times.
    """
    pause_s = min(_LONGEST_S, 2.0 ** min(failures, 12))
    if isinstance(error, Throttled):
        return max(pause_s, error.retry_after_s)
    if transient(error):
        return pause_s
    return pause_s if failures < _MOST_FAILURES else None
