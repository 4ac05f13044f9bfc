"""Who somebody is: the vendor is asked when a contact writes for the first time, then once a week.

Its picture is fetched after that, by a job of its own.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain import contacts
from hilo.domain.contacts import Asked, Matched, Picture
from hilo.kit import jobs
from hilo.kit.db import Tx
from hilo.sdk.abilities import Profile
from hilo.sdk.inbound import IdentityIn, SenderIn

PROFILE = "profile"
AVATAR = "avatar"


class Profiled(Struct, frozen=True):
    """The job's payload: whom to ask for, by the address they wrote from."""

    workspace: UUID
    account: UUID
    identity: IdentityIn


class Portray(Struct, frozen=True):
    """The job's payload: a picture to fetch, by the vendor's own name or address of it."""

    workspace: UUID
    told: Picture


async def ask(tx: Tx, account: UUID, given: Sequence[tuple[Matched, SenderIn]]) -> None:
    """Have those asked for who have just become contacts, or were not asked for of late."""
    due = await contacts.due(tx, sorted({who.identity_id for who, _ in given}))
    for who, sender in given:
        if who.identity_id in due and sender.identities:
            due.discard(who.identity_id)
            job = Profiled(tx.workspace, account, sender.identities[0])
            await jobs.enqueue(tx, PROFILE, job)


async def keep_profile(tx: Tx, asked: Profiled, profile: Profile) -> None:
    """Keep what the vendor told; a name that an agent gave stays. A new picture is sent for.

    Publishes: ContactChanged.
    """
    sender = SenderIn(
        identities=[asked.identity],
        name=profile.name,
        locale=profile.locale,
        attributes=profile.attributes,
    )
    await contacts.match(tx, [Asked(sender, creates=False)], asked.account)
    told = Picture(asked.account, asked.identity, profile.avatar)
    if await contacts.wants(tx, told):
        await jobs.enqueue(tx, AVATAR, Portray(tx.workspace, told))
