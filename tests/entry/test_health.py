"""Alive, ready, and the numbers: what an orchestrator and Prometheus read."""

import httpx2
import pytest
from litestar.types import ASGIApp, Receive, Scope, Send

from cast import CAST
from hilo.domain import people
from hilo.entry.answers import send_bytes
from hilo.entry.asgi import root
from hilo.entry.doorman import Doorman
from hilo.entry.health import Metrics, Readiness, health_app
from hilo.kit.bus import Local
from hilo.kit.db import Database
from stage import agent


def client_of(app: ASGIApp, address: str = "127.0.0.1") -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app, client=(address, 50_000))  # type: ignore[arg-type]
    return httpx2.AsyncClient(transport=transport, base_url="http://hilo.test")


def doorman(db: Database) -> Doorman:
    return Doorman(db, Local(), secure=False)


async def test_ready_is_true_when_every_step_is_done_and_the_database_answers(
    db: Database,
) -> None:
    readiness = Readiness(["demo", "http", "smtp"])
    async with client_of(health_app(readiness, db, Metrics(db), doorman(db))) as client:
        assert (await client.get("/health/live")).status_code == 200
        for step in ("demo", "http"):
            readiness.done(step)
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["waiting_for"]) == (503, ["smtp"])
        readiness.done("smtp")
        assert (await client.get("/health/ready")).status_code == 200
        readiness.undone("stopping")
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health/else")).status_code == 404


async def test_a_database_that_is_away_makes_it_unready(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        async def fetchval(self, _query: str) -> None:
            raise ConnectionRefusedError

    readiness = Readiness([])
    async with client_of(health_app(readiness, db, Metrics(db), doorman(db))) as client:
        monkeypatch.setattr(db, "pool", Away())
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["waiting_for"]) == (503, ["database"])
        assert (await client.get("/health/live")).status_code == 200


async def test_metrics_show_what_can_be_read_and_leave_out_what_cannot(db: Database) -> None:
    async def broken() -> dict[str, float]:
        raise ConnectionRefusedError

    metrics = Metrics(db)
    metrics.add("hilo_broken", "Cannot be read.", "of", broken)
    async with client_of(health_app(Readiness([]), db, metrics, doorman(db))) as client:
        text = (await client.get("/metrics")).text
    assert 'hilo_process{of="cpu_seconds"}' in text
    assert 'hilo_pool_connections{state="open"}' in text
    assert "hilo_broken" not in text


async def test_metrics_are_for_this_machine_or_who_keeps_a_workspace(db: Database) -> None:
    app = health_app(Readiness([]), db, Metrics(db), doorman(db))
    tokens = {}
    async with db.transaction(CAST.workspace) as tx:
        for scope in ("workspace:write", "conversation:read"):
            tokens[scope] = (await people.create_token(tx, agent(), scope, [scope], None))[1]
    for address in ("127.0.0.1", "::1"):
        async with client_of(app, address) as near:
            assert (await near.get("/metrics")).status_code == 200
    for address in ("10.0.0.7", "2001:db8::7", "nowhere"):
        async with client_of(app, address) as far:
            assert (await far.get("/health/ready")).status_code == 200
            for token, status in (
                ("", 401),
                ("hilo_wrong", 401),
                (tokens["conversation:read"], 403),
                (tokens["workspace:write"], 200),
            ):
                answer = await far.get("/metrics", headers={"authorization": f"Bearer {token}"})
                assert answer.status_code == status, answer.text
                if status != 200:
                    assert answer.headers["content-type"] == "application/problem+json"
                    assert "hilo_process" not in answer.text


async def test_the_longest_beginning_of_a_path_decides() -> None:
    def saying(word: str) -> ASGIApp:
        async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
            await send_bytes(send, 200, word.encode(), "text/plain")

        return app

    app = root({"/api/": saying("api"), "/api/v1/socket": saying("socket")}, saying("pages"))
    async with client_of(app) as client:
        heard = [(await client.get(path)).text for path in ("/api/x", "/api/v1/socket", "/")]
    assert heard == ["api", "socket", "pages"]
