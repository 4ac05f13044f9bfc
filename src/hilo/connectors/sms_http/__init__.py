"""Any SMS gateway that speaks HTTP: what it calls its fields is a matter of settings."""

from hilo.connectors.sms_http.connector import CONNECTOR

__all__ = ["CONNECTOR"]
