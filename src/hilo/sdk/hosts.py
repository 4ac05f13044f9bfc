"""Names of hosts, as manifests and settings write them. Pure."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_NAME = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.IGNORECASE)


def is_among(url: str, hosts: Sequence[str]) -> bool:
    """Say whether an address is at one of them; none named: anywhere will do.

    `*.` in front of a name stands for all below it.
    """
    host = (urlsplit(url).hostname or "").lower()
    names = [each.lower() for each in hosts]
    return not names or any(
        host == each or (each.startswith("*.") and host.endswith(each[1:])) for each in names
    )


def is_name(text: str) -> bool:
    """Say whether it is written as one."""
    return _NAME.fullmatch(text) is not None
