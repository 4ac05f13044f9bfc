"""The planned demo as rows of the tables, ids and all."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from hilo.entry.demo import pictures
from hilo.entry.demo.planned import Channel, Plan, PlannedConversation, PlannedMessage
from hilo.entry.demo.texts import People
from hilo.kit.text import preview

Row = dict[str, object]
MAIL = "help@demo.localhost"
_NEVER = datetime.min.replace(tzinfo=UTC)
_EVERYWHERE = UUID(int=0)
_TAGGED = 0.8  # of the conversations
_PRESSING = frozenset({"damage", "complaint"})


class Places(Struct, frozen=True):
    """What the rows point at. agents: the owner last. inboxes and accounts: by channel."""

    agents: Sequence[tuple[UUID, str]]
    teams: Sequence[UUID]
    tags: Mapping[str, UUID]
    inboxes: Mapping[str, UUID]
    accounts: Mapping[str, UUID]


class NewFile(Struct, frozen=True):
    """A file to keep: its row's id, name and content."""

    id: UUID
    name: str
    content: bytes
    at: datetime


class Tables(Struct, frozen=True):
    """Rows by table, in the order of their making; files are kept by the library."""

    contact: list[Row]
    identity: list[Row]
    conversation: list[Row]
    conversation_tag: list[Row]
    message: list[Row]
    thread_ref: list[Row]
    part: list[Row]
    visit: list[Row]
    files: list[NewFile]


class Rows:
    """Turns a plan into rows."""

    def __init__(self, plan: Plan, people: People, places: Places, seed: int) -> None:
        """seed: of the ids, another for each loading."""
        self.plan = plan
        self.people = people
        self.places = places
        self.chance = random.Random(seed)  # noqa: S311 - ids, not secrets
        self.pressing = random.Random(seed + 1)  # noqa: S311 - and how much each presses
        self.tables = Tables([], [], [], [], [], [], [], [], [])
        self.mail: dict[int, UUID] = {}
        self.visitor: dict[tuple[int, Channel], tuple[UUID, UUID]] = {}

    def build(self) -> Tables:
        """Return all rows."""
        firsts: dict[int, datetime] = {}
        lasts: dict[int, datetime] = {}
        for each in self.plan.conversations:
            firsts.setdefault(each.contact, each.messages[0].at)
            lasts[each.contact] = max(each.messages[-1].at, lasts.get(each.contact, _NEVER))
        ids = {place: self._contact(place, at, lasts[place]) for place, at in firsts.items()}
        for each in self.plan.conversations:
            self._conversation(each, ids[each.contact])
        return self.tables

    def _id(self, at: datetime) -> UUID:
        stamp = int(at.timestamp() * 1000)
        chance = self.chance.getrandbits(74)
        return UUID(
            int=(stamp << 80)
            | (7 << 76)
            | ((chance >> 62) << 64)
            | (2 << 62)
            | (chance & (2**62 - 1))
        )

    def _contact(self, place: int, at: datetime, seen: datetime) -> UUID:
        person = self.plan.contacts[place]
        contact = self._id(at)
        facts: Row = {"city": person.city, "orders": person.orders}
        if person.is_vip:
            facts["plan"] = "club"
        self.tables.contact.append(
            {
                "id": contact,
                "name": person.name,
                "locale": person.locale,
                "time_zone": person.zone,
                "attributes": facts,
                "at": at,
                "seen": seen,
            }
        )
        self.mail[place] = self._identity(contact, "email", person.email, at)
        if person.phone:
            self._identity(contact, "phone", person.phone, at)
        return contact

    def _identity(
        self, contact: UUID, kind: str, value: str, at: datetime, scope: UUID = _EVERYWHERE
    ) -> UUID:
        identity = self._id(at)
        row: Row = {"id": identity, "contact": contact, "kind": kind, "value": value}
        self.tables.identity.append({**row, "scope": scope, "verified": kind == "email", "at": at})
        return identity

    def _visitor(
        self, place: int, channel: Channel, contact: UUID, at: datetime
    ) -> tuple[UUID, UUID]:
        """Return the browser's identity with this account, and its name."""
        if (place, channel) not in self.visitor:
            name = self._id(at)
            scope = self.places.accounts[channel]
            identity = self._identity(contact, "visitor", str(name), at, scope)
            self.visitor[place, channel] = (identity, name)
        return self.visitor[place, channel]

    def _conversation(self, told: PlannedConversation, contact: UUID) -> None:
        start = told.messages[0].at
        conversation = self._id(start)
        shown = [each for each in told.messages if each.kind != "activity"]
        rows = [
            self._message(told, conversation, contact, seq, each)
            for seq, each in enumerate(told.messages, 1)
        ]
        incoming = [n for n, each in enumerate(told.messages, 1) if each.kind == "incoming"]
        last = rows[told.messages.index(shown[-1])]
        waits = shown[-1].kind == "incoming" and told.status == "open"
        ended = told.messages[-1].at if told.status == "resolved" else None
        tags = self._tags(told)
        self.tables.conversation.append(
            {
                "id": conversation,
                "contact": contact,
                "inbox": self.places.inboxes[told.channel],
                "channel": shown[-1].channel,
                "joining_key": self._key(told, contact, rows[0]),
                "subject": told.subject,
                "status": told.status,
                "assignee": self._agent(told.assignee)[0],
                "team": self.places.teams[told.team] if told.team is not None else None,
                "tags": tags,
                "snoozed_until": told.snoozed_until,
                "last_seq": len(rows),
                "last_incoming_seq": incoming[-1],
                "read_seq": len(rows) if told.is_read else incoming[-1] - 1,
                "last_message": self._last(last),
                "waiting_since": self._waiting(told) if waits else None,
                "activity_at": shown[-1].at,
                "resolved_at": ended,
                "created_at": start,
                "priority": self._priority(told),
            }
        )
        self.tables.conversation_tag.extend({"conversation": conversation, "tag": t} for t in tags)
        self.tables.message.extend(rows)
        self._visit(told, contact, rows[0])
        # What one decides about a reply is done to its part.
        self.tables.part.extend(
            {**row, "conversation": conversation} for row in rows if row["error"] is not None
        )

    def _visit(self, told: PlannedConversation, contact: UUID, first: Row) -> None:
        visit = told.visit
        if visit is None:
            return
        _, browser = self._visitor(told.contact, "store", contact, visit.joined_at)
        self.tables.visit.append(
            {
                "id": self._id(visit.joined_at),
                "conversation": first["conversation"],
                "message": first["id"],
                "visitor": browser,
                "day": visit.day,
                "number": visit.number,
                "name": self.plan.contacts[told.contact].name,
                "topic": visit.topic,
                "state": visit.state,
                "rank": visit.rank,
                "counter": visit.counter,
                "agent": self._agent(visit.agent)[0],
                "joined_at": visit.joined_at,
                "called_at": visit.called_at,
                "began_at": visit.began_at,
                "ended_at": visit.ended_at,
            }
        )

    def _key(self, told: PlannedConversation, contact: UUID, first: Row) -> str:
        """Return what intake would: a chat joins by person, a mail by its thread."""
        if told.channel == "email":
            return f"thread:{self.places.inboxes[told.channel]}:{first['external_id']}"
        return f"inbox:{self.places.inboxes[told.channel]}:{contact}"

    def _message(
        self,
        told: PlannedConversation,
        conversation: UUID,
        contact: UUID,
        seq: int,
        each: PlannedMessage,
    ) -> Row:
        is_theirs = each.kind == "incoming"
        agent, name = self._agent(each.agent)
        person = self.plan.contacts[told.contact]
        is_mail = each.channel == "email"
        said = each.kind in {"incoming", "outgoing"}
        id_ = self._id(each.at)
        who = self.mail[told.contact]
        if not is_mail:
            who, _ = self._visitor(told.contact, each.channel, contact, each.at)
        if is_mail and said:
            self.tables.thread_ref.append(
                {"ref": f"<{id_}@demo.localhost>", "conversation": conversation, "message": id_}
            )
        return {
            "id": id_,
            "conversation": conversation,
            "seq": seq,
            "kind": each.kind,
            "channel": each.channel,
            "inbox": self.places.inboxes[each.channel],
            "account": self.places.accounts[each.channel] if said else None,
            "identity": who if said else None,
            "author_kind": "contact" if is_theirs else "agent" if agent else "system",
            "author_id": contact if is_theirs else agent,
            "author_name": person.name if is_theirs else name,
            "subject": told.subject if is_mail and said else "",
            "text": each.text,
            "attachments": [self._file(each)] if each.file else [],
            "meta": self._meta(each, name),
            "state": self._state(each),
            "error": self._error(each),
            "external_id": f"<{id_}@demo.localhost>" if is_mail and said else None,
            "at": each.at,
        }

    def _meta(self, each: PlannedMessage, name: str) -> Row:
        if each.kind == "activity":
            return {"code": each.code, "params": {"actor": name, **each.params}}
        return {"to": [MAIL]} if each.kind == "incoming" and each.channel == "email" else {}

    def _error(self, each: PlannedMessage) -> Row | None:
        if not each.trouble:
            return None
        if each.trouble == "failed":
            said = each.detail
            return {"code": "rejected", "detail": said, "reason": "full", "said": said}
        return {"code": "unknown-outcome", "detail": each.detail, "reason": "", "said": ""}

    def _state(self, each: PlannedMessage) -> str:
        if each.trouble:
            return each.trouble
        match each.kind:
            case "incoming":
                return "received"
            case "outgoing":
                return "sent" if each.channel == "email" else "read"
            case _:
                return "stored"

    def _file(self, each: PlannedMessage) -> Row:
        number = self.chance.randint(1000, 9999)
        content = pictures.content_of(each.file, number)
        file = NewFile(self._id(each.at), pictures.name_of(each.file, number), content, each.at)
        self.tables.files.append(file)
        is_photo = each.file == "photo"
        return {
            "id": file.id,
            "name": file.name,
            "media_type": "image/png" if is_photo else "application/pdf",
            "size_bytes": len(content),
            "width": 640 if is_photo else None,
            "height": 480 if is_photo else None,
        }

    def _tags(self, told: PlannedConversation) -> list[UUID]:
        known = self.places.tags
        tags = [known[told.about]] if self.chance.random() < _TAGGED else []
        if self.plan.contacts[told.contact].is_vip:
            tags.append(known["vip"])
        return tags

    def _priority(self, told: PlannedConversation) -> int:
        """Return its rank. Good clients and broken goods press; most have none."""
        if self.plan.contacts[told.contact].is_vip or told.about in _PRESSING:
            return self.pressing.choice((0, 3, 3, 4))
        return self.pressing.choices((0, 1, 2, 3), (80, 8, 9, 3))[0]

    def _agent(self, place: int | None) -> tuple[UUID | None, str]:
        return (None, "") if place is None else self.places.agents[place]

    def _last(self, row: Row) -> Row:
        return {
            "id": row["id"],
            "kind": row["kind"],
            "author_kind": row["author_kind"],
            "author_name": row["author_name"],
            "preview": preview(str(row["text"])),
            "at": row["at"],
        }

    def _waiting(self, told: PlannedConversation) -> datetime:
        since = told.messages[-1].at
        for each in reversed(told.messages):
            if each.kind == "outgoing":
                break
            since = each.at if each.kind == "incoming" else since
        return since
