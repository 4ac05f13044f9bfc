"""LINE: the chats of an official account."""

from hilo.connectors.line.connector import CONNECTOR

__all__ = ["CONNECTOR"]
