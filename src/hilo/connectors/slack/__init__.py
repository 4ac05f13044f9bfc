"""Slack: the chats and channels an application is in."""

from hilo.connectors.slack.connector import CONNECTOR

__all__ = ["CONNECTOR"]
