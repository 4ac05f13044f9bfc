"""A shop: its visitors start from a code at the counter or a kiosk, and take their turn."""

from hilo.connectors.store.connector import CONNECTOR

__all__ = ["CONNECTOR"]
