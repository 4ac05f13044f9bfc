"""Asks the vendor for the newest of a conversation, to know whether a part arrived after all.

The list has no word of our tracker, so a message of ours is known by what it says: exactly one
that fits is the part, several are a question for the agent. So is none: a list may show late what
arrived, and what would be sent again could come twice.

Source: Meta, "Conversations API" of Messenger and of Instagram (read 2026-11): the details of the
20 newest messages, 2 calls a second.
"""

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct, field

from hilo.connectors._graph import remarks, talk
from hilo.connectors._graph.calls import Answered
from hilo.connectors._graph.talk import Way
from hilo.kit.errors import UnknownOutcome
from hilo.sdk.outbound import Accepted, Call, MessageOut, Reply

NEWEST = 20
_CLOCKS = timedelta(seconds=10)  # between the vendor's clock, which counts seconds, and ours
_FIELDS = "id,created_time,from,message,attachments"
Finding = Generator[Call, Reply, Accepted]


class _Writer(Struct, frozen=True):
    """Who wrote."""

    id: str | int = ""


class _Seen(Struct, frozen=True, kw_only=True):
    """A message or a comment. Two words for text and for time: each channel has its own."""

    id: str | int = ""
    created_time: str = ""
    timestamp: str = ""
    message: str | None = None
    text: str | None = None
    writer: _Writer | None = field(name="from", default=None)
    attachments: object = None

    @property
    def at(self) -> datetime | None:
        """When it was written; None when that cannot be read."""
        try:
            return datetime.strptime(self.created_time or self.timestamp, "%Y-%m-%dT%H:%M:%S%z")
        except ValueError:
            return None


class _Page(Struct, frozen=True):
    """Some of a list."""

    data: Sequence[_Seen] = ()


class _Talk(Struct, frozen=True):
    """A conversation with its newest messages."""

    messages: _Page = _Page()


class _Talks(Struct, frozen=True):
    """Those with one person: one, or none."""

    data: Sequence[_Talk] = ()


def message(sought: MessageOut, way: Way, platform: str) -> Finding:
    """Look for a direct message. Raises UnknownOutcome where the list cannot tell."""
    if remarks.is_one(sought):
        raise UnknownOutcome("a private answer to a comment is in no list of its own")
    call = way.graph.get(
        f"{way.own}/conversations",
        platform=platform,
        user_id=sought.to.value,
        fields=f"messages.limit({NEWEST}){{{_FIELDS}}}",
    )
    talks = _read((yield from way.graph.ask(call, now=sought.now)), _Talks).data
    if not talks:  # it may lie where the vendor lists nothing: requests, and what rests for a month
        raise UnknownOutcome("the vendor lists no conversation with this person")
    page = talks[0].messages
    ours = [each for each in page.data if each.writer and str(each.writer.id) != sought.to.value]
    return Accepted(external_id=str(_one_of(ours, sought).id))


def comment(sought: MessageOut, way: Way, below: str, fields: str, own: str) -> Finding:
    """Look among the comments below the one it answers. own: who writes for us."""
    answered = (sought.reply_to or "").removeprefix(remarks.PREFIX)
    call = way.graph.get(f"{answered}/{below}", fields=fields, limit="100")
    page = _read((yield from way.graph.ask(call, now=sought.now)), _Page)
    ours = [each for each in page.data if each.writer and str(each.writer.id) == own]
    return Accepted(external_id=f"{remarks.PREFIX}{_one_of(ours, sought).id}")


def _one_of(ours: Sequence[_Seen], sought: MessageOut) -> _Seen:
    since = sought.at - _CLOCKS
    fits = [each for each in ours if each.at and each.at >= since and _says(each, sought)]
    if len(fits) != 1:
        raise UnknownOutcome(f"{len(fits)} messages of the list say the same")
    return fits[0]


def _says(seen: _Seen, sought: MessageOut) -> bool:
    """Say whether a message may be the part: the same words, or a file where one was sent."""
    words = talk.words(sought)
    if words is None:
        return bool(seen.attachments)
    return (seen.message or seen.text or "").strip() == words.strip()


def _read(answered: Answered, shape: type[Any]) -> Any:
    try:
        return msgspec.convert(answered, shape, strict=False)
    except msgspec.ValidationError as error:
        raise UnknownOutcome(f"the list cannot be read: {error}") from error
