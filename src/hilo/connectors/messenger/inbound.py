"""A page's webhook, read: every entry, and in it every item, ours to answer or in standby."""

from collections.abc import Sequence

from hilo.connectors._graph import batches, dialogue
from hilo.connectors.messenger import comments
from hilo.sdk import payloads
from hilo.sdk.account import Account
from hilo.sdk.inbound import Elsewhere, Inbound, Unknown

OBJECT = "page"


def read(body: bytes, account: Account) -> Sequence[Inbound]:
    """Return all that a body says. Raises MalformedPayload when it is no batch of a page."""
    items: list[Inbound] = []
    for entry in batches.opened(body, OBJECT):
        page = str(entry.id)
        if account.address and page != account.address:
            if Elsewhere(address=page) not in items:
                items.append(Elsewhere(address=page))
            continue
        items += dialogue.read(entry.messaging, page)
        items += dialogue.read(entry.standby, page, is_standby=True)
        for change in entry.all_changes:
            if change.field == comments.FIELD and account.settings.get("comments", True):
                items += comments.read(change.value, page, payloads.moment(entry.time))
            else:
                items.append(Unknown(kind=change.field[:100] or "change"))
    return items
