"""What will be told: contacts, conversations, messages as plain data, the same for the same seed.

Pure: no database and no clock; `now` is given, everything lies in the ninety days before it.
"""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from hilo.entry.demo.planned import (
    Channel,
    Plan,
    PlannedContact,
    PlannedConversation,
    PlannedMessage,
    Status,
)
from hilo.entry.demo.shop import visits
from hilo.entry.demo.texts import LOCALES, Arc, Hero, Locale, People, Voice, arcs, heroes

CONTACTS = 200
CONVERSATIONS = 995  # beside those that are told one by one, and the shop's
DAYS = 90
SEED = 20_260
_OLD_DAYS, _NEW_DAYS = 10, 2
_HALVES = 2
_HISTORY = 8  # conversations make a person known; forty would fill the panel


def plan(people: People, now: datetime, owner: str) -> Plan:
    """Return the whole demo. Agents are numbered as in `people.agents`; the owner comes last."""
    chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
    contacts = _contacts(chance, people)
    stories = {locale: arcs(locale) for locale in LOCALES}
    told: list[PlannedConversation] = []
    for place, starts in enumerate(_starts(chance, now)):
        contact = contacts[place]
        known = chance.sample(stories[contact.locale], min(len(starts), 60))
        for number, start in enumerate(starts[: len(known)]):
            teller = Teller(chance, people, contact, (now, owner))
            is_last = number == len(known) - 1
            told.append(teller.tell(place, known[number], start, is_last=is_last))
    for each in heroes():
        told.append(_hero(each, contacts, told, (now, len(people.agents))))
    told += visits(contacts, told, now)
    told.sort(key=lambda each: each.messages[0].at)
    return Plan(contacts, told)


def _contacts(chance: random.Random, people: People) -> list[PlannedContact]:
    found: dict[str, PlannedContact] = {}
    while len(found) < CONTACTS:
        shares = [people.voice(each).share for each in LOCALES]
        locale = chance.choices(LOCALES, shares)[0]
        voice = people.voice(locale)
        first, family = chance.choice(voice.given), chance.choice(voice.family)
        has_two = locale == "es" and _happens(chance, 0.3)
        name = " ".join([first, family, *([chance.choice(voice.family)] if has_two else [])])
        if name not in found:
            found[name] = _contact(chance, voice, locale, name)
    return list(found.values())


def _contact(chance: random.Random, voice: Voice, locale: Locale, name: str) -> PlannedContact:
    first = name.split(maxsplit=1)[0]
    plain = name.lower().translate(_PLAIN).split()
    local = chance.choice([".".join(plain[:2]), plain[0] + plain[1][0], f"{plain[1]}{plain[0][0]}"])
    host = chance.choice(["correo", "mail", "casa", "post"])
    has_phone = _happens(chance, 0.35)
    phone = chance.choice(voice.phone).format(chance.randint(100_000, 999_999))
    return PlannedContact(
        name=name,
        first=first,
        locale=locale,
        email=f"{local}{chance.randint(2, 99)}@{host}.example",
        phone=phone if has_phone else "",
        zone=chance.choice(voice.zone),
        city=chance.choice(voice.city),
        orders=min(40, int(chance.expovariate(0.25)) + 1),
        is_vip=_happens(chance, 0.06),
    )


_PLAIN = str.maketrans("áàâãéêíóôõúüñç'", "aaaaeeiooouunc.")


def _starts(chance: random.Random, now: datetime) -> list[list[datetime]]:
    """Share the conversations out: everybody writes once, a few write often."""
    counts = [1] * CONTACTS
    weights = [1 / (place + 8) for place in range(CONTACTS)]
    for place in chance.choices(range(CONTACTS), weights, k=CONVERSATIONS - CONTACTS):
        counts[place] += 1
    chance.shuffle(counts)
    # More of them lately, none in the middle of the night.
    return [
        sorted(
            (now - timedelta(days=DAYS * 0.985 * chance.random() ** 1.5)).replace(
                hour=chance.choice((8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21)),
                minute=chance.randint(0, 59),
                second=chance.randint(0, 59),
            )
            for _ in range(min(count, 60))
        )
        for count in counts
    ]


def _hero(
    hero: Hero,
    contacts: Sequence[PlannedContact],
    told: Sequence[PlannedConversation],
    here: tuple[datetime, int],
) -> PlannedConversation:
    """Tell a conversation of today. here: now, and the owner's place, who has it."""
    busy = {each.contact for each in told if each.status != "resolved"}
    before = Counter(each.contact for each in told)
    free = [n for n, p in enumerate(contacts) if p.locale == hero.locale and n not in busy]
    place = max(free, key=lambda each: min(before[each], _HISTORY))
    now, owner = here
    kinds: dict[str, Literal["incoming", "outgoing", "note"]] = {
        "c": "incoming",
        "a": "outgoing",
        "n": "note",
    }
    messages = [
        PlannedMessage(
            kind=kinds[each.who],
            channel=each.channel,
            text=each.text,
            at=now - timedelta(minutes=each.ago),
            agent=None if each.who == "c" else owner,
            file=each.file,
            trouble=each.state,
            detail=each.detail,
        )
        for each in hero.messages
    ]
    return PlannedConversation(
        contact=place,
        channel=messages[0].channel,
        about=hero.about,
        subject=hero.subject,
        status="open",
        messages=messages,
        assignee=owner,
        team=1 if hero.about == "damage" else 0,
        is_read=messages[-1].kind != "incoming",
        snoozed_until=None,
    )


class Teller:
    """Tells one story of one contact."""

    def __init__(
        self,
        chance: random.Random,
        people: People,
        contact: PlannedContact,
        here: tuple[datetime, str],
    ) -> None:
        """chance: shared by all, so the order of telling is part of the seed. here: now, owner."""
        self.chance = chance
        self.names = [*(agent.name for agent in people.agents), here[1]]
        self.people = people
        self.contact = contact
        self.voice = people.voice(contact.locale)
        self.now = here[0]
        self.owner = len(people.agents)

    def tell(self, place: int, arc: Arc, start: datetime, *, is_last: bool) -> PlannedConversation:
        """Return the story as far as it has come. is_last: only that one may still be open."""
        age_days = (self.now - start).total_seconds() / 86_400
        status = self._status(age_days) if is_last else "resolved"
        turns = self._cut(arc.turns, status)
        channel: Channel = "webchat" if _happens(self.chance, 0.45) else "email"
        agent = self._agent()
        slots = {**self._slots(), "me": self.names[agent].split()[0]}
        turns = [turn.format(**slots) for turn in turns]
        messages = self._messages(turns, channel, start, agent)
        if status == "resolved":
            end = min(messages[-1].at + timedelta(minutes=self.chance.randint(1, 90)), self.now)
            messages.append(_activity("resolved", messages[-1].channel, end, agent))
        is_free = status == "open" and _happens(self.chance, 0.45)
        waits = messages[-1].kind == "incoming"
        return PlannedConversation(
            contact=place,
            channel=channel,
            about=arc.about,
            subject=arc.subject.format(**slots) if channel == "email" else "",
            status=status,
            messages=messages,
            assignee=None if is_free else agent,
            team=1 if arc.about in {"damage", "warranty"} else 0,
            is_read=not (waits and status == "open" and _happens(self.chance, 0.65)),
            snoozed_until=self._wake() if status == "snoozed" else None,
        )

    def _status(self, age_days: float) -> Status:
        shares = (4, 3, 3, 90) if age_days > _OLD_DAYS else (22, 12, 8, 58)
        if age_days < _NEW_DAYS:
            shares = (62, 10, 5, 23)
        statuses: Sequence[Status] = ("open", "pending", "snoozed", "resolved")
        return self.chance.choices(statuses, shares)[0]

    def _cut(self, turns: Sequence[str], status: Status) -> Sequence[str]:
        if status == "resolved":
            return turns
        last = "c" if status == "open" else "a"
        ends = [place for place, turn in enumerate(turns, 1) if turn[0] == last]
        if status == "open" and ends[-1] == len(turns):
            ends = ends[:-1] or ends  # who waits has asked; the thanks come later
        return turns[: self.chance.choice(ends)] if ends else turns[:1]

    def _agent(self) -> int:
        same = [n for n, a in enumerate(self.people.agents) if a.locale == self.contact.locale]
        return self.owner if _happens(self.chance, 0.2) else self.chance.choice(same)

    def _wake(self) -> datetime | None:
        days = self.chance.choice([None, 1, 2, 4, 9])
        if days is None:
            return None
        return (self.now + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)

    def _slots(self) -> dict[str, str]:
        chance, voice = self.chance, self.voice
        return {
            "p": chance.choice(voice.product),
            "o": f"CF-{chance.randint(21_000, 68_999)}",
            "city": self.contact.city,
            "day": chance.choice(voice.day),
            "amt": voice.amount.format(chance.choice((8, 12, 15, 18, 24, 29, 35, 48, 64, 79))),
            "track": "".join(chance.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=2))
            + str(chance.randint(1_000_000, 9_999_999)),
        }

    def _messages(
        self, turns: Sequence[str], channel: Channel, start: datetime, agent: int
    ) -> list[PlannedMessage]:
        found: list[PlannedMessage] = []
        at = start
        leaves = channel == "webchat" and _happens(self.chance, 0.14)
        for place, turn in enumerate(turns):
            head, text = turn.split(": ", 1)
            who, _, file = head.partition("+")
            if place:
                at += self._pause(who, channel)
            if leaves and place and who == "a" and channel == "webchat":
                channel, at = "email", at + timedelta(minutes=self.chance.randint(15, 120))
            words = self._say(who, text, channel, agent, is_first=place == 0)
            found += self._part(who, words, channel, at, agent, file)
            if who == "c" and place == 0 and _happens(self.chance, 0.35):
                found.append(_activity("claimed", channel, at + timedelta(seconds=40), agent))
        if found[-1].kind == "incoming" and _happens(self.chance, 0.2):
            nag = self.chance.choice(self.voice.more)
            found.append(_said("incoming", nag, channel, at + self._pause("c", channel), None))
        return self._shift(sorted(found, key=lambda each: each.at))

    def _part(
        self, who: str, words: str, channel: Channel, at: datetime, agent: int, file: str
    ) -> list[PlannedMessage]:
        if who == "n":
            return [_said("note", words, channel, at, agent)]
        if who == "a":
            return [_said("outgoing", words, channel, at, agent, file)]
        halves = words.split(". ", 1)
        if channel == "webchat" and len(halves) == _HALVES and _happens(self.chance, 0.4):
            later = at + timedelta(seconds=self.chance.randint(4, 25))
            return [
                _said("incoming", halves[0], channel, at, None),
                _said("incoming", halves[1], channel, later, None, file),
            ]
        return [_said("incoming", words, channel, at, None, file)]

    def _pause(self, who: str, channel: Channel) -> timedelta:
        if channel == "webchat":
            return timedelta(seconds=self.chance.randint(25, 400))
        hours = self.chance.uniform(0.3, 6) if who != "c" else self.chance.uniform(0.2, 18)
        return timedelta(hours=hours)

    def _shift(self, messages: list[PlannedMessage]) -> list[PlannedMessage]:
        """Nothing happens after now: a story that would is told a little earlier."""
        late = messages[-1].at - (self.now - timedelta(minutes=self.chance.randint(18, 400)))
        if late <= timedelta(0):
            return messages
        return [_at(each, each.at - late) for each in messages]

    def _say(self, who: str, text: str, channel: Channel, agent: int, *, is_first: bool) -> str:
        if channel == "webchat" or who == "n":
            return text
        if who == "a":
            hello = self.chance.choice(self.voice.answer_hello).format(first=self.contact.first)
            bye = self.chance.choice(self.voice.answer_bye).format(me=self.names[agent])
            return f"{hello}\n\n{text}\n\n{bye}"
        hello = self.chance.choice(self.voice.hello) if is_first else ""
        bye = self.chance.choice(self.voice.bye) if is_first else self.contact.first
        signed = bye.format(first=self.contact.first, full=self.contact.name)
        return "\n\n".join(part for part in (hello, text, signed) if part)


def _said(
    kind: Literal["incoming", "outgoing", "note"],
    text: str,
    channel: Channel,
    at: datetime,
    agent: int | None,
    file: str = "",
) -> PlannedMessage:
    return PlannedMessage(kind=kind, channel=channel, text=text, at=at, agent=agent, file=file)


def _activity(code: str, channel: Channel, at: datetime, agent: int) -> PlannedMessage:
    return PlannedMessage(kind="activity", channel=channel, text="", at=at, agent=agent, code=code)


def _at(message: PlannedMessage, at: datetime) -> PlannedMessage:
    return PlannedMessage(
        kind=message.kind,
        channel=message.channel,
        text=message.text,
        at=at,
        agent=message.agent,
        file=message.file,
        code=message.code,
    )


def _happens(chance: random.Random, share: float) -> bool:
    return chance.random() < share
