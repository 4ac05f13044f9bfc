"""Who is one person is decided by who sees both of them.

A change's transaction sees all, and a link is named by its own id: so the verbs ask for themselves.
"""

from collections.abc import Sequence
from uuid import UUID

from hilo.domain import people
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound


async def insist_on_sight(tx: Tx, actor: Actor, *subjects: UUID) -> None:
    """Insist that the actor sees all of these. Raises: NotFound."""
    if actor.sight is not None and await people.hidden(tx, actor.sight, subjects):
        raise NotFound("no such contact or link")


async def insist_on_sight_of_any(tx: Tx, actor: Actor, conversations: Sequence[UUID]) -> None:
    """Insist that who is parted is somebody the actor will see. Raises: NotFound.

    conversations: what goes with the parted; none: a person who never wrote is everybody's.
    """
    if actor.sight is None or not conversations:
        return
    if await people.hidden(tx, actor.sight, conversations) >= set(conversations):
        raise NotFound("no such contact or link")
