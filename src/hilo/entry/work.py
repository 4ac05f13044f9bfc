"""The jobs, each a few lines between the queue and the domain."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from hilo.domain import contacts, inboxes, library, notifications
from hilo.domain.conversations import (
    Carriage,
    Carry,
    Fetch,
    Portray,
    Profiled,
    Resolve,
    Resolver,
    Stationery,
    Sweep,
    keep_profile,
    settle_file,
)
from hilo.domain.inboxes import AccountRow, Carrier
from hilo.domain.notifications import Call, Follow
from hilo.entry import push
from hilo.entry.post import LetterJob, Postman
from hilo.entry.state import AppState
from hilo.kit.db import transient
from hilo.kit.errors import (
    AuthExpired,
    Bug,
    HiloError,
    Rejected,
    TemporaryFailure,
    Throttled,
    UnknownOutcome,
)
from hilo.kit.jobs import Job
from hilo.sdk import hosts
from hilo.sdk.abilities import Fetching, Profiling
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Recipient

_FETCH_TRIES = 6
_RESOLVE_TRIES = 4
_PROFILE_TRIES = 3
_AVATAR_TRIES = 3
_CALL_TRIES = 4
_LONGEST_S = 300.0
_BACK_S = 4.0  # the database is soon back, and what waited for it should not wait on
_MOST_FAILURES = 5


@dataclass(frozen=True)
class Tools:
    """What jobs and timers work with."""

    state: AppState
    carrier: Carrier
    carriage: Carriage
    resolver: Resolver
    postman: Postman


def tools(state: AppState) -> Tools:
    """Return the tools of a worker."""
    carrier = Carrier(state.http, state.sandbox)
    stationery = Stationery(state.files, state.file_links, state.catalogue)
    carriage = Carriage(state.db, state.channels, carrier, stationery)
    resolver = Resolver(state.db, state.channels, carrier, stationery)
    postman = Postman(state.db, state.channels, carrier, lambda: state.catalogue)
    return Tools(state, carrier, carriage, resolver, postman)


async def carry(given: Tools, job: Job) -> None:
    """Take a conversation's due replies to the outside."""
    await given.carriage.carry(job.read(Carry))


async def resolve(given: Tools, job: Job) -> None:
    """Ask a vendor what became of a part of a reply."""
    try:
        await given.resolver.resolve(job.read(Resolve))
    except TemporaryFailure:
        if job.failures + 1 < _RESOLVE_TRIES:
            raise  # asked again later; in the end the agent decides


async def profile(given: Tools, job: Job) -> None:
    """Ask a vendor who a new contact is; what it does not tell is not missed."""
    wanted = job.read(Profiled)
    async with given.state.db.transaction(wanted.workspace) as tx:
        row = await inboxes.queries.account(tx, wanted.account)
    if row is None:
        return
    connector = given.state.channels.of(row)
    if not isinstance(connector, Profiling):
        return
    who = Recipient(kind=wanted.identity.kind, value=wanted.identity.value)
    account = given.state.channels.opened(row)
    try:
        found = await given.carrier.aside(connector.profile(who, account), account)
    except AuthExpired as error:
        problem = {"code": error.code, "detail": str(error)}
        async with given.state.db.transaction(wanted.workspace) as tx:
            await inboxes.hold_account(tx, given.state.channels, row.id, problem)
        return
    except HiloError as error:
        if isinstance(error, TemporaryFailure) and job.failures + 1 < _PROFILE_TRIES:
            raise
        return
    async with given.state.db.transaction(wanted.workspace) as tx:
        await keep_profile(tx, wanted, found)


async def avatar(given: Tools, job: Job) -> None:
    """Get a contact's picture; one that cannot be had is not missed."""
    wanted = job.read(Portray)
    told = wanted.told
    async with given.state.db.transaction(wanted.workspace) as tx:
        row = await inboxes.queries.account(tx, told.account)
        is_wanted = await contacts.wants(tx, told)
    if row is None or not is_wanted:
        return
    content: bytes | None = None
    try:
        if told.source:
            content = await _picture(given, row, told.source)
    except TemporaryFailure:
        if job.failures + 1 < _AVATAR_TRIES:
            raise
        return
    except Bug:
        raise
    except HiloError:
        return
    async with given.state.db.transaction(wanted.workspace) as tx:
        gone = await contacts.keep_picture(tx, given.state.files, told, content)
    for key in gone:
        await given.state.files.drop(key)


async def _picture(given: Tools, row: AccountRow, source: str) -> bytes:
    """Return a contact's picture: from the channel's own hosts, or by the channel's own name."""
    connector, account = given.state.channels.of(row), given.state.channels.opened(row)
    address = urlsplit(source)
    if not address.scheme and isinstance(connector, Fetching):
        return (await given.carrier.aside(connector.fetch(source, account), account)).content
    if address.scheme != "https" or not may_fetch(connector.manifest, source):
        raise Rejected("the picture is not where this channel keeps its files")
    return await given.carrier.download(source, contacts.MOST_BYTES, account, aside=True)


async def sweep(given: Tools, job: Job) -> None:
    """Remove what an erasure left outside the tables of conversations: raw deliveries, contents."""
    wanted = job.read(Sweep)
    async with given.state.db.transaction(wanted.workspace) as tx:
        await inboxes.deliveries.forget(tx, wanted.account, wanted.senders, wanted.up_to)
    for key in wanted.files:
        await given.state.files.drop(key)


async def call(given: Tools, job: Job) -> None:
    """Call a visitor's browser; one that cannot be reached for long is not called any more."""
    try:
        await push.call(given.state, job.read(Call))
    except (TemporaryFailure, UnknownOutcome):  # the second call takes the place of the first
        if job.failures + 1 < _CALL_TRIES:
            raise


async def follow(given: Tools, job: Job) -> None:
    """Mail a visitor what was answered and not read."""
    wanted = job.read(Follow)
    async with given.state.db.transaction(wanted.workspace) as tx:
        await notifications.follow(tx, given.state.channels, wanted)


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
            content = await _content(given, row, wanted.url)
    except TemporaryFailure:
        if job.failures + 1 < _FETCH_TRIES:
            raise
    except Bug:
        raise
    except HiloError:
        content = None
    async with given.state.db.transaction(wanted.workspace) as tx:
        await settle_file(tx, given.state.files, wanted, content)


async def _content(given: Tools, row: AccountRow, url: str) -> bytes:
    """Return a file from the outside, by its channel's own way or as anybody opens it."""
    connector, account = given.state.channels.of(row), given.state.channels.opened(row)
    if isinstance(connector, Fetching):
        found = await given.carrier.send(connector.fetch(url, account), account)
        if len(found.content) > library.MOST_BYTES:
            raise Rejected("the file is too large")
        return found.content
    if not may_fetch(connector.manifest, url):
        raise Rejected("the file is not where this channel keeps its files")
    return await given.carrier.download(url, library.MOST_BYTES, account)


def may_fetch(manifest: Manifest, url: str) -> bool:
    """Say whether the channel's files may come from there."""
    return hosts.is_among(url, manifest.hosts)


def retry_after_s(error: Exception, failures: int) -> float | None:
    """Say when a failed job is tried again; None holds it.

    What is transient is tried for ever: with growing pauses where somebody outside is unwell, soon
    where our own database is. Anything else is tried a few times.
    """
    pause_s = min(_LONGEST_S, 2.0 ** min(failures, 12))
    if isinstance(error, Throttled):
        return max(pause_s, error.retry_after_s)
    if isinstance(error, TemporaryFailure):
        return pause_s
    if transient(error):
        return min(pause_s, _BACK_S)
    return pause_s if failures < _MOST_FAILURES else None
