"""The standing cast: one workspace, two agents, a contact and an inbox, the same in every test.

It is part of the template database, so it is there without a statement.
Builders make what a test wants beside it: each is short and takes the open transaction.
"""

import base64
import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from msgspec import Struct

from hilo.kit import ids
from hilo.kit.db import Tx

PASSWORD = "correct horse battery staple"
SECRET_KEY = "test-key-0123456789abcdef0123456789abcdef"
API_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
BORN = datetime(2026, 1, 1, tzinfo=UTC)


def _id(kind: int, number: int) -> UUID:
    """Return a valid UUIDv7 that reads well in a failure: kind and number at the end."""
    return UUID(f"01900000-0000-7000-8000-{kind:04d}{number:08d}")


class Person(Struct, frozen=True, kw_only=True):
    """An agent of the cast."""

    id: UUID
    login_id: UUID
    name: str
    email: str
    role: str
    password: str = PASSWORD


class Cast(Struct, frozen=True, kw_only=True):
    """Who and what every test may count on."""

    workspace: UUID = _id(0, 1)
    ada: Person = Person(
        id=_id(1, 1), login_id=_id(2, 1), name="Ada", email="ada@hilo.test", role="owner"
    )
    ben: Person = Person(
        id=_id(1, 2), login_id=_id(2, 2), name="Ben", email="ben@hilo.test", role="agent"
    )
    carol: UUID = _id(3, 1)
    carol_identity: UUID = _id(4, 1)
    carol_email: str = "carol@example.test"
    inbox: UUID = _id(5, 1)
    account: UUID = _id(6, 1)
    secret: str = API_SECRET
    other_workspace: UUID = _id(0, 2)
    mallory: Person = Person(
        id=_id(1, 9), login_id=_id(2, 9), name="Mallory", email="mallory@other.test", role="owner"
    )


CAST = Cast()


def password_hash() -> str:
    """Return a hash of PASSWORD that is quick to check: strength is not what these tests prove."""
    from argon2 import PasswordHasher  # noqa: PLC0415 - only the first worker pays for it

    return PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


async def settle(connection: asyncpg.Connection, sealed: bytes) -> None:
    """Write the cast as the owner of the schema. sealed: the api account's secrets."""
    hashed = password_hash()
    for workspace, name in ((CAST.workspace, "Hilo Test"), (CAST.other_workspace, "Other")):
        await connection.execute("insert into workspace values ($1, $2)", workspace, name)
    for person, workspace in (
        (CAST.ada, CAST.workspace),
        (CAST.ben, CAST.workspace),
        (CAST.mallory, CAST.other_workspace),
    ):
        await connection.execute(
            "insert into login values ($1, $2, $3)", person.login_id, person.email, hashed
        )
        await connection.execute(
            "insert into agent (workspace_id, id, login_id, name, email, role)"
            " values ($1, $2, $3, $4, $5, $6)",
            *(workspace, person.id, person.login_id, person.name, person.email, person.role),
        )
    await _settle_inbox(connection, sealed)


async def _settle_inbox(connection: asyncpg.Connection, sealed: bytes) -> None:
    here = CAST.workspace
    await connection.execute(
        "insert into inbox (workspace_id, id, name) values ($1, $2, 'Help')", here, CAST.inbox
    )
    await connection.execute(
        "insert into account (workspace_id, id, inbox_id, channel, name, settings, secrets)"
        " values ($1, $2, $3, 'api', 'Help API', $4, $5)",
        *(here, CAST.account, CAST.inbox, json.dumps({}), sealed),
    )
    await connection.execute(
        "insert into contact (workspace_id, id, name) values ($1, $2, 'Carol')", here, CAST.carol
    )
    await connection.execute(
        "insert into identity (workspace_id, id, contact_id, kind, value, verified)"
        " values ($1, $2, $3, 'email', $4, true)",
        *(here, CAST.carol_identity, CAST.carol, CAST.carol_email),
    )


async def a_contact(tx: Tx, name: str = "Dora", email: str | None = None) -> UUID:
    """Add a contact with an e-mail address; return its id."""
    contact = ids.new_id()
    await tx.connection.execute(
        "insert into contact (workspace_id, id, name) values ($1, $2, $3)",
        *(tx.workspace, contact, name),
    )
    await tx.connection.execute(
        "insert into identity (workspace_id, id, contact_id, kind, value, verified)"
        " values ($1, $2, $3, 'email', $4, true)",
        *(tx.workspace, ids.new_id(), contact, email or f"{contact.hex}@example.test"),
    )
    return contact


async def a_conversation(tx: Tx, contact: UUID = CAST.carol, channel: str = "api") -> UUID:
    """Open an empty conversation in the cast's inbox; return its id."""
    conversation = ids.new_id()
    await tx.connection.execute(
        "insert into conversation (workspace_id, id, contact_id, inbox_id, channel)"
        " values ($1, $2, $3, $4, $5)",
        *(tx.workspace, conversation, contact, CAST.inbox, channel),
    )
    return conversation


async def a_message(tx: Tx, conversation: UUID, text: str = "Good morning") -> UUID:
    """Add Carol's next message and unread it; return its id."""
    message = ids.new_id()
    seq = await tx.connection.fetchval(
        "update conversation set last_seq = last_seq + 1, last_incoming_seq = last_seq + 1,"
        " activity_at = now() where workspace_id = $1 and id = $2 returning last_seq",
        *(tx.workspace, conversation),
    )
    await tx.connection.execute(
        "insert into message (workspace_id, id, conversation_id, seq, kind, channel, inbox_id,"
        " author_kind, author_id, author_name, text, state, at) values"
        " ($1, $2, $3, $4, 'incoming', 'api', $5, 'contact', $6, 'Carol', $7, 'received', now())",
        *(tx.workspace, message, conversation, seq, CAST.inbox, CAST.carol, text),
    )
    return message


def digest(text: str) -> bytes:
    """Return the hash under which tokens are stored."""
    return hashlib.sha256(text.encode()).digest()
