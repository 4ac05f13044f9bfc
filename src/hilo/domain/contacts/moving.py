"""What contacts say of their addresses: another one from now on, or no more messages by it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.domain.contacts import matching
from hilo.domain.contacts.addresses import normal
from hilo.domain.contacts.events import ContactChanged, ContactConsented
from hilo.domain.contacts.matching import Asked, Matched, match
from hilo.domain.contacts.models import ContactRow, contact_view
from hilo.kit.db import Tx
from hilo.kit.ids import NIL
from hilo.kit.sql import Queries
from hilo.sdk.inbound import ConsentIn, IdentityChanged, IdentityIn

SQL = Queries(__package__, "moving.sql")
_OWN_SCOPE = {"visitor", "external"}


class _Noted(Struct, frozen=True):
    identity: UUID
    topic: Literal["all", "marketing"]
    is_given: bool


async def readdress(tx: Tx, account: UUID, item: IdentityChanged) -> None:
    """Let a known contact go by its new address; a stranger stays one.

    Publishes: ContactChanged.
    """
    old = _address(item.old, account)
    kinds = [each for each in item.new.identities if each.kind == item.old.kind]
    first = (kinds or list(item.new.identities))[:1]
    new = _address(first[0], account) if first else None
    if old is None or new is None or old == new:
        return
    contact = await tx.maybe(
        SQL.readdress,
        UUID,
        workspace=tx.workspace,
        kind=old[0],
        scope=old[1],
        value=old[2],
        new_kind=new[0],
        new_scope=new[1],
        new_value=new[2],
        verified=first[0].verified,
    )
    if contact is None:
        return
    (row,) = await tx.all(matching.SQL.contacts, ContactRow, workspace=tx.workspace, ids=[contact])
    tx.publish(ContactChanged(contact=contact_view(row)), subject=contact)
    await match(tx, [Asked(item.new, creates=False)], account)


async def note_consent(tx: Tx, given: Sequence[tuple[ConsentIn, Matched, datetime]]) -> None:
    """Keep what contacts allow and forbid; the newest word counts.

    Publishes: ContactConsented, where it is another word than before.
    """
    if not given:
        return
    noted = await tx.all(
        SQL.consent,
        _Noted,
        workspace=tx.workspace,
        identities=[who.identity_id for _, who, _ in given],
        topics=[item.topic for item, _, _ in given],
        given=[item.is_given for item, _, _ in given],
        ats=[min(item.at or came, came) for item, _, came in given],
    )
    whose = {who.identity_id: who for _, who, _ in given}
    for each in noted:
        who = whose[each.identity]
        event = ContactConsented(
            contact_id=who.contact_id,
            identity_id=each.identity,
            topic=each.topic,
            is_given=each.is_given,
        )
        tx.publish(event, subject=who.contact_id, by=who.by)


def _address(identity: IdentityIn, account: UUID) -> tuple[str, UUID, str] | None:
    value = normal(identity.kind, identity.value)
    scope = account if identity.kind in _OWN_SCOPE else NIL
    return None if value is None else (identity.kind, scope, value)
