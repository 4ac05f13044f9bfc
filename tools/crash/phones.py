"""The other side of a messaging channel: simulated phones, in a process that nobody kills."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress

import httpx2

from rig import Rig

CHANNEL = "whatsapp"
PEOPLE = 12
_OK = range(200, 300)
_GRACE_S = 20.0


class Phones:
    """One sandbox and one account in it. written: what contacts surely sent."""

    def __init__(self, rig: Rig, port: int) -> None:
        """rig: a running Hilo whose HILO_SANDBOX_URL names this port."""
        self._rig = rig
        self.url = f"http://127.0.0.1:{port}"
        environ = {
            **rig.environ,
            "DATABASE_URL": rig.postgres.dsn,
            "HILO_PUBLIC_URL": rig.url,
            "HILO_PORT": str(port),
        }
        with (rig.data / "sandbox.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hilo.entry.cli", "sandbox"],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_ready()
        with rig.client() as client:
            self._auth = {"Authorization": client.headers["authorization"]}
            inbox = client.post("/inboxes", json={"name": "Phones"}).raise_for_status().json()
            asked = {"channel": CHANNEL, "sandbox": True, "settings": {}}
            made = client.post(f"/inboxes/{inbox['id']}/accounts", json=asked)
            self.account: str = made.raise_for_status().json()["id"]
            self.inbox: str = inbox["id"]
        self.written: set[str] = set()

    def _wait_ready(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.url}/health/ready", timeout=2).status_code in _OK:
                    return
            time.sleep(0.1)
        raise RuntimeError((self._rig.data / "sandbox.log").read_text(errors="replace")[-2000:])

    async def write(self, client: httpx2.AsyncClient, text: str, chance: random.Random) -> None:
        """Let somebody write once; whether it was done is known only when we are told so."""
        path = f"{self._rig.url}/api/v1/accounts/{self.account}/sandbox/deeds"
        who = str(chance.randrange(PEOPLE) + 1)
        deed = {"does": "text", "who": who, "name": f"Phone {who}", "text": text}
        with suppress(httpx2.HTTPError):
            answer = await client.post(path, json=deed, headers=self._auth)
            if answer.status_code in _OK:
                self.written.add(text)

    def shown(self) -> Counter[str]:
        """Return how often each of our replies stands on the phones."""
        with self._rig.client() as client:
            found = client.get(f"/accounts/{self.account}/sandbox").raise_for_status().json()
        bubbles = [each for phone in found["phones"] for each in phone["bubbles"]]
        return Counter(each["text"] for each in bubbles if not each["mine"])

    def stop(self) -> None:
        """End the sandbox."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
