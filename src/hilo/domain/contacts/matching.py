"""Which contact a sender is: many senders at once, in the order they came.

The identity a message came from decides; the others join only when they are verified, so that
nobody becomes somebody by naming their address. Two contacts are never merged here.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct, field

from hilo.domain.contacts.addresses import normal
from hilo.domain.contacts.events import ContactChanged, ContactCreated
from hilo.domain.contacts.models import ContactRow, contact_view
from hilo.domain.contacts.queries import Address
from hilo.kit.db import Tx
from hilo.kit.errors import TemporaryFailure
from hilo.kit.events import By
from hilo.kit.ids import NIL, new_id
from hilo.kit.sql import Queries
from hilo.kit.text import clean, clean_all
from hilo.sdk.inbound import IdentityIn, SenderIn

SQL = Queries(__package__, "matching.sql")
_NAME_CHARS = 200
_VALUE_CHARS = 500
_ATTRIBUTES = 100
_ATTRIBUTE_KEY_CHARS = 60
_ATTRIBUTES_BYTES = 32_000
_OWN_SCOPE = {"visitor", "external"}


class Asked(Struct, frozen=True):
    """A sender to match. creates: a stranger becomes a contact. told: its facts replace the old."""

    sender: SenderIn
    creates: bool = True
    told: bool = False


class Matched(Struct, frozen=True):
    """Who a sender is. identity_id: the one the message came from."""

    contact_id: UUID
    name: str
    identity_id: UUID
    blocked: bool
    is_new: bool

    @property
    def by(self) -> By:
        """The contact as an actor of the log."""
        return By(kind="contact", id=self.contact_id, name=self.name)


class KnownRow(Struct, frozen=True):
    """An address somebody has, and who."""

    kind: str
    scope: UUID
    value: str
    identity_id: UUID
    verified: bool
    contact_id: UUID
    name: str
    locale: str
    time_zone: str
    attributes: Mapping[str, object]
    blocked: bool


class _Contact(Struct):
    """A contact while the batch is matched."""

    id: UUID
    name: str
    locale: str
    time_zone: str
    attributes: Mapping[str, object]
    blocked: bool = False
    is_new: bool = False
    is_changed: bool = False
    claims: list[Address] = field(default_factory=list)


class _Identity(Struct):
    """An identity while the batch is matched."""

    id: UUID
    address: Address
    contact: _Contact
    verified: bool
    is_new: bool = False
    is_changed: bool = False


_Book = dict[Address, _Identity]


async def match(tx: Tx, asked: Sequence[Asked], account: UUID) -> list[Matched | None]:
    """Find or make the contact of each sender; None where a stranger is not to become one.

    account: the scope of visitor and external ids.
    Publishes: ContactCreated, ContactChanged.
    Raises: TemporaryFailure when an agent entered one of the strangers at the same moment.
    """
    given = [_addresses(each.sender, account) for each in asked]
    wanted = {address for each in given for address, _ in each}
    book = await _known(tx, wanted)
    strangers = [
        address
        for each, addresses in zip(asked, given, strict=True)
        if each.creates
        for address, _ in addresses
        if address not in book
    ]
    if strangers:
        await tx.run(SQL.lock_addresses, workspace=tx.workspace, **_columns(strangers))
        book |= await _known(tx, set(strangers))
    matched = [_place(book, who, addresses) for who, addresses in zip(asked, given, strict=True)]
    await _write(tx, book)
    return [
        None
        if each is None
        else Matched(
            each.contact.id, each.contact.name, each.id, each.contact.blocked, each.contact.is_new
        )
        for each in matched
    ]


def _addresses(sender: SenderIn, account: UUID) -> list[tuple[Address, bool]]:
    """Return the usable addresses with their proof; never none."""
    found = []
    for given in sender.identities:
        value = normal(given.kind, given.value, sender.locale)
        if value is not None:
            scope = account if given.kind in _OWN_SCOPE else NIL
            found.append((Address(given.kind, value, scope), given.verified))
    return found or [(Address("external", _stand_in(sender.identities), account), False)]


def _stand_in(identities: Sequence[IdentityIn]) -> str:
    """Return a name for whoever has no usable address: the message is kept all the same."""
    raw = clean(identities[0].value).strip() if identities else ""
    return raw[:_VALUE_CHARS] or "unknown"


async def _known(tx: Tx, wanted: Iterable[Address]) -> _Book:
    rows = await tx.all(SQL.known, KnownRow, workspace=tx.workspace, **_columns(list(wanted)))
    contacts: dict[UUID, _Contact] = {}
    book: _Book = {}
    for row in rows:
        contact = contacts.setdefault(
            row.contact_id,
            _Contact(
                row.contact_id, row.name, row.locale, row.time_zone, row.attributes, row.blocked
            ),
        )
        address = Address(row.kind, row.value, row.scope)  # type: ignore[arg-type]
        book[address] = _Identity(row.identity_id, address, contact, row.verified)
    return book


def _columns(addresses: Sequence[Address]) -> dict[str, object]:
    return {
        "kinds": [each.kind for each in addresses],
        "scopes": [each.scope for each in addresses],
        "values": [each.value for each in addresses],
    }


def _place(
    book: _Book, asked: Asked, addresses: Sequence[tuple[Address, bool]]
) -> _Identity | None:
    """Find the sender in the book or write it in; return the identity the message came from."""
    first = addresses[0][0]
    contact = _owner(book, addresses)
    if contact is None:
        if not asked.creates:
            return None
        contact = _Contact(new_id(), "", "", "", {}, is_new=True)
    _learn(contact, asked, [address for address, _ in addresses])
    for address, verified in addresses:
        identity = book.get(address)
        if identity is None:
            book[address] = _Identity(new_id(), address, contact, verified, is_new=True)
            contact.is_changed = True
        elif identity.contact is not contact:
            contact.claims.append(address)  # another's: no proof, but worth a proposal
        elif verified and not identity.verified:
            identity.verified = identity.is_changed = contact.is_changed = True
    return book[first]


def _owner(book: _Book, addresses: Sequence[tuple[Address, bool]]) -> _Contact | None:
    for place, (address, verified) in enumerate(addresses):
        if (place == 0 or verified) and address in book:
            return book[address].contact
    return None


def _learn(contact: _Contact, asked: Asked, addresses: Sequence[Address]) -> None:
    """Take over what the sender says of itself, where it knows better than we do."""
    sender = asked.sender
    before = (contact.name, contact.locale, contact.time_zone, contact.attributes)
    name = " ".join(clean(sender.name).split())[:_NAME_CHARS]
    raw = {address.value for address in addresses} | {""}
    if name and contact.name in raw:
        contact.name = name
    elif contact.is_new and not contact.name:
        contact.name = _raw_name(addresses)
    contact.locale = _better(contact.locale, sender.locale, told=asked.told)
    contact.time_zone = _better(contact.time_zone, sender.time_zone, told=asked.told)
    given = _storable(sender.attributes)
    merged = {**contact.attributes, **given} if asked.told else {**given, **contact.attributes}
    if len(merged) <= _ATTRIBUTES and len(msgspec.json.encode(merged)) <= _ATTRIBUTES_BYTES:
        contact.attributes = merged
    after = (contact.name, contact.locale, contact.time_zone, contact.attributes)
    contact.is_changed = contact.is_changed or before != after


def _raw_name(addresses: Sequence[Address]) -> str:
    """Return the address itself as a first name: mail, then phone, then an outside id."""
    values = {address.kind: address.value for address in reversed(addresses)}
    found = values.get("email") or values.get("phone") or values.get("external") or ""
    return found[:_NAME_CHARS]


def _better(old: str, new: str, *, told: bool) -> str:
    given = clean(new).strip()[:_NAME_CHARS]
    return given if given and (told or not old) else old


def _storable(attributes: Mapping[str, object]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for key, value in attributes.items():
        name = clean(str(key)).strip()[:_ATTRIBUTE_KEY_CHARS]
        if name and value is not None:
            kept[name] = clean_all(value)
    return kept


async def _write(tx: Tx, book: _Book) -> None:
    identities = list(book.values())
    contacts = {each.contact.id: each.contact for each in identities}
    made = [each for each in contacts.values() if each.is_new]
    changed = [each for each in contacts.values() if each.is_changed and not each.is_new]
    if made:
        await tx.run(SQL.insert_contacts, workspace=tx.workspace, **_facts(made))
    fresh = [each for each in identities if each.is_new]
    if fresh:
        await _add(tx, fresh)
    proven = [each.id for each in identities if each.is_changed]
    if proven:
        await tx.run(SQL.verify_identities, workspace=tx.workspace, ids=proven)
    await _claim(tx, contacts.values())
    if changed:
        changed.sort(key=lambda each: each.id)
        await tx.run(SQL.update_contacts, workspace=tx.workspace, now=tx.now, **_facts(changed))
    await _tell(tx, [each.id for each in made], [each.id for each in changed])


async def _claim(tx: Tx, contacts: Iterable[_Contact]) -> None:
    claims = {
        (each.id, address.kind, address.value)
        for each in contacts
        for address in each.claims
        if address.kind not in _OWN_SCOPE
    }
    if claims:
        await tx.run(
            SQL.claim,
            workspace=tx.workspace,
            now=tx.now,
            contacts=[contact for contact, _, _ in claims],
            kinds=[kind for _, kind, _ in claims],
            values=[value for _, _, value in claims],
        )


async def _add(tx: Tx, fresh: Sequence[_Identity]) -> None:
    stored = await tx.all(
        SQL.insert_identities,
        UUID,
        workspace=tx.workspace,
        ids=[each.id for each in fresh],
        contacts=[each.contact.id for each in fresh],
        verified=[each.verified for each in fresh],
        **_columns([each.address for each in fresh]),
    )
    if len(stored) < len(fresh):
        raise TemporaryFailure("somebody entered one of these contacts at this moment")


def _facts(contacts: Sequence[_Contact]) -> dict[str, object]:
    return {
        "ids": [each.id for each in contacts],
        "names": [each.name for each in contacts],
        "locales": [each.locale for each in contacts],
        "zones": [each.time_zone for each in contacts],
        "attributes": [msgspec.json.encode(each.attributes).decode() for each in contacts],
    }


async def _tell(tx: Tx, made: Sequence[UUID], changed: Sequence[UUID]) -> None:
    if not made and not changed:
        return
    rows = await tx.all(SQL.contacts, ContactRow, workspace=tx.workspace, ids=[*made, *changed])
    views = {row.id: contact_view(row) for row in rows}
    born = set(made)
    for id_ in [*made, *changed]:
        view = views[id_]
        event = ContactCreated if id_ in born else ContactChanged
        by = By(kind="contact", id=id_, name=view.name)
        tx.publish(event(contact=view), subject=id_, by=by)
