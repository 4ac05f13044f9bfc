"""Optional: an account is entered by its owner's consent at the vendor, in the browser."""

from collections.abc import Generator
from datetime import datetime
from typing import Protocol, runtime_checkable

from msgspec import Struct

from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account
from hilo.sdk.outbound import Call, Reply


class Trip(Struct, frozen=True, kw_only=True):
    """One way to the vendor and back. verifier: our half of the proof that both ends are one."""

    state: str
    verifier: str
    back_url: str


@runtime_checkable
class Authorising(Protocol):
    """Optional: signs in by a code flow with proof key (RFC 6749, RFC 7636)."""

    def wants_consent(self, account: Account) -> bool:
        """Say whether this account signs in that way."""
        ...

    def authorise(self, account: Account, trip: Trip) -> str:
        """Return the vendor's page to open. Raises Invalid where a setting is missing."""
        ...

    def exchange(
        self, account: Account, code: str, trip: Trip, now: datetime
    ) -> Generator[Call, Reply, Connected]:
        """Turn the code that came back into credentials. Raises Rejected."""
        ...

    def renew_at(self, account: Account) -> datetime | None:
        """Say when the credentials want renewing; None: never."""
        ...

    def renew(self, account: Account, now: datetime) -> Generator[Call, Reply, Connected]:
        """Get newer credentials. Raises AuthExpired when the consent was taken back."""
        ...
