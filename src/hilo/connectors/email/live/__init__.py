"""What of this channel opens sockets: reading mailboxes and trying servers. Nothing else does."""

from hilo.connectors.email.live.connection import pinned
from hilo.connectors.email.live.reading import Mailbox

__all__ = ["Mailbox", "pinned"]
