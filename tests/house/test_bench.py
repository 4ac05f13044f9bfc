"""The bench is honest: it judges by the ratio first, refuses unsafe servers, keeps raw samples."""

import asyncio
import json
import os
import subprocess
import sys

import asyncpg
import pytest

from bench import data, machine
from bench.__main__ import ROWS
from bench.context import Cpu
from bench.lines import Line
from bench.report import judged, missing, table
from bench.rows_out import _Sent
from bench.wire import Samples

PROMISED = {1, 2, 3, 4, 6, 7, 8, 9, 11, 16, 17, 20, 21}


def test_every_row_that_needs_a_running_hilo_is_there() -> None:
    assert {number for numbers, _ in ROWS.values() for number in numbers} == PROMISED


@pytest.mark.parametrize(("value", "limit", "is_met"), [(16.0, 100.0, True), (14.0, 100.0, False)])
def test_a_rate_must_reach_its_share_of_the_limit(
    value: float, limit: float, *, is_met: bool
) -> None:
    result = judged(1, "rate", value, "/s", limit=limit, ratio=0.15, least=1_000)
    assert result.met is is_met
    assert result.ratio == value / limit


@pytest.mark.parametrize(("value", "is_met"), [(29.0, True), (31.0, False)])
def test_a_duration_must_not_pass_its_multiple(value: float, *, is_met: bool) -> None:
    result = judged(6, "time", value, "ms", limit=10, sense="times", ratio=3, most=1)
    assert result.met is is_met


def test_without_a_ratio_the_value_is_judged() -> None:
    assert judged(8, "counts", 4.9, "ms", most=5).met
    assert not judged(8, "counts", 5.1, "ms", most=5).met


def test_what_was_not_measured_is_not_met() -> None:
    assert missing(4, "sockets", "no clients").met is False
    assert "NOT met" in table([missing(4, "sockets", "no clients")])


def test_percentiles_come_from_raw_samples() -> None:
    samples = Samples([float(each) for each in range(1, 101)])
    assert samples.at(0.5) == 51
    assert samples.at(0.99) == 100


def test_a_process_below_two_roots_counts_once() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        both = machine.tree(os.getpid(), child.pid)
        alone = machine.tree(os.getpid(), without=child.pid)
    finally:
        child.kill()
        child.communicate()
    assert both.count(child.pid) == 1
    assert child.pid not in alone
    assert os.getpid() in alone


def test_what_one_request_took_is_told_apart() -> None:
    before, after = Cpu(1, 2, 3), Cpu(1.1, 2.05, 3.01)
    told = "CPU each 160 us: Hilo 100, PostgreSQL 50, load generator 10"
    assert after.each(before, 1_000) == told


async def test_a_server_without_safety_is_refused(owner: asyncpg.Connection) -> None:
    with pytest.raises(machine.Unsafe, match="fsync"):
        await machine.settings(owner)


async def test_text_indexes_come_back_in_every_partition(owner: asyncpg.Connection) -> None:
    change = owner.transaction()
    await change.start()
    try:
        for definition in await data.take_indexes(owner):
            await owner.execute(definition)
        whole = [await owner.fetchval(data.SQL.is_whole.text, name) for name in data.INDEXES]
        await owner.execute("drop index message_trgm")
        await owner.execute(
            "create index message_trgm on only message using gin (hilo_fold(text) gin_trgm_ops)"
        )
        hollow = await owner.fetchval(data.SQL.is_whole.text, "message_trgm")
    finally:
        await change.rollback()
    assert whole == [True, True]
    assert not hollow


async def test_a_quiet_and_a_listening_line_answer_pings() -> None:
    asked, ended = asyncio.Queue[bytes](), asyncio.Queue[None]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        await writer.drain()
        await go_on.wait()
        writer.write(b"\x89\x03abc")
        asked.put_nowait(await reader.readexactly(9))
        writer.write(b"\x81\x05hello")
        await reader.read()
        writer.close()
        await writer.wait_closed()
        ended.put_nowait(None)

    server = await asyncio.start_server(serve, "127.0.0.1")
    url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/socket"
    async with server:
        for hear in (None, asked.put_nowait):
            go_on = asyncio.Event()
            line = await Line.open_line(url, hear)
            go_on.set()
            assert await asyncio.wait_for(asked.get(), 60) == b"\x8a\x83\0\0\0\0abc"
            if hear is not None:
                assert await asyncio.wait_for(asked.get(), 60) == b"hello"
            line.close()
            await asyncio.wait_for(ended.get(), 60)


def test_a_reply_whose_receipt_came_first_has_left_too() -> None:
    sent = _Sent()
    for message, state in [("a", "sending"), ("a", "delivered"), ("b", "sent"), ("c", "failed")]:
        told = {"type": "message.state", "data": {"message_id": message, "state": state}}
        sent.hear(json.dumps(told, separators=(",", ":")).encode())
    assert set(sent.at) == {"a", "b"}
