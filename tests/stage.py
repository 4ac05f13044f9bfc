"""The desk's stage: conversations that can be answered, how they look, the reducer in Python.

`snapshot` is what the API would show; `reduced` is what a client makes of a snapshot and the events
after it. The clients' own reducer replays the same cases.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from cast import CAST
from hilo.domain import conversations
from hilo.domain.conversations import Author, NewMessage, append
from hilo.domain.inboxes import Channels
from hilo.domain.people import Actor, system
from hilo.domain.people.permissions import OF_ROLE
from hilo.entry import registry
from hilo.kit.crypto import Vault
from hilo.kit.db import Published, Tx
from hilo.kit.ids import new_id

State = dict[str, dict[str, Any]]
CHANNELS = Channels(registry.connectors(), Vault("k" * 32), "http://hilo.test")
_RANK = {"queued": 1, "sending": 1, "sent": 2, "delivered": 3, "read": 4}


def agent(person: object = CAST.ada) -> Actor:
    """Return an agent of the cast as an actor."""
    who = CAST.ben if person == CAST.ben else CAST.ada
    return Actor(
        kind="agent",
        id=who.id,
        name=who.name,
        role=who.role,
        permissions=OF_ROLE["agent" if who is CAST.ben else "owner"],
        workspace=CAST.workspace,
    )


async def a_matter(tx: Tx, *texts: str, contact: UUID = CAST.carol, key: str | None = None) -> UUID:
    """Let a contact write by the cast's account; return the conversation."""
    conversation, identity = new_id(), new_id()
    await tx.connection.execute(
        "insert into identity (workspace_id, id, contact_id, kind, scope, value, verified)"
        " values ($1, $2, $3, 'external', $4, $5, true)",
        *(tx.workspace, identity, contact, CAST.account, identity.hex),
    )
    await tx.connection.execute(
        "insert into conversation (workspace_id, id, contact_id, inbox_id, channel, joining_key)"
        " values ($1, $2, $3, $4, 'api', $5)",
        *(tx.workspace, conversation, contact, CAST.inbox, key),
    )
    await hear(tx, conversation, *(texts or ("Where is my parcel?",)), identity=identity)
    return conversation


async def hear(tx: Tx, conversation: UUID, *texts: str, identity: UUID | None = None) -> None:
    """Let the contact write (more), as intake does."""
    if identity is None:
        identity = await tx.connection.fetchval(
            "select identity_id from message where workspace_id = $1 and conversation_id = $2"
            " and kind = 'incoming' order by seq desc limit 1",
            *(tx.workspace, conversation),
        )
    for text in texts:
        message = NewMessage(
            conversation_id=conversation,
            kind="incoming",
            author=Author(kind="contact", id=CAST.carol, name="Carol"),
            channel="api",
            inbox_id=CAST.inbox,
            account_id=CAST.account,
            identity_id=identity,
            state="received",
            text=text,
        )
        ((view, made),) = await append(tx, [message])
        tx.publish(
            conversations.MessageReceived(conversation=view, message=made), subject=conversation
        )


async def snapshot(tx: Tx, ids: Iterable[UUID]) -> State:
    """Return what the API shows of these conversations."""
    everybody = system(tx.workspace)
    state: State = {"conversations": {}, "messages": {}}
    for id_ in ids:
        view = await conversations.get_conversation(tx, everybody, id_)
        page = await conversations.list_messages(tx, everybody, id_, limit=100)
        state["conversations"][str(id_)] = plain(view)
        state["messages"][str(id_)] = [plain(each) for each in reversed(page.items)]
    return state


def told(published: Sequence[Published]) -> list[dict[str, Any]]:
    """Return events as the feed carries them."""
    return [{"type": each.event.type, "data": plain(each.event)} for each in published]


def plain(value: object) -> Any:
    """Return the value as JSON holds it."""
    return msgspec.json.decode(msgspec.json.encode(value))


def reduced(state: State, events: Sequence[dict[str, Any]]) -> State:
    """Apply events to a snapshot; the same rules as the clients' reducer."""
    state = plain(state)
    for event in events:
        data = event["data"]
        kind, _, what = event["type"].partition(".")
        if kind == "message" and what == "state":
            _move(state, data)
        elif event["type"] == "conversation.split":
            _split(state, data)
        elif kind in {"conversation", "message"}:
            _put(state, data.get("conversation"), data.get("message"))
            if what == "withdrawn":
                id_ = data["conversation"]["id"]
                left = [m for m in state["messages"][id_] if m["id"] != data["message_id"]]
                state["messages"][id_] = left
    return state


def _put(state: State, view: dict[str, Any] | None, message: dict[str, Any] | None) -> None:
    if view is not None:
        old = state["conversations"].get(view["id"])
        if old is None or old["version"] <= view["version"]:
            state["conversations"][view["id"]] = view
    if message is not None:
        known = state["messages"].setdefault(message["conversation_id"], [])
        others = [each for each in known if each["id"] != message["id"]]
        state["messages"][message["conversation_id"]] = sorted(
            [*others, message], key=lambda each: int(each["seq"])
        )


def _split(state: State, data: dict[str, Any]) -> None:
    _put(state, data["conversation"], None)
    _put(state, data["into"], None)
    known, gone = state["messages"].get(data["conversation_id"], []), set(data["message_ids"])
    state["messages"][data["conversation_id"]] = [each for each in known if each["id"] not in gone]
    for each in known:
        if each["id"] in gone:
            _put(state, None, {**each, "conversation_id": data["into"]["id"]})


def _move(state: State, data: dict[str, Any]) -> None:
    for message in state["messages"].get(data["conversation_id"], ()):
        if message["id"] == data["message_id"]:
            old, new = _RANK.get(message["state"]), _RANK.get(data["state"])
            if old is None or new is None or new >= old:
                message["state"], message["error"] = data["state"], data["error"]
                message["parts"] = data["parts"]
