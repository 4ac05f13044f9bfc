"""The channel contract: the four duties of every connector.

Data and protocols; nothing here does work.

A delivery is one raw request or mail. `parse` turns it into inbound items; `send` yields calls and
returns a receipt. The domain stores, retries, limits, splits and threads; a connector only
translates. What only some channels can do is in `abilities`.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable
from uuid import UUID

from hilo.sdk.account import Account, Delivery
from hilo.sdk.inbound import Inbound
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import MessageOut, Sending


@runtime_checkable
class ChannelConnector(Protocol):
    """A channel. Stateless, free of I/O, safe to share between tasks."""

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        ...

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the raw bytes.

        Return the signed dedupe key, or None for the body's hash. Raises BadSignature.
        """
        ...

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means; pure. Raises MalformedPayload when it cannot be understood."""
        ...

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Yield each call, be given its reply, return what the vendor said of this part."""
        ...

    def mint(self, message: UUID, account: Account) -> str | None:
        """Return the external id chosen before sending (a Message-ID).

        None: the vendor chooses.
        """
        ...
