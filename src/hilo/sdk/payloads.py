"""Bodies as vendors write them: JSON that is nearly right, moments in seconds or milliseconds."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from msgspec import Raw

from hilo.kit.errors import MalformedPayload
from hilo.sdk.inbound import Inbound, Unread

T = TypeVar("T")
# Later than any moment in seconds, earlier than any in milliseconds that a vendor will send.
_MILLISECONDS = 100_000_000_000
_DEEP = "nested too deeply"
_REASON_CHARS = 300
_MISSING = re.compile(r"missing required field `([^`]+)`")
_PLACE = re.compile(r" - at `([^`]+)`")


def decoded(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Return the body as the decoder's type.

    Half of an emoji, cut by a sender that counts in UTF-16, costs that character and no more.
    Raises: MalformedPayload, which names the place.
    """
    try:
        return decoder.decode(body)
    except (msgspec.ValidationError, RecursionError) as error:
        raise misread(error) from error
    except (msgspec.MsgspecError, ValueError):
        return _mended(body, decoder)


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
            items += say(decoded(bytes(raw), decoder))
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


def _mended(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(
            json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")
        )
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise misread(error) from error


def misread(error: Exception) -> MalformedPayload:
    """Return why a body could not be read, of what decoding it raised."""
    said = str(error)
    missing = _MISSING.search(said)
    place = _PLACE.search(said)
    if isinstance(error, RecursionError):
        return MalformedPayload(_DEEP, reason="too-deep")
    if missing is not None:
        return MalformedPayload(said, reason="field-missing", field=missing[1])
    if isinstance(error, msgspec.ValidationError):
        return MalformedPayload(said, reason="field-wrong", field=place[1] if place else "$")
    is_text = not isinstance(error, UnicodeError)
    return MalformedPayload(said, reason="no-json" if is_text else "no-text")


def moment(stamp: str | float | None) -> datetime | None:
    """Return the moment of a UNIX time in seconds or milliseconds; None when it is none."""
    try:
        seconds = float(stamp or 0)
        if seconds >= _MILLISECONDS:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
