"""Who listens to a workspace in this process: agents by their rights, visitors by their topics."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import msgspec

from hilo.domain.conversations import Counts
from hilo.domain.library import FileLinks, Reader
from hilo.domain.people import Actor, Sight
from hilo.entry import feed
from hilo.entry.doorman import Credential
from hilo.entry.feed import Place, Row
from hilo.entry.frames import Frames
from hilo.entry.outbox import Outbox
from hilo.entry.presence import Presence

Topic = Hashable
"""A conversation's id, a contact's, a shop's, or (account, value) of a visitor's identity."""
_RIGHTS = frozenset(feed.NEEDS.values())


class Audience(NamedTuple):
    """What decides which events somebody sees: equal audiences get equal bytes."""

    rights: frozenset[str]
    sight: Sight | None


Hidden = Mapping[Sight, Collection[UUID]]
"""What each sight hides of the conversations and contacts that are spoken of."""


class Heard:
    """One event on its way to many: encoded once, decoded at most once."""

    def __init__(self, row: Row) -> None:
        """row: as the log gave it."""
        self.row = row
        self.place = Place(row.xid, row.id)
        self.type = row.type

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.row.at

    @cached_property
    def payload(self) -> bytes:
        """As agents' sockets get it."""
        return msgspec.json.encode(feed.item_of(self.row))

    @cached_property
    def data(self) -> Mapping[str, object]:
        """Its content, decoded."""
        return msgspec.json.decode(self.row.data, type=dict[str, object])

    @cached_property
    def topics(self) -> frozenset[Topic]:
        """What it is about: the conversation, the contact, the visitor, the shop."""
        found: set[Topic] = set()
        if self.row.subject is not None:
            found.add(self.row.subject)
        conversation = self.data.get("conversation")
        if isinstance(conversation, dict):
            found.add(UUID(conversation["contact"]["id"]))
        contact = self.data.get("contact")
        if isinstance(contact, dict):
            found.add(UUID(contact["id"]))
            for identity in contact.get("identities", ()):
                if identity.get("scope"):
                    found.add((UUID(identity["scope"]), identity["value"]))
        visit = self.data.get("visit")
        if isinstance(visit, dict):
            found.add(UUID(visit["account_id"]))
        return frozenset(found)


class Listener:
    """One agent's socket."""

    __slots__ = ("actor", "after", "audience", "counts", "credential", "end", "outbox", "viewing")

    def __init__(
        self,
        actor: Actor,
        credential: Credential,
        outbox: Outbox,
        end: Callable[[int, str], None],
    ) -> None:
        """end: closes the socket with a code and a reason."""
        self.actor = actor
        self.credential = credential
        self.outbox = outbox
        self.end = end
        self.audience = audience_of(actor)
        self.after = feed.START
        self.counts: Counts | None = None
        self.viewing: UUID | None = None


class Follower:
    """One visitor's socket: hears what is about its topics, and decides itself what to show."""

    def __init__(
        self, room: "Room", heard: Callable[[Heard], None], typing: Callable[[UUID], None]
    ) -> None:
        """Made by the hub only. heard, typing: called in the loop; must not wait."""
        self._room = room
        self.heard = heard
        self.typing = typing
        self.topics: set[Topic] = set()

    def add(self, topics: Iterable[Topic]) -> None:
        """Listen to more."""
        for topic in set(topics) - self.topics:
            self.topics.add(topic)
            self._room.followers[topic].add(self)

    def close(self) -> None:
        """Listen no more."""
        for topic in self.topics:
            followers = self._room.followers[topic]
            followers.discard(self)
            if not followers:
                del self._room.followers[topic]
        self.topics.clear()
        self._room.guests.discard(self)


class Room:
    """One workspace in this process."""

    def __init__(self, workspace: UUID, links: FileLinks) -> None:
        """Begin empty. links: for agents whom a plain address does not open."""
        self.workspace = workspace
        self._links = links
        self.audiences: defaultdict[Audience, set[Listener]] = defaultdict(set)
        self.followers: defaultdict[Topic, set[Follower]] = defaultdict(set)
        self.guests: set[Follower] = set()
        self.presence = Presence()
        self.has_new_counts = False

    @property
    def listeners(self) -> Sequence[Listener]:
        """Every agent's socket."""
        return [each for group in self.audiences.values() for each in group]

    @property
    def has_agent(self) -> bool:
        """A person has the console open; a program with a token is none."""
        return any(each.actor.kind == "agent" for each in self.listeners)

    @property
    def is_empty(self) -> bool:
        """Nobody is here."""
        return not any(self.audiences.values()) and not self.guests

    def enter(self, listener: Listener) -> None:
        """Let a socket hear from now on."""
        self.audiences[listener.audience].add(listener)

    def leave(self, listener: Listener) -> None:
        """Let it hear no more."""
        group = self.audiences.get(listener.audience)
        if group is not None:
            group.discard(listener)
            if not group:
                del self.audiences[listener.audience]

    def readmit(self, listener: Listener, actor: Actor) -> None:
        """Apply changed rights."""
        self.leave(listener)
        listener.actor = actor
        listener.audience = audience_of(actor)
        self.enter(listener)

    @property
    def sights(self) -> set[Sight]:
        """Those of everybody who does not see all."""
        return {each.sight for each in self.audiences if each.sight is not None}

    def tell(self, news: Sequence[Heard], hidden: Hidden) -> None:
        """Give events to all who may see them. news: in the order of the log, not empty.

        hidden: for each of `sights`.
        """
        first = news[0].place
        for audience, group in self.audiences.items():
            seen = list(self.seen(audience, news, hidden))
            if not seen:
                continue
            frames = Frames(payload for _, payload in seen)
            for listener in group:
                if listener.after < first:
                    listener.outbox.put(frames)
                else:
                    self._tell_rest(listener, seen)
        if self.followers:
            for each in news:
                self._tell_followers(each)

    def seen(
        self, audience: Audience, news: Sequence[Heard], hidden: Hidden
    ) -> Iterator[tuple[Place, bytes]]:
        """Give what an audience sees of the news, encoded."""
        sight = audience.sight
        if sight is None:
            for each in news:
                if feed.may_see(audience.rights, each.type):
                    yield each.place, each.payload
            return
        address = self._links.opener(Reader("agent", sight.agent, self.workspace))
        for each in news:
            if feed.may_see(audience.rights, each.type):
                item = feed.narrow_item_of(each.row, sight, hidden[sight], address)
                if item is not None:
                    yield each.place, msgspec.json.encode(item)

    def _tell_rest(self, listener: Listener, seen: Sequence[tuple[Place, bytes]]) -> None:
        """Give the part that a listener, who came in between, has not read from the log."""
        rest = [payload for place, payload in seen if listener.after < place]
        if rest:
            listener.outbox.put(Frames(rest))

    def _tell_followers(self, heard: Heard) -> None:
        found = [follower for topic in heard.topics for follower in self.followers.get(topic, ())]
        for follower in dict.fromkeys(found):
            follower.heard(heard)

    def say(self, frame: Frames, about: UUID, hidden: Hidden, spare: UUID | None = None) -> None:
        """Give a frame that is not of the log to the agents' sockets. spare: not to this agent.

        about: the conversation; who does not see it does not hear of it.
        """
        for audience, group in self.audiences.items():
            if audience.sight is not None and about in hidden.get(audience.sight, (about,)):
                continue
            for listener in group:
                if listener.actor.id != spare:
                    listener.outbox.put(frame)


def audience_of(actor: Actor) -> Audience:
    """Return what decides which events an actor sees: equal audiences get equal bytes."""
    return Audience(actor.permissions & _RIGHTS, actor.sight)
