"""Contacts that may be one person: proposed with the reason, accepted by a merge, or dismissed.

A dismissal holds for the reasons known then; a new kind of reason proposes the two again.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain import contacts
from hilo.domain.contacts import ContactRow, ContactView, contact_view
from hilo.domain.conversations.identity import resembling
from hilo.domain.conversations.identity.resembling import Kind, Reason
from hilo.domain.conversations.identity.seeing import insist_on_sight
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound, invalid
from hilo.kit.sql import Queries

SQL = Queries(__package__, "likeness.sql")
_MOST = 20
_SHOWN = 10


class Likeness(Struct, frozen=True, kw_only=True):
    """Somebody who may be the same person. reasons: the strongest first."""

    contact: ContactView
    reasons: Sequence[Reason]


class _Shared(Struct, frozen=True):
    contact: UUID
    kind: Kind
    value: str


class _Dismissed(Struct, frozen=True):
    contact: UUID
    reasons: Sequence[str]


async def likenesses(tx: Tx, actor: Actor, contact_id: UUID) -> list[Likeness]:
    """Return who may be the same person. Raises: Forbidden; NotFound; Gone."""
    found = await _all(tx, await contacts.get_contact(tx, actor, contact_id))
    rows = await tx.all(SQL.dismissed, _Dismissed, workspace=tx.workspace, contact=contact_id)
    dismissed = {row.contact: set(row.reasons) for row in rows}
    left = [
        each
        for each in found
        if not {reason.kind for reason in each.reasons} <= dismissed.get(each.contact.id, set())
    ]
    return left[:_SHOWN]


async def dismiss(tx: Tx, actor: Actor, contact_id: UUID, other: UUID) -> None:
    """Remember that the two are two persons, as far as is known now.

    Raises: Forbidden; NotFound; Gone; Invalid.
    """
    actor.must("contact:merge")
    if contact_id == other:
        raise invalid("other_contact_id", "same", "must be another contact")
    await insist_on_sight(tx, actor, contact_id, other)
    one = await contacts.get_contact(tx, actor, contact_id)
    await contacts.get_contact(tx, actor, other)
    known = {each.contact.id: each.reasons for each in await _all(tx, one)}
    await tx.run(
        SQL.dismiss,
        workspace=tx.workspace,
        contact=contact_id,
        other=other,
        reasons=sorted({reason.kind for reason in known.get(other, ())}),
        by=actor.by,
        now=tx.now,
    )


async def bring_back(tx: Tx, actor: Actor, contact_id: UUID, other: UUID) -> None:
    """Propose the two again. Raises: Forbidden; NotFound; Gone."""
    actor.must("contact:merge")
    await insist_on_sight(tx, actor, contact_id, other)
    await contacts.get_contact(tx, actor, contact_id)
    given = {"workspace": tx.workspace, "contact": contact_id, "other": other}
    if not await tx.run(SQL.bring_back, **given):
        raise NotFound("nothing was dismissed")


async def _all(tx: Tx, one: ContactView) -> list[Likeness]:
    texts = await tx.all(SQL.said, str, workspace=tx.workspace, contact=one.id)
    own = [str(each) for each in one.attributes.values() if isinstance(each, str)]
    named = resembling.named_in([*texts, *own], one.locale)
    reasons = await _shared(tx, one, named)
    rows = await tx.all(
        SQL.alike,
        ContactRow,
        workspace=tx.workspace,
        contact=one.id,
        ids=list(reasons),
        facts=[*named.facts, *resembling.facts_of(one)],
        name=one.name if " " in one.name else "",
        most=_MOST,
    )
    views = {row.id: contact_view(row) for row in rows}
    for id_, more in resembling.resemblance(one, list(views.values()), named).items():
        reasons[id_].extend(more)
    found = [
        Likeness(contact=views[id_], reasons=list(dict.fromkeys(given)))
        for id_, given in reasons.items()
        if id_ in views
    ]
    return sorted(found, key=lambda each: resembling.strength(each.reasons))


async def _shared(
    tx: Tx, one: ContactView, named: resembling.Named
) -> defaultdict[UUID, list[Reason]]:
    """Return by contact the addresses they share and the codes that led from one to the other."""
    rows = await tx.all(
        SQL.shared,
        _Shared,
        workspace=tx.workspace,
        contact=one.id,
        kinds=[kind for kind, _ in named.addresses],
        values=[value for _, value in named.addresses],
    )
    found: defaultdict[UUID, list[Reason]] = defaultdict(list)
    for row in rows:
        found[row.contact].append(Reason(kind=row.kind, detail=row.value))
    return found
