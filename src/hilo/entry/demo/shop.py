"""The demo's shop in the street, from `shop.toml`: visits as conversations of their own. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from hilo.entry.demo.planned import (
    PlannedContact,
    PlannedConversation,
    PlannedMessage,
    PlannedVisit,
)
from hilo.entry.demo.texts import Shop, VisitText, shop

_OVER = frozenset({"served", "no_show", "left"})
_HISTORY = 4  # conversations make a person somebody who also comes by


def visits(
    contacts: Sequence[PlannedContact], told: Sequence[PlannedConversation], now: datetime
) -> list[PlannedConversation]:
    """Return who came to the shop, in the order of their turns."""
    text = shop()
    zone = ZoneInfo(text.account.time_zone)
    numbers: Counter[date] = Counter()
    came: list[PlannedConversation] = []
    taken = {each.contact for each in told if each.status != "resolved"}
    before = Counter(each.contact for each in told)
    turns = sorted((_joined(each, now, zone), at, each) for at, each in enumerate(text.visits))
    for joined, _, each in turns:
        free = [n for n, p in enumerate(contacts) if p.locale == each.locale and n not in taken]
        place = max(free, key=lambda one: min(before[one], _HISTORY))
        taken.add(place)
        day = joined.astimezone(zone).date()
        numbers[day] += 1
        visit = _visit(each, joined, (numbers[day], len(came) + 1, day))
        came.append(_conversation(text, each, place, visit))
    return came


def _joined(visit: VisitText, now: datetime, zone: ZoneInfo) -> datetime:
    if not visit.clock:
        return now - timedelta(minutes=visit.ago)
    day = now.astimezone(zone).date() - timedelta(days=visit.days)
    at = datetime.combine(day, time.fromisoformat(visit.clock), zone)
    return at.astimezone(now.tzinfo)


def _visit(text: VisitText, joined: datetime, turn: tuple[int, int, date]) -> PlannedVisit:
    """turn: number, rank, day."""
    number, rank, day = turn
    called = joined + timedelta(minutes=text.waited)
    served = called + timedelta(minutes=text.took)
    has_begun = text.end in {"serving", "served"}
    return PlannedVisit(
        number=number,
        rank=rank,
        day=day,
        topic=text.topic,
        state=text.end,
        counter=text.counter,
        agent=text.agent,
        joined_at=joined,
        called_at=None if text.agent is None else called,
        began_at=called if has_begun else None,
        ended_at=served if text.end in _OVER else None,
    )


def _conversation(
    shop_: Shop, text: VisitText, place: int, visit: PlannedVisit
) -> PlannedConversation:
    is_over = visit.ended_at is not None
    return PlannedConversation(
        contact=place,
        channel="store",
        about=text.about,
        subject="",
        status="resolved" if is_over else "open",
        messages=_messages(shop_, text, visit),
        assignee=text.agent,
        team=0,
        is_read=text.end != "waiting",
        visit=visit,
    )


def _messages(shop_: Shop, text: VisitText, visit: PlannedVisit) -> list[PlannedMessage]:
    number = {"number": str(visit.number)}
    title = {**number, "shop": shop_.account.title}
    said = [
        _said("incoming", text.topic, visit.joined_at),
        _line("visit_joined", visit.joined_at, None, title),
    ]
    if visit.called_at is not None:
        to = {**number, "counter": visit.counter}
        said.append(_line("visit_called_to", visit.called_at, visit.agent, to))
    if visit.ended_at is None:
        return said
    match visit.state:
        case "left":
            said.append(_line("visit_left", visit.ended_at, None, title))
        case "no_show":
            said.append(_line("visit_no_show", visit.ended_at, visit.agent, number))
        case _:
            spans = {"waited": str(text.waited), "took": str(text.took)}
            said.append(_line("visit_served", visit.ended_at, visit.agent, {**number, **spans}))
    if text.note:
        said.append(_said("note", text.note, visit.ended_at, visit.agent))
    said.append(_line("resolved", visit.ended_at, visit.agent, {}))
    return said


def _said(
    kind: Literal["incoming", "note"], text: str, at: datetime, agent: int | None = None
) -> PlannedMessage:
    return PlannedMessage(kind=kind, channel="store", text=text, at=at, agent=agent)


def _line(code: str, at: datetime, agent: int | None, params: dict[str, str]) -> PlannedMessage:
    return PlannedMessage(
        kind="activity", channel="store", text="", at=at, agent=agent, code=code, params=params
    )
