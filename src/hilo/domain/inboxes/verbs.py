"""What one can do with inboxes and their accounts, each within its caller's transaction."""

from collections.abc import Mapping
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType

from hilo.domain.inboxes import addresses, queries
from hilo.domain.inboxes.channels import Channels
from hilo.domain.inboxes.events import (
    AccountChanged,
    AccountDeleted,
    InboxChanged,
    InboxDeleted,
)
from hilo.domain.inboxes.models import AccountRow, AccountState, InboxRow, InboxView, Visibility
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, FieldError, Invalid, NotFound, invalid
from hilo.kit.ids import new_id
from hilo.sdk import settings as form
from hilo.sdk.abilities import Configurable, Inventing, Simulated
from hilo.sdk.account import SettingsRead
from hilo.sdk.channel import ChannelConnector
from hilo.sdk.manifest import Threading

_WEEK_S = 7 * 24 * 3600
_LONGEST_WINDOW_S = 10 * 365 * 24 * 3600
_NAME_CHARS = 100


class InboxChange(Struct, frozen=True, kw_only=True):
    """What to change of an inbox; what is unset stays."""

    name: str | UnsetType = UNSET
    threading: Threading | UnsetType | None = UNSET
    reopen_window_s: int | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    team_id: UUID | UnsetType | None = UNSET


class AccountChange(Struct, frozen=True, kw_only=True):
    """What to change of an account; settings are laid over the old ones."""

    name: str | UnsetType = UNSET
    settings: Mapping[str, object] | UnsetType = UNSET
    state: AccountState | UnsetType = UNSET


async def list_inboxes(tx: Tx, actor: Actor, channels: Channels) -> list[InboxView]:
    """Return the inboxes with their accounts. Raises: Forbidden."""
    actor.must("inbox:read")
    accounts = await queries.accounts(tx)
    return [channels.inbox_view(row, accounts) for row in await queries.inboxes(tx)]


async def get_inbox(tx: Tx, actor: Actor, channels: Channels, inbox: UUID) -> InboxView:
    """Return one inbox with its accounts. Raises: Forbidden; NotFound."""
    actor.must("inbox:read")
    row = await _inbox(tx, inbox)
    return channels.inbox_view(row, await queries.accounts(tx))


async def create_inbox(tx: Tx, actor: Actor, change: InboxChange) -> InboxRow:
    """Make an inbox, still without accounts.

    Raises: Forbidden; Invalid.
    Publishes: InboxChanged.
    """
    actor.must("inbox:write")
    fresh = InboxRow(new_id(), "", None, _WEEK_S, None)
    row = await queries.add_inbox(tx, await _changed(tx, fresh, change))
    tx.publish(InboxChanged(inbox_id=row.id, name=row.name))
    return row


async def change_inbox(tx: Tx, actor: Actor, inbox: UUID, change: InboxChange) -> InboxRow:
    """Rename it, change how its conversations join, or who sees them.

    Raises: Forbidden; NotFound; Invalid.
    Publishes: InboxChanged.
    """
    actor.must("inbox:write")
    row = await queries.change_inbox(tx, await _changed(tx, await _inbox(tx, inbox), change))
    tx.publish(InboxChanged(inbox_id=row.id, name=row.name))
    return row


async def delete_inbox(tx: Tx, actor: Actor, inbox: UUID) -> None:
    """Remove an inbox in which no conversation ever began.

    Raises: Forbidden; NotFound; Conflict while conversations name it.
    Publishes: InboxDeleted.
    """
    actor.must("inbox:write")
    await _inbox(tx, inbox)
    if await queries.is_used(tx, inbox):
        raise Conflict("conversations began in this inbox", reason="inbox-used")
    await queries.delete_inbox(tx, inbox)
    tx.publish(InboxDeleted(inbox_id=inbox))


async def get_account(tx: Tx, actor: Actor, account: UUID) -> AccountRow:
    """Return one account as stored. Raises: Forbidden; NotFound."""
    actor.must("inbox:read")
    return await find_account(tx, account)


async def create_account(
    tx: Tx,
    actor: Actor,
    channels: Channels,
    inbox: UUID,
    given: tuple[str, str, Mapping[str, object]],
    *,
    is_sandbox: bool = False,
) -> AccountRow:
    """Connect an account to an inbox. given: channel, name (may be empty) and settings.

    is_sandbox: its vendor is the simulator, for ever; what settings lack is made up.
    Raises: Forbidden; NotFound; Invalid naming `channel`, `sandbox` or `settings.<name>`.
    Publishes: AccountChanged.
    """
    actor.must("account:write")
    await _inbox(tx, inbox)
    channel, name, settings = given
    connector = channels.named(channel)
    if is_sandbox and not isinstance(connector, Simulated):
        raise Invalid(FieldError("sandbox", "unsupported", "this channel has no simulator"))
    id_ = new_id()
    if is_sandbox and isinstance(connector, Inventing):
        settings = {**connector.made_up(id_), **settings}
    read = _configure(connector, settings, None)
    _check_name(name)
    new = AccountRow(
        workspace_id=tx.workspace,
        id=id_,
        inbox_id=inbox,
        channel=channel,
        name=name.strip() or read.name,
        address=None,
        settings=read.settings,
        secrets=channels.seal(id_, read.secrets),
        state="active",
        is_sandbox=is_sandbox,
    )
    address = read.address.lower() if read.address else None
    await addresses.refuse_taken(tx, new, address)
    row = await queries.add_account(tx, msgspec.structs.replace(new, address=address))
    if row is None:
        raise addresses.taken(read.address)
    await addresses.keep_aliases(tx, row, read.aliases)
    tx.publish(AccountChanged(account=channels.view(row)))
    return row


async def change_account(
    tx: Tx, actor: Actor, channels: Channels, account: UUID, change: AccountChange
) -> AccountRow:
    """Change an account's settings; saving also ends a hold.

    Raises: Forbidden; NotFound; Invalid naming the setting.
    Publishes: AccountChanged.
    """
    actor.must("account:write")
    old = await find_account(tx, account)
    before = SettingsRead(
        settings=old.settings, secrets=channels.secrets(old), address=old.address, name=old.name
    )
    read, sealed = before, old.secrets
    if change.settings is not UNSET:
        read = _configure(channels.of(old), change.settings, before)
        sealed = channels.seal(old.id, read.secrets)
    name = old.name if change.name is UNSET else change.name.strip()
    _check_name(name)
    address = read.address.lower() if read.address else None
    await addresses.refuse_taken(tx, old, address)
    state: AccountState = "active" if old.state == "held" else old.state
    row = await queries.change_account(
        tx,
        msgspec.structs.replace(
            old,
            name=name,
            address=address,
            settings=read.settings,
            secrets=sealed,
            state=state if change.state is UNSET else change.state,
        ),
    )
    if change.settings is not UNSET:
        await addresses.keep_aliases(tx, row, read.aliases)
    tx.publish(AccountChanged(account=channels.view(row)))
    return row


async def rotate_secret(
    tx: Tx, actor: Actor, channels: Channels, account: UUID
) -> tuple[AccountRow, str]:
    """Give the account a new `secret`; the former one stays valid until the next rotation.

    Raises: Forbidden; NotFound; Conflict where the channel makes no secret of its own.
    Publishes: AccountChanged.
    """
    actor.must("account:write")
    old = await find_account(tx, account)
    connector = channels.of(old)
    secrets = channels.secrets(old)
    former = secrets.pop("secret", "")
    if not former or not isinstance(connector, Configurable):
        raise Conflict("this channel has no secret of ours", reason="no-secret")
    secrets.pop("previous_secret", None)
    bare = SettingsRead(settings=old.settings, secrets=secrets, address=old.address, name=old.name)
    read = connector.configure({}, bare)
    fresh = read.secrets["secret"]
    sealed = channels.seal(old.id, {**read.secrets, "previous_secret": former})
    row = await queries.change_account(tx, msgspec.structs.replace(old, secrets=sealed))
    tx.publish(AccountChanged(account=channels.view(row)))
    return row, fresh


async def delete_account(tx: Tx, actor: Actor, account: UUID) -> None:
    """Disconnect an account; its conversations stay.

    Raises: Forbidden; NotFound.
    Publishes: AccountDeleted.
    """
    actor.must("account:write")
    row = await find_account(tx, account)
    await queries.delete_account(tx, account)
    tx.publish(AccountDeleted(account_id=account, inbox_id=row.inbox_id))


async def hold_account(
    tx: Tx, channels: Channels, account: UUID, problem: Mapping[str, object]
) -> None:
    """Stop sending by an account until an admin mends it; told once.

    Publishes: AccountChanged, when it was active.
    """
    row = await queries.hold_account(tx, account, problem)
    if row is not None:
        tx.publish(AccountChanged(account=channels.view(row)))


async def find_account(tx: Tx, account: UUID) -> AccountRow:
    """Return one account of the workspace. Raises: NotFound."""
    row = await queries.account(tx, account)
    if row is None:
        raise NotFound("no such account")
    return row


async def _inbox(tx: Tx, inbox: UUID) -> InboxRow:
    row = await queries.inbox(tx, inbox)
    if row is None:
        raise NotFound("no such inbox")
    return row


def _configure(
    connector: ChannelConnector, given: Mapping[str, object], old: SettingsRead | None
) -> SettingsRead:
    if isinstance(connector, Configurable):
        return connector.configure(given, old)
    return form.read(connector.manifest, given, old)


async def _changed(tx: Tx, old: InboxRow, change: InboxChange) -> InboxRow:
    """Return the inbox as it will be. Raises: Invalid."""
    given = {
        name: value for name, value in msgspec.structs.asdict(change).items() if value is not UNSET
    }
    new = msgspec.structs.replace(old, **given)
    _check_name(new.name, required=True)
    if not 0 <= new.reopen_window_s <= _LONGEST_WINDOW_S:
        message = f"seconds between 0 and {_LONGEST_WINDOW_S} are expected"
        raise Invalid(FieldError("reopen_window_s", "range", message))
    if new.visibility == "team" and new.team_id is None:
        raise invalid("team_id", "required", "must name the team that sees this inbox")
    if (
        new.team_id is not None
        and new.team_id != old.team_id
        and not await queries.has_team(tx, new.team_id)
    ):
        raise invalid("team_id", "not-found", "is not a team of this workspace")
    return msgspec.structs.replace(new, name=new.name.strip())


def _check_name(name: str, *, required: bool = False) -> None:
    if "\x00" in name or len(name) > _NAME_CHARS or (required and not name.strip()):
        low = 1 if required else 0
        message = f"a text of {low} to {_NAME_CHARS} characters is expected"
        raise Invalid(FieldError("name", "length", message))
