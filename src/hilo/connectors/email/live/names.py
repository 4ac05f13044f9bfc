"""Looking names up for `judging`, each with a short deadline. In a thread: the resolver blocks."""

import asyncio
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Final

from hilo.connectors.email import judging

_LOOKUP_S: Final = 2.0
_WHOLE_S: Final = 8.0


def resolve(name: str, kind: str) -> Sequence[str]:
    """Return the records of a name as text. Raises OSError when the servers do not answer."""
    # The first mail from outside brings them, not the start.
    from dns.exception import DNSException  # noqa: PLC0415
    from dns.name import EmptyLabel, LabelTooLong  # noqa: PLC0415
    from dns.resolver import NXDOMAIN, NoAnswer, get_default_resolver  # noqa: PLC0415

    try:
        answer = get_default_resolver().resolve(name, kind, lifetime=_LOOKUP_S)
    except (NXDOMAIN, NoAnswer, LabelTooLong, EmptyLabel):
        return []
    except (DNSException, UnicodeError) as error:
        raise OSError(f"{kind} of {name}: {error!r}") from error
    if kind == "TXT":
        return [b"".join(each.strings).decode("utf-8", "replace") for each in answer]
    return [each.to_text() for each in answer]


async def judge(raw: bytes, facts: Mapping[str, str]) -> str | None:
    """Return the verdicts on a mail from the open internet; None for one from our own network."""
    try:
        if not ip_address(facts.get("remote-ip", "")).is_global:
            return None
    except ValueError:
        return None
    try:
        async with asyncio.timeout(_WHOLE_S):
            return await asyncio.to_thread(judging.judge, raw, facts, resolve)
    except TimeoutError:
        return None
