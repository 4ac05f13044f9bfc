"""The frame itself: isolation, the cast, the guard and the counter hold what they promise."""

import socket
from uuid import UUID

import asyncpg
import pytest

from cast import Cast, a_contact, a_conversation, a_message
from frame import BlockedNetwork, Statements
from hilo.kit.db import Database, Tx
from hilo.kit.sql import query

COUNT = query("count_contacts", "select count(*) from contact")


@pytest.mark.parametrize("turn", [1, 2])
async def test_what_a_test_writes_is_gone_in_the_next(tx: Tx, turn: int) -> None:
    assert turn
    assert await tx.one(COUNT, int) == 1
    await a_contact(tx)
    assert await tx.one(COUNT, int) == 2


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_database_of_its_own_starts_with_the_cast(
    db: Database, cast: Cast, turn: int
) -> None:
    assert turn
    async with db.transaction(cast.workspace) as tx:
        await a_contact(tx)
    async with db.transaction(cast.workspace) as tx:
        assert await tx.one(COUNT, int) == 2


async def test_the_application_role_sees_one_workspace(tx: Tx, cast: Cast) -> None:
    found = await tx.all(query("agents", "select id from agent order by id"), UUID)
    assert found == [cast.ada.id, cast.ben.id]


async def test_the_owner_sees_every_workspace(owner: asyncpg.Connection) -> None:
    assert await owner.fetchval("select count(*) from agent") == 3


@pytest.mark.bare
async def test_a_bare_database_has_no_rows(owner: asyncpg.Connection) -> None:
    assert await owner.fetchval("select count(*) from workspace") == 0


async def test_builders_make_an_unread_conversation(tx: Tx) -> None:
    conversation = await a_conversation(tx)
    await a_message(tx, conversation)
    unread = query("unread", "select id from conversation where unread")
    assert await tx.all(unread, UUID) == [conversation]


async def test_statements_are_counted(tx: Tx, statements: Statements) -> None:
    await tx.one(COUNT, int)
    assert await statements.asked() == 1


def test_no_test_leaves_the_machine() -> None:
    with pytest.raises(BlockedNetwork), socket.socket() as sock:
        sock.connect(("192.0.2.1", 80))
    with pytest.raises(BlockedNetwork):
        socket.getaddrinfo("example.com", 80)
