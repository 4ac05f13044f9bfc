"""A whole Hilo as a process, the way people run it: for bench, crash rounds and acceptance.

`with Rig(folder) as rig:` starts `hilo serve` on free ports with a private PostgreSQL, waits until
it is ready and ends it by its own pid.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg
import httpx2

from hilo.kit.postgres import PrivatePostgres

ROOT = Path(__file__).resolve().parents[1]
# Where to write: the checkout, or, from an installed package, where one stands.
HOME = ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()
EMAIL = "owner@hilo.test"
PASSWORD = "a long enough password for tests"  # noqa: S105 - of a server that lives for minutes
READY_S = 90.0
_GRACE_S = 30.0


class NotReady(RuntimeError):
    """Hilo did not come up; the text holds the end of its log."""


class Rig:
    """One `hilo serve`. data: its HILO_DATA; everything about it lies there."""

    def __init__(self, data: Path, **environ: str) -> None:
        """environ: over the usual settings."""
        self.data = data.absolute()
        self.data.mkdir(parents=True, exist_ok=True)
        self.port, self.smtp_port = free_port(), free_port()
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HILO_")},
            "PYTHONPATH": str(ROOT / "src"),
            "HILO_DATA": str(self.data),
            "HILO_PORT": str(self.port),
            "HILO_SMTP_PORT": str(self.smtp_port),
            "HILO_ADMIN_EMAIL": EMAIL,
            "HILO_ADMIN_PASSWORD": PASSWORD,
            "HILO_ALLOW_PRIVATE_URLS": "127.0.0.0/8",
            "HILO_LOG_LEVEL": "warning",
            "HILO_RATE_LIMITS": "1000000,1000000,1000000",
            **environ,
        }
        self.log_file = self.data / "hilo.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the web process."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def postgres(self) -> PrivatePostgres:
        """The private PostgreSQL's whereabouts; the server is Hilo's, not ours."""
        return PrivatePostgres(self.data / "postgres")

    @property
    def postgres_pid(self) -> int:
        """The pid of the private server."""
        note = self.postgres.cluster / "postmaster.pid"
        return int(note.read_text().splitlines()[0])

    def start(self) -> Self:
        """Start it and wait until it is ready. Raises NotReady."""
        self.launch()
        self.wait_ready()
        return self

    def launch(self) -> None:
        """Start it without waiting."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hilo.entry.cli", "serve"],
                env=self.environ,
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self, within_s: float = READY_S) -> float:
        """Return after how many seconds it was ready. Raises NotReady."""
        started = time.monotonic()
        while time.monotonic() - started < within_s:
            if self.process is not None and self.process.poll() is not None:
                raise NotReady(f"hilo ended with {self.process.returncode}:\n{self.tail()}")
            with suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.url}/health/ready", timeout=2).status_code == httpx2.codes.OK:
                    return time.monotonic() - started
            time.sleep(0.02)
        raise NotReady(f"hilo was not ready within {within_s:.0f} s:\n{self.tail()}")

    def tail(self) -> str:
        """Return the end of its log."""
        return self.log_file.read_text(errors="replace")[-4000:] if self.log_file.exists() else ""

    def kill(self) -> None:
        """End it at once, as a power cut would; the database stays as it is."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def kill_postgres(self) -> None:
        """End the private server at once, all its processes."""
        with suppress(ProcessLookupError):
            os.killpg(os.getpgid(self.postgres_pid), signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGINT)
        try:
            return process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, and its database even when it was killed."""
        if self.process is None or self.process.poll() is not None:
            with suppress(OSError, ValueError, IndexError):
                os.kill(self.postgres_pid, signal.SIGQUIT)
        self.stop()

    async def owner(self) -> asyncpg.Connection:
        """Return a connection of the schema's owner: it sees every workspace."""
        return await asyncpg.connect(self.postgres.dsn, timeout=30)

    def client(self) -> httpx2.Client:
        """Return a client signed in as the owner, by an API token with all rights."""
        with httpx2.Client(base_url=f"{self.url}/api/v1", timeout=30) as door:
            signed = door.post("/session", json={"email": EMAIL, "password": PASSWORD})
            signed.raise_for_status()
            csrf = {"X-CSRF-Token": signed.json()["csrf_token"]}
            given = door.post("/tokens", json={"name": "rig", "scopes": ["*"]}, headers=csrf)
            given.raise_for_status()
            token = given.json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=60)

    def account(
        self, client: httpx2.Client, channel: str, settings: Mapping[str, object], name: str = ""
    ) -> dict[str, str]:
        """Make an inbox with one account; return the account as the API showed it."""
        inbox = client.post("/inboxes", json={"name": name or channel})
        inbox.raise_for_status()
        path = f"/inboxes/{inbox.json()['id']}/accounts"
        made = client.post(path, json={"channel": channel, "settings": settings})
        made.raise_for_status()
        found: dict[str, str] = json.loads(made.content)
        return found


def end_on_signals() -> None:
    """Let a tool that is asked to end clean up first, its Hilo and database included."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def free_port() -> int:
    """Return a TCP port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        return port
