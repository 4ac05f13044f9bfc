"""Invitations in mails: what they say, and the answer to them.

Reads the little of RFC 5545 and 5546 that a card shows; an answer repeats what names the event.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hilo.connectors.email.charsets import decode
from hilo.connectors.email.headers import addresses_of
from hilo.connectors.email.mime import Piece
from hilo.connectors.email.sender import ours
from hilo.connectors.email.threads import plain_address
from hilo.kit.errors import invalid
from hilo.sdk.abilities import InvitationAnswer
from hilo.sdk.account import Account

Answer = Literal["accepted", "declined", "tentative"]
KINDS: Final = frozenset({"text/calendar", "application/ics"})
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_LINE: Final = re.compile(
    r"(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[A-Za-z0-9-]+=(?:\"[^\"]*\"|[^\";:,]*)"
    r"(?:,(?:\"[^\"]*\"|[^\";:,]*))*)*):(?P<value>.*)\Z"
)
_PARAM: Final = re.compile(r";([A-Za-z0-9-]+)=(\"[^\"]*\"|[^;:]*)")
_MOMENT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?\Z")
_ESCAPED: Final = re.compile(r"\\([\\;,nN])")
_SHORT: Final = 300
_LONG: Final = 2_000
_MOST_BYTES: Final = 500_000
_REPEATED: Final = ("UID", "SEQUENCE", "RECURRENCE-ID", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER")

Property = tuple[Mapping[str, str], str]


def invitation(pieces: Sequence[Piece]) -> Mapping[str, object] | None:
    """Return what the first calendar part says, as facts for the message; None without one."""
    for piece in pieces:
        if piece.media_type in KINDS and len(piece.content) <= _MOST_BYTES:
            found = read(decode(piece.content))
            if found is not None:
                return found
    return None


def read(text: str) -> Mapping[str, object] | None:
    """Return the first event of a calendar. `start` and `end`: RFC 3339, or a day alone."""
    method, event = _event(text)
    if not event or "UID" not in event:
        return None
    facts: dict[str, object] = {
        "method": method.lower() or "publish",
        "uid": _value(event, "UID", _SHORT),
        "title": _value(event, "SUMMARY", _SHORT),
        "place": _value(event, "LOCATION", _SHORT),
        "text": _value(event, "DESCRIPTION", _LONG),
        "start": _moment(event.get("DTSTART")),
        "end": _moment(event.get("DTEND")),
        "organiser": _mailbox(event.get("ORGANIZER")),
        "repeats": "RRULE" in event,
        "cancelled": _value(event, "STATUS", _SHORT).upper() == "CANCELLED"
        or method.upper() == "CANCEL",
    }
    return {name: value for name, value in facts.items() if value}


def reply(text: str, attendee: str, said: Answer, now: datetime) -> bytes:
    """Return the reply to an invitation, as a calendar of its own. Raises ValueError."""
    _, event = _event(text)
    if "UID" not in event or "ORGANIZER" not in event:
        raise ValueError("this calendar names no event or nobody to answer")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hilo//Hilo//EN", "METHOD:REPLY"]
    lines += ["BEGIN:VEVENT", f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"]
    for name in _REPEATED:
        if name in event:
            params, value = event[name]
            lines.append(f"{name}{''.join(f';{k}={v}' for k, v in params.items())}:{value}")
    lines.append(f"ATTENDEE;PARTSTAT={said.upper()}:mailto:{attendee}")
    lines += ["END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(map(_folded, lines)).encode()


def _event(text: str) -> tuple[str, dict[str, Property]]:
    # The first VEVENT; what is nested in it (alarms) is left out.
    method, inside = "", 0
    event: dict[str, Property] = {}
    for line in _FOLD.sub("", text).splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        name, value = match["name"].upper(), match["value"]
        kind = value.strip().upper()
        if name in {"BEGIN", "END"} and (inside or kind == "VEVENT"):
            inside += 1 if name == "BEGIN" else -1
            if inside == 0:
                return method, event
        elif name == "METHOD" and not inside:
            method = value.strip()
        elif inside == 1:
            params = {key.upper(): given for key, given in _PARAM.findall(match["params"])}
            event.setdefault(name, (params, value))
    return method, event


def _value(event: Mapping[str, Property], name: str, most: int) -> str:
    _, raw = event.get(name, ({}, ""))
    text = _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], raw)
    return text.replace("\0", "").strip()[:most]


def _moment(given: Property | None) -> str:
    params, value = given or ({}, "")
    match = _MOMENT.match(value.strip())
    if match is None:
        return ""
    year, month, day, hour, minute, second, utc = match.groups()
    if hour is None:
        return f"{year}-{month}-{day}"
    try:
        zone = UTC if utc else ZoneInfo(params.get("TZID", "UTC").strip('"'))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"{year}-{month}-{day}T{hour}:{minute}:{second}"  # a zone of the sender's own
    try:
        at = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=zone
        )
    except ValueError:
        return ""
    return at.isoformat()


def _mailbox(given: Property | None) -> str:
    params, value = given or ({}, "")
    address = re.sub(r"\Amailto:", "", value.strip(), flags=re.IGNORECASE)
    name = params.get("CN", "").strip('"')
    return (f"{name} <{address}>" if name and "@" in address else address)[:_SHORT]


def _folded(line: str) -> str:
    # A line has at most 75 bytes; the next begins with a blank.
    out, room = [""], 75
    for char in line:
        size = len(char.encode())
        if size > room:
            out.append(" ")
            room = 74
        out[-1] += char
        room -= size
    return "\r\n".join(out)


class Invitations:
    """The `Inviting` part of the connector."""

    def answer(
        self,
        calendar: bytes,
        said: Answer,
        meta: Mapping[str, object],
        account: Account,
        now: datetime,
    ) -> InvitationAnswer:
        """Return the answer, and the organiser where it is somebody else than the sender."""
        text = decode(calendar)
        facts = read(text) or {}
        try:
            content = reply(text, _invited(text, account), said, now)
        except ValueError as error:
            raise invalid("answer", "unsupported", str(error)) from None
        organisers = [each.value for each in addresses_of(str(facts.get("organiser") or ""))]
        copies = [each for each in organisers if each != meta.get("sender")]
        return InvitationAnswer(name="answer.ics", content=content, copies=copies)


def _invited(text: str, account: Account) -> str:
    # Whom of us the organiser asked: calendars match the answer by this address.
    known = ours(account)
    for line in _FOLD.sub("", text).splitlines():
        if line.upper().startswith("ATTENDEE"):
            for each in addresses_of(line.rpartition(":")[2]):
                if plain_address(each.value) in known:
                    return each.value
    return account.address or ""
