"""Replies of many conversations on their way: written, and carried as the queue does."""

import asyncio
from uuid import UUID

from cast import CAST
from hilo.domain import conversations, people
from hilo.domain.conversations import Given
from hilo.domain.conversations.outgoing.carry import Carriage
from hilo.kit.jobs import Later
from path import rows
from vendor import Place, says

ACTOR = people.system(CAST.workspace)
PEOPLE = 12


async def written(place: Place) -> list[UUID]:
    """Have people write to the account, and a reply queued for each."""
    for n in range(PEOPLE):
        await place.hear(says("hello", who=f"{place.account.id}-{n}"))
    found = await rows(
        place.state.db,
        "select distinct conversation_id from message where account_id = $1",
        place.account.id,
    )
    for (id_,) in found:
        async with place.state.db.transaction(CAST.workspace) as tx:
            given = Given(text="answer")
            await conversations.write(tx, ACTOR, id_, given, place.state.channels)
    return [id_ for (id_,) in found]


async def carried(carriage: Carriage, conversation: UUID) -> bool:
    """Do the job once; say whether it was done."""
    try:
        await carriage.carry(conversations.Carry(CAST.workspace, conversation))
    except Later:
        return False
    return True


async def sent(carriage: Carriage, conversation: UUID) -> None:
    """Do the job again until it is done, as the queue does."""
    while not await carried(carriage, conversation):
        await asyncio.sleep(0.01)
