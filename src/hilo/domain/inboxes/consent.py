"""Credentials that an account's owner gave by consent: begun, kept, renewed, and when they end."""

import secrets as chance
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain.inboxes import queries
from hilo.domain.inboxes.channels import Channels
from hilo.domain.inboxes.events import AccountChanged, AccountExpiring
from hilo.domain.inboxes.models import AccountRow
from hilo.domain.inboxes.verbs import find_account
from hilo.domain.people import Actor
from hilo.kit.crypto import CannotOpen
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, invalid
from hilo.sdk.abilities import Connected
from hilo.sdk.authorising import Authorising, Trip

WARNING_DAYS: Final[Sequence[int]] = (14, 7, 1)
BACK_PATH: Final = "/settings/authorised"
_CONTEXT: Final = "consent"
_LASTS: Final = timedelta(minutes=15)
_DAY_S: Final = 86_400


class _Begun(Struct, frozen=True):
    """What the state says when it comes back; nobody can read it on its way."""

    account: UUID
    agent: UUID | None
    verifier: str
    until: datetime


class Journey(Struct, frozen=True):
    """Where to send the browser. state: comes back with it."""

    url: str
    state: str


async def begin_consent(tx: Tx, actor: Actor, channels: Channels, account: UUID) -> Journey:
    """Return the vendor's page where the account's owner allows the sign-in.

    Raises: Forbidden; NotFound; Conflict where the account signs in another way; Invalid.
    """
    actor.must("account:write")
    row = await find_account(tx, account)
    connector = _authorising(channels, row)
    begun = _Begun(row.id, actor.agent, chance.token_urlsafe(48), tx.now + _LASTS)
    sealed = channels.vault.seal(msgspec.json.encode(begun), _CONTEXT)
    state = urlsafe_b64encode(sealed).decode().rstrip("=")
    trip = Trip(state=state, verifier=begun.verifier, back_url=back_url(channels))
    return Journey(connector.authorise(channels.opened(row), trip), state)


async def returned(
    tx: Tx, actor: Actor, channels: Channels, account: UUID, state: str
) -> tuple[AccountRow, Trip]:
    """Return the account and the trip that a browser came back from.

    Raises: Forbidden; NotFound; Invalid naming `state` when it is not ours, not this person's, or
    too old.
    """
    actor.must("account:write")
    row = await find_account(tx, account)
    _authorising(channels, row)
    try:
        sealed = urlsafe_b64decode(state + "=" * (-len(state) % 4))
        opened = channels.vault.open(sealed, _CONTEXT)
    except (CannotOpen, ValueError):
        raise invalid("state", "invalid", "must be the one this sign-in began with") from None
    begun = msgspec.json.decode(opened, type=_Begun)
    if (begun.account, begun.agent) != (row.id, actor.agent):
        raise invalid("state", "invalid", "must be of this account and this person")
    if begun.until < tx.now:
        raise invalid("state", "expired", "must be used within 15 minutes")
    return row, Trip(state=state, verifier=begun.verifier, back_url=back_url(channels))


async def keep_consent(
    tx: Tx, actor: Actor, channels: Channels, account: UUID, connected: Connected
) -> AccountRow:
    """Keep what the owner allowed; this also ends a hold.

    Raises: Forbidden; NotFound.
    Publishes: AccountChanged.
    """
    actor.must("account:write")
    row = await _keep(tx, channels, account, connected)
    row = await queries.change_account(
        tx, msgspec.structs.replace(row, state="active" if row.state == "held" else row.state)
    )
    tx.publish(AccountChanged(account=channels.view(row)))
    return row


async def keep_renewed(
    tx: Tx, channels: Channels, account: UUID, connected: Connected
) -> AccountRow:
    """Keep renewed credentials. Raises: NotFound."""
    return await _keep(tx, channels, account, connected)


async def warn(tx: Tx, channels: Channels, row: AccountRow) -> int | None:
    """Say once 14, 7 and 1 days before that the credentials end; return the days, if said now.

    Publishes: AccountExpiring.
    """
    if row.expires_at is None:
        return None
    left = int((row.expires_at - tx.now).total_seconds() // _DAY_S) + 1
    due = min((days for days in WARNING_DAYS if left <= days), default=None)
    if due is None or not await queries.note_warning(tx, row.id, due):
        return None
    tx.publish(AccountExpiring(account=channels.view(row), days=max(0, left)))
    return due


def back_url(channels: Channels) -> str:
    """Return the page of the console the vendor sends people back to."""
    return f"{channels.public_url}{BACK_PATH}"


async def _keep(tx: Tx, channels: Channels, account: UUID, connected: Connected) -> AccountRow:
    row = await find_account(tx, account)
    secrets = {**channels.secrets(row), **connected.secrets}
    return await queries.keep_credentials(
        tx, row.id, channels.seal(row.id, secrets), connected.ends_at(tx.now)
    )


def _authorising(channels: Channels, row: AccountRow) -> Authorising:
    connector = channels.of(row)
    if not isinstance(connector, Authorising) or not connector.wants_consent(channels.opened(row)):
        raise Conflict("this account signs in another way", reason="no-consent")
    return connector
