"""Mail of the house: queued sealed, sent by the workspace's own server, or not at all."""

import asyncio
import email.policy
import json
from email import message_from_bytes
from typing import Any

import asyncpg
import pytest
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

from cast import CAST, SECRET_KEY
from hilo.entry import registry
from hilo.entry.post import AccountPost, Letter, LetterJob
from hilo.entry.state import AppState
from hilo.entry.work import tools
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database
from hilo.kit.jobs import Job

LETTER = Letter(
    to="eve@example.test",
    key="invitation",
    locale="es",
    params={"link": "http://hilo.test/join?token=zebra7731", "workspace": "Hilo", "agent": "Ada"},
)


class Mailbox:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        """Begin empty."""
        self.got: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep it."""
        self.got.append(envelope)
        return "250 kept"


@pytest.fixture
def app_state(db: Database) -> AppState:
    """Return what the doors share."""
    return AppState(config=Config(public_url="http://hilo.test"), db=db, vault=Vault(SECRET_KEY))


async def _account(owner: asyncpg.Connection, port: int) -> None:
    given = {"address": "help@hilo.test", "smtp_host": "127.0.0.1", "smtp_port": port}
    connector: Any = registry.connectors()["email"]
    read = connector.configure(given | {"smtp_security": "none"}, None)
    account = CAST.inbox
    sealed = Vault(SECRET_KEY).seal(json.dumps(dict(read.secrets)).encode(), f"account:{account}")
    await owner.execute(
        "insert into account (workspace_id, id, inbox_id, channel, address, settings, secrets)"
        " values ($1, $2, $3, 'email', $4, $5, $6)",
        *(CAST.workspace, account, CAST.inbox, read.address, dict(read.settings), sealed),
    )


async def test_without_a_server_nothing_is_queued(app_state: AppState) -> None:
    async with app_state.db.transaction(CAST.workspace) as tx:
        assert not await app_state.post.can_send(tx)
        assert not await app_state.post.send(tx, LETTER)


async def test_a_letter_waits_sealed_and_leaves_by_the_workspaces_server(
    app_state: AppState, owner: asyncpg.Connection
) -> None:
    mailbox = Mailbox()
    controller = UnthreadedController(
        mailbox, hostname="127.0.0.1", port=0, loop=asyncio.get_running_loop()
    )
    server = await asyncio.get_running_loop().create_server(controller.factory, "127.0.0.1", 0)
    try:
        await _account(owner, server.sockets[0].getsockname()[1])
        async with app_state.db.transaction(CAST.workspace) as tx:
            assert await app_state.post.can_send(tx)
            assert await app_state.post.send(tx, LETTER)
        payload = await owner.fetchval("select payload from pgqueuer where entrypoint = 'letter'")
        assert b"zebra7731" not in payload
        job = Job(id=1, kind="letter", payload=payload, failures=0, crashes=0)
        await tools(app_state).postman.deliver(job.read(LetterJob))
    finally:
        server.close()
    (envelope,) = mailbox.got
    assert envelope.rcpt_tos == ["eve@example.test"]
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=email.policy.default)
    assert mail["subject"] == "Ada te invita a Hilo"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "http://hilo.test/join?token=zebra7731" in text.get_content()
    assert isinstance(app_state.post, AccountPost)
