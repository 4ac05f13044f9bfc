"""What follows what, on one page: who reads the log, which job does what, what the clock does."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct

from hilo.domain.conversations import (
    ConversationErased,
    ConversationSplit,
    MessageState,
    resume_mended,
)
from hilo.domain.inboxes import AccountChanged
from hilo.domain.notifications import call_visitors, follow_visitors
from hilo.domain.visits import forget_visits, move_visits
from hilo.entry import timers, work
from hilo.entry.work import Tools
from hilo.kit.jobs import Job
from hilo.kit.readers import Reader

# Each walks all events by itself; a name is for ever, cursors carry it.
READERS: Sequence[Reader] = (
    Reader("mended-accounts", {AccountChanged: [resume_mended]}),
    Reader("visitor-calls", {MessageState: [call_visitors]}),
    Reader(
        "followed-visits",
        {ConversationErased: [forget_visits], ConversationSplit: [move_visits]},
    ),
    Reader("visitor-mails", {MessageState: [follow_visitors]}),
)

# Work for the outside, queued in the transaction that caused it.
JOBS: Mapping[str, Callable[[Tools, Job], Awaitable[None]]] = {
    "avatar": work.avatar,
    "call": work.call,
    "carry": work.carry,
    "fetch": work.fetch,
    "follow": work.follow,
    "letter": work.letter,
    "profile": work.profile,
    "resolve": work.resolve,
    "sweep": work.sweep,
}


class Timer(Struct, frozen=True):
    """Something done again and again. What it does bears being done by two workers at once."""

    name: str
    every: timedelta
    do: Callable[[Tools], Awaitable[None]]


TIMERS: Sequence[Timer] = (
    Timer("wake", timedelta(seconds=1), timers.wake_snoozed),
    Timer("fold-counts", timedelta(seconds=2), timers.fold_counts),
    Timer("rescue", timedelta(seconds=10), timers.rescue),
    Timer("templates", timedelta(hours=6), timers.sync_templates),
    Timer("partitions", timedelta(hours=6), timers.partitions_ahead),
    Timer("resting", timedelta(hours=1), timers.erase_resting),
    Timer("tidy", timedelta(hours=1), timers.tidy),
)
