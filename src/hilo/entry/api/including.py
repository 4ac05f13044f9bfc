"""`include=`: what an answer names, beside it in the same answer.

A request asks by what the object calls it (`assignee`); `included` holds it by what it is
(`agents`), each once. A kind costs one reading, however many items name it. It comes by the same
verbs as when it is asked for alone, so rights and sight are theirs: what the reader may not read is
refused, what it does not see is absent.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, get_args, get_origin
from uuid import UUID

import msgspec
from litestar.handlers import HTTPRouteHandler
from msgspec import UNSET, Struct, UnsetType

from hilo.domain import contacts, conversations, inboxes, library, people
from hilo.domain.contacts import ContactView
from hilo.domain.conversations import ConversationView, Hit, MessageView, TimelineItem
from hilo.domain.inboxes import InboxView
from hilo.domain.library import Tag
from hilo.domain.people import Actor, Agent, Team
from hilo.entry.api.messages import linked
from hilo.entry.state import AppState
from hilo.kit.db import Tx
from hilo.kit.page import Page

PARAMETER = "include"


class Included(Struct, frozen=True, kw_only=True):
    """What the answer names, each once, by kind: those that were asked for.

    An id that is in none of them is of what is gone, or not for this reader.
    """

    agents: Sequence[Agent] | UnsetType = UNSET
    contacts: Sequence[ContactView] | UnsetType = UNSET
    conversations: Sequence[ConversationView] | UnsetType = UNSET
    inboxes: Sequence[InboxView] | UnsetType = UNSET
    messages: Sequence[MessageView] | UnsetType = UNSET
    tags: Sequence[Tag] | UnsetType = UNSET
    teams: Sequence[Team] | UnsetType = UNSET


_Ids = Mapping[str, Collection[UUID | None]]


class _Relation(Struct, frozen=True):
    """kinds: of what it may name; named: whom one item names, by kind."""

    kinds: Sequence[str]
    named: Callable[[Any], _Ids]


def _conversation(it: TimelineItem | Hit) -> _Ids:
    return {"conversations": [it.conversation_id]}


def _author(it: MessageView) -> _Ids:
    kind = "agents" if it.author.kind == "agent" else "contacts"
    return {kind: [it.author.id]}


_INBOX = _Relation(["inboxes"], lambda it: {"inboxes": [it.inbox_id]})
_RELATIONS: Mapping[object, Mapping[str, _Relation]] = {
    ConversationView: {
        "contact": _Relation(["contacts"], lambda it: {"contacts": [it.contact.id]}),
        "inbox": _INBOX,
        "assignee": _Relation(["agents"], lambda it: {"agents": [it.assignee_id]}),
        "team": _Relation(["teams"], lambda it: {"teams": [it.team_id]}),
        "tags": _Relation(["tags"], lambda it: {"tags": it.tag_ids}),
        "last_message": _Relation(
            ["messages"], lambda it: {"messages": [it.last_message and it.last_message.id]}
        ),
    },
    MessageView: {
        "author": _Relation(["agents", "contacts"], _author),
        "inbox": _INBOX,
        "reply_to": _Relation(["messages"], lambda it: {"messages": [it.reply_to]}),
    },
    TimelineItem: {
        "conversation": _Relation(["conversations"], _conversation),
        "author": _Relation(
            ["agents", "contacts"], lambda it: _author(it.message) if it.message else {}
        ),
    },
    Hit: {
        "conversation": _Relation(["conversations"], _conversation),
        "contact": _Relation(["contacts"], lambda it: {"contacts": [it.contact_id]}),
    },
}


class Relations:
    """What the answers of one route name."""

    def __init__(self, handler: HTTPRouteHandler | None) -> None:
        """Made per route. handler: of a GET; None of a change, which brings nothing along."""
        kind: object = handler and handler.parsed_fn_signature.return_type.annotation
        self._is_page = get_origin(kind) is Page
        self._of = _RELATIONS.get(get_args(kind)[0] if self._is_page else kind, {})
        self._answer = msgspec.json.Decoder(kind) if self._of else None

    @property
    def choices(self) -> AbstractSet[str]:
        """Return what may be asked for; empty where nothing goes with the answer."""
        return self._of.keys()

    async def gather(
        self, tx: Tx, actor: Actor, state: AppState, names: Collection[str], body: bytes
    ) -> Included:
        """Return what an answer names. names: some of the choices. Raises: Forbidden."""
        answer: Any = None if self._answer is None else self._answer.decode(body)
        items: Iterable[object] = answer.items if self._is_page else [answer]
        asked = [self._of[name] for name in sorted(names)]
        wanted: dict[str, set[UUID]] = {kind: set() for each in asked for kind in each.kinds}
        for item in items:
            for each in asked:
                for kind, ids in each.named(item).items():
                    wanted[kind].update(id_ for id_ in ids if id_ is not None)
        return Included(
            **{kind: await _READ[kind](tx, actor, state, ids) for kind, ids in wanted.items()}
        )


async def _agents(tx: Tx, actor: Actor, _: AppState, ids: Collection[UUID]) -> Sequence[Agent]:
    return await people.list_agents(tx, actor, ids)


async def _contacts(
    tx: Tx, actor: Actor, _: AppState, ids: Collection[UUID]
) -> Sequence[ContactView]:
    return await contacts.some_contacts(tx, actor, ids)


async def _conversations(
    tx: Tx, actor: Actor, _: AppState, ids: Collection[UUID]
) -> Sequence[ConversationView]:
    return await conversations.some_conversations(tx, actor, ids)


async def _messages(
    tx: Tx, actor: Actor, state: AppState, ids: Collection[UUID]
) -> Sequence[MessageView]:
    found = await conversations.some_messages(tx, actor, ids)
    return linked(state.file_links, actor, found)


# Few to a workspace: read whole, and these are taken.
async def _inboxes(
    tx: Tx, actor: Actor, state: AppState, ids: Collection[UUID]
) -> Sequence[InboxView]:
    found = await inboxes.list_inboxes(tx, actor, state.channels)
    return [each for each in found if each.id in ids]


async def _tags(tx: Tx, actor: Actor, _: AppState, ids: Collection[UUID]) -> Sequence[Tag]:
    return [each for each in await library.list_tags(tx, actor) if each.id in ids]


async def _teams(tx: Tx, actor: Actor, _: AppState, ids: Collection[UUID]) -> Sequence[Team]:
    return [each for each in await people.list_teams(tx, actor) if each.id in ids]


_READ: Mapping[str, Callable[[Tx, Actor, AppState, Collection[UUID]], Awaitable[Sequence[Any]]]] = {
    "agents": _agents,
    "contacts": _contacts,
    "conversations": _conversations,
    "inboxes": _inboxes,
    "messages": _messages,
    "tags": _tags,
    "teams": _teams,
}
