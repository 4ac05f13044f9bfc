"""Accounts of inboxes: `/inboxes/{id}/accounts` and `/accounts`."""

import contextlib
import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from hilo.domain import inboxes
from hilo.domain.inboxes import AccountChange, AccountRow, AccountView, Carrier
from hilo.domain.people import Actor
from hilo.entry.api.forms import NO_TRANSACTION, Acting, Body, Id, Open, Shared
from hilo.entry.state import AppState
from hilo.kit.errors import ConnectorError, HiloError, Rejected, TemporaryFailure, invalid
from hilo.sdk.abilities import Checking, Connecting, Live
from hilo.sdk.account import Check, failed

Channel = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
AccountName = Annotated[str, msgspec.Meta(max_length=100)]


class NewAccount(Body, frozen=True, kw_only=True):
    """channel: an id of `/channels`; settings: as its form says.

    sandbox: its vendor is the simulator, for ever; only for channels that have one.
    """

    channel: Channel
    settings: dict[str, object] = msgspec.field(default_factory=dict)
    name: AccountName = ""
    sandbox: bool = False


class AccountPatch(Body, frozen=True, kw_only=True):
    """What to change; settings are laid over the old ones, a secret left out stays."""

    name: AccountName | UnsetType = UNSET
    settings: dict[str, object] | UnsetType = UNSET
    is_on: bool | UnsetType = UNSET


class AccountMade(AccountView, frozen=True, kw_only=True):
    """A new account. secret: what signs its webhooks, shown this once; null where there is none."""

    secret: str | None


class SecretMade(Struct, frozen=True, kw_only=True):
    """A new secret, shown this once. The former one is good until the next change."""

    id: UUID
    secret: str


class Checks(Struct, frozen=True, kw_only=True):
    """What was found, step by step. ok null: cannot be told."""

    checks: Sequence[Check]


@post("/inboxes/{inbox_id:uuid}/accounts", tags=["inboxes"])
async def create_account(
    inbox_id: Id, data: JSONBody[NewAccount], actor: Acting, tx: Open, app_state: Shared
) -> AccountMade:
    """Connect an account. Answers with its webhook address and its secret."""
    channels = app_state.channels
    given = (data.channel, data.name, data.settings)
    row = await inboxes.create_account(
        tx, actor, channels, inbox_id, given, is_sandbox=data.sandbox
    )
    await _check_addresses(app_state, row, data.settings)
    secret = channels.secrets(row).get("secret")
    return AccountMade(secret=secret, **msgspec.structs.asdict(channels.view(row)))


@get("/accounts/{account_id:uuid}", tags=["inboxes"])
async def get_account(account_id: Id, actor: Acting, tx: Open, app_state: Shared) -> AccountView:
    """Return one account; of its secrets only the names."""
    return app_state.channels.view(await inboxes.get_account(tx, actor, account_id))


@patch("/accounts/{account_id:uuid}", tags=["inboxes"])
async def change_account(
    account_id: Id, data: JSONBody[AccountPatch], actor: Acting, tx: Open, app_state: Shared
) -> AccountView:
    """Change an account, or switch it off and on. Saving also ends a hold."""
    change = AccountChange(name=data.name, settings=data.settings)
    if data.is_on is not UNSET:
        change = msgspec.structs.replace(change, state="active" if data.is_on else "off")
    row = await inboxes.change_account(tx, actor, app_state.channels, account_id, change)
    tx.after_commit.append(partial(app_state.accounts.forget, account_id))
    if data.settings is not UNSET:
        await _check_addresses(app_state, row, data.settings)
    return app_state.channels.view(row)


@delete("/accounts/{account_id:uuid}", tags=["inboxes"], opt=NO_TRANSACTION)
async def delete_account(account_id: Id, actor: Acting, app_state: Shared) -> None:
    """Disconnect an account, at its vendor too if that answers; its conversations stay."""
    await _say_goodbye(app_state, await _read(app_state, actor, account_id))
    async with app_state.db.transaction(actor.workspace, by=actor.by) as tx:
        await inboxes.delete_account(tx, actor, account_id)
        tx.after_commit.append(partial(app_state.accounts.forget, account_id))


async def _say_goodbye(state: AppState, row: AccountRow) -> None:
    """Tell the vendor to call us no more; one that does not answer keeps nobody."""
    connector = state.channels.of(row)
    if not isinstance(connector, Connecting) or (row.address is None and row.last_in_at is None):
        return  # it was never registered
    account = state.channels.opened(row)
    with contextlib.suppress(ConnectorError):
        carrier = Carrier(state.http, state.sandbox)
        await carrier.send(connector.disconnect(account), account)


@post("/accounts/{account_id:uuid}/secret", tags=["inboxes"])
async def rotate_secret(account_id: Id, actor: Acting, tx: Open, app_state: Shared) -> SecretMade:
    """Make a new secret; the former one stays good until the next change."""
    row, secret = await inboxes.rotate_secret(tx, actor, app_state.channels, account_id)
    tx.after_commit.append(partial(app_state.accounts.forget, account_id))
    return SecretMade(id=row.id, secret=secret)


@post("/accounts/{account_id:uuid}/check", tags=["inboxes"], opt=NO_TRANSACTION, status_code=200)
async def check_account(account_id: Id, actor: Acting, app_state: Shared) -> Checks:
    """Try the account's servers and addresses, step by step. Takes up to half a minute."""
    row = await _read(app_state, actor, account_id)
    return Checks(checks=[*await _reachable(app_state, row), *_traffic(row)])


async def _read(state: AppState, actor: Actor, account_id: UUID) -> AccountRow:
    actor.must("account:write")
    async with state.db.transaction(actor.workspace) as tx:
        return await inboxes.get_account(tx, actor, account_id)


async def _reachable(state: AppState, row: AccountRow) -> Sequence[Check]:
    account = state.channels.opened(row)
    connector = state.channels.of(row)
    found = []
    for name, url in _addresses(state, row, row.settings):
        try:
            await state.http.guard.check(url)
        except HiloError as error:
            found.append(failed(f"address.{name}", error))
        else:
            found.append(Check(key=f"address.{name}", ok=True, detail=url))
    # A held connection is tried by itself, unless its channel asks by calls like any other.
    by_calls = inspect.isgeneratorfunction(getattr(connector, "check", None))
    if isinstance(connector, Live) and not row.is_sandbox and not by_calls:
        found += [each async for each in connector.check(account)]
    elif isinstance(connector, Checking):
        carrier = Carrier(state.http, state.sandbox)
        found += await carrier.attempt(connector.check(account), account)
    return found


def _traffic(row: AccountRow) -> Sequence[Check]:
    heard, sent = row.last_in_at, row.last_out_at
    return [
        Check(key="state", ok=row.state == "active", detail=row.state),
        Check(key="heard", ok=None if heard is None else True, detail=str(heard or "")),
        Check(key="sent", ok=None if sent is None else True, detail=str(sent or "")),
    ]


def _addresses(
    state: AppState, row: AccountRow, settings: Mapping[str, object]
) -> Sequence[tuple[str, str]]:
    form = state.channels.of(row).manifest.settings
    urls = {field.name for field in form if field.kind == "url"}
    return [
        (name, each) for name, each in settings.items() if name in urls and isinstance(each, str)
    ]


async def _check_addresses(state: AppState, row: AccountRow, given: Mapping[str, object]) -> None:
    """Refuse an address we would never call. A name that does not resolve yet is let through."""
    if row.is_sandbox:
        return  # its calls never leave the sandbox, whatever they are addressed to
    for name, url in _addresses(state, row, given):
        if not url:
            continue
        try:
            await state.http.guard.check(url)
        except Rejected as error:
            raise invalid(f"settings.{name}", error.code, error.message) from None
        except TemporaryFailure:
            continue


ROUTES = [
    create_account,
    get_account,
    change_account,
    delete_account,
    rotate_secret,
    check_account,
]
