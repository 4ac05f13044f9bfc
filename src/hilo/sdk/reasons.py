"""Why a message did not get there, as an agent understands it: the message key `why.<reason>`.

A closed set, so that each is said in every language; the vendor's own words stand beneath it.
"""

from typing import Literal

Reason = Literal[
    "",
    "access",
    "account",
    "account-off",
    "address-gone",
    "blocked",
    "content",
    "first",
    "full",
    "gone",
    "limit",
    "no-chat",
    "not-allowed",
    "policy",
    "stopped",
    "template",
    "too-large",
    "unreachable",
    "unwanted",
    "window",
]
