"""Telegram: bots, and bots that answer in a business account's own chats."""

from hilo.connectors.telegram.connector import CONNECTOR

__all__ = ["CONNECTOR"]
