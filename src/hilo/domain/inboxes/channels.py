"""The channels this installation speaks, and an account as its connector sees it.

Connectors are strangers to the domain: the entrance finds them and hands over one `Channels`.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from hilo.domain.inboxes.models import AccountRow, AccountView, InboxRow, InboxView
from hilo.kit.crypto import CannotOpen, Vault
from hilo.kit.errors import AuthExpired, Bug, invalid
from hilo.sdk.account import Account
from hilo.sdk.channel import ChannelConnector

CLOSED = "its secrets were sealed by another HILO_SECRET_KEY; bring that back, or connect it again"


class Channels:
    """Connectors by channel, the vault of their secrets, and the address the world knows us by."""

    def __init__(
        self, connectors: Mapping[str, ChannelConnector], vault: Vault, public_url: str
    ) -> None:
        """public_url: without a slash at its end."""
        self.connectors = connectors
        self.vault = vault
        self.public_url = public_url.rstrip("/")

    def named(self, channel: str) -> ChannelConnector:
        """Return the connector. Raises Invalid naming `channel`."""
        found = self.connectors.get(channel)
        if found is None:
            raise invalid("channel", "unknown", f"one of {', '.join(sorted(self.connectors))}")
        return found

    def of(self, account: AccountRow) -> ChannelConnector:
        """Return the connector of a stored account. Raises Bug when its folder is gone."""
        found = self.connectors.get(account.channel)
        if found is None:
            raise Bug(f"no connector {account.channel}")
        return found

    def opened(self, row: AccountRow) -> Account:
        """Return the account with its secrets open, for its connector only.

        Raises: AuthExpired where they were sealed by a key we do not have.
        """
        if not self.opens(row):
            raise AuthExpired(CLOSED)
        return self.readable(row)

    def readable(self, row: AccountRow) -> Account:
        """Return the account for reading what arrived: secrets that do not open are left out."""
        return Account(
            id=row.id,
            workspace=row.workspace_id,
            inbox=row.inbox_id,
            channel=row.channel,
            address=row.address,
            settings=row.settings,
            secrets=self.secrets(row),
            public_url=self.public_url,
            is_sandbox=row.is_sandbox,
        )

    def seal(self, account: UUID, secrets: Mapping[str, str]) -> bytes:
        """Close secrets so that only this account's row opens them."""
        return self.vault.seal(msgspec.json.encode(secrets), f"account:{account}")

    def opens(self, row: AccountRow) -> bool:
        """Say whether the account's secrets were sealed by a key we have."""
        return self._open(row) is not None

    def secrets(self, row: AccountRow) -> dict[str, str]:
        """Open an account's secrets; none where they were sealed by a key we do not have."""
        return self._open(row) or {}

    def _open(self, row: AccountRow) -> dict[str, str] | None:
        try:
            opened = self.vault.open(row.secrets, f"account:{row.id}")
        except CannotOpen:
            return None
        return msgspec.json.decode(opened, type=dict[str, str])

    def webhook_url(self, row: AccountRow) -> str:
        """Return the address a vendor calls."""
        return f"{self.public_url}/hooks/{row.channel}/{row.id}"

    def view(self, row: AccountRow) -> AccountView:
        """Return the account as everybody above knows it."""
        return AccountView(
            id=row.id,
            inbox_id=row.inbox_id,
            channel=row.channel,
            name=row.name,
            address=row.address,
            settings=row.settings,
            secrets_set=sorted(self.secrets(row)),
            state=row.state,
            problem=row.problem,
            webhook_url=self.webhook_url(row),
            last_in_at=row.last_in_at,
            last_out_at=row.last_out_at,
            created_at=row.created_at,
            is_sandbox=row.is_sandbox,
            expires_at=row.expires_at,
        )

    def inbox_view(self, row: InboxRow, accounts: Sequence[AccountRow]) -> InboxView:
        """Return the inbox with those of the accounts that are its own."""
        return InboxView(
            id=row.id,
            name=row.name,
            threading=row.threading,
            reopen_window_s=row.reopen_window_s,
            accounts=[self.view(each) for each in accounts if each.inbox_id == row.id],
            created_at=row.created_at,
            visibility=row.visibility,
            team_id=row.team_id,
        )
