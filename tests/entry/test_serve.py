"""`hilo serve` as its operator meets it: ready, refused, killed, started again, stopped."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from hilo.entry import bootstrap

pytestmark = pytest.mark.crash
SOURCE = Path(bootstrap.__file__).parents[2]
OWNER = "ada@hilo.localhost"
PASSWORD = "a long enough one"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class Running:
    """One `hilo` command in a process group of its own."""

    def __init__(self, data: Path, **more: str) -> None:
        """more: further settings."""
        self.port, self.mail_port = free_port(), free_port()
        self.environment: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SOURCE),
            "HILO_DATA": str(data),
            "HILO_PORT": str(self.port),
            "HILO_SMTP_PORT": str(self.mail_port),
            **more,
        }
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """Start it; `serve` unless told otherwise."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "hilo.entry.cli", *(words or ("serve",))),
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        return self.process

    async def said(self, *words: str) -> tuple[int | None, str]:
        """Run a command to its end; return its exit code and words."""
        process = await self.start(*words)
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode, out.decode()

    async def ready(self, most_s: float) -> float:
        """Wait until it is ready; return how long that took."""
        began = time.monotonic()
        async with httpx2.AsyncClient(trust_env=False) as client, asyncio.timeout(most_s):
            while True:
                assert self.process is not None
                assert self.process.returncode is None
                try:
                    answer = await client.get(f"{self.url}/health/ready")
                except httpx2.TransportError:
                    answer = None
                if answer is not None and answer.status_code == 200:
                    return time.monotonic() - began
                await asyncio.sleep(0.1)

    async def end(self, sign: signal.Signals) -> str:
        """Send the signal to the whole group; return everything it said."""
        assert self.process is not None
        os.killpg(self.process.pid, sign)
        out, _ = await asyncio.wait_for(self.process.communicate(), 40)
        return out.decode()


async def test_from_the_first_start_to_a_kill_and_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    hilo = Running(data, HILO_ADMIN_EMAIL=OWNER, HILO_ADMIN_PASSWORD=PASSWORD)
    await hilo.start()
    try:
        await hilo.ready(60)
        async with httpx2.AsyncClient(base_url=hilo.url, trust_env=False) as client:
            signed_in = await client.post(
                "/api/v1/session", json={"email": OWNER, "password": PASSWORD}
            )
            assert signed_in.is_success
            listed = await client.get("/api/v1/conversations", params={"limit": 1})
            assert len(listed.json()["items"]) == 1
            assert (await client.get("/health/live")).status_code == 200
            assert "hilo_process" in (await client.get("/metrics")).text
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
    assert await hilo.ready(30) < 10
    words = await hilo.end(signal.SIGINT)
    assert "stopped" in words
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


async def test_the_operators_commands_work_without_a_running_hilo(tmp_path: Path) -> None:
    data = tmp_path / "data"
    code, words = await Running(data).said("migrate")
    assert code == 0, words
    code, words = await Running(data).said(
        *("admin", "create", "--email", OWNER, "--password", PASSWORD, "--workspace", "Faro")
    )
    assert (code, f"{OWNER} owns" in words) == (0, True), words
    code, words = await Running(data).said("demo", "load")
    assert (code, "1000 conversations" in words) == (0, True), words
    code, words = await Running(data).said("backup", str(tmp_path / "one.tar"))
    assert code == 0, words
    other = tmp_path / "other"
    code, words = await Running(other).said("restore", str(tmp_path / "one.tar"))
    assert code == 0, words
    (other / "secret_key").write_bytes((data / "secret_key").read_bytes())
    _, words = await Running(other).said("doctor")
    assert "the secret key opens all 2 accounts" in words
    assert "the schema is the newest" in words
    code, words = await Running(data).said("demo", "drop")
    assert (code, "dropped 1000" in words) == (0, True), words


@pytest.mark.parametrize(
    ("setting", "value"), [("HILO_PORT", "x"), ("DATABASE_URL", "x"), ("HILO_SECRET_KEY", "x")]
)
async def test_a_bad_setting_is_said_in_one_line(tmp_path: Path, setting: str, value: str) -> None:
    code, words = await Running(tmp_path, **{setting: value}).said()
    assert (code, words.count("\n")) == (1, 1)
    assert words.startswith(f"hilo: {setting}")
