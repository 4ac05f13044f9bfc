"""Whose an address is: one account of a channel has it, as its own or as one more."""

from collections.abc import Sequence

from hilo.domain.inboxes import queries
from hilo.domain.inboxes.models import AccountRow
from hilo.kit.db import Tx
from hilo.kit.errors import FieldError, Invalid


async def refuse_taken(tx: Tx, row: AccountRow, address: str | None) -> None:
    """Refuse an address that another account of the channel has. Raises: Invalid."""
    if not address or address == row.address:
        return
    if row.is_sandbox:
        is_taken = await queries.sibling(tx, row, address) is not None
    else:
        is_taken = bool(await _others(tx, row, [address]))
    if is_taken:
        raise taken(address)


async def keep_aliases(tx: Tx, row: AccountRow, aliases: Sequence[str]) -> None:
    """Let what is sent to these addresses arrive at the account, and to no others but its own.

    aliases: in lower case. In the sandbox nothing arrives by address.
    Raises: Invalid naming `settings.aliases` where another account has one of them.
    """
    if row.is_sandbox:
        return
    wanted = sorted({each for each in aliases if each != row.address})
    others = await _others(tx, row, wanted)
    if others:
        raise taken(others[0], "aliases")
    kept = await queries.keep_aliases(tx, row, wanted)
    lost = sorted(set(wanted) - set(kept))
    if lost:  # another account took it at this moment
        raise taken(lost[0], "aliases")


def taken(address: str | None, field: str = "address") -> Invalid:
    """Say that an address is another account's. Pure."""
    return Invalid(FieldError(f"settings.{field}", "taken", f"{address} is connected already"))


async def _others(tx: Tx, row: AccountRow, addresses: Sequence[str]) -> list[str]:
    found = await queries.accounts_by_address(tx, addresses) if addresses else []
    return sorted(
        each.address for each in found if each.channel == row.channel and each.id != row.id
    )
