"""Who is one person: merges with their way back, addresses that are parted, proposals."""

from hilo.domain.conversations.identity.journal import list_links
from hilo.domain.conversations.identity.likeness import bring_back, dismiss, likenesses
from hilo.domain.conversations.identity.undoing import undo
from hilo.domain.conversations.identity.unlinking import unlink

__all__ = ["bring_back", "dismiss", "likenesses", "list_links", "undo", "unlink"]
