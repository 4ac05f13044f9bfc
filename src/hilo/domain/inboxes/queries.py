"""Typed doors to the inboxes' SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from hilo.domain.inboxes.models import AccountRow, AccountState, InboxRow
from hilo.kit.db import Tx
from hilo.kit.sql import Queries

SQL = Queries(__package__, "queries.sql")


class AddressRow(Struct, frozen=True):
    """Whose mailbox an address is."""

    workspace_id: UUID
    id: UUID
    address: str
    state: AccountState
    channel: str


class CursorRow(Struct, frozen=True):
    """Where a held connection stopped."""

    value: Mapping[str, object]


class AccountRef(Struct, frozen=True):
    """An account somewhere on this installation."""

    workspace_id: UUID
    id: UUID
    state: AccountState


async def inboxes(tx: Tx) -> list[InboxRow]:
    """Return the workspace's inboxes, oldest first."""
    return await tx.all(SQL.inboxes, InboxRow, workspace=tx.workspace)


async def inbox(tx: Tx, inbox_id: UUID) -> InboxRow | None:
    """Return one inbox of the workspace."""
    return await tx.maybe(SQL.inbox, InboxRow, workspace=tx.workspace, inbox=inbox_id)


async def add_inbox(tx: Tx, row: InboxRow) -> InboxRow:
    """Store a new inbox."""
    return await tx.one(
        SQL.add_inbox,
        InboxRow,
        workspace=tx.workspace,
        id=row.id,
        name=row.name,
        threading=row.threading,
        reopen_window_s=row.reopen_window_s,
        visibility=row.visibility,
        team=row.team_id,
    )


async def change_inbox(tx: Tx, row: InboxRow) -> InboxRow:
    """Store what changed."""
    return await tx.one(
        SQL.change_inbox,
        InboxRow,
        workspace=tx.workspace,
        inbox=row.id,
        name=row.name,
        threading=row.threading,
        reopen_window_s=row.reopen_window_s,
        visibility=row.visibility,
        team=row.team_id,
    )


async def has_team(tx: Tx, team: UUID) -> bool:
    """Say whether the workspace has that team."""
    return await tx.one(SQL.team_exists, bool, workspace=tx.workspace, team=team)


async def is_used(tx: Tx, inbox_id: UUID) -> bool:
    """Say whether any conversation began in it."""
    return await tx.one(SQL.inbox_is_used, bool, workspace=tx.workspace, inbox=inbox_id)


async def delete_inbox(tx: Tx, inbox_id: UUID) -> bool:
    """Remove it and its accounts."""
    return await tx.run(SQL.delete_inbox, workspace=tx.workspace, inbox=inbox_id) > 0


async def accounts(tx: Tx) -> list[AccountRow]:
    """Return the workspace's accounts, oldest first."""
    return await tx.all(SQL.accounts, AccountRow, workspace=tx.workspace)


async def account(tx: Tx, account_id: UUID) -> AccountRow | None:
    """Return one account of the workspace."""
    return await tx.maybe(SQL.account, AccountRow, workspace=tx.workspace, account=account_id)


async def account_anywhere(tx: Tx, account_id: UUID) -> AccountRow | None:
    """Return an account whose workspace is not known yet."""
    return await tx.maybe(SQL.account_anywhere, AccountRow, account=account_id)


async def mail_way_out(tx: Tx) -> UUID | None:
    """Return the account that sends the house's own mail; None where there is no mail server."""
    return await tx.maybe(SQL.mail_way_out, UUID, workspace=tx.workspace)


async def accounts_by_address(tx: Tx, addresses: Sequence[str]) -> list[AddressRow]:
    """Return the accounts of these lower-case addresses, of any workspace."""
    return await tx.all(SQL.accounts_by_address, AddressRow, addresses=list(addresses))


async def keep_aliases(tx: Tx, row: AccountRow, addresses: Sequence[str]) -> list[str]:
    """Let the account have these addresses and no others; return those nobody else has."""
    named = {"workspace": tx.workspace, "account": row.id, "addresses": list(addresses)}
    await tx.run(SQL.drop_aliases, **named)
    return await tx.all(SQL.add_aliases, str, **named, channel=row.channel)


async def sibling(tx: Tx, row: AccountRow, address: str) -> AccountRow | None:
    """Return another account of the workspace, channel and world with that address."""
    return await tx.maybe(
        SQL.sibling,
        AccountRow,
        workspace=tx.workspace,
        account=row.id,
        channel=row.channel,
        address=address.lower(),
        is_sandbox=row.is_sandbox,
    )


async def accounts_of_channel(tx: Tx, channel: str) -> list[AccountRef]:
    """Return every account of a channel, of any workspace."""
    return await tx.all(SQL.accounts_of_channel, AccountRef, channel=channel)


async def add_account(tx: Tx, row: AccountRow) -> AccountRow | None:
    """Store a new account; None when its address belongs to another one."""
    return await tx.maybe(
        SQL.add_account,
        AccountRow,
        workspace=tx.workspace,
        id=row.id,
        inbox=row.inbox_id,
        channel=row.channel,
        name=row.name,
        address=row.address,
        settings=row.settings,
        secrets=row.secrets,
        is_sandbox=row.is_sandbox,
    )


async def change_account(tx: Tx, row: AccountRow) -> AccountRow:
    """Store what changed and clear the problem."""
    return await tx.one(
        SQL.change_account,
        AccountRow,
        workspace=tx.workspace,
        account=row.id,
        name=row.name,
        address=row.address,
        settings=row.settings,
        secrets=row.secrets,
        state=row.state,
    )


async def keep_credentials(
    tx: Tx, account_id: UUID, secrets: bytes, expires_at: datetime | None
) -> AccountRow:
    """Store new secrets and when they end."""
    return await tx.one(
        SQL.keep_credentials,
        AccountRow,
        workspace=tx.workspace,
        account=account_id,
        secrets=secrets,
        expires_at=expires_at,
    )


async def note_warning(tx: Tx, account_id: UUID, days: int) -> bool:
    """Note that people were warned; False when they were already."""
    return await tx.run(SQL.note_warning, workspace=tx.workspace, account=account_id, days=days) > 0


async def hold_account(
    tx: Tx, account_id: UUID, problem: Mapping[str, object]
) -> AccountRow | None:
    """Hold an active account; None when it was not active."""
    return await tx.maybe(
        SQL.hold_account,
        AccountRow,
        workspace=tx.workspace,
        account=account_id,
        problem=problem,
    )


async def delete_account(tx: Tx, account_id: UUID) -> bool:
    """Remove it."""
    return await tx.run(SQL.delete_account, workspace=tx.workspace, account=account_id) > 0


async def touch_out(tx: Tx, account_id: UUID, at: datetime) -> None:
    """Note that something left by it."""
    await tx.run(SQL.touch_out, workspace=tx.workspace, account=account_id, at=at)


async def cursor_get(tx: Tx, account_id: UUID, key: str) -> Mapping[str, object] | None:
    """Return where a held connection stopped."""
    found = await tx.maybe(
        SQL.cursor_get, CursorRow, workspace=tx.workspace, account=account_id, key=key
    )
    return None if found is None else found.value


async def cursor_put(tx: Tx, account_id: UUID, key: str, value: Mapping[str, object]) -> None:
    """Keep where a held connection stopped."""
    await tx.run(
        SQL.cursor_put,
        workspace=tx.workspace,
        account=account_id,
        key=key,
        value=value,
        now=tx.now,
    )


async def suppress(tx: Tx, reasons: Mapping[str, str]) -> None:
    """Note addresses that will never accept mail. reasons: by address, in lower case."""
    await tx.run(
        SQL.suppress,
        workspace=tx.workspace,
        addresses=list(reasons),
        reasons=list(reasons.values()),
    )
