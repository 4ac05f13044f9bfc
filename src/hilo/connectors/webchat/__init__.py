"""Web chat: Hilo's own widget as a channel. The visitor reads the conversation itself."""

from hilo.connectors.webchat.connector import CONNECTOR
from hilo.connectors.webchat.hours import hours_of
from hilo.connectors.webchat.visitor import Visitor, identify, issue, read, seal

__all__ = ["CONNECTOR", "Visitor", "hours_of", "identify", "issue", "read", "seal"]
