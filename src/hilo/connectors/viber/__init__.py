"""Viber: the chats of a bot."""

from hilo.connectors.viber.connector import CONNECTOR

__all__ = ["CONNECTOR"]
