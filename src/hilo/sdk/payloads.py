"""Bodies as vendors write them: JSON that is nearly right, moments in seconds or milliseconds."""

import json
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from hilo.kit.errors import MalformedPayload

T = TypeVar("T")
# Later than any moment in seconds, earlier than any in milliseconds that a vendor will send.
_MILLISECONDS = 100_000_000_000
_DEEP = "nested too deeply"


def decoded(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Return the body as the decoder's type.

    Half of an emoji, cut by a sender that counts in UTF-16, costs that character and no more.
    Raises: MalformedPayload, which names the place.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise MalformedPayload(str(error)) from error
    except RecursionError as error:
        raise MalformedPayload(_DEEP) from error
    except (msgspec.MsgspecError, ValueError):
        return _mended(body, decoder)


def _mended(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(
            json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")
        )
    except RecursionError as error:
        raise MalformedPayload(_DEEP) from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise MalformedPayload(str(error)) from error


def moment(stamp: str | float | None) -> datetime | None:
    """Return the moment of a UNIX time in seconds or milliseconds; None when it is none."""
    try:
        seconds = float(stamp or 0)
        if seconds >= _MILLISECONDS:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
