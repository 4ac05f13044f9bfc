"""Messages from contacts enter their conversations: many of one account, in order of arrival.

Each external id enters once for ever. Nothing here looks at the outside.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from hilo.domain.contacts import Matched
from hilo.domain.conversations.events import (
    ConversationChanged,
    ConversationOpened,
    MessageEchoed,
    MessageReceived,
)
from hilo.domain.conversations.incoming import arriving, policy
from hilo.domain.conversations.incoming.policy import Arrival, Candidate, Known
from hilo.domain.conversations.models import AttachmentView, Author, ConversationView, MessageView
from hilo.domain.conversations.outgoing import echoes
from hilo.domain.conversations.outside import outside_name
from hilo.domain.conversations.thread import amending, late, receipts
from hilo.domain.conversations.thread.receipts import Target
from hilo.domain.conversations.thread.writing import Key, NewMessage, append, claim
from hilo.domain.inboxes import AccountRow, Channels, InboxRow
from hilo.domain.library import FileStore
from hilo.kit.db import Tx
from hilo.kit.errors import TemporaryFailure
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries
from hilo.kit.text import clean, clean_all
from hilo.sdk.inbound import MessageIn
from hilo.sdk.manifest import Manifest, Threading

SQL = Queries(__package__, "joining.sql")
_SUBJECT_CHARS = 500
_MOST_AWAITED = 5  # mails it names, the newest first
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class Place(Struct, frozen=True, kw_only=True):
    """Where a batch arrives."""

    account: AccountRow
    inbox: InboxRow
    channels: Channels
    manifest: Manifest
    store: FileStore | None = None

    @property
    def threading(self) -> Threading:
        """The inbox's rule, else the channel's."""
        return self.inbox.threading or self.manifest.threading


class Arrived(Struct, frozen=True, kw_only=True):
    """One message with its future id. at: when its delivery came.

    is_echo: the business wrote it elsewhere; the sender is whom it wrote to.
    """

    id: UUID
    item: MessageIn
    name: str
    at: datetime
    is_echo: bool = False

    @property
    def is_quiet(self) -> bool:
        """Say whether it wakes nobody."""
        return self.is_echo or self.item.automatic


class Joined(Struct, frozen=True, kw_only=True):
    """A message that knows who wrote it and where it goes. before: None when it opens one."""

    arrived: Arrived
    sender: Matched
    conversation: UUID
    before: Candidate | None


async def only_new(
    tx: Tx, account: UUID, given: Sequence[Arrived]
) -> tuple[list[Arrived], set[str]]:
    """Take the external ids; return what was never seen, in the given order.

    And the names of those for which something waits.
    """
    first: dict[str, Arrived] = {}
    for each in given:
        first.setdefault(each.name, each)
    fresh = await claim(tx, [Key(account, name, each.id) for name, each in first.items()])
    return [each for each in given if each.id in fresh], {
        each.name for each in given if fresh.get(each.id)
    }


async def receive(
    tx: Tx,
    place: Place,
    given: Sequence[tuple[Arrived, Matched]],
    crossed: Mapping[UUID, UUID] = MappingProxyType({}),
) -> None:
    """Append each message to the conversation it joins.

    given: new messages of contacts that are not blocked, in order of arrival. crossed: by message,
    the conversation its code leads to.
    Publishes: ConversationOpened, ConversationChanged (reopened, woken), MessageReceived.
    """
    if not given:
        return
    joined = await _join(tx, place, given, crossed)
    quoted = await _quoted(tx, place.account.id, [each.arrived for each in joined])
    files = await arriving.keep(
        tx, place.account.id, place.store, [(e.arrived.id, e.arrived.item.files) for e in joined]
    )
    messages = [_message(place, each, quoted, files.get(each.arrived.id, [])) for each in joined]
    pairs = await append(tx, messages, are_locked=True)  # as candidates, or opened here
    if place.manifest.threading == "mail_thread":
        await _keep_refs(tx, joined)
    await _keep_echoes(tx, place, joined)
    _publish(tx, joined, pairs)
    await _late(tx, place, joined, quoted)


async def _late(tx: Tx, place: Place, joined: Sequence[Joined], quoted: Mapping[str, UUID]) -> None:
    """Tell earlier messages that these are what they answer; let these wait for theirs."""
    if place.manifest.threading == "mail_thread":
        return  # a mail answers its thread; see `_keep_refs`
    arrived = [each.arrived for each in joined]
    await late.bind(tx, place.account.id, {each.name: each.id for each in arrived})
    names = {each.id: outside_name(each.item.reply_to) for each in arrived if each.item.reply_to}
    waiting = {id_: name for id_, name in names.items() if name not in quoted}
    await late.wait(tx, place.account.id, waiting)


async def catch_up(tx: Tx, account: UUID, fresh: Sequence[Arrived], awaited: set[str]) -> None:
    """Apply what waited for messages that have come now.

    Publishes: MessageState, MessageChanged.
    """
    early = await receipts.take_early(tx, account, sorted(awaited))
    messages = {each.name: each.id for each in fresh if each.name in awaited}
    for waiting in early:
        target = Target(messages[waiting.name], 1, is_split=False)
        await receipts.settle(tx, receipts.moved_early([waiting], target))
    await amending.apply_early(tx, early, messages)


async def _join(
    tx: Tx,
    place: Place,
    given: Sequence[tuple[Arrived, Matched]],
    crossed: Mapping[UUID, UUID],
) -> list[Joined]:
    refs = await _refs(tx, place, [each for each, _ in given])
    arrivals = [_arrival(place, *each, refs, crossed) for each in given]
    known = Known(await _candidates(tx, arrivals))
    opened: list[tuple[Candidate, str]] = []
    joined = []
    for each, who in given:
        arrival = _arrival(place, each, who, refs, crossed)
        found = policy.join(arrival, known)
        target = found or _new(arrival)
        if found is None:
            opened.append((target, _subject(each.item.subject)))
        joined.append(Joined(arrived=each, sender=who, conversation=target.id, before=found))
        known.note(target if each.is_quiet else structs.replace(target, status="open"))
        # An answer may stand in the same batch, before its mail too.
        for unseen in _unseen(each):
            refs.setdefault(unseen, _Named(unseen, target.id, is_awaited=True))
        refs[_own_ref(each)] = _Named(_own_ref(each), target.id, is_awaited=False)
    await _open(tx, place, opened)
    return joined


def _new(arrival: Arrival) -> Candidate:
    return Candidate(
        id=new_id(),
        number=0,
        contact_id=arrival.contact_id,
        inbox_id=arrival.inbox_id,
        joining_key=arrival.key,
        status="open",
        resolved_at=None,
    )


def _arrival(
    place: Place,
    arrived: Arrived,
    who: Matched,
    refs: Mapping[str, "_Named"],
    crossed: Mapping[UUID, UUID],
) -> Arrival:
    item = arrived.item
    root = outside_name(item.thread_root, "") if item.thread_root else None
    found = [refs[ref] for ref in map(outside_name, item.thread) if ref in refs]
    own = refs.get(_own_ref(arrived))
    awaited = [each for each in (own, *found) if each is not None and each.is_awaited]
    return Arrival(
        contact_id=who.contact_id,
        inbox_id=place.inbox.id,
        key=policy.joining_key(place.threading, who.contact_id, place.inbox.id, root),
        reopen_window_s=place.inbox.reopen_window_s,
        at=arrived.at,
        named=[each.conversation for each in found if not each.is_awaited],
        awaited=[each.conversation for each in awaited],
        by_thread=place.threading == "mail_thread" and root is not None,
        token=item.conversation,
        number=item.number,
        identity=None if arrived.is_echo else who.identity_id,
        code=crossed.get(arrived.id),
    )


async def _refs(tx: Tx, place: Place, given: Sequence[Arrived]) -> dict[str, "_Named"]:
    wanted = {outside_name(ref) for each in given for ref in each.item.thread}
    if place.manifest.threading == "mail_thread":
        wanted |= {_own_ref(each) for each in given}
    if not wanted:
        return {}
    rows = await tx.all(SQL.refs, _Named, workspace=tx.workspace, refs=list(wanted))
    return {row.ref: row for row in rows}


async def _candidates(tx: Tx, arrivals: Sequence[Arrival]) -> list[Candidate]:
    return await tx.all(
        SQL.candidates,
        Candidate,
        workspace=tx.workspace,
        ids=list({i for each in arrivals for i in _named(each) if i}),
        identities=list({each.identity for each in arrivals if each.identity}),
        numbers=[each.number for each in arrivals if each.number is not None],
        keys=list({each.key for each in arrivals}),
    )


def _named(arrival: Arrival) -> Sequence[UUID | None]:
    return (*arrival.named, *arrival.awaited, arrival.token, arrival.code)


async def _open(tx: Tx, place: Place, opened: Sequence[tuple[Candidate, str]]) -> None:
    if not opened:
        return
    made = await tx.all(
        SQL.open,
        UUID,
        workspace=tx.workspace,
        now=tx.now,
        inbox=place.inbox.id,
        channel=place.account.channel,
        ids=[each.id for each, _ in opened],
        contacts=[each.contact_id for each, _ in opened],
        keys=[each.joining_key for each, _ in opened],
        subjects=[subject for _, subject in opened],
    )
    if len(made) < len(opened):
        raise TemporaryFailure("another worker opened one of these conversations at this moment")


async def _quoted(tx: Tx, account: UUID, given: Sequence[Arrived]) -> dict[str, UUID]:
    """Return the messages that these quote, by the name they use."""
    names = {outside_name(each.item.reply_to) for each in given if each.item.reply_to}
    if not names:
        return {}
    rows = await tx.all(
        SQL.quoted,
        _Ref,
        workspace=tx.workspace,
        account=account,
        names=list(names),
        ids=[id_ for name in names if (id_ := _uuid(name)) is not None],
    )
    return {row.ref: row.id for row in rows}


def _message(
    place: Place,
    joined: Joined,
    quoted: Mapping[str, UUID],
    files: Sequence[AttachmentView],
) -> NewMessage:
    arrived, item = joined.arrived, joined.arrived.item
    meta = {**item.stamp, **({"automatic": True} if item.automatic else {})}
    if joined.before is not None and joined.before.contact_id != joined.sender.contact_id:
        given = meta.get("warnings")
        meta["warnings"] = [*(given if isinstance(given, list) else []), "other-sender"]
    if item.referral is not None:
        meta["referral"] = msgspec.to_builtins(item.referral)
    author = Author(kind="contact", id=joined.sender.contact_id, name=joined.sender.name)
    if arrived.is_echo:
        author = Author(kind="agent", name=place.account.name or place.inbox.name)
    return NewMessage(
        id=arrived.id,
        conversation_id=joined.conversation,
        kind="outgoing" if arrived.is_echo else "incoming",
        author=author,
        channel=place.account.channel,
        inbox_id=place.inbox.id,
        account_id=place.account.id,
        identity_id=joined.sender.identity_id,
        subject=_subject(item.subject),
        text=clean(item.text),
        html=None if item.html is None else clean(item.html),
        quoted=None if item.quoted is None else clean(item.quoted),
        reply_to=quoted.get(outside_name(item.reply_to)) if item.reply_to else None,
        attachments=files,
        meta=clean_all(meta),  # type: ignore[arg-type]
        state="sent" if arrived.is_echo else "received",
        client_id=item.client_id,
        external_id=arrived.name,
        at=_said_at(item.at, arrived.at),
        quiet=item.automatic,
        content=item.content,
    )


def _said_at(said: datetime | None, came: datetime) -> datetime:
    # A sender's clock may be anything: nothing was written after it came, or before there was mail.
    return came if said is None or not _EARLIEST <= said <= came else said


async def _keep_echoes(tx: Tx, place: Place, joined: Sequence[Joined]) -> None:
    written = [each for each in joined if each.arrived.is_echo]
    if written:
        await tx.run(
            echoes.SQL.insert_sent,
            workspace=tx.workspace,
            account=place.account.id,
            now=tx.now,
            ids=[each.arrived.id for each in written],
            conversations=[each.conversation for each in written],
            names=[each.arrived.name for each in written],
        )


async def _keep_refs(tx: Tx, joined: Sequence[Joined]) -> None:
    rows: dict[str, tuple[UUID, UUID | None]] = {}
    for each in joined:
        rows.setdefault(_own_ref(each.arrived), (each.conversation, each.arrived.id))
    for each in joined:
        for ref in _unseen(each.arrived):
            rows.setdefault(ref, (each.conversation, None))
    await tx.run(
        SQL.insert_refs,
        workspace=tx.workspace,
        refs=list(rows),
        conversations=[conversation for conversation, _ in rows.values()],
        messages=[message for _, message in rows.values()],
    )


def _unseen(arrived: Arrived) -> Sequence[str]:
    # What it answers may come later: mails overtake each other, and folders are read one by one.
    return [outside_name(ref) for ref in arrived.item.thread[:_MOST_AWAITED]]


def _publish(
    tx: Tx, joined: Sequence[Joined], pairs: Sequence[tuple[ConversationView, MessageView]]
) -> None:
    told: set[UUID] = set()
    for each, (conversation, message) in zip(joined, pairs, strict=True):
        by = each.sender.by
        if conversation.id not in told:
            told.add(conversation.id)
            _publish_change(tx, each, conversation)
        if each.arrived.is_echo:
            echoed = MessageEchoed(conversation=conversation, message=message)
            tx.publish(echoed, subject=conversation.id)
            continue
        received = MessageReceived(conversation=conversation, message=message)
        tx.publish(received, subject=conversation.id, by=by)


def _publish_change(tx: Tx, joined: Joined, conversation: ConversationView) -> None:
    by, before = joined.sender.by, joined.before
    if before is None:
        tx.publish(ConversationOpened(conversation=conversation), subject=conversation.id, by=by)
    elif before.status != conversation.status:
        changed = ConversationChanged(
            what="woken" if before.status == "snoozed" else "reopened", conversation=conversation
        )
        tx.publish(changed, subject=conversation.id, by=by)


def _own_ref(arrived: Arrived) -> str:
    return outside_name(arrived.item.ref or "", arrived.name)


def _subject(subject: str) -> str:
    return " ".join(clean(subject).split())[:_SUBJECT_CHARS]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class _Named(Struct, frozen=True):
    """A mail's name and its conversation. is_awaited: named by others, and not here yet."""

    ref: str
    conversation: UUID
    is_awaited: bool


class _Ref(Struct, frozen=True):
    """A name at the outside and what it means here."""

    ref: str
    id: UUID
