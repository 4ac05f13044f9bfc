"""`python -m bench [rows…]`: measure, print the table, write `bench/results.json`.

SCALE=small|default|full chooses the size of the data: 20 thousand, 1 million or 10 million
messages. The data is kept in `build/bench-<scale>` and filled once.
"""

import asyncio
import os
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx2
import uvloop

from bench import (
    data,
    limits,
    machine,
    rows_chat,
    rows_in,
    rows_live,
    rows_out,
    rows_read,
    rows_start,
)
from bench.context import EFFORTS, Bench
from bench.entrances import Api, WhatsApp
from bench.report import Result, missing, table, write
from rig import HOME, Rig, end_on_signals

try:
    from bench.rows_browser import browser
except ModuleNotFoundError:  # what drives a browser comes with a checkout's tools only

    async def browser(bench: Bench) -> list[Result]:
        """Say that it is not measured here."""
        del bench
        why = "no playwright here: measure it in a checkout"
        return [missing(16, "widget in a browser", why), missing(17, "console in a browser", why)]


Row = Callable[[Bench], Awaitable[list[Result]]]
# In the order of running: what reads comes before what writes, so that the data is as filled.
ROWS: Mapping[str, tuple[Sequence[int], Row]] = {
    "lists": ((6,), rows_read.lists),
    "long conversation": ((7,), rows_read.long_conversation),
    "counts": ((8,), rows_read.counts),
    "search": ((9,), rows_read.search),
    "mails": ((20,), rows_in.mails),
    "sockets": ((11,), rows_live.sockets),
    "visitor to agent": ((4,), rows_chat.visitor_to_agent),
    "browser": ((16, 17), browser),
    "callbacks": ((21,), rows_out.callbacks),
    "one vendor hangs": ((21,), rows_out.one_hangs),
    "webhooks": ((1,), rows_in.webhooks),
    "ingest": ((2, 3), rows_in.ingest),
}


async def bench(scale: str, wanted: frozenset[int], folder: Path) -> list[Result]:
    """Measure the wanted rows (all when empty); a row that breaks is reported, not hidden."""
    effort = EFFORTS[scale]
    results: list[Result] = []
    if not wanted or wanted & {14, 15}:
        results += await rows_start.at_rest(effort.seconds)
    if not wanted or wanted & {16}:
        results += rows_start.bytes_of_widget()
    chosen = {name: row for name, (numbers, row) in ROWS.items() if _asked(wanted, numbers)}
    if chosen:
        rig = Rig(folder)
        try:
            await asyncio.to_thread(rig.start)
            ready = await _prepare(rig, scale)
            for name, row in chosen.items():
                results += await _one(name, row, ready)
        finally:
            rig.__exit__(None, None, None)
    return sorted(results, key=lambda each: each.row)


def _asked(wanted: frozenset[int], numbers: Sequence[int]) -> bool:
    return not wanted or bool(wanted & set(numbers))


async def _one(name: str, row: Row, ready: Bench) -> list[Result]:
    print(f"… {name}", flush=True)
    started = time.monotonic()
    try:
        found = await row(ready)
    except (AssertionError, OSError, TimeoutError, asyncpg.PostgresError) as error:
        numbers = ROWS[name][0]
        found = [missing(number, name, f"could not be measured: {error}") for number in numbers]
    print(table(found).partition("\n")[2], f"  ({time.monotonic() - started:.0f} s)", sep="\n")
    return found


async def _prepare(rig: Rig, scale: str) -> Bench:
    client = await asyncio.to_thread(rig.client)
    me = client.get("/me").json()
    workspace = UUID(me["workspace"]["id"])
    account = await asyncio.to_thread(rig.account, client, "api", {}, "Bench")
    number = await asyncio.to_thread(_number, rig, client)
    connection = await asyncpg.connect(rig.postgres.dsn)
    try:
        settings = await machine.settings(connection)
        print(", ".join(f"{name} {value}" for name, value in settings.items()), flush=True)
        inbox = await connection.fetchval(
            "select inbox_id from account where id = $1", UUID(account["id"])
        )
        place = data.Place(workspace, inbox, data.SIZES[scale])
        took = await data.fill(connection, place, lambda text: print(text, flush=True))
        print(f"data: {data.SIZES[scale]:,} conversations, made in {took:.0f} s", flush=True)
        await limits.make_table(connection)
    finally:
        await connection.close()
    api = Api(f"/hooks/api/{account['id']}", account["secret"])
    return Bench(rig, client, workspace, [api, number], EFFORTS[scale])


def _number(rig: Rig, client: httpx2.Client) -> WhatsApp:
    """Connect a number of its own for this run."""
    given = {
        "phone_number_id": str(secrets.randbelow(9 * 10**14) + 10**14),
        "business_account_id": "200300400500600",
        "access_token": "bench",
        "app_secret": secrets.token_hex(16),
    }
    made = rig.account(client, "whatsapp", given, "Bench number")
    path = f"/hooks/whatsapp/{made['id']}"
    return WhatsApp(path, given["app_secret"], given["phone_number_id"])


def main() -> int:
    """Run and write."""
    end_on_signals()
    scale = os.environ.get("SCALE", "default")
    if scale not in EFFORTS:
        print(f"SCALE must be one of {', '.join(EFFORTS)}", file=sys.stderr)
        return 2
    wanted = frozenset(int(each) for each in sys.argv[1:])
    facts = machine.facts(scale)
    results = uvloop.run(bench(scale, wanted, HOME / "build" / f"bench-{scale}"))
    print("\n" + table(results))
    if not wanted:
        write(results, HOME / "bench", {**facts, "load_average_after": os.getloadavg()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
