"""A webhook is a batch: entries, of which each has changes or messages. Every one is walked.

What cannot be read in one of them costs that one, never its neighbours: it becomes `Unread`.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from hilo.kit.errors import MalformedPayload
from hilo.sdk import payloads

each = payloads.each


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
