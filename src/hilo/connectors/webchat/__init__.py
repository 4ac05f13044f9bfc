"""Web chat: Hilo's own widget as a channel. The visitor reads the conversation itself."""

from hilo.connectors._chat.visitor import Visitor, identify, issue, read, seal
from hilo.connectors.webchat.connector import CONNECTOR
from hilo.connectors.webchat.hours import hours_of

__all__ = ["CONNECTOR", "Visitor", "hours_of", "identify", "issue", "read", "seal"]
