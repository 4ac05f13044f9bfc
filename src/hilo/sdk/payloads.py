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
_KIND_CHARS, _DETAIL_CHARS = 100, 300
_MISSING = re.compile(r"missing required field `([^`]+)`")
_PLACE = re.compile(r" - at `([^`]+)`")


def decoded(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Return the body as the decoder's type.

    Half of an emoji, cut by a sender that counts in UTF-16, costs that character and no more. What
    is null where a value is expected counts as not there: many senders write it for nothing.
    Raises: MalformedPayload, which names the place.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        return _without_nulls(body, decoder, error)
    except RecursionError as error:
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
            items.append(unread(kind, error))
    return items


def unread(kind: str, error: MalformedPayload) -> Unread:
    """Return what stands in the place of one of a batch that cannot be read."""
    return Unread(
        kind=kind[:_KIND_CHARS],
        detail=error.message[:_DETAIL_CHARS],
        reason=error.reason,
        field=str(error.params.get("field", "")),
    )


def _without_nulls(
    body: bytes, decoder: msgspec.json.Decoder[T], error: msgspec.ValidationError
) -> T:
    try:
        return decoder.decode(msgspec.json.encode(_bare(msgspec.json.decode(body))))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise misread(error) from error


def _bare(value: object) -> object:
    """Return the value without fields that hold null."""
    if isinstance(value, dict):
        return {name: _bare(each) for name, each in value.items() if each is not None}
    return [_bare(each) for each in value] if isinstance(value, list) else value


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
