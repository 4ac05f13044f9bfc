"""Messages that come with a code: where they land, and who their sender is from now on.

A code proves possession and nothing else; it may have been sent on to somebody. So a stranger joins
the conversation's contact, whoever is known only by what a channel calls them joins whoever is
known by a proven telephone or address, but two known people are never made one: their message lands
in the conversation all the same, marked as another sender's, and can be answered there. Whatever
was joined here can be undone. A code that is wrong, old or used leaves an ordinary message.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct, field, structs

from hilo.domain.contacts import Matched
from hilo.domain.conversations.crossing import codes
from hilo.domain.conversations.crossing.offering import SQL
from hilo.domain.conversations.events import ConversationChanged
from hilo.domain.conversations.identity.merging import merge
from hilo.domain.conversations.incoming.receiving import Arrived, Place
from hilo.domain.conversations.thread.changes import Line, add_line, lock
from hilo.domain.people import system
from hilo.kit import log
from hilo.kit.db import Tx
from hilo.kit.errors import HiloError

_LOG = log.get(__name__)
_SPAN = timedelta(hours=1)
_MOST_MISSES = 10  # of a sender within the span; whoever tries more is not listened to

Received = Sequence[tuple[Arrived, Matched]]


class Landed(Struct):
    """What the codes of a batch did. now: contacts that are others since.

    crossed: by message, where it belongs.
    """

    now: dict[UUID, UUID] = field(default_factory=dict)
    crossed: dict[UUID, UUID] = field(default_factory=dict)

    def who(self, matched: Matched) -> Matched:
        """Return the sender as it is now."""
        into = self.now.get(matched.contact_id)
        return matched if into is None else structs.replace(matched, contact_id=into)


class _Heard(Struct, frozen=True):
    """A code that can be used, and whose conversation it leads to."""

    hash: bytes
    id: UUID
    conversation: UUID
    contact: UUID


class _Bond(Struct, frozen=True):
    """How firmly we know a contact."""

    contact: UUID
    is_known: bool
    is_stray: bool


async def redeem(tx: Tx, place: Place, received: Received) -> Landed:
    """Use the codes that came with these messages.

    Publishes: ConversationChanged (crossed), and what a merge does.
    """
    landed = Landed()
    said = {each.id: _codes(each) for each, _ in received}
    if not any(said.values()):
        return landed
    deaf = await _who_guesses(tx, {who.identity_id for each, who in received if said[each.id]})
    asked = [(a, w) for a, w in received if said[a.id] and w.identity_id not in deaf]
    known = await _known(tx, place, [code for each, _ in asked for code in said[each.id]])
    missed: list[UUID] = []
    for each, who in asked:
        heard = [known[code] for code in said[each.id] if code in known]
        if not heard:
            missed.append(who.identity_id)
        elif await tx.maybe(
            SQL.use,
            UUID,
            workspace=tx.workspace,
            id=heard[0].id,
            identity=who.identity_id,
            now=tx.now,
        ):
            await _land(tx, place, landed, each, landed.who(who), heard[0])
    if missed:
        await tx.run(
            SQL.note_misses,
            workspace=tx.workspace,
            identities=missed,
            now=tx.now,
            since=tx.now - _SPAN,
        )
    return landed


def _codes(arrived: Arrived) -> list[str]:
    if arrived.is_quiet:
        return []
    item = arrived.item
    token = item.referral.token if item.referral is not None else ""
    return codes.codes_in(token, item.subject, item.text)


async def _who_guesses(tx: Tx, identities: set[UUID]) -> set[UUID]:
    """Return those who sent too many wrong codes lately."""
    given = {"workspace": tx.workspace, "identities": list(identities), "since": tx.now - _SPAN}
    return set(await tx.all(SQL.misses, UUID, most=_MOST_MISSES, **given))


async def _known(tx: Tx, place: Place, said: Sequence[str]) -> Mapping[str, _Heard]:
    by_hash = {codes.hash_of(tx.workspace, code): code for code in said}
    rows = await tx.all(
        SQL.heard,
        _Heard,
        workspace=tx.workspace,
        hashes=list(by_hash),
        account=place.account.id,
        now=tx.now,
    )
    return {by_hash[row.hash]: row for row in rows}


async def _land(
    tx: Tx, place: Place, landed: Landed, arrived: Arrived, who: Matched, heard: _Heard
) -> None:
    owner = landed.now.get(heard.contact, heard.contact)
    if who.contact_id != owner:
        await _join(tx, landed, who, owner)
    actor = system(tx.workspace)
    row = await lock(tx, heard.conversation)
    channel = place.manifest.name
    said = Line("crossed", "crossed", {"name": who.name or row.contact_name, "channel": channel})
    view, line = await add_line(tx, actor, row, said)
    changed = ConversationChanged(what="crossed", conversation=view, message=line)
    tx.publish(changed, subject=row.id, by=who.by)
    landed.crossed[arrived.id] = heard.conversation


async def _join(tx: Tx, landed: Landed, who: Matched, owner: UUID) -> None:
    """Make two contacts one where that is safe; the smaller goes into the other."""
    rows = await tx.all(SQL.bonds, _Bond, workspace=tx.workspace, contacts=[who.contact_id, owner])
    bonds = {row.contact: row for row in rows}
    theirs = bonds.get(who.contact_id, _Bond(who.contact_id, is_known=False, is_stray=True))
    ours = bonds.get(owner, _Bond(owner, is_known=False, is_stray=True))
    if not who.is_new and ours.is_stray:
        loser, winner = owner, who.contact_id
    elif who.is_new or not theirs.is_known:
        loser, winner = who.contact_id, owner
    elif not ours.is_known:
        loser, winner = owner, who.contact_id
    else:
        return
    try:
        async with tx.attempt():
            await merge(tx, system(tx.workspace), loser, winner, reason="code")
    except HiloError as error:
        _LOG.warning("crossing.not_joined", why=error.code)
        return
    landed.now = {k: winner if v == loser else v for k, v in landed.now.items()}
    landed.now[loser] = winner
