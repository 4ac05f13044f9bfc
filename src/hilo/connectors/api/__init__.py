"""The generic channel: any system that can sign a POST. Standard Webhooks both ways."""

from hilo.connectors.api.connector import CONNECTOR

__all__ = ["CONNECTOR"]
