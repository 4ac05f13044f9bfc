"""An account's webhook, read: messages, comments, and what the vendor's own tests write."""

from collections.abc import Sequence

from hilo.connectors._graph import batches, dialogue
from hilo.connectors._graph.batches import Entry
from hilo.connectors.instagram import comments
from hilo.sdk import payloads
from hilo.sdk.account import Account
from hilo.sdk.inbound import Elsewhere, Inbound, Unknown

OBJECT = "instagram"
# The dashboard's test button writes a message as a change; real traffic never does.
_AS_CHANGES = {
    "messages",
    "messaging_postbacks",
    "message_reactions",
    "messaging_seen",
    "message_edit",
    "messaging_referral",
}
_MENTIONS = "mentions"


def read(body: bytes, account: Account) -> Sequence[Inbound]:
    """Return all that a body says. Raises MalformedPayload when it is no batch of this channel."""
    items: list[Inbound] = []
    for entry in batches.opened(body, OBJECT):
        own = str(entry.id)
        if account.address and own not in {account.address, "0"}:
            if Elsewhere(address=own) not in items:
                items.append(Elsewhere(address=own))
            continue
        items += dialogue.read(entry.messaging, own)
        items += dialogue.read(entry.standby, own, is_standby=True)
        items += _changes(entry, own, account)
    return items


def _changes(entry: Entry, own: str, account: Account) -> list[Inbound]:
    items: list[Inbound] = []
    for change in entry.all_changes:
        if change.field in comments.FIELDS and account.settings.get("comments", True):
            items += comments.read(change.field, change.value, own, payloads.moment(entry.time))
        elif change.field in _AS_CHANGES:
            items += dialogue.read([change.value], own)
        elif change.field == _MENTIONS:
            items += comments.mentioned(change.value)
        else:
            items.append(Unknown(kind=change.field[:100] or "change"))
    return items
