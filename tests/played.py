"""Simulated vendors of a running Hilo, for acceptance steps: phones that write and read."""

from typing import Any, cast

import httpx2

from desk import Desk


class Played:
    """An account of the sandbox with its phones, in an inbox of its own."""

    def __init__(self, desk: Desk, channel: str) -> None:
        """Connect one; the vendor's form fills itself."""
        self.desk = desk
        inbox = desk.client.post("/inboxes", json={"name": f"Played {channel}"})
        assert inbox.status_code == httpx2.codes.CREATED, inbox.text
        self.inbox = str(inbox.json()["id"])
        asked = {"channel": channel, "sandbox": True, "settings": {}}
        made = desk.client.post(f"/inboxes/{self.inbox}/accounts", json=asked)
        assert made.status_code == httpx2.codes.CREATED, made.text
        self.account = cast("dict[str, Any]", made.json())
        self._path = f"/accounts/{self.account['id']}/sandbox"

    def does(self, who: int, **deed: object) -> None:
        """Let contact number `who` do something."""
        answer = self.desk.client.post(f"{self._path}/deeds", json={"who": str(who), **deed})
        assert answer.status_code == httpx2.codes.OK, answer.text

    def seen(self, who: int) -> list[str]:
        """Return what contact number `who` got from us."""
        phones = self.desk.get(self._path)["phones"]
        bubbles = [one for each in phones if each["who"] == str(who) for one in each["bubbles"]]
        return [str(each["text"]) for each in bubbles if not each["mine"]]

    def conversations(self) -> list[dict[str, Any]]:
        """Return what came by this account."""
        found: list[dict[str, Any]] = self.desk.get(f"/conversations?inbox={self.inbox}")["items"]
        return found
