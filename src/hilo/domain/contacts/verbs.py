"""What one can do with contacts. One transaction each; never commits, never calls the outside."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import UNSET, Struct, UnsetType

from hilo.domain.contacts import addresses, parting, queries
from hilo.domain.contacts.events import ContactChanged, ContactCreated, ContactMerged
from hilo.domain.contacts.models import ContactRow, ContactView, IdentityGiven, contact_view
from hilo.domain.contacts.queries import Address, Facts
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, Gone, NotFound, invalid
from hilo.kit.ids import NIL, new_id
from hilo.kit.text import clean

_NAME_CHARS = 200
_ATTRIBUTES = 100
_ATTRIBUTE_KEY = re.compile(r"\w[\w .:-]{0,59}")
_ATTRIBUTES_BYTES = 32_000
_IDENTITIES = 50
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}")


class NewContact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person to enter by hand."""

    name: str
    identities: Sequence[IdentityGiven] = ()
    attributes: Mapping[str, object] = {}
    locale: str = ""
    time_zone: str = ""


class Merged(Struct, frozen=True, kw_only=True):
    """How two became one. conversations: how many moved; link_id: by which it can be undone."""

    conversations: int
    link_id: UUID | None = None
    reason: str = ""


class ContactPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: what is absent stays; an attribute set to null goes."""

    name: str | UnsetType = UNSET
    locale: str | UnsetType | None = UNSET
    time_zone: str | UnsetType | None = UNSET
    attributes: Mapping[str, object] | UnsetType | None = UNSET
    blocked: bool | UnsetType = UNSET


async def get_contact(tx: Tx, actor: Actor, contact_id: UUID) -> ContactView:
    """Return the contact. Raises: Forbidden; NotFound; Gone naming `merged_into`."""
    actor.must("contact:read")
    return contact_view(await _standing(tx, contact_id))


async def create_contact(tx: Tx, actor: Actor, given: NewContact) -> ContactView:
    """Enter a person. Raises: Forbidden; Invalid; Conflict when an address is someone else's.

    Publishes: ContactCreated.
    """
    actor.must("contact:write")
    if len(given.identities) > _IDENTITIES:
        raise invalid("identities", "too-many", f"must have at most {_IDENTITIES}")
    facts = Facts(
        name=_short(given.name, "name"),
        locale=_language(given.locale),
        time_zone=_zone(given.time_zone),
        attributes=_merged({}, given.attributes),
        blocked_at=None,
    )
    id_ = new_id()
    await queries.insert(tx, id_, facts)
    wanted = [
        _address(each, f"identities.{place}.value", facts.locale)
        for place, each in enumerate(given.identities)
    ]
    await _give(tx, id_, wanted)
    made = contact_view(await _standing(tx, id_))
    tx.publish(ContactCreated(contact=made), subject=id_, by=actor.by)
    return made


async def change_contact(
    tx: Tx, actor: Actor, contact_id: UUID, patch: ContactPatch
) -> ContactView:
    """Apply a merge patch. Raises: Forbidden; NotFound; Gone; Invalid.

    Publishes: ContactChanged, when something changed.
    """
    actor.must("contact:write")
    before = await _locked(tx, contact_id)
    after = _patched(tx, before, patch)
    if after == _facts(before):
        return contact_view(before)
    await queries.update(tx, contact_id, after)
    return await _changed(tx, actor, contact_id)


async def add_identity(tx: Tx, actor: Actor, contact_id: UUID, given: IdentityGiven) -> ContactView:
    """Give an address, unverified. Raises: Forbidden; NotFound; Gone; Invalid; Conflict.

    Publishes: ContactChanged. The contact has it already: nothing happens.
    """
    actor.must("contact:write")
    before = await _locked(tx, contact_id)
    if len(before.identities) >= _IDENTITIES:
        raise invalid("identities", "too-many", f"must have at most {_IDENTITIES}")
    address = _address(given, "value", before.locale)
    if await queries.owner_of(tx, address) == contact_id:
        return contact_view(before)
    await _give(tx, contact_id, [address])
    await queries.touch(tx, contact_id)
    return await _changed(tx, actor, contact_id)


async def remove_identity(tx: Tx, actor: Actor, contact_id: UUID, identity_id: UUID) -> ContactView:
    """Take an address away; messages keep what they say. Raises: Forbidden; NotFound; Gone.

    Publishes: ContactChanged.
    """
    actor.must("contact:write")
    await _locked(tx, contact_id)
    if not await queries.delete_identity(tx, contact_id, identity_id):
        raise NotFound("the contact has no such identity")
    await queries.touch(tx, contact_id)
    return await _changed(tx, actor, contact_id)


async def lock_pair(
    tx: Tx, actor: Actor, contact_id: UUID, into: UUID
) -> tuple[ContactView, ContactView]:
    """Hold both sides of a merge. Raises: Forbidden; NotFound; Gone; Invalid when they are one."""
    actor.must("contact:merge")
    if contact_id == into:
        raise invalid("into", "same", "must be another contact")
    await queries.lock(tx, [contact_id, into])
    loser = await _standing(tx, contact_id)
    return contact_view(loser), contact_view(await _survivor(tx, into))


async def merge_into(
    tx: Tx, actor: Actor, loser: ContactView, winner: ContactView, how: Merged
) -> ContactView:
    """Give the loser's addresses and facts to the winner, whose own facts hold.

    loser, winner: as `lock_pair` returned them.
    Publishes: ContactMerged.
    """
    await queries.move_identities(tx, loser.id, winner.id)
    if how.reason == "code":
        await parting.mark_by_code(tx, winner.id, [each.id for each in loser.identities])
    await queries.set_merged(tx, loser.id, winner.id)
    row = await _standing(tx, winner.id)
    facts = Facts(
        name=winner.name or loser.name,
        locale=winner.locale or loser.locale,
        time_zone=winner.time_zone or loser.time_zone,
        attributes={**loser.attributes, **winner.attributes},
        blocked_at=row.blocked_at,
    )
    await queries.update(tx, winner.id, facts)
    after = contact_view(await _standing(tx, winner.id))
    event = ContactMerged(
        from_id=loser.id,
        contact=after,
        conversations=how.conversations,
        link_id=how.link_id,
        reason=how.reason,
    )
    tx.publish(event, subject=winner.id, by=actor.by)
    return after


async def _standing(tx: Tx, contact_id: UUID) -> ContactRow:
    found = await queries.contact(tx, contact_id)
    if found is None:
        raise NotFound("no such contact")
    if found.merged_into is not None:
        raise Gone("the contact was merged", merged_into=str(found.merged_into))
    return found


async def _survivor(tx: Tx, into: UUID) -> ContactRow:
    found = await queries.contact(tx, into)
    if found is None:
        raise invalid("into", "not-found", "is not a contact of this workspace")
    if found.merged_into is not None:
        raise invalid("into", "merged", f"was merged into {found.merged_into}")
    return found


async def _locked(tx: Tx, contact_id: UUID) -> ContactRow:
    await queries.lock(tx, [contact_id])
    return await _standing(tx, contact_id)


async def _give(tx: Tx, contact_id: UUID, wanted: Sequence[Address]) -> None:
    wanted = list(dict.fromkeys(wanted))
    if not wanted or await queries.add_identities(tx, contact_id, wanted) == len(wanted):
        return
    for each in wanted:
        other = await queries.owner_of(tx, each)
        if other not in (None, contact_id):
            raise Conflict(
                "the address belongs to another contact",
                contact_id=str(other),
                kind=each.kind,
                value=each.value,
            )


async def _changed(tx: Tx, actor: Actor, contact_id: UUID) -> ContactView:
    after = contact_view(await _standing(tx, contact_id))
    tx.publish(ContactChanged(contact=after), subject=contact_id, by=actor.by)
    return after


def _facts(row: ContactRow) -> Facts:
    return Facts(
        name=row.name,
        locale=row.locale,
        time_zone=row.time_zone,
        attributes=row.attributes,
        blocked_at=row.blocked_at,
    )


def _patched(tx: Tx, before: ContactRow, patch: ContactPatch) -> Facts:
    blocked_at = before.blocked_at
    if patch.blocked is not UNSET:
        blocked_at = (before.blocked_at or tx.now) if patch.blocked else None
    attributes = before.attributes
    if patch.attributes is None:
        attributes = {}
    elif patch.attributes is not UNSET:
        attributes = _merged(before.attributes, patch.attributes)
    return Facts(
        name=before.name if patch.name is UNSET else _short(patch.name, "name"),
        locale=before.locale if patch.locale is UNSET else _language(patch.locale or ""),
        time_zone=before.time_zone if patch.time_zone is UNSET else _zone(patch.time_zone or ""),
        attributes=attributes,
        blocked_at=blocked_at,
    )


def _merged(old: Mapping[str, object], patch: Mapping[str, object]) -> Mapping[str, object]:
    """Return the attributes after a merge patch of one level. Raises: Invalid."""
    for key in patch:
        if not _ATTRIBUTE_KEY.fullmatch(key):
            raise invalid(
                f"attributes.{clean(key)[:60]}",
                "format",
                "must be 1 to 60 letters, digits, spaces or . : _ -",
            )
    merged = {**old, **patch}
    kept = {key: value for key, value in merged.items() if value is not None}
    if len(kept) > _ATTRIBUTES:
        raise invalid("attributes", "too-many", f"must be at most {_ATTRIBUTES}")
    raw = msgspec.json.encode(kept)
    if len(raw) > _ATTRIBUTES_BYTES:
        raise invalid("attributes", "too-large", f"must take at most {_ATTRIBUTES_BYTES} bytes")
    if _has_nul(kept):
        raise invalid("attributes", "format", "must not contain NUL")
    return kept


def _has_nul(value: object) -> bool:
    match value:
        case str():
            return "\x00" in value
        case Mapping():
            return any(_has_nul(key) or _has_nul(each) for key, each in value.items())
        case list() | tuple():
            return any(map(_has_nul, value))
        case _:
            return False


def _short(value: str, field: str) -> str:
    cleaned = " ".join(clean(value).split())
    if len(cleaned) > _NAME_CHARS:
        raise invalid(field, "length", f"must have at most {_NAME_CHARS} characters")
    return cleaned


def _address(given: IdentityGiven, field: str, locale: str) -> Address:
    value = addresses.checked(given.kind, given.value, field, locale)
    if given.kind in {"email", "phone"}:
        return Address(given.kind, value)
    return Address(given.kind, value, given.scope or NIL)


def _language(value: str) -> str:
    tag = _short(value, "locale")
    if tag and not _LANGUAGE.fullmatch(tag):
        raise invalid("locale", "format", "must be a language such as es or pt-BR")
    return tag


def _zone(value: str) -> str:
    name = _short(value, "time_zone")
    try:
        # A folder of zones and a name that leaves theirs are no zones either.
        return name and ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid("time_zone", "format", "must be a zone such as Europe/Madrid") from None
