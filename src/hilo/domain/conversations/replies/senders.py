"""From which of its account's addresses a reply leaves, and what its channel puts below it.

Decided when the reply is written and kept with it: every attempt leaves from the same address,
whatever becomes of the account meanwhile.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from hilo.domain import inboxes
from hilo.domain.conversations.replies.given import Given
from hilo.domain.conversations.replies.planning import Way
from hilo.domain.inboxes import AccountRow, Channels
from hilo.kit.db import Tx
from hilo.kit.errors import invalid
from hilo.sdk.abilities import Addressed, Writer
from hilo.sdk.account import Account

SIGNATURE_CHARS = 2_000  # of an agent's own lines


class SenderView(Struct, frozen=True, kw_only=True):
    """An address a reply may leave from.

    signature: what would stand below a reply of yours. is_proposed: it leaves from there unless
    another is chosen.
    """

    address: str
    signature: str = ""
    is_proposed: bool = False


class Before(Struct, frozen=True):
    """What says from where the next reply leaves.

    written_to: to whom the message was that it answers, as its facts tell. left_from: our last one.
    """

    written_to: object
    left_from: str | None


async def with_sender(tx: Tx, channels: Channels, way: Way, given: Given) -> Way:
    """Return the way with the address the reply leaves from, and with all that are ours.

    Raises: Invalid when another is asked for, or the channel has none to choose.
    """
    connector = channels.named(way.channel)
    row = None
    if isinstance(connector, Addressed):
        row = await inboxes.queries.account(tx, way.account_id)
    if row is None or not isinstance(connector, Addressed):
        if given.sender is not None:
            raise invalid("sender", "unsupported", "this channel has no sender to choose")
        return way
    account = channels.readable(row)
    ours = connector.senders(account)
    wanted = "" if given.sender is None else given.sender.strip().lower()
    if given.sender is not None and wanted not in ours:
        raise invalid("sender", "choice", f"must be one of {', '.join(ours)}")
    before = Before(way.answered.get("to"), way.left_from)
    sender = wanted or _proposed(connector, account, before)
    return replace(way, sender=sender, ours=[*way.ours, *ours])


async def accounts_of(
    tx: Tx, channels: Channels, used: Collection[str]
) -> Mapping[UUID, AccountRow]:
    """Return the accounts that have senders to choose. used: the channels that matter."""
    wanted = set(addressed(channels)).intersection(used)
    if not wanted:
        return {}
    return {row.id: row for row in await inboxes.queries.accounts(tx) if row.channel in wanted}


def addressed(channels: Channels) -> list[str]:
    """Return the channels whose accounts have addresses to write from."""
    return [name for name, each in channels.connectors.items() if isinstance(each, Addressed)]


def senders_of(
    channels: Channels, row: AccountRow, before: Before, writer: Writer | None
) -> list[SenderView]:
    """Return the addresses of an account, its own first. writer: None for a machine."""
    connector = channels.of(row)
    if not isinstance(connector, Addressed):
        return []
    account = channels.readable(row)
    proposed = _proposed(connector, account, before)
    return [
        SenderView(
            address=each,
            signature="" if writer is None else connector.signature(account, each, writer),
            is_proposed=each == proposed,
        )
        for each in connector.senders(account)
    ]


def _proposed(connector: Addressed, account: Account, before: Before) -> str:
    # The address written to; else a conversation goes on as it went; else the account's own.
    to, ours = before.written_to, connector.senders(account)
    written = [each for each in to if isinstance(each, str)] if isinstance(to, list) else []
    found = connector.sender(account, written)
    if not found and before.left_from in ours:
        return before.left_from or ""
    return found or next(iter(ours), "")
