"""Twilio: SMS and MMS, and its variant of WhatsApp."""

from hilo.connectors.twilio.connector import CONNECTOR

__all__ = ["CONNECTOR"]
