"""Instagram: direct messages, story replies and mentions, and comments."""

from hilo.connectors.instagram.connector import CONNECTOR

__all__ = ["CONNECTOR"]
