"""Web chat: Hilo's own widget as a channel. The visitor reads the conversation itself."""

from hilo.connectors.webchat.connector import CONNECTOR
from hilo.connectors.webchat.visitor import Visitor, identify, issue, read, seal

__all__ = ["CONNECTOR", "Visitor", "identify", "issue", "read", "seal"]
