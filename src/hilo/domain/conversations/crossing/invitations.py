"""How somebody is invited to an account, by what its channel says of itself."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from hilo.domain.inboxes import AccountRow, Channels
from hilo.sdk.abilities import Linkable

_BLANK = re.compile(r"\{(\w+)\}")
_PLAIN = "@+"  # of addresses; they stand in no part of a link where they mean something else


def link_of(channels: Channels, row: AccountRow, code: str) -> str:
    """Return the link that opens the account with the code; empty where nobody can be invited."""
    connector = channels.of(row)
    if isinstance(connector, Linkable):
        template = connector.link(channels.opened(row))
    else:
        template = connector.manifest.invite
    # What the vendor has not told yet matters to nobody where the vendor is played.
    unknown = "playground" if row.is_sandbox else ""
    values = {**row.settings, "address": row.address, "token": code}
    return _filled(template, values, unknown)


def _filled(template: str, values: Mapping[str, object], unknown: str) -> str:
    known = {name: str(values.get(name) or unknown).strip() for name in _BLANK.findall(template)}
    if not all(known.values()):
        return ""
    return _BLANK.sub(lambda blank: quote(known[blank[1]], safe=_PLAIN), template)
