"""A vendor that hangs delays nobody else: its calls never take every place."""

import asyncio
from pathlib import Path

from carrying import PEOPLE, carried, sent, written
from hilo.entry import work
from hilo.kit.db import Database
from path import receiving, rows, until
from vendor import Vendor, vendor_on


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
