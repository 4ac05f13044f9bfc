"""Office hours: lines like `mon-fri 09:00-13:00, 15:00-19:00`, by the clock of a time zone."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LINE = re.compile(r"([a-z]{3}(?:\s*[-,]\s*[a-z]{3})*)\s+(\S.*)", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_WEEK = range(-1, 8)  # last night's span may still be open; the next one may be a week away
_MIDNIGHT = (24, 0)


class Span(Struct, frozen=True):
    """From a time of a weekday (0 is Monday) for some minutes; it may end on the next day."""

    day: int
    opens: time
    minutes: int


class Hours(Struct, frozen=True):
    """When somebody is there. Without spans nobody has said, and nothing follows."""

    spans: Sequence[Span] = ()
    zone: str = "UTC"

    def back_at(self, now: datetime) -> datetime | None:
        """Return when the office opens next; None while it is open, or when nobody has said."""
        zone = ZoneInfo(self.zone)
        today = now.astimezone(zone).date()
        coming: list[datetime] = []
        for offset in _WEEK:
            day = today + timedelta(days=offset)
            for span in self.spans:
                if span.day != day.weekday():
                    continue
                opens = datetime.combine(day, span.opens, zone).astimezone(now.tzinfo)
                if opens <= now < opens + timedelta(minutes=span.minutes):
                    return None
                if opens > now:
                    coming.append(opens)
        return min(coming, default=None)


def hours_of(settings: Mapping[str, object]) -> Hours:
    """Return the hours of an account's settings; none when they cannot be read any more."""
    lines = settings.get("hours", [])
    zone = str(settings.get("time_zone") or "UTC")
    try:
        return read([str(each) for each in lines] if isinstance(lines, list) else [], zone)
    except ValueError:
        return Hours()


def read(lines: Sequence[str], zone: str) -> Hours:
    """Read the lines. Raises: ValueError naming the line, or the zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(zone) from None
    return Hours([span for line in lines if line.strip() for span in _spans(line.strip())], zone)


def _spans(line: str) -> list[Span]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(line)
    days = _days(found[1].lower(), line)
    return [_span(day, text.strip(), line) for day in days for text in found[2].split(",")]


def _days(text: str, line: str) -> list[int]:
    days: list[int] = []
    for piece in text.split(","):
        first, _, last = (each.strip() for each in piece.partition("-"))
        try:
            start, end = _DAYS.index(first), _DAYS.index(last or first)
        except ValueError:
            raise ValueError(line) from None
        days += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return days


def _span(day: int, text: str, line: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(line)
    hour, minute, to_hour, to_minute = (int(each) for each in found.groups())
    is_midnight = (to_hour, to_minute) == _MIDNIGHT
    try:
        opens, closes = time(hour, minute), time(0 if is_midnight else to_hour, to_minute)
    except ValueError:
        raise ValueError(line) from None
    begin, end = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
    return Span(day, opens, end - begin if end > begin else end - begin + 24 * 60)
