"""Facebook Messenger: the messages of a page."""

from hilo.connectors.messenger.connector import CONNECTOR

__all__ = ["CONNECTOR"]
