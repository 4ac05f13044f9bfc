"""A running Hilo as agents and contacts meet it: what the acceptance steps are told with."""

import email.policy
import json
import re
import smtplib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any, TypeVar, cast
from uuid import UUID

import asyncpg
import httpx2
from joserfc import jwt
from joserfc.jwk import OctKey
from websockets.sync.client import ClientConnection, connect

from patience import PATIENCE_S
from rig import EMAIL, Rig

Found = TypeVar("Found")
HELP = "help@demo.localhost"
_TAGS = re.compile(r"<[^>]+>")


class Socket:
    """An agent's socket; frames are read in order."""

    def __init__(self, line: ClientConnection) -> None:
        """line: connected."""
        self._line = line

    def send(self, text: str) -> None:
        """Say something."""
        self._line.send(text)

    def until(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first frame that fits. Raises TimeoutError."""
        while True:
            frame = json.loads(self._line.recv(timeout=PATIENCE_S))
            if fits(frame):
                return cast("dict[str, Any]", frame)


class Desk:
    """Two agents at one desk, and a contact's mail program."""

    def __init__(self, rig: Rig) -> None:
        """rig: running, with the demo."""
        self.rig = rig
        self.client = rig.client()
        self.token = self.client.headers["authorization"].removeprefix("Bearer ")
        self.second_token = self._hired("ben")
        headers = {"Authorization": f"Bearer {self.second_token}"}
        self.second = httpx2.Client(
            base_url=f"{rig.url}/api/v1", headers=headers, timeout=PATIENCE_S
        )
        self._third: httpx2.Client | None = None

    def close(self) -> None:
        """Close both clients."""
        self.client.close()
        self.second.close()
        if self._third is not None:
            self._third.close()

    @property
    def third(self) -> httpx2.Client:
        """Return a third agent, who is hired when first asked for."""
        if self._third is None:
            headers = {"Authorization": f"Bearer {self._hired('cleo')}"}
            url = f"{self.rig.url}/api/v1"
            self._third = httpx2.Client(base_url=url, headers=headers, timeout=PATIENCE_S)
        return self._third

    def get(self, path: str) -> dict[str, Any]:
        """Return what the API answers."""
        answer = self.client.get(path)
        answer.raise_for_status()
        return cast("dict[str, Any]", answer.json())

    def account(self, channel: str, settings: Mapping[str, object]) -> dict[str, str]:
        """Connect an account in an inbox of its own."""
        return self.rig.account(self.client, channel, settings)

    @contextmanager
    def socket(self, token: str) -> Iterator[Socket]:
        """Open an agent's socket and read its hello."""
        url = f"ws://127.0.0.1:{self.rig.port}/api/v1/socket?token={token}"
        with connect(url, proxy=None) as line:
            socket = Socket(line)
            socket.until(lambda frame: frame["type"] == "hello")
            yield socket

    def wait(self, what: Callable[[], Found | None], said: str) -> Found:
        """Return the first true answer. Raises AssertionError naming what never came."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = what()
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"never came: {said}\n{self.rig.tail()}")

    def write_mail(self, who: str, subject: str, text: str, answers: str = "") -> str:
        """Send a mail to the demo's inbox through the real listener; return its Message-ID."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = who, HELP, subject
        mail["Message-ID"] = f"<{time.time_ns()}@example.test>"
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        mail.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.rig.smtp_port, timeout=PATIENCE_S) as smtp:
            smtp.send_message(mail)
        return str(mail["Message-ID"])

    def conversation_of(self, who: str) -> str | None:
        """Return the conversation of the contact with that address."""
        for contact in self.get(f"/contacts?q={who}")["items"]:
            found = self.get(f"/conversations?contact={contact['id']}")["items"]
            if found:
                return str(found[0]["id"])
        return None

    def conversation(self, mark: str) -> str:
        """Return a new conversation that began with a mail."""
        who = f"{mark}@example.test"
        self.write_mail(who, f"About {mark}", "A question.")
        return self.wait(lambda: self.conversation_of(who), f"the mail of {who}")

    def reply(self, conversation: str, text: str) -> None:
        """Answer as an agent."""
        path = f"/conversations/{conversation}/messages"
        answer = self.client.post(path, json={"kind": "reply", "text": text})
        assert answer.status_code == httpx2.codes.CREATED, answer.text

    def mail_to(self, who: str) -> EmailMessage | None:
        """Return the newest mail the catcher kept for an address, byte for byte as it left."""
        import asyncio  # noqa: PLC0415 - one look at the raw bytes

        raw = asyncio.run(self._raw_mail(who))
        if raw is None:
            return None
        return message_from_bytes(raw, policy=email.policy.default)

    def seen(self, mail: EmailMessage) -> str:
        """Return all that a mail program shows: both bodies, without the markup's own words."""
        texts = []
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                content = str(part.get_content())
                is_html = part.get_content_subtype() == "html"
                texts.append(_TAGS.sub(" ", content) if is_html else content)
        return "\n".join(texts)

    def identity(self, claims: Mapping[str, str], secret: str) -> str:
        """Return a token as a company's server signs it."""
        key = OctKey.import_key(secret.encode())
        known = {**claims, "exp": int(time.time()) + 600}
        return jwt.encode({"alg": "HS256"}, known, key)

    def begin_chat(self, account: str, identity: str) -> httpx2.Response:
        """Open the widget's session with a signed identity."""
        asked = {"locale": "en", "page": "http://shop.test/", "identity_jwt": identity}
        return httpx2.post(f"{self.rig.url}/chat/{account}/session", json=asked, timeout=PATIENCE_S)

    def say(self, account: str, visitor_token: str, text: str) -> None:
        """Write in the widget."""
        answer = httpx2.post(
            f"{self.rig.url}/chat/{account}/messages",
            json={"client_id": f"c{time.time_ns()}", "text": text},
            headers={"Authorization": f"Bearer {visitor_token}"},
            timeout=PATIENCE_S,
        )
        assert answer.status_code == httpx2.codes.ACCEPTED, answer.text

    def age_messages(self, conversation: str, hours: int) -> None:
        """Let a conversation's messages be older than they are: nobody waits a day for a test."""
        import asyncio  # noqa: PLC0415 - one statement

        asyncio.run(self._age(conversation, hours))

    async def _age(self, conversation: str, hours: int) -> None:
        connection = await asyncpg.connect(self.rig.postgres.dsn)
        try:
            await connection.execute(
                "update message set at = at - make_interval(hours => $2)"
                " where conversation_id = $1",
                UUID(conversation),
                hours,
            )
        finally:
            await connection.close()

    async def _raw_mail(self, who: str) -> bytes | None:
        connection = await asyncpg.connect(self.rig.postgres.dsn)
        try:
            raw: bytes | None = await connection.fetchval(
                "select raw from caught_mail where $1 = any(rcpt_to) order by id desc limit 1", who
            )
        finally:
            await connection.close()
        return raw

    def _hired(self, name: str) -> str:
        """Invite another agent, accept, and return a token of theirs."""
        address, shown = f"{name}@hilo.test", name.capitalize()
        asked = {"email": address, "name": shown, "role": "agent"}
        invited = self.client.post("/invitations", json=asked)
        assert invited.status_code == httpx2.codes.CREATED, invited.text
        token = invited.json()["link"].rpartition("token=")[2]
        password = "another long password"
        with httpx2.Client(base_url=f"{self.rig.url}/api/v1", timeout=PATIENCE_S) as door:
            accepted = {"token": token, "name": shown, "password": password}
            door.post("/invitations/accept", json=accepted).raise_for_status()
            signed = door.post("/session", json={"email": address, "password": password})
            signed.raise_for_status()
            csrf = {"X-CSRF-Token": signed.json()["csrf_token"]}
            made = door.post("/tokens", json={"name": name, "scopes": ["*"]}, headers=csrf)
            made.raise_for_status()
        return str(made.json()["token"])


__all__ = ["EMAIL", "Desk", "Socket"]
