"""WhatsApp, by Meta's Cloud API or by 360dialog, which speaks the same words."""

from hilo.connectors.whatsapp.connector import CONNECTOR

__all__ = ["CONNECTOR"]
