"""Bandwidth: SMS and MMS of a number in North America and elsewhere."""

from hilo.connectors.bandwidth.connector import CONNECTOR

__all__ = ["CONNECTOR"]
