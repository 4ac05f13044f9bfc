"""A running web chat, and what the team does in it, for tests of what a visitor gets to see."""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
from joserfc import jwt
from joserfc.jwk import OctKey
from msgspec import Struct

from cast import CAST
from hilo.domain.conversations.events import MessageState
from hilo.domain.conversations.models import Author
from hilo.domain.conversations.thread.writing import NewMessage, append
from hilo.entry.state import AppState
from hilo.kit.clock import now
from hilo.kit.db import Database

SECRET = "identity-0123456789abcdef0123456789"
OTHER_SECRET = "identity-of-another-shop-0123456789"
SECRETS = {"secret": SECRET, "visitor_key": "visitors-0123456789abcdef0123456789"}


class Chat(Struct, frozen=True):
    """A running chat. account: in the cast's inbox; other: the other workspace's."""

    app: Any
    state: AppState
    account: UUID
    other: UUID
    settle: Callable[[], Awaitable[None]]
    forget: Callable[[UUID], None]

    def client(self, address: str = "127.0.0.1", **headers: str) -> httpx2.AsyncClient:
        """Return a browser at this account's doors."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 50_000))
        base = f"http://hilo.test/chat/{self.account}/"
        return httpx2.AsyncClient(transport=transport, base_url=base, headers=headers)


async def begin(client: httpx2.AsyncClient, **given: object) -> dict[str, Any]:
    """Begin or take up a session; the client bears its token from then on."""
    answer = await client.post("session", json=given)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    client.headers["authorization"] = f"Bearer {found['visitor_token']}"
    return found


def signed(secret: str = SECRET, alg: str = "HS256", **claims: object) -> str:
    """Return an identity as a company's server signs it."""
    given = {"sub": "u-7", "exp": int(time.time()) + 300, **claims}
    kept = {name: value for name, value in given.items() if value is not None}
    return jwt.encode({"alg": alg}, kept, OctKey.import_key(secret), algorithms=[alg])


ADA = Author(kind="agent", id=CAST.ada.id, name="Ada")


async def conversation_of(db: Database, text: str) -> UUID:
    """Return the conversation in which somebody wrote this."""
    async with db.transaction(CAST.workspace) as tx:
        found: UUID = await tx.connection.fetchval(
            "select conversation_id from message where workspace_id = $1 and text = $2",
            *(CAST.workspace, text),
        )
    return found


async def answer(db: Database, account: UUID, conversation: UUID, text: str) -> UUID:
    """Send a reply by the web chat, as the carrier leaves it: sent, and said so in the log."""
    async with db.transaction(CAST.workspace) as tx:
        message = NewMessage(
            conversation_id=conversation,
            kind="outgoing",
            author=ADA,
            channel="webchat",
            inbox_id=CAST.inbox,
            account_id=account,
            text=text,
            state="sent",
        )
        await append(tx, [message])
        event = MessageState(
            conversation_id=conversation, message_id=message.id, state="sent", at=now()
        )
        tx.publish(event, subject=conversation)
    return message.id


async def write(
    db: Database, conversation: UUID, kind: str, text: str, *, state: str = "stored"
) -> None:
    """Write a note, an activity line or a reply that has not left."""
    async with db.transaction(CAST.workspace) as tx:
        await append(
            tx,
            [
                NewMessage(
                    conversation_id=conversation,
                    kind=kind,  # type: ignore[arg-type]
                    author=ADA,
                    channel="webchat",
                    inbox_id=CAST.inbox,
                    text=text,
                    state=state,  # type: ignore[arg-type]
                )
            ],
        )
