"""Renews credentials before they end, and warns before they end for good or do not open.

One process at a time renews an account: some vendors take back a renewal that is used twice.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from hilo.domain import inboxes, people
from hilo.domain.inboxes import CLOSED, AccountChange, AccountRow, Carrier, consent
from hilo.entry.state import AppState
from hilo.kit import clock, log
from hilo.kit.errors import AuthExpired, ConnectorError
from hilo.kit.lock import Locks
from hilo.sdk.abilities import Lasting
from hilo.sdk.authorising import Authorising

_LOG = log.get(__name__)
_LOOK_S = 20.0
# Before the first warning, so that nobody is told of what mends itself.
_REFRESH_WITHIN = timedelta(days=max(consent.WARNING_DAYS) + 7)
_AGAIN = timedelta(hours=6)
_WARN_WITHIN = timedelta(days=max(consent.WARNING_DAYS) + 1)


class Renewer:
    """Looks after the accounts of all workspaces."""

    def __init__(self, state: AppState, carrier: Carrier, locks: Locks) -> None:
        """carrier: makes the calls."""
        self._state = state
        self._carrier = carrier
        self._locks = locks
        self._tried: dict[UUID, datetime] = {}
        self._retried: dict[UUID, datetime] = {}

    async def run(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_S)

    async def look(self) -> None:
        """Renew what is due and say what ends soon, once."""
        channels = self._state.channels
        for channel, connector in channels.connectors.items():
            async with self._state.db.transaction(None) as tx:
                refs = await inboxes.queries.accounts_of_channel(tx, channel)
            for ref in refs:
                if ref.state == "off":
                    continue
                async with self._state.db.transaction(ref.workspace_id) as tx:
                    row = await inboxes.queries.account(tx, ref.id)
                    if row is not None and _ends_soon(row):
                        await consent.warn(tx, channels, row)
                if row is None or not await self._opens(row):
                    continue
                if isinstance(connector, Authorising | Lasting):
                    await self._renew(connector, row)

    async def _opens(self, row: AccountRow) -> bool:
        """Hold an account whose secrets another key has sealed; let it go when that is back."""
        channels = self._state.channels
        is_open, is_closed = channels.opens(row), (row.problem or {}).get("detail") == CLOSED
        if is_open == is_closed:
            async with self._state.db.transaction(row.workspace_id) as tx:
                if is_open:
                    system = people.system(row.workspace_id)
                    await inboxes.change_account(tx, system, channels, row.id, AccountChange())
                else:
                    problem = {"code": AuthExpired.code, "detail": CLOSED}
                    await inboxes.hold_account(tx, channels, row.id, problem)
        return is_open

    async def _renew(self, connector: Authorising | Lasting, seen: AccountRow) -> None:
        if not self._is_due(connector, seen):
            return
        async with self._locks.attempt(f"renew:{seen.id}") as ours:
            if not ours:
                return
            async with self._state.db.transaction(seen.workspace_id) as tx:
                row = await inboxes.queries.account(tx, seen.id)
            if row is None or not self._is_due(connector, row):
                return  # another process was quicker
            self._tried[row.id] = clock.now()
            if _was_refused(row):
                self._retried[row.id] = clock.now()
            try:
                await self._ask(connector, row)
            except AuthExpired as error:
                problem = {"code": error.code, "detail": str(error)}
                async with self._state.db.transaction(row.workspace_id) as tx:
                    await inboxes.hold_account(tx, self._state.channels, row.id, problem)
            except ConnectorError as error:
                _LOG.warning("renewing.failed", account=str(row.id), error=repr(error))

    async def _ask(self, connector: Authorising | Lasting, row: AccountRow) -> None:
        account = self._state.channels.opened(row)
        if isinstance(connector, Authorising):
            asking = connector.renew(account, clock.now())
        else:
            asking = connector.refresh(account)
        connected = await self._carrier.aside(asking, account)
        if not connected.secrets:
            return  # as before; the warnings go on
        async with self._state.db.transaction(row.workspace_id) as tx:
            await consent.keep_renewed(tx, self._state.channels, row.id, connected)
            if _was_refused(row):
                system = people.system(row.workspace_id)
                change = AccountChange()
                await inboxes.change_account(tx, system, self._state.channels, row.id, change)
        self._state.accounts.forget(row.id)

    def _is_due(self, connector: Authorising | Lasting, row: AccountRow) -> bool:
        if isinstance(connector, Authorising):
            due = connector.renew_at(self._state.channels.opened(row))
            if due is not None and _was_refused(row):
                # Vendors take a token back before its end, when a password changes for instance;
                # the consent may stand all the same, and a new token do.
                tried = self._retried.get(row.id)
                return tried is None or tried + _AGAIN <= clock.now()
        else:
            due = self._refresh_at(row)
        return row.state == "active" and due is not None and due <= clock.now()

    def _refresh_at(self, row: AccountRow) -> datetime | None:
        if row.expires_at is None:
            return None
        first, tried = row.expires_at - _REFRESH_WITHIN, self._tried.get(row.id)
        return first if tried is None else max(first, tried + _AGAIN)


def _was_refused(row: AccountRow) -> bool:
    return row.state == "held" and (row.problem or {}).get("code") == AuthExpired.code


def _ends_soon(row: AccountRow) -> bool:
    return row.expires_at is not None and row.expires_at < clock.now() + _WARN_WITHIN
