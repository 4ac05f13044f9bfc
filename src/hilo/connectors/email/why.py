"""Why a mail was refused, from what its server said: the enhanced status code, else the plain one.

Source: RFC 3463 and the registry of enhanced status codes, https://www.rfc-editor.org/rfc/rfc3463.
"""

import re
from collections.abc import Mapping
from typing import Final

from hilo.sdk.reasons import Reason

_ENHANCED: Final = re.compile(r"(?<![\d.])[45]\.(\d{1,3}\.\d{1,3})(?![\d.])")
_PLAIN: Final = re.compile(r"\s*(\d{3})\b")
# By subject and detail, else by subject alone.
_BY_STATUS: Final[Mapping[str, Reason]] = {
    "1": "unreachable",
    "1.8": "policy",
    "2": "unreachable",
    "2.2": "full",
    "2.3": "too-large",
    "3": "unreachable",
    "3.4": "too-large",
    "4": "unreachable",
    "6": "content",
    "7": "policy",
}
_BY_REPLY: Final[Mapping[str, Reason]] = {
    "450": "unreachable",
    "550": "unreachable",
    "551": "unreachable",
    "552": "full",
    "553": "unreachable",
    "554": "policy",
}


def reason(said: str) -> Reason:
    """Return why, as far as the words tell."""
    enhanced = _ENHANCED.search(said)
    if enhanced:
        code = enhanced[1]
        return _BY_STATUS.get(code, _BY_STATUS.get(code.partition(".")[0], ""))
    plain = _PLAIN.match(said)
    return _BY_REPLY.get(plain[1], "") if plain else ""
