"""A vendor that hangs delays nobody else: its calls never take every place."""

import asyncio
from pathlib import Path
from uuid import UUID

from cast import CAST
from hilo.domain import conversations, people
from hilo.domain.conversations import Given
from hilo.domain.conversations.outgoing.carry import Carriage
from hilo.entry import work
from hilo.kit.db import Database
from hilo.kit.jobs import Later
from path import receiving, rows, until
from vendor import Place, Vendor, says, vendor_on

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


async def test_others_are_sent_while_one_vendor_hangs(db: Database, tmp_path: Path) -> None:
    place = await vendor_on(db, tmp_path, Vendor(patience_s=60))
    other = await vendor_on(db, tmp_path)
    carriage = work.tools(place.state).carriage
    hanging: list[asyncio.StreamWriter] = []

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hanging.append(writer)

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    slow, quick = await written(place), await written(other)
    await place.point(f"http://127.0.0.1:{port}")
    waiting = [asyncio.create_task(carried(carriage, each)) for each in slow]
    await until(lambda: len(hanging) >= PEOPLE // 2)
    async with receiving((200, {}, b"{}")) as vendor:
        await other.point(vendor.url)
        await asyncio.gather(*(sent(carriage, each) for each in quick))
    assert not any(each.done() and each.result() for each in waiting)
    assert len(hanging) < PEOPLE
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for writer in hanging:
        writer.close()
    server.close()
    states = await rows(
        db, "select state, count(*) from part where account_id = $1 group by 1", other.account.id
    )
    assert states == [("sent", PEOPLE)]
