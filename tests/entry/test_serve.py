"""`hilo serve` as its operator meets it: ready, refused, killed, started again, stopped."""

import asyncio
import re
import signal
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from patience import PATIENCE_S
from running import DEMO, Running

pytestmark = pytest.mark.crash
OWNER = "ada@hilo.localhost"
PASSWORD = "a long enough one"


async def test_from_the_first_start_to_a_kill_and_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    hilo = Running(data, HILO_ADMIN_EMAIL=OWNER, HILO_ADMIN_PASSWORD=PASSWORD)
    await hilo.start()
    try:
        await hilo.ready(60)
        async with httpx2.AsyncClient(
            base_url=hilo.url, trust_env=False, timeout=PATIENCE_S
        ) as client:
            signed_in = await client.post(
                "/api/v1/session", json={"email": OWNER, "password": PASSWORD}
            )
            assert signed_in.is_success
            listed = await client.get("/api/v1/conversations", params={"limit": 1})
            assert len(listed.json()["items"]) == 1
            assert (await client.get("/health/live")).status_code == 200
            assert "hilo_process" in (await client.get("/metrics")).text
            await _the_described_doors_answer(client)
        _, greeting = await asyncio.open_connection("127.0.0.1", hilo.mail_port)
        greeting.close()

        code, words = await Running(data).said()
        assert code == 1
        assert "another Hilo already runs" in words
        assert "HILO_DATA" in words
        code, words = await Running(data, HILO_PORT=str(hilo.port)).said()
        assert code == 1
        assert "HILO_PORT" in words
        code, words = await Running(data).said("demo", "load")
        assert (code, "already" in words) == (0, True)
    finally:
        await hilo.end(signal.SIGKILL)
    await hilo.start()
    await hilo.ready(60)  # how fast is for the bench to say
    words = await hilo.end(signal.SIGINT)
    assert "stopped" in words
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


async def _the_described_doors_answer(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/api/v1/openapi.json")).json()
    for path, status in (
        ("/hooks/{channel}/{account_id}", 404),
        ("/files/{file_id}", 404),
        ("/api/v1/socket", 426),
    ):
        for method, operation in document["paths"][path].items():
            place = path.format(channel="api", account_id=uuid4(), file_id=uuid4())
            answer = await client.request(method, place)
            assert answer.status_code == status, path
            assert str(status) in operation["responses"], path
            assert answer.headers["content-type"] == "application/problem+json", path


async def test_the_operators_commands_work_without_a_running_hilo(tmp_path: Path) -> None:
    data = tmp_path / "data"
    code, words = await Running(data).said("migrate")
    assert code == 0, words
    code, words = await Running(data).said(
        *("admin", "create", "--email", OWNER, "--password", PASSWORD, "--workspace", "Faro")
    )
    assert (code, f"{OWNER} owns" in words) == (0, True), words
    code, words = await Running(data).said("demo", "load")
    assert (code, "1019 conversations" in words) == (0, True), words
    code, words = await Running(data).said("backup", str(tmp_path / "one.tar"))
    assert code == 0, words
    other = tmp_path / "other"
    code, words = await Running(other).said("restore", str(tmp_path / "one.tar"))
    assert code == 0, words
    (other / "secret_key").write_bytes((data / "secret_key").read_bytes())
    _, words = await Running(other).said("doctor")
    assert re.search(r"the secret key opens all [1-9]\d* accounts", words)
    assert "the schema is the newest" in words
    code, words = await Running(data).said("demo", "drop")
    assert (code, f"dropped {DEMO}" in words) == (0, True), words
    again = ("admin", "create", "--email", OWNER, "--password", PASSWORD, "--workspace", "Sol")
    code, words = await Running(data).said(*again)
    assert (code, "keeps the password it has" in words) == (0, True), words
    code, words = await Running(data).said("demo", "load")
    assert (code, "(Faro)" in words, "(Sol)" in words) == (1, True, True), words


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HILO_PORT", "x"),
        ("DATABASE_URL", "x"),
        ("HILO_SECRET_KEY", "x"),
    ],
)
async def test_a_bad_setting_is_said_in_one_line(tmp_path: Path, setting: str, value: str) -> None:
    code, words = await Running(tmp_path, **{setting: value}).said()
    assert (code, words.count("\n")) == (1, 1)
    assert words.startswith(f"hilo: {setting}")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HILO_DATA", "/dev/null/hilo"),
        ("DATABASE_URL", "postgresql://nobody:x@127.0.0.1:9/hilo"),
    ],
)
async def test_what_cannot_be_reached_is_said_in_one_line(
    tmp_path: Path, setting: str, value: str
) -> None:
    code, words = await Running(tmp_path, **{setting: value}).said()
    assert (code, words.count("\n"), setting in words) == (1, 1, True), words
