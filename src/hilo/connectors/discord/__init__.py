"""Discord: the chats of a bot, and the channels it is in."""

from hilo.connectors.discord.connector import CONNECTOR

__all__ = ["CONNECTOR"]
