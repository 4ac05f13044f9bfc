"""What a report returns of the mail it is about: to whom that mail was."""

import re
from email.message import Message
from typing import Final

from hilo.connectors.email.headers import Headers
from hilo.connectors.email.mime import leaves

_RETURNED: Final = frozenset({"message/rfc822", "text/rfc822-headers", "message/global"})
_NAMED: Final = ("x-hmxmroriginalrecipient", "x-original-to", "delivered-to")
_FOR: Final = re.compile(r"\bfor\s+<([^<>\s@]{1,64}@[^<>\s]{1,200})>")


def recipient_of(root: Message) -> str:
    """Return whom the returned mail was for; empty where it does not say so for certain."""
    for part in leaves(root):
        if part is root or part.get_content_type() not in _RETURNED:
            continue
        inner = part.get_payload()
        headers = Headers.of(
            inner[0] if isinstance(inner, list) and isinstance(inner[0], Message) else part
        )
        named = [each.value for name in _NAMED for each in headers.addresses(name)]
        hops = [
            match[1].lower() for each in headers.raw("received") for match in _FOR.finditer(each)
        ]
        written = [each.value for each in headers.addresses("to")]
        said: list[str] = [*named[:1], *hops[:1], *(written if len(written) == 1 else ())]
        if said:
            return said[0]
    return ""
