"""A `hilo` command as its operator runs it: in a process group of its own, spoken to by signals."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx2

from hilo.entry import bootstrap
from hilo.entry.demo.texts import shop
from patience import PATIENCE_S

SOURCE = Path(bootstrap.__file__).parents[2]
CHECKOUT = (sys.executable, "-m", "hilo.entry.cli")
DEMO = 1000 + len(shop().visits)  # conversations of the demo


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class Running:
    """One `hilo` command in a process group of its own."""

    def __init__(self, data: Path, program: Sequence[str] = CHECKOUT, **more: str) -> None:
        """program: the command to run. more: further settings."""
        self.program = program
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
        self.cwd: Path | None = None
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """Start it; `serve` unless told otherwise."""
        self.process = await asyncio.create_subprocess_exec(
            *self.program,
            *(words or ("serve",)),
            env=self.environment,
            cwd=self.cwd,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        return self.process

    async def said(self, *words: str) -> tuple[int | None, str]:
        """Run a command to its end; return its exit code and words."""
        process = await self.start(*words)
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        return process.returncode, out.decode()

    async def ready(self, most_s: float) -> float:
        """Wait until it is ready; return how long that took."""
        began = time.monotonic()
        async with (
            httpx2.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client,
            asyncio.timeout(most_s),
        ):
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
        out, _ = await asyncio.wait_for(self.process.communicate(), PATIENCE_S)
        return out.decode()
