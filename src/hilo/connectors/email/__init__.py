"""E-mail: mailboxes over IMAP, our own SMTP listener, and mail out over SMTP or the catcher."""

from hilo.connectors.email.connector import CONNECTOR

__all__ = ["CONNECTOR"]
