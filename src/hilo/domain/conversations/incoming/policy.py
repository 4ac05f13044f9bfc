"""Which conversation an incoming message joins. Pure: facts in, decision out.

In this order: a code that came with the message, a thread reference into the same inbox, the
thread itself in this inbox (a mail to two inboxes is a conversation in each), where a mail went
that answers this one or the same one and came before it, a reference into another inbox, the token
of our own reply address, the number in the subject when its conversation is the sender's own, where
the sender went on with a code before, and the joining key by the inbox's threading.
A resolved conversation is opened again within the inbox's window; after that a new one begins.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from hilo.domain.conversations.models import Status
from hilo.sdk.manifest import Threading

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


class Candidate(Struct, frozen=True):
    """A conversation the message might join, under its lock. number: 0 = not given yet.

    reached: the identities that went on here with a code; reached_at: the last of them.
    """

    id: UUID
    number: int
    contact_id: UUID
    inbox_id: UUID
    joining_key: str | None
    status: Status
    resolved_at: datetime | None
    reached: Sequence[UUID] = ()
    reached_at: datetime | None = None


class Arrival(Struct, frozen=True, kw_only=True):
    """What is known of the message.

    named: conversations by its references, the newest first. awaited: where answers went to this
    very message, or to one it names that has not come either. token: the one of our own reply
    address. by_thread: the key is that of a mail thread. identity: the one it came from. code:
    where the code leads that came with it.
    """

    contact_id: UUID
    inbox_id: UUID
    key: str
    reopen_window_s: int
    at: datetime
    named: Sequence[UUID] = ()
    awaited: Sequence[UUID] = ()
    by_thread: bool = False
    token: UUID | None = None
    number: int | None = None
    identity: UUID | None = None
    code: UUID | None = None


class Known:
    """The candidates of a batch, by id, number and key; changes as the batch opens and reopens."""

    def __init__(self, candidates: Sequence[Candidate] = ()) -> None:
        """candidates: in any order."""
        self.by_id: dict[UUID, Candidate] = {}
        self.by_number: dict[int, Candidate] = {}
        self.open_by_key: dict[str, Candidate] = {}
        self.resolved_by_key: dict[str, Candidate] = {}
        for each in candidates:
            self.note(each)

    def note(self, candidate: Candidate) -> None:
        """Take in a conversation, or what became of it."""
        self.by_id[candidate.id] = candidate
        if candidate.number:
            self.by_number[candidate.number] = candidate
        if candidate.joining_key is None:
            return
        if candidate.status != "resolved":
            self.open_by_key[candidate.joining_key] = candidate
            return
        other = self.resolved_by_key.get(candidate.joining_key)
        if other is None or _resolved(other) <= _resolved(candidate):
            self.resolved_by_key[candidate.joining_key] = candidate


def _resolved(candidate: Candidate) -> tuple[datetime, UUID]:
    return (candidate.resolved_at or _NEVER, candidate.id)


def joining_key(threading: Threading, contact: UUID, inbox: UUID, root: str | None) -> str:
    """Return what is unique among conversations that are not resolved.

    root: what the mails of one thread share; without one the message joins like a chat.
    """
    match threading:
        case "contact":
            return f"contact:{contact}"
        case "mail_thread" if root:
            return f"thread:{inbox}:{root}"
        case _:
            return f"inbox:{inbox}:{contact}"


def join(arrival: Arrival, known: Known) -> Candidate | None:
    """Return the conversation to join, or None to open a new one under `arrival.key`."""
    named = [known.by_id[id_] for id_ in arrival.named if id_ in known.by_id]
    here = [each for each in named if each.inbox_id == arrival.inbox_id]
    keyed = known.open_by_key.get(arrival.key)
    if arrival.code in known.by_id:
        return _standing(known.by_id[arrival.code], known)
    for candidate in (
        *here,
        keyed if arrival.by_thread else None,
        *_awaited(arrival, known),
        *named,
        None if arrival.token is None else known.by_id.get(arrival.token),
        _by_number(arrival, known),
        *_reached(arrival, known),
        keyed,
        known.resolved_by_key.get(arrival.key),
    ):
        found = None if candidate is None else _usable(candidate, arrival, known)
        if found is not None:
            return found
    return None


def _awaited(arrival: Arrival, known: Known) -> Sequence[Candidate]:
    found = [known.by_id[id_] for id_ in arrival.awaited if id_ in known.by_id]
    return [each for each in found if each.inbox_id == arrival.inbox_id]


def _by_number(arrival: Arrival, known: Known) -> Candidate | None:
    if arrival.number is None:
        return None
    found = known.by_number.get(arrival.number)
    return found if found is not None and found.contact_id == arrival.contact_id else None


def _reached(arrival: Arrival, known: Known) -> Sequence[Candidate]:
    """Return where the sender's identity went on, the newest first."""
    found = [each for each in known.by_id.values() if arrival.identity in each.reached]
    return sorted(found, key=lambda each: each.reached_at or _NEVER, reverse=True)


def _standing(candidate: Candidate, known: Known) -> Candidate:
    """Return it, or the open one that has taken its key since it was resolved."""
    if candidate.status == "resolved" and candidate.joining_key is not None:
        return known.open_by_key.get(candidate.joining_key, candidate)
    return candidate


def _usable(candidate: Candidate, arrival: Arrival, known: Known) -> Candidate | None:
    """Return it, or the open one that has taken its key since, or None when it is too old."""
    found = _standing(candidate, known)
    if found.status != "resolved":
        return found
    ended = found.resolved_at
    window = timedelta(seconds=arrival.reopen_window_s)
    return found if ended is not None and arrival.at <= ended + window else None
