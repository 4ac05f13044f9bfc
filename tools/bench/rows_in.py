"""What arrives: rows 1 (webhooks), 2 and 3 (ingest), 20 (mail)."""

import email
import email.policy
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from statistics import median

import asyncpg

from bench import limits
from bench.context import Bench
from bench.entrances import Entrance, hooks
from bench.report import Result, judged
from bench.wire import closed_loop, open_loop
from hilo.entry import registry
from hilo.kit.ids import NIL, new_id
from hilo.sdk.account import Account, Delivery

_WIDTH = 64
_ROUNDS = 3  # limit, ours, limit, ours: the machine changes while it is measured
_INGEST = {2: (0.2, 1_000), 3: (0.05, 200)}  # share of the limit, and absolute
_STAMP = datetime(2026, 1, 1, tzinfo=UTC)


async def webhooks(bench: Bench) -> list[Result]:
    """Row 1: checked, stored, committed, answered; by each entrance."""
    return [line for each in bench.entrances for line in await _webhooks(bench, each)]


async def _webhooks(bench: Bench, entrance: Entrance) -> list[Result]:
    seconds = bench.effort.seconds
    ceilings, commits, rates, costs = [], [], [], []
    for _ in range(_ROUNDS):
        ceilings.append(await limits.unnest(bench.dsn, seconds / 2))
        commits.append(await limits.commits(bench.dsn, _WIDTH, seconds / 2))
        requests = hooks(entrance, bench.effort.messages // 2, _mark("w"), 200)
        before = bench.cpu()
        flood = await closed_loop(bench.rig.url, requests, _WIDTH)
        costs.append(bench.cpu().each(before, len(requests)))
        if flood.refused:
            raise AssertionError(f"{flood.refused} of {len(requests)} were refused")
        rates.append(flood.rate)
        await bench.drained()
    rate, ceiling, commit = median(rates), median(ceilings), median(commits)
    calm_rate = min(3_300.0, rate * 0.6)
    some = hooks(entrance, int(calm_rate * seconds), _mark("c"), 200)
    calm = await open_loop(bench.rig.url, some, calm_rate, _WIDTH)
    await bench.drained()
    note = f"{costs[-1]}, some intake included; {_spread(rates)}; absolute target 3,300/s"
    name = f"webhook accepted durably ({entrance.name})"
    at = f"at {calm_rate:.0f}/s by the clock"
    return [
        judged(1, name, rate, "/s", limit=ceiling, ratio=0.15, note=note),
        judged(1, f"{name}, against 1-row commits", rate, "/s", limit=commit, ratio=0.7),
        judged(1, f"{name}, p50 {at}", calm.at(0.5), "ms", most=25),
        judged(1, f"{name}, p99 {at}", calm.at(0.99), "ms", most=250),
    ]


async def ingest(bench: Bench) -> list[Result]:
    """Rows 2 and 3: parsed, matched, stored, in the log, for known people and for new ones."""
    return [line for each in bench.entrances for line in await _ingests(bench, each)]


async def _ingests(bench: Bench, entrance: Entrance) -> list[Result]:
    commits, known, fresh = [], [], []
    for _ in range(_ROUNDS):
        commits.append(await limits.commits(bench.dsn, _WIDTH, bench.effort.seconds / 2))
        known.append(await _ingest(bench, entrance, "known", 500))
        fresh.append(await _ingest(bench, entrance, "fresh", None))
    name = f"({entrance.name})"
    return [
        _ingested(2, f"ingest end to end, backlog 0 at the end {name}", "msg/s", known, commits),
        _ingested(3, f"new conversations {name}", "/s", fresh, commits),
    ]


def _ingested(
    row: int,
    name: str,
    unit: str,
    rounds: list[tuple[float, str]],
    commits: list[float],
) -> Result:
    share, absolute = _INGEST[row]
    rates = [rate for rate, _ in rounds]
    note = (
        f"without routing and rules, which are not built yet; {rounds[-1][1]}; "
        f"{_spread(rates)}; absolute target {absolute:,}/s"
    )
    value, limit = median(rates), median(commits)
    return judged(row, name, value, unit, limit=limit, ratio=share, note=note)


def _spread(rates: list[float]) -> str:
    return f"{len(rates)} rounds, {min(rates):.0f} to {max(rates):.0f}"


def _mark(kind: str) -> str:
    return f"{kind}{new_id().hex[-8:]}"


async def _ingest(
    bench: Bench, entrance: Entrance, kind: str, people: int | None
) -> tuple[float, str]:
    """Return messages a second from the first request to the last row, and the CPU of each."""
    count = bench.effort.messages if people else bench.effort.messages // 4
    mark = _mark(kind)
    if people:  # they write once before, so that they are known
        await closed_loop(bench.rig.url, hooks(entrance, people, mark, people), _WIDTH)
        await bench.drained()
    requests = hooks(entrance, count + (people or 0), mark, people or count)[people or 0 :]
    before, started = bench.cpu(), time.perf_counter()
    taken = await closed_loop(bench.rig.url, requests, _WIDTH)
    await bench.drained(600)
    passed = time.perf_counter() - started
    cost = bench.cpu().each(before, len(taken.times))
    await _must_have(bench, mark, len(taken.times) + (people or 0))
    return len(taken.times) / passed, cost


async def _must_have(bench: Bench, mark: str, count: int) -> None:
    """Believe the time only when the rows are there."""
    connection = await asyncpg.connect(bench.dsn)
    try:
        found = await connection.fetchval(
            "select count(*) from message_key where external_id like $1", f"{mark}-%"
        )
    finally:
        await connection.close()
    if found != count:
        raise AssertionError(f"{count} messages were accepted, {found} are stored")


async def mails(bench: Bench) -> list[Result]:
    """Row 20: mail of real shapes, parsed, sanitised and stored."""
    raws = [_mail(number) for number in range(bench.effort.mails)]
    bare = _each_ms(raws, _standard)
    connector = registry.connectors()["email"]
    account = Account(id=NIL, workspace=NIL, inbox=NIL, channel="email", address="help@hilo.test")

    def parse(raw: bytes) -> object:
        return connector.parse(_delivery(raw), account)

    ours = _each_ms(raws, parse)
    bare = (bare + _each_ms(raws, _standard)) / 2
    slowest = _slowest_ms(raws, parse)
    stored = await _store_mails(bench, raws)
    return [
        judged(
            20,
            "mail parsed and sanitised, against the standard parser",
            ours,
            "ms",
            limit=bare,
            sense="times",
            ratio=3,
            note=f"{1000 / ours:.0f} mails/s on one core",
        ),
        judged(20, "mails parsed, sanitised and stored", stored, "/s", least=300),
        judged(20, "mail parsed and sanitised, p99", slowest, "ms", most=100),
    ]


async def _store_mails(bench: Bench, raws: list[bytes]) -> float:
    """Return mails a second from a full tray to an empty one; the worker does the rest."""
    connection = await asyncpg.connect(bench.dsn)
    try:
        box = await connection.fetchrow(
            "select workspace_id, id from account where channel = 'email' limit 1"
        )
        marked = [raw.replace(b"<m", f"<{new_id().hex[-8:]}.".encode(), 1) for raw in raws]
        count = len(marked)
        started = time.perf_counter()
        await connection.execute(
            "select hilo_store_deliveries($1, $2, $3, $4, $5::jsonb[], $6, $7)",
            *([box["workspace_id"]] * count, [new_id() for _ in marked], [box["id"]] * count),
            *(["mail"] * count, ["{}"] * count, marked),
            [f"mail:{hashlib.sha256(raw).hexdigest()}" for raw in marked],
        )
        # Our own door would have woken the worker; so does a message that comes by it.
        await closed_loop(bench.rig.url, hooks(bench.entrances[0], 1, _mark("m"), 1), 1)
        await bench.drained(600)
        return count / (time.perf_counter() - started)
    finally:
        await connection.close()


def _standard(raw: bytes) -> None:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            part.get_content()


def _delivery(raw: bytes) -> Delivery:
    return Delivery(body=raw, headers={}, received_at=_STAMP, id=NIL)


def _each_ms(raws: list[bytes], work: Callable[[bytes], object]) -> float:
    started = time.perf_counter()
    for raw in raws:
        work(raw)
    return (time.perf_counter() - started) * 1000 / len(raws)


def _slowest_ms(raws: list[bytes], work: Callable[[bytes], object]) -> float:
    times = []
    for raw in raws:
        started = time.perf_counter()
        work(raw)
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)[int(len(times) * 0.99) - 1]


def _mail(number: int) -> bytes:
    """Return a mail as people's programs write them: two bodies, a quote, sometimes a picture."""
    mail = EmailMessage()
    mail["From"] = f"Person {number} <person{number}@example.test>"
    mail["To"] = "help@hilo.test"
    mail["Subject"] = f"Re: Pedido CF-{number}: ¿cuándo llega?"
    mail["Message-ID"] = f"<m{number}@example.test>"
    mail["Date"] = "Mon, 05 Jan 2026 10:00:00 +0100"
    answer = f"Buenos días:\n\nSigo esperando el pedido {number}.\n" * (1 + number % 12)
    quote = "".join(f"> línea {line} de lo anterior\n" for line in range(20))
    mail.set_content(f"{answer}\nOn Sun, Casa Faro wrote:\n{quote}")
    html = "".join(f"<p style='color:#333'>{line}</p>" for line in answer.splitlines())
    mail.add_alternative(
        f"<html><head><style>p {{margin:0}}</style></head><body>{html}"
        f"<blockquote>{quote}</blockquote><script>x()</script></body></html>",
        subtype="html",
    )
    if number % 4 == 0:
        mail.add_attachment(bytes(range(256)) * 200, "image", "png", filename=f"foto{number}.png")
    return mail.as_bytes()
