"""A webhook is a batch: entries, of which each has changes or messages. Every one is walked.

What cannot be read in one of them costs that one, never its neighbours: it becomes `Unread`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from hilo.kit.errors import MalformedPayload
from hilo.sdk import payloads
from hilo.sdk.inbound import Inbound, Unread

T = TypeVar("T")
_REASON_CHARS = 300


class Change(Struct, frozen=True):
    """A change of something that was subscribed to. value: still raw."""

    field: str = ""
    value: Raw = Raw(b"{}")


class Entry(Struct, frozen=True):
    """What happened to one account of the vendor. Instagram's second login has one change bare."""

    id: str | int = ""
    time: int | float | str | None = None
    changes: Sequence[Change] | None = None
    messaging: Sequence[Raw] | None = None
    standby: Sequence[Raw] | None = None
    field: str = ""
    value: Raw = Raw(b"{}")

    @property
    def all_changes(self) -> Sequence[Change]:
        """Every change, however it was written."""
        bare = [Change(self.field, self.value)] if self.field else []
        return [*(self.changes or ()), *bare]


class Envelope(Struct, frozen=True):
    """The whole body."""

    object: str = ""
    entry: Sequence[Entry] = ()


_ENVELOPE = msgspec.json.Decoder(Envelope)


def opened(body: bytes, kind: str) -> Sequence[Entry]:
    """Return the entries of a batch about `kind`. Raises MalformedPayload."""
    envelope = payloads.decoded(body, _ENVELOPE)
    if envelope.object != kind:
        raise MalformedPayload(
            f"`{kind}` is expected - at `$.object`", reason="field-wrong", field="$.object"
        )
    return envelope.entry


def each(
    kind: str,
    raws: Iterable[Raw] | None,
    decoder: msgspec.json.Decoder[T],
    say: Callable[[T], Sequence[Inbound]],
) -> list[Inbound]:
    """Return what all of them mean. kind: what to call one that cannot be read."""
    items: list[Inbound] = []
    for raw in raws or ():
        try:
            items += say(payloads.decoded(bytes(raw), decoder))
        except MalformedPayload as error:
            items.append(
                Unread(
                    kind=kind,
                    detail=error.message[:_REASON_CHARS],
                    reason=error.reason,
                    field=str(error.params.get("field", "")),
                )
            )
    return items
