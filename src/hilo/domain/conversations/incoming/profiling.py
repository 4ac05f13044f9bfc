"""Who somebody is: the vendor is asked once, when a contact writes for the first time."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain import contacts
from hilo.domain.contacts import Asked, Matched
from hilo.kit import jobs
from hilo.kit.db import Tx
from hilo.sdk.abilities import Profile
from hilo.sdk.inbound import IdentityIn, SenderIn

PROFILE = "profile"


class Profiled(Struct, frozen=True):
    """The job's payload: whom to ask for, by the address they wrote from."""

    workspace: UUID
    account: UUID
    identity: IdentityIn


async def ask(tx: Tx, account: UUID, given: Sequence[tuple[Matched, SenderIn]]) -> None:
    """Have those asked for who have just become contacts."""
    asked: set[UUID] = set()
    for who, sender in given:
        if who.is_new and who.contact_id not in asked and sender.identities:
            asked.add(who.contact_id)
            job = Profiled(tx.workspace, account, sender.identities[0])
            await jobs.enqueue(tx, PROFILE, job)


async def keep_profile(tx: Tx, asked: Profiled, profile: Profile) -> None:
    """Keep what the vendor told; a name that an agent gave stays.

    Publishes: ContactChanged.
    """
    sender = SenderIn(
        identities=[asked.identity],
        name=profile.name,
        locale=profile.locale,
        attributes=profile.attributes,
    )
    await contacts.match(tx, [Asked(sender, creates=False)], asked.account)
