"""Writes the demo into a workspace, and takes it away again."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib import resources
from typing import Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain import inboxes
from hilo.domain.inboxes import Channels
from hilo.domain.people import system
from hilo.entry.demo.macros import add_macros
from hilo.entry.demo.plan import plan
from hilo.entry.demo.rows import MAIL, NewFile, Places, Row, Rows, Tables
from hilo.entry.demo.texts import People, people, shop
from hilo.kit.db import Tx
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries, Query
from hilo.sdk.abilities import Inventing, Simulated

SQL = Queries(__package__, "queries.sql")
PARKED = resources.files(__package__) / "parked.eml"
_UNREADABLE = {
    "code": "malformed-payload",
    "detail": "the mail cannot be taken apart: it claims the character set idna",
    "reason": "no-mail",
}
_PARKED_AGO = timedelta(hours=3)
_PHONES = "Phones"
_SHOP = "Shop"
_ACCOUNTS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "email": ("Mail", {"address": MAIL, "display_name": "Casa Faro"}),
    "webchat": (
        "Web chat",
        {
            "title": "Casa Faro",
            "greeting_en": "Good to see you. What can we do for you?",
            "greeting_es": "Qué bueno verle por aquí. ¿En qué le ayudamos?",
            "greeting_pt": "Que bom ver você por aqui. Como podemos ajudar?",
        },
    ),
}


class Store(Protocol):
    """Where contents of files go."""

    async def put(self, key: str, content: bytes) -> None:
        """Keep it."""
        ...

    async def drop(self, key: str) -> None:
        """Remove it."""
        ...


class Demo(Struct, frozen=True):
    """What loading needs beside the transaction. owner: the agent who owns the workspace."""

    owner: UUID
    owner_name: str
    channels: Channels
    store: Store


class _Home(Struct, frozen=True):
    inbox: UUID
    account: UUID


async def is_loaded(tx: Tx) -> bool:
    """Say whether the workspace holds the demo."""
    return await tx.one(SQL.is_loaded, bool, workspace=tx.workspace)


async def load(tx: Tx, demo: Demo) -> int:
    """Write the demo into the transaction's workspace; return the number of conversations.

    Once: a workspace that holds it is left alone, and 0 returned.
    """
    if await is_loaded(tx):
        return 0
    texts = people()
    places = await _places(tx, demo, texts)
    told = plan(texts, tx.now, demo.owner_name)
    tables = Rows(told, texts, places, new_id().int).build()
    await _write(tx, tables)
    await _come(tx, places.accounts["store"], tables)
    await tx.run(SQL.note_traffic, workspace=tx.workspace)
    await _keep(tx, demo.store, tables.files)
    await _park(tx, places)
    return len(tables.conversation)


async def drop(tx: Tx, store: Store) -> int:
    """Take the demo away; return the number of conversations dropped.

    A conversation in which somebody has written since stays, with its contact, inbox and agents; so
    do a contact, an inbox and a team that got an address, an account or a member of people's own.
    What stays is theirs from then on.
    """
    untouched = await tx.all(SQL.untouched_conversations, UUID, workspace=tx.workspace)
    for query in (SQL.drop_messages, SQL.drop_conversations):
        await tx.run(query, workspace=tx.workspace, conversations=untouched)
    for query in (SQL.drop_identities, SQL.drop_contacts):
        await tx.run(query, workspace=tx.workspace)
    for key in await tx.all(SQL.drop_files, str, workspace=tx.workspace):
        await store.drop(key)
    await tx.run(SQL.drop_parked, workspace=tx.workspace)
    for query in (
        SQL.drop_macros,
        SQL.drop_tags,
        SQL.drop_accounts,
        SQL.drop_inboxes,
        SQL.drop_teams,
    ):
        await tx.run(query, workspace=tx.workspace)
    await tx.run(SQL.drop_agents, workspace=tx.workspace)
    await tx.run(SQL.forget, workspace=tx.workspace)
    return len(untouched)


async def _places(tx: Tx, demo: Demo, texts: People) -> Places:
    found, homes = await _inboxes(tx, demo)
    found[_PHONES], phones = await _phones(tx, demo)
    agents = await _agents(tx, texts)
    teams = await _teams(tx, texts, agents)
    tags = {}
    for name, color in texts.tags.items():
        tags[name] = await tx.one(
            SQL.add_tag, UUID, workspace=tx.workspace, id=new_id(), name=name, color=color
        )
    await _mark(tx, "inbox", list(found.values()))
    await _mark(tx, "account", [*homes.values(), *phones])
    await _mark(tx, "tag", list(tags.values()))
    await _mark(tx, "macro", await add_macros(tx, tags))
    named = [(each, text.name) for each, text in zip(agents, texts.agents, strict=True)]
    return Places([*named, (demo.owner, demo.owner_name)], teams, tags, found, homes)


async def _inboxes(tx: Tx, demo: Demo) -> tuple[dict[str, UUID], dict[str, UUID]]:
    actor = system(tx.workspace)
    found: dict[str, UUID] = {}
    homes: dict[str, UUID] = {}
    counter: tuple[str, Mapping[str, object]] = (_SHOP, msgspec.to_builtins(shop().account))
    for channel, (name, settings) in {**_ACCOUNTS, "store": counter}.items():
        spared = await tx.maybe(
            SQL.home, _Home, workspace=tx.workspace, address=settings.get("address")
        )
        if spared is not None:
            found[channel], homes[channel] = spared.inbox, spared.account
            continue
        inbox = await inboxes.create_inbox(tx, actor, inboxes.InboxChange(name=name))
        given = (channel, name, settings)
        account = await inboxes.create_account(tx, actor, demo.channels, inbox.id, given)
        found[channel], homes[channel] = inbox.id, account.id
    return found, homes


async def _phones(tx: Tx, demo: Demo) -> tuple[UUID, Sequence[UUID]]:
    """Make an inbox with one simulated account of each channel that has a simulator."""
    actor = system(tx.workspace)
    inbox = await inboxes.create_inbox(tx, actor, inboxes.InboxChange(name=_PHONES))
    made = []
    for channel, connector in sorted(demo.channels.connectors.items()):
        if isinstance(connector, Simulated) and isinstance(connector, Inventing):
            given: tuple[str, str, Mapping[str, object]] = (channel, connector.manifest.name, {})
            made.append(
                await inboxes.create_account(
                    tx, actor, demo.channels, inbox.id, given, is_sandbox=True
                )
            )
    return inbox.id, [each.id for each in made]


async def _agents(tx: Tx, texts: People) -> list[UUID]:
    agents = []
    for each in texts.agents:
        login = await tx.one(
            SQL.add_login, UUID, workspace=tx.workspace, id=new_id(), email=each.email
        )
        agents.append(
            await tx.one(
                SQL.add_agent,
                UUID,
                workspace=tx.workspace,
                id=new_id(),
                login=login,
                name=each.name,
                email=each.email,
                role=each.role,
                locale=each.locale,
            )
        )
    await _mark(tx, "agent", agents)
    return agents


async def _teams(tx: Tx, texts: People, agents: Sequence[UUID]) -> list[UUID]:
    teams = []
    for each in texts.teams:
        team = await tx.one(SQL.add_team, UUID, workspace=tx.workspace, id=new_id(), name=each.name)
        for place in each.agents:
            await tx.run(SQL.add_member, workspace=tx.workspace, team=team, agent=agents[place])
        teams.append(team)
    await _mark(tx, "team", teams)
    return teams


async def _write(tx: Tx, tables: Tables) -> None:
    steps: Sequence[tuple[Query, list[Row]]] = (
        (SQL.add_contacts, tables.contact),
        (SQL.add_identities, tables.identity),
        (SQL.add_conversations, tables.conversation),
        (SQL.add_conversation_tags, tables.conversation_tag),
        (SQL.add_messages, tables.message),
        (SQL.add_parts, tables.part),
        (SQL.add_message_keys, tables.message),
        (SQL.add_thread_refs, tables.thread_ref),
    )
    for query, rows in steps:
        await tx.run(query, workspace=tx.workspace, rows=_json(rows))
    for table in ("contact", "identity", "conversation", "message", "visit"):
        rows = getattr(tables, table)
        await _mark(tx, table, [row["id"] for row in rows])


async def _come(tx: Tx, shop_: UUID, tables: Tables) -> None:
    """Let people come to the shop; its numbers go on after theirs."""
    rows = _json(tables.visit)
    await tx.run(SQL.add_visits, workspace=tx.workspace, account=shop_, rows=rows)
    await tx.run(SQL.set_marks, workspace=tx.workspace, account=shop_)


async def _park(tx: Tx, places: Places) -> None:
    """Put a mail that cannot be taken apart where intake puts such mails."""
    parked = new_id()
    await tx.run(
        SQL.add_parked,
        workspace=tx.workspace,
        id=parked,
        account=places.accounts["email"],
        headers=msgspec.json.encode(
            {"mail-from": "till-2@casafaro.example", "rcpt-to": MAIL}
        ).decode(),
        body=PARKED.read_bytes(),
        error=msgspec.json.encode(_UNREADABLE).decode(),
        at=tx.now - _PARKED_AGO,
    )
    await _mark(tx, "delivery", [parked])


async def _keep(tx: Tx, store: Store, files: Sequence[NewFile]) -> None:
    rows = []
    for file in files:
        key = f"{tx.workspace}/{str(file.id)[:2]}/{file.id}"
        await store.put(key, file.content)
        rows.append(_file_row(file, key))
    await tx.run(SQL.add_files, workspace=tx.workspace, rows=_json(rows))
    await _mark(tx, "file", [file.id for file in files])


def _file_row(file: NewFile, key: str) -> Row:
    is_photo = file.name.endswith(".png")
    return {
        "id": file.id,
        "name": file.name,
        "media_type": "image/png" if is_photo else "application/pdf",
        "size_bytes": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "store_key": key,
        "width": 640 if is_photo else None,
        "height": 480 if is_photo else None,
        "at": file.at,
    }


def _json(rows: Sequence[Row]) -> str:
    return msgspec.json.encode(rows).decode()


async def _mark(tx: Tx, table: str, ids: Sequence[object]) -> None:
    await tx.run(SQL.mark, workspace=tx.workspace, table_name=table, ids=list(ids))
